"""LVM2 2.03.16 printed the texts without a note, here with fewer columns."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.lvm_pvs import parse

TEXT = """\
  {
      "report": [
          {
              "pv": [
                  {"pv_name":"/dev/mapper/mpathb", "vg_name":"vgdata", "devices":"/dev/mapper/mpathb(0)"},
                  {"pv_name":"/dev/mapper/mpathb", "vg_name":"vgdata", "devices":""},
                  {"pv_name":"/dev/sdx", "vg_name":"", "devices":""}
              ]
          }
      ]
  }
"""


def test_a_volume_of_two_segments_stands_once() -> None:
    volumes = parse(TEXT).volumes
    assert [(volume.device, volume.volume_group) for volume in volumes] == [
        ("/dev/mapper/mpathb", "vgdata"),
        ("/dev/sdx", ""),
    ]
    assert [volume.span.first_line for volume in volumes] == [5, 7]


def test_warnings_before_the_report() -> None:  # composed: LVM2 2.02 and 2.03 with both streams in one
    warning = "  WARNING: Device for PV 3kY not found or rejected by a filter.\n  /dev/mapper/mpatha: read failed\n"
    assert parse(warning + TEXT).volumes[0].span.first_line == 7


def test_no_volume() -> None:
    assert parse('{"report": [{"pv": []}]}\n').volumes == parse("").volumes == ()


def test_a_report_with_a_log() -> None:  # composed: LVM2 with log/report_command_log=1
    assert parse('{"report": [{"pv": []}], "log": [{"log_seq_num": "1"}]}').volumes == ()


@pytest.mark.parametrize("text", [TEXT[:200], "  WARNING: only\n", '{"report": [{"pv": [{}]}]}', "{}"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
