"""Notes of volumes that are neither attached nor there."""

from analyzer.facts.bindings import bind
from analyzer.facts.block import BlockDevices
from analyzer.facts.cluster import ClusterNode, PublishInfo, VolumeAttachment, VolumeAttachments
from analyzer.facts.host import DriverWwnFile, DriverWwnFiles
from analyzer.facts.ultrapath import VirtualLun, VirtualLuns
from analyzer.findings import Finding, Inconclusive, Severity
from analyzer.rules.storage.wwn_file_leftover import wwn_file_leftover as rule
from tests.analyzer import dead_storage
from tests.analyzer.rules import device_facts as given

PATH = "/var/lib/kubelet/plugins/csi.huawei.com/disks/san.vol-1.wwn"
NOTE = DriverWwnFiles((DriverWwnFile(PATH, "san.vol-1", given.WWN, given.SPAN),))


def judged(*attachments: VolumeAttachment, blocks: object = None, more: tuple[object, ...] = ()) -> list[object]:
    bound = bind(attachments, (given.VOLUME,), (), (given.NODE,))
    known = (NOTE, blocks or BlockDevices(()), bound, VolumeAttachments(attachments), *more)
    return list(given.judged(rule, *known))


def device(**names: object) -> BlockDevices:
    return BlockDevices((dead_storage.block("sdb", **names),))


def test_a_note_without_attachment_and_without_device_is_told_with_its_file():
    (finding,) = judged()
    assert isinstance(finding, Finding)
    assert (finding.severity, finding.steps, PATH in finding.cause.en) == (Severity.INFO, (), True)


def test_a_note_of_an_attached_volume_is_as_it_should_be():
    assert judged(given.attached()) == []


def test_an_attached_volume_without_a_wwn_is_known_by_its_handle():
    assert judged(given.attached(PublishInfo("", "", (), (), (), ()))) == []


def test_a_device_that_is_still_there_is_anothers_finding():
    assert judged(blocks=device(wwid=f"naa.{given.WWN}")) == []
    assert judged(blocks=device(wwid=None, dm_uuid=f"mpath-3{given.WWN}")) == []


def test_a_virtual_lun_of_ultrapath_is_a_device():
    row = VirtualLun("1", "deleted", "v", given.WWN, "Fault", "0/2", given.SPAN)
    assert judged(more=(VirtualLuns((row,)),)) == []


def test_a_node_the_cluster_does_not_know_in_this_boot_is_not_judged():
    other = ClusterNode("n1", "n1", (), "True", "another-boot", "v1.29.4", given.SPAN)
    assert judged(more=(given.bound(nodes=(other,)),)) == []


def test_without_the_devices_it_cannot_know():
    (gap,) = given.judged(rule, NOTE, VolumeAttachments(()), given.bound())
    assert isinstance(gap, Inconclusive)
