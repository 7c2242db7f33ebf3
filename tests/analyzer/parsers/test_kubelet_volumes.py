"""The kubelet's notes of staged volumes, old folder and new."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers import TextFile
from analyzer.parsers.kubelet_volumes import parse

CSI = "/var/lib/kubelet/plugins/kubernetes.io/csi"
NOTE = '{"driverName":"csi.huawei.com","volumeHandle":"fc-155.pvc-1"}'


def test_a_note_of_kubernetes_1_24_and_newer_names_driver_and_handle():
    (one,) = parse((TextFile(f"{CSI}/csi.huawei.com/7a3b/vol_data.json", NOTE),)).volumes
    assert (one.driver, one.handle, one.pv, one.is_by_pv) == ("csi.huawei.com", "fc-155.pvc-1", "", False)
    assert one.kubelet_root == "/var/lib/kubelet"


def test_a_note_of_an_older_kubelet_names_the_pv_by_its_folder():
    (one,) = parse((TextFile(f"{CSI}/pv/pvc-1/vol_data.json", NOTE),)).volumes
    assert (one.pv, one.is_by_pv) == ("pvc-1", True)


def test_the_pv_is_named_in_the_note_where_it_is():
    (one,) = parse((TextFile(f"{CSI}/x/y/vol_data.json", '{"specVolID":"pvc-1","volumeHandle":"a.b"}'),)).volumes
    assert one.pv == "pvc-1"


@pytest.mark.parametrize("text", ["", NOTE[:-1], "[]", '{"driverName":1}', "[" * 100_000])
def test_a_note_that_is_cut_off_is_refused(text: str):
    with pytest.raises(ParseError):
        parse((TextFile(f"{CSI}/x/y/vol_data.json", text),))


def test_no_note_is_no_volume():
    assert parse(()).volumes == ()
