"""dmsetup 1.02.185 (LVM2 2.03.16) printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.dmsetup_info import parse

MAP = "mpathb|mpath-3618cf24100f8f457015a764c000001f7|253|1|1|1|L--w|Active|dm-1|sde,sdb|vgdata-lvdata\n"
LVM_UUID = "LVM-ut41A3JVJUiFs3bvuLwL82JBl6IH10KegCJtOXsGxpI2qUZZe2Xcb5wivsVwbReE"
VOLUME = f"vgdata-lvdata|{LVM_UUID}|253|3|1|1|L--w|Active|dm-3|dm-1|\n"


def test_a_map_with_a_volume_on_it() -> None:
    found, volume = parse(MAP + VOLUME).devices
    assert (found.dm, found.dev_t, found.wwid, found.open_count) == (
        "dm-1",
        "253:1",
        "3618cf24100f8f457015a764c000001f7",
        1,
    )
    assert (found.uses, found.used_by) == (("sde", "sdb"), ("vgdata-lvdata",))
    assert (volume.wwid, volume.uses, volume.used_by) == (None, ("dm-1",), ())


def test_a_suspended_map() -> None:
    assert parse(MAP.replace("L--w|Active", "L-sw|Suspended")).devices[0].suspended


def test_a_map_whose_paths_are_all_gone_stands_on_nothing() -> None:
    assert parse(MAP.replace("sde,sdb", "")).devices[0].uses == ()


@pytest.mark.parametrize("text", ["No devices found\n", "No devices found\nNo devices found\n", ""])
def test_no_device(text: str) -> None:
    assert parse(text).devices == ()


def test_a_uuid_with_blanks_is_kept_verbatim() -> None:  # composed: WWIDs of getuid_callout, multipath-tools 0.4.9
    uuid = "mpath-1ATA     QEMU HARDDISK   QM00001"
    assert parse(MAP.replace("mpath-3618cf24100f8f457015a764c000001f7", uuid)).devices[0].uuid == uuid


@pytest.mark.parametrize(
    "text",
    [MAP[:-1], MAP[:60], "No devices found\n" + MAP, MAP.replace("|253|", "|x|"), MAP.replace("Active", "Suspended")],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
