"""The file system of a volume stopped after I/O errors, and stays stopped although the paths work again.

How we know
    The kernel said so of the volume's device after it was last mounted: `Aborting journal on device dm-N-8`,
    `Remounting filesystem read-only`, `XFS (dm-N): … shut down`.  Or it shows it: `emergency_ro` or `shutdown` among
    the options, a stat of the mount point that gives Input/output error, ext4's errors_count raised since the mount,
    `ro` among the options of a file system that was to be writable.  /proc/mounts is no witness: on a real kernel it
    went on saying rw of both ext4 and XFS.
Not reported here
    NFS.  Volumes that were asked for read-only.  A volume whose LUN was taken away (residual-multipath-map) or replaced
    (lun-id-reused).  While the paths still fail this is a consequence of array-unreachable, and told under it.
False alarms
    Names are used again: a line of the kernel is left out when its device was mounted or unmounted after it.  Error
    counters live on the volume until e2fsck clears them: those older than the mount, or than the boot, are left out,
    and a counter alone makes this no more than possible; so does `ro` alone.
Remedy
    Every pod that uses the volume on this node is made anew, so that it is unmounted here and mounted anew.  Neither a
    restart of the container nor `mount -o remount,rw` does that.  Only after the paths work again.
Source
    Huawei CSI FAQ, case 8; recorded on a real kernel: io_error.  Linux, fs/ext4/super.c, fs/xfs/xfs_fsops.c.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.block import BlockDevices
from analyzer.facts.cluster import PersistentVolumes, Pods
from analyzer.facts.device_mapper import DmDevices
from analyzer.facts.driver import Driver
from analyzer.facts.file_systems import Ext4ErrorCounts, MountStats
from analyzer.facts.host import Clock, Mounts
from analyzer.facts.logs import Signals
from analyzer.facts.storage import NodeStorage
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.rules import Cause, Through, node_rule
from analyzer.rules.filesystem import anew_steps, stopped_words
from analyzer.rules.filesystem.paths_below import Below, below
from analyzer.rules.filesystem.signs import Kind, Sign, errors_of, has_seen_the_mount, signs
from analyzer.rules.filesystem.volume_mounts import VolumeMount, pods_of, volume_mounts
from analyzer.texts import Text
from bundle.capture import Status

RULE = "volume-read-only-after-io-error"
QUOTED = 6

CONTRADICTED = frozenset({Kind.KERNEL})
SURE = frozenset({Kind.KERNEL, Kind.FLAG})


@node_rule(
    RULE,
    Severity.ERROR,
    Text(en="File system stopped after I/O errors", zh="I/O 错误后文件系统停止工作"),
    explained_by=(
        Cause("array-unreachable", through=Through.VOLUME),
        Cause("map-queues-forever", through=Through.VOLUME),
    ),
)
def volume_read_only_after_io_error(
    node: str,
    mounts: Mounts,
    volumes: PersistentVolumes | Unknown,
    driver: Driver | Unknown,
    blocks: BlockDevices | Unknown,
    dms: DmDevices | Unknown,
    storage: NodeStorage | Unknown,
    signals: Signals | Unknown,
    counts: Ext4ErrorCounts | Unknown,
    stats: MountStats | Unknown,
    clock: Clock | Unknown,
    pods: Pods | Unknown,
    bindings: Bindings | Unknown,
) -> Iterator[Finding | Inconclusive]:
    for mounted in volume_mounts(mounts, volumes, driver, blocks, dms):
        paths = below(mounted.device, storage)
        if mounted.is_asked_read_only or paths is Below.NOT_THIS_LUN:
            continue
        users = pods_of(mounted, node, pods)
        only_read = bool(users) and all(_reads_only(one.read_only_claims, mounted) for one in users or ())
        found = tuple(
            one for one in signs(mounted, signals, counts, stats, clock) if _tells(one, paths, only_read=only_read)
        )
        if not found:
            yield from _unsure(node, mounted, signals, counts, stats)
            continue
        certainty = _certainty(mounted, found, counts)
        yield Finding(
            rule=RULE,
            severity=Severity.WARNING if certainty is Certainty.POSSIBLE else Severity.ERROR,
            certainty=certainty,
            nodes=(node,),
            subject=f"pv:{mounted.pv}",
            title=stopped_words.title(mounted, certainty),
            cause=stopped_words.cause(node, mounted, found, paths, certainty, errors_of(mounted, counts)),
            evidence=tuple(dict.fromkeys(Evidence.of(node, span) for span in _quoted(mounted, found))),
            affects=users_of_volumes(bindings, {mounted.pv}),
            steps=anew_steps.steps(node, mounted, paths, users, certainty),
        )


def _reads_only(read_only_claims: tuple[str, ...], mounted: VolumeMount) -> bool:
    return mounted.volume is not None and mounted.volume.claim_name in read_only_claims


def _tells(sign: Sign, paths: Below, *, only_read: bool) -> bool:
    """While no path works any access fails, stopped or not; and who only reads may well have it read-only."""
    if sign.kind is Kind.STAT:
        return paths is not Below.FAILING
    return not (only_read and sign.kind in (Kind.READ_ONLY, Kind.ERRORS))


def _certainty(mounted: VolumeMount, found: tuple[Sign, ...], counts: Ext4ErrorCounts | Unknown) -> Certainty:
    kinds = {one.kind for one in found}
    errors = errors_of(mounted, counts)
    if kinds == CONTRADICTED and errors is not None and not errors.errors_count:
        return Certainty.LIKELY  # an abort is counted at the next write only
    if kinds & SURE:
        return Certainty.CONFIRMED
    if Kind.STAT in kinds or {Kind.ERRORS, Kind.READ_ONLY} <= kinds:
        return Certainty.LIKELY
    return Certainty.POSSIBLE


def _quoted(mounted: VolumeMount, found: tuple[Sign, ...]) -> Iterator[Span]:
    yield from (one.span for one in found[:QUOTED])
    yield mounted.mounts[0].span


def _unsure(
    node: str,
    mounted: VolumeMount,
    signals: Signals | Unknown,
    counts: Ext4ErrorCounts | Unknown,
    stats: MountStats | Unknown,
) -> Iterator[Inconclusive]:
    """That it still works must have been seen: by its counter or a stat, or in a log that saw it being mounted."""
    witness = stats if mounted.is_xfs else counts
    if not isinstance(witness, Unknown) or has_seen_the_mount(mounted, signals):
        return
    log = signals if isinstance(signals, Unknown) else Unknown("kernel_log", Status.ABSENT, ROTATED)
    yield Inconclusive(RULE, node, (witness, log))


ROTATED = "the kernel log does not reach back to when the volume was mounted"
