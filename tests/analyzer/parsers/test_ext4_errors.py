"""Linux 6.1 printed the texts: an ext4 whose journal aborted (dm-2) beside a healthy one, with fewer attributes."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.ext4_errors import parse

TEXT = """\
/sys/fs/ext4/dm-2/errors_count:114
/sys/fs/ext4/vda/errors_count:0
/sys/fs/ext4/dm-2/warning_count:1
/sys/fs/ext4/vda/warning_count:0
/sys/fs/ext4/dm-2/first_error_time:1795362016
/sys/fs/ext4/vda/first_error_time:0
/sys/fs/ext4/dm-2/first_error_func:ext4_journal_check_start
/sys/fs/ext4/vda/first_error_func:
/sys/fs/ext4/dm-2/last_error_time:1795362061
/sys/fs/ext4/vda/last_error_time:0
"""


def test_a_file_system_with_errors_beside_one_without() -> None:
    counts = parse(TEXT)
    broken, whole = counts.file_systems
    assert (broken.device, broken.errors_count, broken.first_error_time, broken.last_error_time) == (
        "dm-2",
        114,
        1795362016,
        1795362061,
    )
    assert (broken.span.first_line, broken.span.last_line, len(broken.span.text)) == (1, 9, 3)
    assert (whole.device, whole.errors_count, whole.first_error_time) == ("vda", 0, 0)
    assert counts.of("dm-2") is broken
    assert counts.of("sdb") is None


def test_no_ext4_is_mounted() -> None:
    assert parse("").file_systems == ()


@pytest.mark.parametrize(
    "text",
    [
        TEXT[:-1],
        TEXT.rpartition("/sys")[0],
        TEXT.replace(":114", ":many"),
        TEXT + "/sys/fs/ext4/vda/errors_count:0\n",
        "grep: /sys/fs/ext4: Is a directory\n",
    ],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
