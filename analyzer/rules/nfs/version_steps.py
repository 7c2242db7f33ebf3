"""Steps against a refused NFS version: have it enabled, or ask for another one; which, a human decides.

Kubernetes forbids changes of a StorageClass's parameters, provisioner, reclaimPolicy and volumeBindingMode, but not of
its mountOptions; and of a PV's volume source, volumeMode and nodeAffinity, but not of its mountOptions.  A class is
read when a volume is made; a PV at every mount.  The patch of a PV first tests that the option is still the one that
the bundle had; it is told with its exact command, and never run by the script, because it is one of two ways.
Source   kubernetes, pkg/apis/storage/validation and pkg/apis/core/validation.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator

from analyzer.facts.cluster import PersistentVolume
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError, VersionOption
from analyzer.findings import Affected
from analyzer.remedies.manual import step_by_hand
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

UNLESS_ENABLED = Text(en="If the version is not enabled on the array", zh="如果不在阵列上开启该版本")
UNLESS_NEWER = Text(en="If the hosts are not upgraded", zh="如果不升级主机")
WITHOUT_RESTART = Text(
    en="Quickest, and without any restart, because this limit does not slow NFSv4, which the array offers",
    zh="最快捷且无需重启任何服务的方法（阵列支持 NFSv4，它不受该限制影响）",
)
WITHOUT_STATD = Text(
    en="Either do without rpcbind and rpc.statd: NFSv4, which the array offers, needs neither",
    zh="方式一：不启用 rpcbind 和 rpc.statd（阵列支持 NFSv4，它不需要这两个服务）",
)
PATCHED = Text(
    en="`persistentvolume/{pv} patched`. Pods that mount it already keep what they have",
    zh="输出 `persistentvolume/{pv} patched`。已挂载该卷的 Pod 不受影响",
)
UNDO = Text(
    en="If `testing value … failed` is printed, the PV was changed meanwhile: look at it with `kubectl get pv {pv} -o "
    "yaml`. To undo this step, run it with the two options exchanged.",
    zh="若报 `testing value … failed`，说明该 PV 已被修改：请用 `kubectl get pv {pv} -o yaml` 查看。"
    "撤销方法：交换两个选项后重新执行。",
)


def steps(
    target: str,
    array: Text,
    versions: Iterable[str],
    instead: str,
    volumes: Iterable[PersistentVolume],
    users: tuple[Affected, ...],
) -> tuple[Step, ...]:
    """`instead` is a version that the array is known to speak, "" if none is; `users` are the pods that wait."""
    listed = ", ".join(f"NFSv{version}" for version in versions if version) or "NFSv4"
    return (_enable(target, array, listed), *other_version(volumes, instead, users, UNLESS_ENABLED))


def other_version(
    volumes: Iterable[PersistentVolume], instead: str, users: tuple[Affected, ...], unless: Text
) -> tuple[Step, ...]:
    """The PVs, the pods that wait, and the class; `unless` begins the sentence: the other way out."""
    found = tuple(volumes)
    classes = sorted({one.storage_class for one in found if one.storage_class})
    return (
        *(_pin(one, instead, unless) for one in found),
        *(_pods_anew(users) if found else ()),
        *((_class(classes, instead, unless),) if classes else ()),
        *confirm(found),
    )


def without_udp(volumes: Iterable[PersistentVolume], users: tuple[Affected, ...]) -> tuple[Step, ...]:
    """UDP was asked for: the option goes, the version stays."""
    found = tuple(volumes)
    pvs = sorted({one.name for one in found})
    classes = sorted({one.storage_class for one in found if one.storage_class})
    by_hand = step_by_hand(
        ADMIN,
        "udp",
        Text(
            en="Remove proto=udp (or udp) from spec.mountOptions of the PVs ({pvs}) with `kubectl edit pv NAME`, and "
            "from mountOptions of the StorageClass ({classes}) for volumes that are made later",
            zh="用 `kubectl edit pv NAME` 从 PV（{pvs}）的 spec.mountOptions 中删除 proto=udp（或 udp），"
            "并从 StorageClass（{classes}）的 mountOptions 中删除（对以后创建的卷生效）",
        ).fill(pvs=", ".join(pvs) or "-", classes=", ".join(classes) or "-"),
        phase=Phase.CONFIGURE,
    )
    return (by_hand, *_pods_anew(users), *confirm(found))


def _enable(target: str, array: Text, listed: str) -> Step:
    return step_by_hand(
        ADMIN,
        f"enable-{target}",
        Text(
            en="Either, on {array} (DeviceManager, the NFS service of its vStore): switch on {versions}. Then nothing "
            "else is to be done: the kubelet tries again within two minutes. Or leave the array as it is, and go on "
            "with the next steps",
            zh="方式一：在{array}上（DeviceManager，所在 vStore 的 NFS 服务）开启 {versions}，之后无需其他操作，"
            "kubelet 会在两分钟内自动重试。方式二：不修改阵列，继续执行后续步骤",
        ).fill(array=array, versions=listed),
        phase=Phase.CONFIGURE,
    )


def newer_kernel(nodes: str, version: str) -> Step:
    return step_by_hand(
        ADMIN,
        f"newer-kernel-{version}",
        Text(
            en="Either upgrade {nodes} to a release of its distribution whose kernel knows {version} (it knows it when "
            "a mount with it succeeds by hand). Or leave the hosts as they are, and go on with the next steps",
            zh="方式一：将 {nodes} 升级到内核支持 {version} 的发行版版本（手动使用该版本挂载成功即为支持）。"
            "方式二：不升级主机，继续执行后续步骤",
        ).fill(nodes=nodes, version=version),
        phase=Phase.CONFIGURE,
    )


def _pin(volume: PersistentVolume, instead: str, unless: Text) -> Step:
    try:
        return _patch(volume, KubernetesName(volume.name), VersionOption(f"nfsvers={instead}"), unless)
    except UnsafeValueError:
        return _pin_by_words(volume, instead, unless)


def _patch(volume: PersistentVolume, name: KubernetesName, wanted: VersionOption, unless: Text) -> Step:
    """Raises `UnsafeValueError` when the PV's options are not of the form that a patch is built for."""
    options = volume.mount_options
    found = [(place, one) for place, one in enumerate(options) if one.startswith(("nfsvers=", "vers="))]
    if len(found) != 1:
        raise UnsafeValueError(f"not one option: {options!r}")
    place, old = found[0][0], VersionOption(found[0][1])
    path = f"/spec/mountOptions/{place}"
    patch = [
        {"op": "test", "path": path, "value": str(old)},
        {"op": "replace", "path": path, "value": str(wanted)},
    ]
    command = shlex.join(("kubectl", "patch", "pv", name, "--type=json", "-p", json.dumps(patch)))
    return Step(
        host=ADMIN,
        phase=Phase.CONFIGURE,
        target=f"pv-{name}",
        effect=Effect.CHANGES,
        does=Text(
            en="{unless}: mount PV {pv} with {wanted} instead of {old} from its next mount on. Type `{command}`",
            zh="{unless}：让 PV {pv} 从下次挂载起使用 {wanted}（原为 {old}）。请执行 `{command}`",
        ).fill(unless=unless, pv=name, wanted=wanted, old=old, command=command),
        command=None,
        expect=PATCHED.fill(pv=name),
        if_fails=UNDO.fill(pv=name),
    )


