"""ls 9.1 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.disk_by_id import parse

TEXT = """\
total 0
lrwxrwxrwx 1 root root 10 Nov 22 15:43 dm-uuid-mpath-3618cf24100f8f457015a764c000001f7 -> ../../dm-1
lrwxrwxrwx 1 root root  9 Nov 22 15:42 scsi-1HUAWEI_XSG1:100f8f457014a764c000001f6 -> ../../sdf
"""


def test_links_of_a_map_and_of_a_disk() -> None:
    links = parse(TEXT).links
    assert [(link.name, link.target) for link in links] == [
        ("dm-uuid-mpath-3618cf24100f8f457015a764c000001f7", "dm-1"),
        ("scsi-1HUAWEI_XSG1:100f8f457014a764c000001f6", "sdf"),
    ]
    assert links[1].span.first_line == 3


def test_an_empty_folder() -> None:
    assert parse("total 0\n").links == ()


def test_the_year_of_an_old_link_busybox_and_an_escaped_blank() -> None:  # composed: ls of coreutils, busybox
    text = "lrwxrwxrwx    1 root     root             9 Nov 22  2025 ata-QEMU\\x20HARDDISK_QM00001 -> ../../sda\n"
    assert parse(text).links[0].name == "ata-QEMU\\x20HARDDISK_QM00001"


@pytest.mark.parametrize("text", [TEXT[:-1], TEXT[:-12] + "\n", "-rw-r--r-- 1 root root 0 Nov 22 15:42 file\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
