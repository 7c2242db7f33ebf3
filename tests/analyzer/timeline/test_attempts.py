"""One failed attempt is one moment: of the lines of one volume or one request, the cause is kept."""

from tests.analyzer.timeline.told import Node, finding, said, timeline

DRIVER = "files/var/log/huawei/huawei-csi-node"
RECORD = "2026-07-03 {time} 1 [ERROR]: [requestID:{request}] {said}\n"
MOUNT = "Exec mount command: [mount 192.0.2.155:/pvc-1 /x -o v] time out, try to kill this processes. Pid: [30211]."
STAGE = "Stage volume fc.pvc-1 error: timeout"
GAVE_UP = "Mounting 192.0.2.155:/pvc-1 took too long: the driver gave up and tried to kill the mount command"
NOT_READY = "The driver could not make volume pvc-1 ready (stage): timeout"


def log(*records: tuple[str, int, str]) -> Node:
    lines = (RECORD.format(time=time, request=request, said=text) for time, request, text in records)
    return Node("n1", {DRIVER: "".join(lines)})


def told(*records: tuple[str, int, str]) -> list[str]:
    return said(timeline(log(*records), findings=(finding("n1", rule="mount-timed-out"),)))


def test_the_cause_is_told_and_not_the_call_that_it_failed():
    assert told(("09:40:00.000000", 7, MOUNT), ("09:40:00.014000", 7, STAGE)) == [GAVE_UP]


def test_the_cause_of_one_request_has_the_volume_of_the_call():
    login = "Run shell cmd iscsiadm -p 192.0.2.1:3260 --login output: initiator reported error (24 - refused)"
    node = log(("09:40:00.000000", 7, login), ("09:40:01.000000", 7, STAGE))
    (one,) = (moment for moment in timeline(node).moments if moment.kind == "driver")
    assert (one.says.en, one.volumes) == ("The iSCSI login to 192.0.2.1:3260 failed: refused", ("pvc-1",))


def test_another_attempt_is_another_moment():
    assert told(("09:40:00.000000", 7, MOUNT), ("09:45:00.000000", 8, STAGE)) == [GAVE_UP, NOT_READY]


def test_another_volume_is_another_moment():
    other = "Stage volume pvc-2 error: timeout"
    assert len(told(("09:40:00.000000", 7, MOUNT), ("09:40:00.100000", 8, other))) == 2


def test_a_cause_that_names_nothing_stands_beside_the_call():
    nameless = "Fibre Channel volume device not found."
    assert told(("09:40:00.000000", 7, nameless), ("09:40:00.100000", 7, STAGE))[1] == NOT_READY


def test_a_call_that_failed_again_is_counted_with_its_cause():
    times = [f"09:4{number}:00.0{part}0000" for number in range(3) for part in (1, 2)]
    records = [(time, 7 + place // 2, (MOUNT, STAGE)[place % 2]) for place, time in enumerate(times)]
    assert told(*records) == [GAVE_UP]
