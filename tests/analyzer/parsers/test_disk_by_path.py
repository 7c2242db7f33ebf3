"""ls 9.1 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.disk_by_path import parse

IQN = "iqn.2006-08.com.huawei:oceanstor:2102350bsb10lab"
TEXT = f"""\
total 0
lrwxrwxrwx 1 root root 9 Nov 22 15:42 ip-10.10.1.1:3260-iscsi-{IQN}-lun-1 -> ../../sdf
lrwxrwxrwx 1 root root 9 Nov 22 14:37 pci-0000:00:06.0 -> ../../vda
"""


def test_a_lun_behind_a_portal() -> None:
    link = parse(TEXT).links[0]
    assert (link.name, link.target) == (f"ip-10.10.1.1:3260-iscsi-{IQN}-lun-1", "sdf")


def test_a_lun_behind_a_fibre_channel_port() -> None:  # composed: systemd 219, path_id of a FC remote port
    text = "lrwxrwxrwx. 1 root root 9 Nov 22 14:37 pci-0000:05:00.0-fc-0x2018f898efcf0d01-lun-300 -> ../../sdab\n"
    assert parse(text).links[0].target == "sdab"


def test_an_empty_folder() -> None:
    assert parse("total 0\n").links == ()


@pytest.mark.parametrize("text", [TEXT[:-1], TEXT[:60] + "\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
