"""`upadmin show vlun`: composed from what the driver's own parser reads; no output of a real host is at hand."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.upadmin_show_vlun import parse

RULE = "-" * 120 + "\n"
HEADINGS = (
    " Vlun ID  Disk     Name      Lun WWN                           Status  Capacity  Ctrl(Own/Work)  Array Name  "
    "Dev Lun ID  No. of Paths(Available/Total)\n"
)
WWN = "618cf24100f8f457014a764c000001f6"
NORMAL = f"    0     sdc      pvc-1     {WWN}  Normal  1.00GB    0B/0B           Huawei.Storage  60          2/2\n"
DELETED = (
    "    1     deleted  testDisk  618CF24100F8F457015A764C000001F7  Fault   1.00GB  0B/0B  Huawei.Storage  61  0/2\n"
)


def test_every_row_is_read_with_its_status_and_its_paths():
    normal, deleted = parse(RULE + HEADINGS + RULE + NORMAL + DELETED + RULE).luns
    assert (normal.id, normal.disk, normal.wwn, normal.status, normal.paths) == ("0", "sdc", WWN, "Normal", "2/2")
    assert (deleted.is_deleted, deleted.has_failed, deleted.wwn) == (True, True, "618cf24100f8f457015a764c000001f7")


@pytest.mark.parametrize("text", ["", HEADINGS, RULE + HEADINGS + RULE])
def test_no_row_is_no_virtual_lun(text: str):
    assert parse(text).luns == ()


@pytest.mark.parametrize(
    "text",
    [
        HEADINGS + NORMAL[:-1],  # cut off
        HEADINGS + NORMAL.replace("0B/0B", ""),  # nine cells
        HEADINGS + NORMAL.replace(WWN, "pvc"),
        NORMAL,  # without headings
        "There is some other message.\n",
    ],
)
def test_what_has_another_form_is_refused(text: str):
    with pytest.raises(ParseError):
        parse(text)
