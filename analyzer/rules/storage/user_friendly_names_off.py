"""Multipath maps of this node have no alias of the form `mpath…`: the driver cannot find its devices by name.

How we know
    The driver says `Get DMDevice by alias` or `Can not get DMDevice by alias: dm-N`: it takes a name that ends in a
    digit for a partition, and asks for the alias, which must begin with `mpath`.  Or, before anything failed:
    multipath.conf has `user_friendly_names` not set or `no`, or an alias of its own for a map, and SAN volumes are
    attached to the node. The maps in force (`multipath -ll`) tell what multipath made of the file.
Not reported here
    Nodes without DM-multipath: UltraPath joins the paths itself, and with `volumeUseMultipath=false` nobody does.
False alarms
    A file that was changed and is not in force yet: the maps printed by `multipath -ll` decide.
Remedy
    Told by hand, with the lines of the file: each section on lines of its own, since multipath ignores what shares a
    line with a brace; then `multipathd reconfigure`, which renames the maps that nothing uses.
Source
    Huawei CSI guide, 8.4.11 and 4.1.1.6; eSDK_K8S_Plugin, connector/connector_utils.go; multipath.conf(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import VolumeAttachments
from analyzer.facts.driver import Driver
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.logs import Signals
from analyzer.facts.multipath import MultipathMap, MultipathMaps
from analyzer.facts.multipath_conf import MultipathConf
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.storage import not_found as common
from analyzer.runbook import Phase, Step
from analyzer.texts import Text, lines

WORDS = re.compile(r"(?:Get|Can not get) DMDevice by alias")
ALIAS = re.compile(r"mpath")
QUOTED = 3

TITLE = Text(en="Multipath maps have no alias the driver knows", zh="多路径设备没有驱动可识别的别名")
FAILED = Text(
    en="The driver could not tell the multipath device of a volume by its alias (`Can not get DMDevice by alias`): the "
    "maps of this node do not have names of the form mpath….",
    zh="驱动无法通过别名识别卷的多路径设备（`Can not get DMDevice by alias`）：该节点的多路径设备名称不是 mpath… "
    "形式。",
)
WILL_FAIL = Text(
    en="Maps of this node are not named mpath…: volumes whose device name ends in a digit will fail with `Can not get "
    "DMDevice by alias` when they are staged, expanded or removed.",
    zh="该节点的多路径设备名称不是 mpath… 形式：卷在 stage、扩容或移除时会报 `Can not get DMDevice by alias` 失败。",
)
NOT_SET = Text(
    en="`user_friendly_names` is not set in {files}, which means no.",
    zh="{files} 中没有设置 `user_friendly_names`，默认为 no。",
)
IS_NO = Text(en="`user_friendly_names` is {value} in {file}.", zh="{file} 中 `user_friendly_names` 为 {value}。")
OWN_ALIASES = Text(en="Aliases of your own: {aliases}.", zh="存在自定义别名：{aliases}。")
IN_FORCE = Text(en="Named otherwise now: {maps}.", zh="当前名称不符的设备：{maps}。")
REJECTED = Text(
    en="Lines that multipath ignores, since they share a line with a brace: {count}. What they set is not in force.",
    zh="有 {count} 行与花括号写在同一行，multipath 会忽略，其设置未生效。",
)
NO_FILE = "/etc/multipath.conf"
SHOW = Text(en="Show the configuration that is in force", zh="查看当前生效的多路径配置")
SHOW_EXPECT = Text(
    en='user_friendly_names "yes" and find_multipaths "no" under defaults, and no alias under multipaths',
    zh='defaults 下为 user_friendly_names "yes"、find_multipaths "no"，且 multipaths 下没有 alias',
)
DO = Text(
    en="In /etc/multipath.conf, section defaults, have these two lines, each on a line of its own between `defaults "
    "{{{{` and `}}}}`: `user_friendly_names yes` and `find_multipaths no`; remove every `alias` line of the array's "
    "maps under `multipaths`, and take back what sets the former to no in `overrides` and in /etc/multipath/conf.d.",
    zh="在 /etc/multipath.conf 的 defaults 段（`defaults {{{{` 与 `}}}}` 之间）各占一行写入："
    "`user_friendly_names yes` 和 `find_multipaths no`；删除 `multipaths` 段中阵列设备的 `alias` 行，"
    "并去掉 `overrides` 段和 /etc/multipath/conf.d 中将其设为 no 的配置。",
)
RELOAD = Text(
    en="Then run `multipathd reconfigure` in a quiet hour: it reads every path again and may rename maps; maps that "
    "are in use keep their name until they are made anew (move the pods, or reboot the node). Do not run it while "
    "paths are down, and check /etc/fstab and LVM filters for the old names before.",
    zh="然后在业务低峰期执行 `multipathd reconfigure`：它会重新读取所有路径，并可能重命名设备；正在使用的设备在重建"
    "（迁移 Pod 或重启节点）之前保持原名。链路故障期间不要执行；执行前请检查 /etc/fstab 和 LVM 过滤规则中的旧名称。",
)


@node_rule("user-friendly-names-off", Severity.ERROR, TITLE)
def user_friendly_names_off(
    node: str,
    failures: VolumeFailures | Unknown,
    signals: Signals | Unknown,
    conf: MultipathConf | Unknown,
    printed: MultipathMaps | Unknown,
    attachments: VolumeAttachments | Unknown,
    driver: Driver | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    failed = () if isinstance(failures, Unknown) else failures.saying(WORDS)
    heard = () if isinstance(signals, Unknown) else tuple(signals.of("driver-no-alias"))
    if not failed and not heard and not _is_dm(driver):
        return
    own, luns = _san_volumes(node, attachments)
    maps = () if isinstance(printed, Unknown) else printed.maps
    odd = tuple(one for one in maps if one.wwid in luns and _is_odd(one))
    broken, why = _configuration(conf)
    if failed or heard:
        named = _named(printed, luns)
        if named and not odd and not broken and not failed:
            return
        spans = (*(span for one in failed for span in one.spans[:1]), *(hit.spans[-1] for hit in heard[:1]))
        sure = Certainty.CONFIRMED if odd or broken else Certainty.LIKELY
        users = frozenset(one.pv for one in failed)
        yield _finding(node, Severity.ERROR, sure, (FAILED, *why), (*spans, *_lines(conf, odd)), odd, users, bindings)
    elif odd:
        sure = Certainty.CONFIRMED if broken else Certainty.LIKELY
        yield _finding(node, Severity.WARNING, sure, (WILL_FAIL, *why), _lines(conf, odd), odd, own, bindings)
    elif isinstance(printed, Unknown):
        yield Inconclusive("user-friendly-names-off", node, (printed,))
    else:
        yield from unheard("user-friendly-names-off", node, failures)


def _is_dm(driver: Driver | Unknown) -> bool:
    if isinstance(driver, Unknown):
        return True
    kind = driver.argument("scsi-multipath-type", driver.node_pods) or "DM-multipath"
    return kind == "DM-multipath" and driver.argument("volume-use-multipath", driver.node_pods) != "false"


def _san_volumes(node: str, attachments: VolumeAttachments | Unknown) -> tuple[frozenset[str], frozenset[str]]:
    """PVs attached here, and the WWIDs of their LUNs."""
    items = () if isinstance(attachments, Unknown) else attachments.items
    here = [one for one in items if one.node == node and one.publish_info is not None and one.publish_info.lun_wwn]
    wwids = frozenset(f"3{one.publish_info.lun_wwn}" for one in here if one.publish_info is not None)
    return frozenset(one.pv for one in here), wwids


def _is_odd(one: MultipathMap) -> bool:
    return ALIAS.match(one.name) is None


def _named(printed: MultipathMaps | Unknown, luns: frozenset[str]) -> bool:
    return not isinstance(printed, Unknown) and any(one.wwid in luns for one in printed.maps)


def _configuration(conf: MultipathConf | Unknown) -> tuple[bool, tuple[Text, ...]]:
    """Whether the files do not give `mpath…` names, and why."""
    if isinstance(conf, Unknown):
        return False, ()
    says = []
    friendly = conf.friendly_names
    if friendly is None:
        says.append(NOT_SET.fill(files=", ".join(conf.files) or NO_FILE))
    elif friendly.value.lower() not in ("yes", "1"):
        says.append(IS_NO.fill(value=friendly.value, file=f"/{friendly.span.capture.removeprefix('files/')}"))
    odd = [one.value for one in conf.aliases if not ALIAS.match(one.value)]
    if odd:
        says.append(OWN_ALIASES.fill(aliases=", ".join(odd)))
    if says and conf.rejected:
        says.append(REJECTED.fill(count=len(conf.rejected)))
    return bool(says), tuple(says)


def _lines(conf: MultipathConf | Unknown, odd: tuple[MultipathMap, ...]) -> tuple[Span, ...]:
    maps = tuple(one.span for one in odd[:QUOTED])
    if isinstance(conf, Unknown):
        return maps
    friendly = conf.friendly_names
    own = tuple(one.span for one in conf.aliases if not ALIAS.match(one.value))[:QUOTED]
    return (*((friendly.span,) if friendly else ()), *own, *conf.rejected[:QUOTED], *maps)


def _finding(
    node: str,
    severity: Severity,
    certainty: Certainty,
    says: tuple[Text, ...],
    spans: tuple[Span, ...],
    odd: tuple[MultipathMap, ...],
    pvs: frozenset[str],
    bindings: Bindings | Unknown,
) -> Finding:
    named = (IN_FORCE.fill(maps=", ".join(f"{one.name} ({one.dm or one.wwid})" for one in odd)),) if odd else ()
    return Finding(
        rule="user-friendly-names-off",
        severity=severity,
        certainty=certainty,
        nodes=(node,),
        subject="file:/etc/multipath.conf",
        title=TITLE,
        cause=lines(*says, *named),
        evidence=tuple(dict.fromkeys(Evidence.of(node, span) for span in spans)),
        affects=users_of_volumes(bindings, pvs),
        steps=_steps(node),
    )


def _steps(node: str) -> tuple[Step, ...]:
    return (
        common.look(node, "multipath-config", ("multipathd", "show", "config"), SHOW, SHOW_EXPECT),
        step_by_hand(node, "multipath-conf", DO.fill(), Phase.CONFIGURE),
        step_by_hand(node, "multipathd-reconfigure", RELOAD, Phase.CONFIGURE),
    )
