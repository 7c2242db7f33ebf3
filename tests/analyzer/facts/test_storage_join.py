"""What a disk is, joined from what its transport, its live answer and sysfs say."""

from __future__ import annotations

import pytest

from analyzer.facts import Unknown
from analyzer.facts.block import (
    BlockDevice,
    BlockDevices,
    LiveIdentities,
    LiveIdentity,
    LunReports,
    Opener,
    Openers,
    ReportedLuns,
    UnitState,
    UnitStates,
)
from analyzer.facts.device_mapper import DmDevice, DmDevices, DmStatus, DmStatuses
from analyzer.facts.logs import SignalHit, Signals
from analyzer.facts.storage import Disk, DiskState, NodeStorage, Transport
from analyzer.facts.storage_join import assemble
from analyzer.facts.transport import FcPort, FcPorts, IscsiSession, IscsiSessions
from bundle.capture import Status
from tests.analyzer import dead_storage as given

SILENT = LiveIdentity("sdb", None, 1, given.span("scsi_id"))
HUNG = LiveIdentity("sdb", None, None, given.span("scsi_id"))
CRASHED = LiveIdentity("sdb", None, 143, given.span("scsi_id"))


def answers(wwid: str) -> LiveIdentity:
    return LiveIdentity("sdb", wwid, 0, given.span("scsi_id"))


def joined(*facts: object, disks: tuple[BlockDevice, ...] = (given.block("sdb"),)) -> Disk:
    storage = assemble({BlockDevices: BlockDevices(disks), **{type(fact): fact for fact in facts}})
    assert isinstance(storage, NodeStorage)
    return storage.bare_disks[0]


def session(state: str) -> IscsiSessions:
    return IscsiSessions((IscsiSession("session11", 2, state, "iqn.example", given.span("sysfs_iscsi")),))


@pytest.mark.parametrize(
    ("live", "session_state", "sysfs", "expected"),
    [
        (SILENT, "LOGGED_IN", {}, DiskState.GONE),
        (SILENT, "FREE", {}, DiskState.UNREACHABLE),
        (SILENT, "LOGGED_IN", {"state": "transport-offline"}, DiskState.UNREACHABLE),
        (SILENT, "LOGGED_IN", {"state": "blocked"}, DiskState.UNREACHABLE),
        (SILENT, "LOGGED_IN", {"access_state": "unavailable"}, DiskState.UNKNOWN),
        (HUNG, "LOGGED_IN", {}, DiskState.UNKNOWN),
        (CRASHED, "LOGGED_IN", {}, DiskState.UNKNOWN),
        (answers(given.WWID), "LOGGED_IN", {}, DiskState.ALIVE),
        (answers(given.WWID), "LOGGED_IN", {"access_state": "unavailable"}, DiskState.ALIVE),
        (answers("3618cf24100f8f457017a764c000002a0"), "LOGGED_IN", {}, DiskState.OTHER_LUN),
        (answers("0QEMU_QEMU_HARDDISK_1"), "LOGGED_IN", {"wwid": "t10.QEMU 1"}, DiskState.ALIVE),
    ],
)
def test_a_disk_is_judged_by_its_transport_and_its_own_answer(
    live: LiveIdentity, session_state: str, sysfs: dict[str, object], expected: DiskState
) -> None:
    disk = joined(LiveIdentities((live,)), session(session_state), disks=(given.block("sdb", **sysfs),))
    assert disk.state is expected


def test_a_silent_disk_whose_session_is_unknown_is_not_called_gone() -> None:
    assert joined(LiveIdentities((SILENT,))).state is DiskState.UNKNOWN


def test_a_disk_never_asked_is_not_called_gone() -> None:
    assert joined(session("LOGGED_IN")).state is DiskState.UNKNOWN


def test_without_sysfs_nothing_is_known() -> None:
    missing = Unknown("sysfs_block", Status.TIMEOUT, "no answer")
    assert assemble({BlockDevices: missing}) is missing


@pytest.mark.parametrize(
    ("host_state", "remote_state", "expected"),
    [("Online", "Online", Transport.UP), ("Online", "Blocked", Transport.DOWN), ("Linkdown", "Online", Transport.DOWN)],
)
def test_fibre_channel_is_up_only_when_both_ports_are(host_state: str, remote_state: str, expected: Transport) -> None:
    host = FcPort(2, "host2", "0x21", host_state, None, None, given.span("sysfs_fc"))
    remote = FcPort(2, "rport-2:0-0", "0x20080022a10bc14f", remote_state, "FCP Target", 0, given.span("sysfs_fc"))
    disk = joined(FcPorts((host,), (remote,)), disks=(given.block("sdb", session=None),))
    assert (disk.transport, disk.target) == (expected, "20080022a10bc14f")


