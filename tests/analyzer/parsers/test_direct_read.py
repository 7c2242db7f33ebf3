"""One block from each dead device: bytes are what counts, not the exit code."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.direct_read import parse


def test_a_dead_disk_may_end_well_with_nothing():
    failed, empty = parse("/dev/mapper/mpathb rc=1 bytes=0\n/dev/sdb rc=0 bytes=0\n").reads
    assert [(one.device, one.exit_code, one.read_bytes) for one in (failed, empty)] == [
        ("/dev/mapper/mpathb", 1, 0),
        ("/dev/sdb", 0, 0),
    ]


def test_a_device_that_lives_gives_its_block():
    (read,) = parse("/dev/mapper/mpathb rc=0 bytes=4096\n").reads
    assert (read.read_bytes, read.span.first_line) == (4096, 1)


def test_a_read_that_hangs_has_no_exit_code():
    assert parse("/dev/sdb rc=124 bytes=0\n").reads[0].exit_code is None


@pytest.mark.parametrize("text", ["/dev/sdb rc=1 bytes=0", "/dev/sdb rc=1\n", "dd: failed\n"])
def test_a_line_of_another_form_or_cut_off_is_an_error(text: str):
    with pytest.raises(ParseError):
        parse(text)
