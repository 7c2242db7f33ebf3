import pytest

from analyzer.facts import ParseError
from analyzer.parsers.driver_wwn_files import parse

FOLDER = "/var/lib/kubelet/plugins/csi.huawei.com/disks"
TEXT = f"{FOLDER}/backend.pvc-1.wwn:618cf24100f8f457014a764c000001f6\n"


def test_a_staged_volume() -> None:
    (found,) = parse(TEXT).files
    assert (found.volume, found.wwn) == ("backend.pvc-1", "618cf24100f8f457014a764c000001f6")
    assert found.path == f"{FOLDER}/backend.pvc-1.wwn"


def test_no_staged_volume() -> None:
    assert parse("").files == ()


@pytest.mark.parametrize("text", [TEXT[:-1], TEXT + TEXT, f"{FOLDER}/backend.pvc-1\n", f"{FOLDER}/pvc.wwn:a b\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