def test_sense_25_00_is_the_arrays_denial() -> None:
    unit = UnitState("sdb", False, "Illegal Request", "Logical unit not supported", None, 5, given.span("sg_turs"))
    assert joined(UnitStates((unit,))).refusals == (unit.span,)


def test_the_kernels_line_counts_only_for_the_same_name_at_the_same_address() -> None:
    def hit(hctl: str) -> Signals:
        fields = (("hctl", hctl), ("device", "sdb"))
        spans = (given.span("kernel_log"),)
        return Signals((SignalHit("kernel-lun-not-supported", fields, 1, "", "", spans),), ("kernel_log",))

    assert joined(hit("2:0:0:2")).refusals
    assert not joined(hit("9:0:0:9")).refusals


def report(luns: tuple[int, ...]) -> tuple[LunReports, tuple[BlockDevice, ...]]:
    neighbour = given.block("sdc", hctl="2:0:0:1")
    return LunReports((ReportedLuns("sdc", luns, given.span("sg_luns")),)), (given.block("sdb"), neighbour)


def test_report_luns_of_the_same_target_denies_a_lun_it_does_not_list() -> None:
    denied, disks = report((1,))
    listed, _ = report((1, 2))
    assert joined(denied, disks=disks).refusals
    assert not joined(listed, disks=disks).refusals


def test_a_flat_lun_number_is_found_in_either_spelling() -> None:
    luns, _ = report((256,))
    disks = (given.block("sdb", hctl=f"2:0:0:{0x4000 + 256}"), given.block("sdc", hctl="2:0:0:1"))
    assert not joined(luns, disks=disks).refusals


def test_an_opener_of_a_node_made_anew_is_an_opener_of_the_map() -> None:
    dm = given.block("dm-1", dm_name="mpathb", dm_uuid=f"mpath-{given.WWID}", slaves=("sdb",))
    opener = Opener(7, "/dev/dm-1 (deleted)", "dd", given.span("block_openers"))
    storage = assemble({BlockDevices: BlockDevices((given.block("sdb"), dm)), Openers: Openers((opener,))})
    assert isinstance(storage, NodeStorage)
    assert storage.maps[0].openers == (opener,)


def test_a_map_over_nvme_is_left_alone_and_not_taken_for_one_without_paths() -> None:
    dm = given.block("dm-1", dm_name="mpathn", dm_uuid="mpath-eui.71007999008c2f30", slaves=("nvme0n1",))
    assert assemble({BlockDevices: BlockDevices((dm,))}) == NodeStorage((), ())


def test_a_map_without_any_path_left_is_still_a_map() -> None:
    dm = given.block("dm-1", dm_name="mpathb", dm_uuid=f"mpath-{given.WWID}")
    storage = assemble({BlockDevices: BlockDevices((dm,))})
    assert isinstance(storage, NodeStorage)
    assert [one.wwid for one in storage.maps] == [given.WWID]


@pytest.mark.parametrize(
    ("sense", "ready", "error", "state"),
    [
        ("Logical unit not supported", False, None, DiskState.GONE),
        (None, True, None, DiskState.UNKNOWN),
        (None, False, "No such device or address", DiskState.UNKNOWN),
        ("Logical unit not ready, cause not reportable", False, None, DiskState.UNKNOWN),
    ],
)
def test_a_second_answer_that_is_no_denial_contradicts_the_silence(
    sense: str | None, ready: bool, error: str | None, state: DiskState
) -> None:
    unit = UnitState("sdb", ready, None, sense, error, 1, given.span("sg_turs"))
    assert joined(LiveIdentities((SILENT,)), session("LOGGED_IN"), UnitStates((unit,))).state is state


def test_a_path_that_only_another_witness_shows_is_told() -> None:
    device = given.block("dm-1", dev_t="253:1", dm_name="mpathb", dm_uuid=f"mpath-{given.WWID}", slaves=("sdb", "sdz"))
    info = DmDevice(
        "mpathb", f"mpath-{given.WWID}", 253, 1, 0, 1, "L--w", False, "dm-1", ("sdb", "sdy"), (), given.span("x")
    )
    status = DmStatus("mpathb", "multipath", (("8:16", "F"), ("8:64", "A")), given.span("x"))
    blocks = BlockDevices((given.block("sdb"), device))
    storage = assemble({BlockDevices: blocks, DmDevices: DmDevices((info,)), DmStatuses: DmStatuses((status,))})
    assert isinstance(storage, NodeStorage)
    assert storage.maps[0].unseen == ("sdz", "sdy", "8:64")
