"""Records, counts, times and line numbers."""

from analyzer.facts.logs import SignalHit
from analyzer.signals.scan import DISTINCT_FIELDS, scan
from analyzer.signals.signal import SYSTEM_LOGS, Log

LOGIN = b"""\
2026-07-03 10:15:01.000001 28417 [INFO]: [requestID:3301746797] Gonna run shell cmd iscsiadm -m session.
2026-07-03 10:15:02.000002 28417 [WARNING]: [requestID:3301746797] Run shell cmd iscsiadm -m node -T ***-p \
10.1.1.1:3260 --login output: [Logging in to [iface: default, target: ***portal: 10.1.1.1,3260]
libkmod: kmod_module_insert_module: could not find module by name='iscsi_tcp'
iscsiadm: Could not insert module tcp. Kmod error -2
], error: [exit status 12]
2026-07-03 10:15:03.000003 28417 [INFO]: [requestID:3301746797] Run shell cmd failed.
"""


def driver(data: bytes) -> list[SignalHit]:
    return list(scan("files/var/log/huawei/huawei-csi-node", (Log.DRIVER,), data))


def kernel(data: bytes) -> list[SignalHit]:
    return list(scan("kernel_log", (Log.KERNEL,), data))


def refused(device: str, uptime: int) -> bytes:
    return f"[{uptime:5}.000000] sd 2:0:0:2: [{device}] Add. Sense: Logical unit not supported\n".encode()


def test_a_record_is_quoted_with_its_continuation_lines_and_where_it_stands():
    (hit,) = driver(LOGIN)
    (span,) = hit.spans
    assert (span.capture, span.first_line, span.last_line) == ("files/var/log/huawei/huawei-csi-node", 2, 5)
    assert span.text[0].startswith("2026-07-03 10:15:02")
    assert span.text[-1] == "], error: [exit status 12]"


def test_several_patterns_in_one_record_count_once():
    (hit,) = driver(LOGIN)
    assert hit.total == 1


def test_the_time_is_the_one_the_log_prints():
    (hit,) = driver(LOGIN + LOGIN.replace(b"10:15", b"11:16"))
    assert (hit.first, hit.last) == ("2026-07-03 10:15:02.000002", "2026-07-03 11:16:02.000002")


def test_hits_are_counted_by_their_fields_and_the_first_and_last_are_kept():
    hits = kernel(b"".join(refused(device, n) for n in range(100) for device in ("sdb", "sde")))
    assert [(hit.field("device"), hit.total, hit.first, hit.last) for hit in hits] == [
        ("sdb", 100, "0.000000", "99.000000"),
        ("sde", 100, "0.000000", "99.000000"),
    ]
    assert [span.first_line for span in hits[0].spans] == [1, 3, 197, 199]


def test_line_numbers_are_right_after_lines_without_hits():
    (hit,) = kernel(b"noise\n" * 12345 + refused("sdb", 1) + b"noise\n\n\n" + refused("sdb", 2))
    assert [span.first_line for span in hit.spans] == [12346, 12350]


def test_a_record_at_the_very_end_without_a_newline_is_whole():
    (hit,) = kernel(b"noise\n" + refused("sdb", 1).rstrip())
    assert hit.spans[0].text[0].endswith("not supported")


def test_a_record_whose_beginning_was_cut_off_is_still_a_hit():
    (hit,) = driver(b"rest of a line\nlibkmod: could not find module by name='iscsi_tcp'\n" + LOGIN[:60])
    assert hit.first == ""
    assert hit.spans[0].text == ("libkmod: could not find module by name='iscsi_tcp'",)


def test_windows_line_ends_are_no_part_of_the_quote():
    (hit,) = kernel(refused("sdb", 1).replace(b"\n", b"\r\n"))
    assert hit.spans[0].text[0].endswith("not supported")


def test_bytes_that_are_no_text_stay_visible():
    (hit,) = driver(b"2026-07-03 10:15:02.000002 1 [ERROR]: \xff\x00 Fibre Channel volume device not found.\n")
    assert r"\xff" in hit.spans[0].text[0]


def test_a_flood_of_different_fields_is_counted_without_them():
    hits = kernel(b"".join(f"[1.0] Buffer I/O error on dev dm-{n}, logical block 1\n".encode() for n in range(3_000)))
    assert len(hits) == DISTINCT_FIELDS + 1
    assert (hits[-1].fields, hits[-1].total) == ((), 3_000 - DISTINCT_FIELDS)


def test_a_giant_line_is_cut_in_the_quote():
    (hit,) = driver(b"2026-07-03 10:15:02.000002 1 [ERROR]: Fibre Channel volume device not found." + b"x" * 1_000_000)
    assert len(hit.spans[0].text[0]) < 3_000


def test_syslog_holds_the_lines_of_every_system_component():
    log = b"Nov 22 15:04:10 w kernel: sd 2:0:0:2: [sdb] Add. Sense: Logical unit not supported\n"
    log += b"Nov 22 15:04:11 w multipathd[1]: mpatha: remaining active paths: 0\n"
    hits = scan("files/var/log/syslog", SYSTEM_LOGS, log)
    assert [(hit.signal, hit.first) for hit in hits] == [
        ("kernel-lun-not-supported", "Nov 22 15:04:10"),
        ("multipathd-no-active-path", "Nov 22 15:04:11"),
    ]


def test_an_empty_log_has_no_hits():
    assert kernel(b"") == []
