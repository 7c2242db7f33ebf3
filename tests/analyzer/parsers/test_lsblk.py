"""util-linux 2.38.1 printed the texts without a note, here with fewer columns."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.lsblk import parse

TEXT = """\
{
   "blockdevices": [
      {
         "name": "sdc",
         "kname": "sdc",
         "pkname": null,
         "type": "disk",
         "mountpoints": [
             null
         ],
         "state": "running",
         "children": [
            {
               "name": "mpathc",
               "kname": "dm-2",
               "pkname": "sdc",
               "type": "mpath",
               "mountpoints": [
                   "/var/lib/kubelet/globalmount", "/mnt"
               ],
               "state": "running"
            }
         ]
      },{
         "name": "vda",
         "kname": "vda",
         "pkname": null,
         "type": "disk",
         "mountpoints": [
             "/"
         ],
         "state": null
      }
   ]
}
"""


def test_a_disk_a_map_on_it_and_a_disk_alone() -> None:
    disk, found, alone = parse(TEXT).devices
    assert (disk.name, disk.parent, disk.kind, disk.mount_points, disk.state) == ("sdc", None, "disk", (), "running")
    assert (found.kname, found.parent, found.kind) == ("dm-2", "sdc", "mpath")
    assert found.mount_points == ("/var/lib/kubelet/globalmount", "/mnt")
    assert (alone.mount_points, alone.state) == (("/",), None)


def test_each_device_quotes_its_own_lines() -> None:
    assert [(device.span.first_line, device.span.last_line) for device in parse(TEXT).devices] == [
        (4, 11),
        (14, 21),
        (25, 32),
    ]


def test_one_mount_point_and_no_kernel_names() -> None:  # composed: util-linux 2.27 to 2.36, one device a line
    text = """\
{
   "blockdevices": [
      {"name": "sdc", "type": "disk", "mountpoint": null,
         "children": [
            {"name": "mpathc", "type": "mpath", "mountpoint": "/mnt"}
         ]
      }
   ]
}
"""
    disk, found = parse(text).devices
    assert (found.kname, found.parent, found.mount_points, found.fs_type) == ("mpathc", "sdc", ("/mnt",), None)
    assert (disk.span.text, found.span.first_line) == (
        ('      {"name": "sdc", "type": "disk", "mountpoint": null,',),
        5,
    )


def test_no_device() -> None:
    assert parse("").devices == parse('{"blockdevices": []}\n').devices == ()


@pytest.mark.parametrize(
    "text",
    [TEXT[:400], "[]", '{"blockdevices": 1}', '{"blockdevices": [{"kname": "sda"}]}', "lsblk: failed\n", "[" * 99999],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)


def test_a_cut_off_answer_is_refused_with_its_line() -> None:
    with pytest.raises(ParseError) as refused:
        parse(TEXT[: TEXT.index('"vda"')])
    assert refused.value.line == 25
