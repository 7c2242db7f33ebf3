"""The law of removal, clause by clause: a dead map is removed, and one broken clause at a time forbids it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.facts import Unknown
from analyzer.facts.block import Opener
from analyzer.facts.host import DriverWwnFile, DriverWwnFiles
from analyzer.facts.multipath import DaemonMap
from analyzer.facts.storage import Disk, DiskState, StorageMap, Transport
from analyzer.guards import DiskIsDead, DiskIsFree, MapIsDead, MapIsFree
from analyzer.remedies.removal import Ground, remove_disk, remove_map
from analyzer.runbook import Effect, Phase, Step
from bundle.capture import Status
from tests.analyzer import dead_storage as given


def phases(steps: tuple[Step, ...]) -> list[Phase]:
    return [step.phase for step in steps]


def why_not_map(ground: Ground = given.GROUND, **changes: object) -> str:
    removal = remove_map(ground, given.dead_map(**changes))
    assert removal.steps == ()
    return "; ".join(obstacle.says.en for obstacle in removal.obstacles)


def why_not_disk(ground: Ground = given.GROUND, **changes: object) -> str:
    removal = remove_disk(ground, given.dead_disk(**changes))
    assert removal.steps == ()
    return "; ".join(obstacle.says.en for obstacle in removal.obstacles)


def with_first_disk(**changes: object) -> tuple[Disk, ...]:
    first, *rest = given.dead_map().disks
    return (replace(first, **changes), *rest)  # type: ignore[arg-type]


def grounds(**changes: object) -> Ground:
    return replace(given.GROUND, bindings=replace(given.BINDINGS, **changes))  # type: ignore[arg-type]


def test_a_proven_dead_map_is_flushed_and_then_each_of_its_paths_is_deleted() -> None:
    steps = remove_map(given.GROUND, given.dead_map()).steps
    assert phases(steps) == [Phase.FLUSH_MAP, Phase.DELETE_PATH, Phase.DELETE_PATH, Phase.CONFIRM]


def test_a_queueing_map_stops_queueing_before_it_is_flushed() -> None:
    steps = remove_map(given.GROUND, given.dead_map(queues=True)).steps
    assert phases(steps)[:2] == [Phase.STOP_QUEUEING, Phase.FLUSH_MAP]


def first_words(dead: StorageMap) -> tuple[str, ...]:
    command = remove_map(given.GROUND, dead).steps[0].command
    assert command is not None
    return command.argv[:2]


def test_multipathd_is_told_itself_since_it_takes_back_what_the_kernel_was_told() -> None:
    daemon = DaemonMap("mpathb", given.WWID, "dm-1", "immediate", "on", 0, "active", "300M", 1, given.span("x"))
    assert first_words(given.dead_map(queues=True, daemon=daemon)) == ("multipathd", "disablequeueing")


def test_without_multipathd_the_kernel_is_told() -> None:
    assert first_words(given.dead_map(queues=True)) == ("dmsetup", "message")


def test_the_flush_is_guarded_by_the_map_being_dead_and_free() -> None:
    flush = remove_map(given.GROUND, given.dead_map()).steps[0]
    assert flush.effect is Effect.DESTROYS
    assert {type(guard) for guard in flush.guards} >= {MapIsDead, MapIsFree}


def test_each_deletion_is_guarded_by_the_disk_being_dead_and_free() -> None:
    deletions = [one for one in remove_map(given.GROUND, given.dead_map()).steps if one.phase is Phase.DELETE_PATH]
    assert all({type(guard) for guard in one.guards} == {DiskIsDead, DiskIsFree} for one in deletions)


def test_no_step_names_the_map_by_its_kernel_number() -> None:
    for step in remove_map(given.GROUND, given.dead_map(queues=True)).steps:
        assert step.command is not None
        assert "dm-1" not in step.command.argv


# 0: the host


def test_nothing_is_removed_on_a_host_whose_boot_is_unknown() -> None:
    ground = replace(given.GROUND, host=Unknown("host", Status.TIMEOUT, "no answer"))
    assert "probe host gave no answer" in why_not_map(ground)


def test_nothing_is_removed_when_the_boot_id_has_a_strange_form() -> None:
    ground = replace(given.GROUND, host=replace(given.HOST, boot_id="$(reboot)"))
    assert "no command is built from" in why_not_map(ground)


# 1: taken away, not out of reach


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (DiskState.ALIVE, "the LUN is still there"),
        (DiskState.OTHER_LUN, "another LUN"),
        (DiskState.UNREACHABLE, "out of reach"),
        (DiskState.UNKNOWN, "not known"),
    ],
)
def test_a_map_with_one_path_not_proven_gone_is_kept(state: DiskState, says: str) -> None:
    assert says in why_not_map(disks=with_first_disk(state=state))


def test_a_map_whose_path_only_multipath_calls_failed_is_kept() -> None:
    assert "do not both call sdb failed" in why_not_map(disks=with_first_disk(kernel_state="A"))


def test_a_map_whose_path_only_the_kernel_calls_failed_is_kept() -> None:
    assert "do not both call sdb failed" in why_not_map(disks=with_first_disk(path=None))


def test_a_bare_disk_needs_the_arrays_own_denial_beside_its_silence() -> None:
    assert "no second witness" in why_not_disk(refusals=())


def test_a_bare_disk_out_of_reach_is_kept() -> None:
    assert "out of reach" in why_not_disk(state=DiskState.UNREACHABLE, transport=Transport.DOWN)


# 2: not wanted by the cluster


def test_a_map_attached_to_this_node_is_kept() -> None:
    assert "still wants it on this node" in why_not_map(grounds(bound=(given.bound_to("worker-1"),)))


def test_a_map_is_kept_when_an_attachment_of_this_node_does_not_say_its_lun() -> None:
    assert "does not say which LUN" in why_not_map(grounds(doubts=(given.bound_to("worker-1", ""),)))


def test_an_attachment_of_another_node_without_a_lun_forbids_nothing() -> None:
    assert remove_map(grounds(doubts=(given.bound_to("worker-2", ""),)), given.dead_map()).steps


def test_a_map_is_kept_when_the_cluster_objects_are_unknown() -> None:
    ground = replace(given.GROUND, bindings=Unknown("volumeattachments", Status.DENIED, "forbidden"))
    assert "volumeattachments were not collected" in why_not_map(ground)


def test_a_map_is_kept_when_the_cluster_knows_another_boot_of_this_node() -> None:
    other = given.node(boot_id="00000000-0000-4000-8000-000000000000")
    assert "knows no node worker-1 in this boot" in why_not_map(grounds(nodes=(other,)))


def test_a_map_is_kept_when_the_cluster_does_not_know_the_node() -> None:
    assert "knows no node worker-1" in why_not_map(grounds(nodes=(given.node("worker-9"),)))


# 3: held by nothing


def test_a_mounted_map_is_kept_and_its_mount_point_named() -> None:
    assert "mounted at /var/lib/pod/mount" in why_not_map(mounts=(given.mount("/var/lib/pod/mount"),))


def test_a_map_is_kept_when_the_mount_table_is_unknown() -> None:
    assert "mounted is not known" in why_not_map(mounts=None)


def test_a_map_under_another_device_is_kept() -> None:
    assert "held by dm-7" in why_not_map(device=replace(given.dead_map().device, holders=("dm-7",)))


def test_an_open_map_is_kept_and_the_process_named() -> None:
    opened = replace(given.dead_map().dm, open_count=1)  # type: ignore[type-var]
    opener = Opener(6556, "/dev/dm-1", "sh", given.span("block_openers"))
    assert "sh (pid 6556)" in why_not_map(dm=opened, openers=(opener,))


def test_an_open_map_is_kept_when_nobody_is_found_who_opened_it() -> None:
    opened = replace(given.dead_map().dm, open_count=1)  # type: ignore[type-var]
    assert "was not found" in why_not_map(dm=opened, openers=())


def test_readers_stuck_in_a_queueing_map_do_not_forbid_its_removal_since_they_end_with_the_queueing() -> None:
    opened = replace(given.dead_map().dm, open_count=1)  # type: ignore[type-var]
    stuck = (Opener(3665, "/dev/dm-1", "(udev-worker)", given.span("block_openers")),)
    dead = given.dead_map(queues=True, dm=opened, openers=stuck, stuck_openers=stuck)
    assert phases(remove_map(given.GROUND, dead).steps)[0] is Phase.STOP_QUEUEING


def test_a_map_opened_more_often_than_by_its_stuck_readers_is_kept() -> None:
    opened = replace(given.dead_map().dm, open_count=2)  # type: ignore[type-var]
    stuck = (Opener(3665, "/dev/dm-1", "(udev-worker)", given.span("block_openers")),)
    assert "is open (2)" in why_not_map(queues=True, dm=opened, openers=stuck, stuck_openers=stuck)


def test_a_swap_map_is_kept() -> None:
    assert "is swap" in why_not_map(is_swap=True)


def test_a_disk_under_a_device_is_kept() -> None:
    assert "held by dm-3" in why_not_disk(device=given.block("sdb", holders=("dm-3",)))


# 4: the array's, and the driver's


def test_a_map_of_another_vendor_is_kept() -> None:
    other = tuple(replace(disk, device=replace(disk.device, vendor="ATA")) for disk in given.dead_map().disks)
    assert "its vendor is ATA" in why_not_map(disks=other)


def test_a_map_that_no_object_of_the_driver_knows_is_kept() -> None:
    assert "nothing shows that" in why_not_map(grounds(known_wwns=frozenset(), bound=()))


def test_that_it_lies_on_the_drivers_array_does_not_make_it_the_drivers() -> None:
    target = given.dead_disk().target or ""
    assert "nothing shows that" in why_not_map(grounds(known_wwns=frozenset(), bound=(), iqns=frozenset({target})))


def test_a_map_whose_pv_is_gone_is_the_drivers_by_its_note_on_the_node() -> None:
    note = DriverWwnFile("/x.wwn", "pvc-1", given.WWN, given.span("driver_wwn_files"))
    ground = replace(grounds(known_wwns=frozenset(), bound=()), staged=DriverWwnFiles((note,)))
    assert remove_map(ground, given.dead_map()).steps


# what reaches a command


def test_a_map_with_a_strange_wwid_is_left_to_a_human() -> None:
    strange = "1ATA     QEMU HARDDISK"
    disks = tuple(replace(disk, device=replace(disk.device, wwid=strange)) for disk in given.dead_map().disks)
    ground = grounds(known_wwns=frozenset({strange}))
    assert "no command is built from" in why_not_map(ground, wwid=strange, disks=disks)


def beside(*others: Disk) -> Ground:
    return replace(given.GROUND, storage=given.storage(bare=others))


def test_while_another_disk_of_the_lun_answers_nothing_of_it_is_removed() -> None:
    alive = given.dead_disk("sdx", "4:0:0:2", state=DiskState.ALIVE)
    assert "sdx answers INQUIRY" in why_not_map(beside(alive))
    assert "sdx answers INQUIRY" in why_not_disk(beside(alive))


def test_while_another_disk_of_the_lun_is_in_use_nothing_of_it_is_removed() -> None:
    assert "mounted at /srv" in why_not_disk(beside(given.dead_disk("sdx", mounts=(given.mount("/srv"),))))


def test_a_disk_of_another_lun_does_not_matter() -> None:
    other = replace(given.block("sdx"), wwid="naa.618cf24100f8f457099a764c000009f9")
    assert remove_map(beside(given.dead_disk("sdx", device=other, state=DiskState.ALIVE)), given.dead_map()).steps


def test_a_path_that_remembers_another_volume_stops_the_removal_of_the_whole_map() -> None:
    other = replace(given.block("sdb"), wwid="naa.618cf24100f8f457099a764c000009f9")
    assert "remembers another volume" in why_not_map(disks=with_first_disk(device=other))


def test_a_map_that_was_renamed_while_it_was_asked_is_not_removed() -> None:
    info = given.dead_map().dm
    assert info is not None
    assert "more than one name (mpathb, mpathz)" in why_not_map(dm=replace(info, name="mpathz"))


def test_a_suspended_map_and_one_that_lvm_has_are_not_removed() -> None:
    assert "is suspended" in why_not_map(device=replace(given.dead_map().device, dm_suspended=True))
    assert "LVM physical volume" in why_not_map(volume_groups=(given.span("lvm_pvs"),))
    assert "LVM physical volume" in why_not_disk(volume_groups=(given.span("lvm_pvs"),))


def test_a_map_that_somebody_opened_after_dmsetup_counted_is_in_use() -> None:
    late = Opener(7001, "/dev/dm-1", "qemu-kvm", given.span("block_openers"))
    assert "qemu-kvm (pid 7001)" in why_not_map(openers=(late,))


def test_a_map_of_which_somebody_has_a_path_open_is_in_use() -> None:
    agent = Opener(2214, "/dev/sdb", "sg_persist", given.span("block_openers"))
    assert "sdb is open by sg_persist" in why_not_map(disks=with_first_disk(openers=(agent,)))


@pytest.mark.parametrize("hint", ["", "lun:2", "dev:/dev/mapper/mpathb", "dev:/dev/sdb"])
def test_a_pod_here_that_may_mean_it_stops_the_removal(hint: str) -> None:
    doubt = replace(given.bound_to("worker-1", ""), may_be=hint)
    ground = replace(grounds(doubts=(doubt,)), storage=given.storage(given.dead_map()))
    assert "does not say which LUN" in why_not_map(ground)


@pytest.mark.parametrize("hint", ["lun:3", "dev:/dev/mapper/mpathc"])
def test_a_pod_here_that_means_another_device_does_not_matter(hint: str) -> None:
    doubt = replace(given.bound_to("worker-1", ""), may_be=hint)
    ground = replace(grounds(doubts=(doubt,)), storage=given.storage(given.dead_map()))
    assert remove_map(ground, given.dead_map()).steps


def test_an_attachment_counts_under_whatever_name_the_cluster_has_for_this_boot() -> None:
    alias = given.node("worker-1.example.org")
    ground = grounds(nodes=(*given.BINDINGS.nodes, alias), bound=(given.bound_to("worker-1.example.org"),))
    assert "still wants it on this node" in why_not_map(ground)


def test_a_map_with_a_path_that_sysfs_does_not_show_is_not_removed() -> None:
    assert "sysfs does not show (sdz)" in why_not_map(unseen=("sdz",))


def test_two_descriptors_of_one_stuck_reader_are_one_opening() -> None:
    reader = Opener(5000, "/dev/dm-1", "(udev-worker)", given.span("block_openers"))
    twice = {"queues": True, "openers": (reader, reader), "stuck_openers": (reader, reader)}
    info = given.dead_map().dm
    assert info is not None
    assert "is open (2)" in why_not_map(dm=replace(info, open_count=2), **twice)


def test_a_disk_that_a_process_has_open_is_not_deleted() -> None:
    reader = Opener(4000, "/dev/sdb", "postgres", given.span("block_openers"))
    assert "postgres (pid 4000)" in why_not_disk(openers=(reader,))
    assert "not known" in why_not_disk(openers=None)


def test_multipathd_lets_go_of_a_disk_that_is_deleted() -> None:
    watcher = Opener(387, "/dev/sdb", "multipathd", given.span("block_openers"))
    assert remove_disk(given.GROUND, given.dead_disk(openers=(watcher,))).steps


def test_a_hostile_name_reaches_no_command_that_is_advised() -> None:
    device = replace(given.block("sdb"), name="sd`id`")
    removal = remove_disk(given.GROUND, given.dead_disk(device=device, refusals=(), openers=None))
    assert [obstacle.settle for obstacle in removal.obstacles if obstacle.settle and "id" in str(obstacle.settle)] == []


def test_a_silent_map_is_removed_only_if_its_way_to_the_array_is_shown_to_have_worked() -> None:
    silent = given.dead_map(disks=with_first_disk(refusals=()))
    assert "nothing shows that its way" in "; ".join(one.says.en for one in remove_map(given.GROUND, silent).obstacles)
    shown = given.dead_map(disks=with_first_disk(refusals=(), way_was_up=(given.span("scsi_id"),)))
    assert remove_map(given.GROUND, shown).steps
