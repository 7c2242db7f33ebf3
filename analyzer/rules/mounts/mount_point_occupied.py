"""A mount point of a volume holds another source: the driver refuses to mount there, or the pod uses the wrong volume.

How we know
    The driver says so in one of its wordings (`The mount … is already exist, but the source path is not …`), and the
    mount table of PID 1 tells what is really mounted there: device and root of the topmost mount, against the LUN that
    the PV names, or the staging mount.  `bind mount already exist on: …` of a raw block volume is said where no mount
    is, but a device node other than the staged one.
Not reported here
    `… is already exist` at INFO: a mount that is right.  A volume that could not be mounted for other reasons.
False alarms
    Drivers before V4.1.0 (but for V3.2.3) on Kubernetes 1.24 or newer take the right mount for a wrong one after each
    restart of the kubelet: then the device is the same, nothing is unmounted, and an upgrade is the remedy.
Remedy
    Another device, and the pod is gone or does not run: each wrong layer is unmounted, from the top, while a guard sees
    the same device there and no process of the pod.  Another device under a running pod: never unmounted; the pod is
    made anew, for what it wrote lies in the other volume.  The right device: a pod that runs is left alone.  A device
    node: a human looks where it leads, and removes it while the pod does not run.
Source
    Huawei CSI FAQ, case 7; eSDK_K8S_Plugin, connector/utils/mount.go (BindMountRawBlockDevice); recorded on a real
    kernel: mountpoint.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import ClusterNodes, PersistentVolumes, Pods
from analyzer.facts.device_mapper import DmDevices
from analyzer.facts.driver import Driver, DriverVersion
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import Mounts
from analyzer.facts.kubelet_volumes import KUBELET_ROOT
from analyzer.facts.logs import Signals
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import node_rule
from analyzer.rules.hearing import unheard
from analyzer.rules.mounts import mount_said as said
from analyzer.rules.mounts import mount_steps as steps
from analyzer.rules.mounts.occupied import Held, Occupied, Seen, occupied, seen
from analyzer.rules.mounts.stack import repeated
from analyzer.rules.mounts.users import Users, users
from analyzer.runbook import Step
from analyzer.texts import Text, lines

RULE = "mount-point-occupied"
QUOTED = 2


@node_rule(RULE, Severity.ERROR, said.TITLE)
def mount_point_occupied(
    node: str,
    failures: VolumeFailures | Unknown,
    signals: Signals | Unknown,
    mounts: Mounts | Unknown,
    dms: DmDevices | Unknown,
    volumes: PersistentVolumes | Unknown,
    pods: Pods | Unknown,
    driver: Driver | Unknown,
    nodes: ClusterNodes | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    told = occupied(failures, signals, volumes, mounts)
    version = None if isinstance(driver, Unknown) else driver.version_on(node)
    for one in told:
        found, who = seen(one, mounts, volumes, dms), users(one, node, volumes, pods)
        if _is_over(found, who):
            continue
        if (gap := _gap(found, who, mounts, pods)) is not None:
            yield Inconclusive(RULE, node, (gap,))
        elif found.held is Held.RIGHT:
            yield _false_alarm(node, one, found, who, version, _kubelet(node, nodes), bindings)
        elif found.held is Held.WRONG:
            yield _wrong(node, one, found, who, mounts, bindings)
        elif one.is_node:
            yield _device_node(node, one, found, bindings)
        else:
            yield _undecided(node, one, found, mounts, bindings)
    if not told:
        yield from unheard(RULE, node, failures)


def _is_over(found: Seen, who: Users) -> bool:
    """Nobody wants the place any more, and no wrong source lies there; or it is free, and its pod runs."""
    if found.held is Held.NOTHING and who.runs:
        return True
    return found.held in (Held.NOTHING, Held.RIGHT) and who.is_gone


def _gap(found: Seen, who: Users, mounts: Mounts | Unknown, pods: Pods | Unknown) -> Unknown | None:
    """What is missing where an old line in a log is all there is."""
    if isinstance(mounts, Unknown) and who.is_gone:
        return mounts
    if isinstance(pods, Unknown) and found.held is Held.NOTHING:
        return pods
    return None


def _kubelet(node: str, nodes: ClusterNodes | Unknown) -> str:
    items = () if isinstance(nodes, Unknown) else nodes.items
    return next((one.kubelet_version for one in items if one.name == node), "")


def _finding(
    node: str,
    one: Occupied,
    found: Seen,
    severity: Severity,
    certainty: Certainty,
    cause: Text,
    bindings: Bindings | Unknown,
    title: Text = said.TITLE,
) -> Finding:
    quoted = (*one.spans[:QUOTED], *(mount.span for mount in (*found.stack, *found.wanted)))
    return Finding(
        rule=RULE,
        severity=severity,
        certainty=certainty,
        nodes=(node,),
        subject=f"mount:{one.target or one.pv or 'unknown'}",
        title=title,
        cause=cause,
        evidence=tuple(Evidence.of(node, span) for span in dict.fromkeys(quoted)),
        affects=users_of_volumes(bindings, {one.pv}),
        kind=None if title == said.TITLE else title,
    )


def _false_alarm(
    node: str,
    one: Occupied,
    found: Seen,
    who: Users,
    version: DriverVersion | None,
    kubelet: str,
    bindings: Bindings | Unknown,
) -> Finding:
    is_old = said.mistakes(version, kubelet)
    certainty = Certainty.CONFIRMED if is_old else Certainty.LIKELY
    cause = lines(
        said.SAME.fill(point=one.target, source=found.stack[0].source, dev=found.stack[0].dev_t),
        (said.OLD_DRIVER if is_old else said.NOT_OLD).fill(
            version=version.text if version else "?", kubelet=kubelet or "?"
        ),
        said.NO_UMOUNT,
    )
    told = _finding(node, one, found, Severity.WARNING, certainty, cause, bindings, said.TITLE_SAME)
    waits = steps.leave(who.pods) if who.runs else steps.anew(who.pods, one.pv)
    return steps.mended(told, (*steps.upgrade(is_old), *waits))


def _wrong(
    node: str, one: Occupied, found: Seen, who: Users, mounts: Mounts | Unknown, bindings: Bindings | Unknown
) -> Finding:
    cause = said.wrong(one, found, who, () if isinstance(mounts, Unknown) else _elsewhere(one, found, mounts))
    severity = Severity.CRITICAL if who.runs else Severity.ERROR
    title = said.TITLE_RUNNING if who.runs else said.TITLE
    told = _finding(node, one, found, severity, Certainty.CONFIRMED, cause, bindings, title)
    return steps.mended(told, tuple(_remedy(node, one, found, who)))


def _elsewhere(one: Occupied, found: Seen, mounts: Mounts) -> tuple[str, ...]:
    """Where the same source is mounted: of whose volume it is, and where the kernel repeats it."""
    folder = one.kubelet_root or KUBELET_ROOT
    peers = (mount.mount_point for mount in repeated(mounts, found.wrong[0], folder))
    return tuple(dict.fromkeys(peers))


def _remedy(node: str, one: Occupied, found: Seen, who: Users) -> Iterator[Step]:
    if who.runs:
        yield steps.save_data(who.pods, one.pv)
        yield from steps.anew(who.pods, one.pv)
    elif who.is_known and one.pod_uid:
        yield from steps.unmounted(node, one, found.wrong)
        yield from steps.see(who.pods)
    elif who.pods:
        yield from steps.anew(who.pods, one.pv)
    else:
        yield steps.look(node, one.target)
        yield steps.by_hand(node, one)


def _device_node(node: str, one: Occupied, found: Seen, bindings: Bindings | Unknown) -> Finding:
    cause = lines(said.NODE.fill(point=one.target, pv=one.pv or "?"), said.NODE_TRIES)
    told = _finding(node, one, found, Severity.ERROR, Certainty.LIKELY, cause, bindings, said.TITLE_NODE)
    return steps.mended(told, steps.device_node(node, one))


def _undecided(
    node: str, one: Occupied, found: Seen, mounts: Mounts | Unknown, bindings: Bindings | Unknown
) -> Finding:
    if isinstance(mounts, Unknown):
        why = said.NO_TABLE.fill(status=mounts.status.value)
    elif found.held is Held.NOTHING:
        why = said.NOT_ON_HOST
    else:
        why = said.NO_WANTED.fill(wanted=one.wanted or "?")
    cause = lines(said.REFUSED.fill(point=one.target or one.pv or "?", actual=one.actual or "?"), why)
    told = _finding(node, one, found, Severity.ERROR, Certainty.POSSIBLE, cause, bindings)
    return steps.mended(told, tuple(steps.decide(node, one, found.held is Held.NOTHING)))