def _pin_by_words(volume: PersistentVolume, instead: str, unless: Text) -> Step:
    return step_by_hand(
        ADMIN,
        f"pv-{volume.name}",
        Text(
            en="{unless}: `kubectl edit pv {pv}` and set under spec.mountOptions one option {option}, a version that "
            "the array has enabled (now: {now})",
            zh="{unless}：执行 `kubectl edit pv {pv}`，在 spec.mountOptions 中设置 {option}，须为阵列已开启的版本"
            "（当前：{now}）",
        ).fill(unless=unless, pv=volume.name, option=_option(instead), now=", ".join(volume.mount_options) or "-"),
        phase=Phase.CONFIGURE,
    )


def _option(version: str) -> str:
    return f"nfsvers={version}" if version else "nfsvers=VERSION"


def _pods_anew(users: tuple[Affected, ...]) -> Iterator[Step]:
    """The kubelet keeps the options that the PV had when it took up the pod."""
    commands: list[str] = []
    for one in users:
        try:
            if one.pod:
                commands.append(f"kubectl -n {KubernetesName(one.namespace)} delete pod {KubernetesName(one.pod)}")
        except UnsafeValueError:
            continue
    if commands:
        yield step_by_hand(
            ADMIN,
            "pods-anew",
            Text(
                en="After a PV was changed, make anew the pods that wait in ContainerCreating (only those; a bare pod "
                "has to be created again by hand): {commands}. The kubelet keeps the options that the PV had when it "
                "took up the pod",
                zh="修改 PV 之后，重建处于 ContainerCreating 的 Pod（仅限这些 Pod；没有控制器的 Pod 需手动重新创建）："
                "{commands}。kubelet 会沿用接管 Pod 时 PV 的挂载选项",
            ).fill(commands="; ".join(f"`{command}`" for command in dict.fromkeys(commands))),
            phase=Phase.CONFIGURE,
        )


def _class(classes: list[str], instead: str, unless: Text) -> Step:
    return step_by_hand(
        ADMIN,
        "storage-class",
        Text(
            en="{unless}: for volumes that are made later, also change mountOptions of the StorageClass ({classes}) to "
            "{option}, or make a new class with it; existing PVs do not follow their class. If the class comes from "
            "helm or a repository, change it there",
            zh="{unless}：对于以后创建的卷，还需将 StorageClass（{classes}）的 mountOptions 改为 {option}，"
            "或新建 StorageClass；已有 PV 不会随之改变。如果该 StorageClass 由 helm 或代码仓管理，请在源头修改",
        ).fill(unless=unless, classes=", ".join(classes), option=_option(instead)),
        phase=Phase.CONFIGURE,
    )


def confirm(volumes: Iterable[PersistentVolume]) -> Iterator[Step]:
    """All of them in one table."""
    names: list[KubernetesName] = []
    for volume in volumes:
        try:
            names.append(KubernetesName(volume.name))
        except UnsafeValueError:
            continue
    if names:
        columns = "custom-columns=NAME:.metadata.name,OPTIONS:.spec.mountOptions"
        yield Step(
            host=ADMIN,
            phase=Phase.CONFIRM,
            target=f"pv-{names[0]}",
            effect=Effect.READS,
            does=Text(en="See the options of the PVs", zh="查看 PV 的挂载选项"),
            command=Command(("kubectl", "get", "pv", *names, "-o", columns)),
            expect=Text(
                en="Each has a version that the array has enabled and the host knows; the pods run within two minutes",
                zh="每个 PV 的版本均为阵列已开启且主机支持的版本；Pod 在两分钟内正常运行",
            ),
            if_fails=Text(
                en="A pod that still waits: delete it; its workload makes it anew.",
                zh="如果仍有 Pod 在等待，请删除该 Pod，由其工作负载重建。",
            ),
        )
