"""Which volumes the cluster wants where."""

from __future__ import annotations

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings, assemble, bind
from analyzer.facts.claims import PersistentVolumeClaim
from analyzer.facts.cluster import (
    PersistentVolume,
    Pod,
    PublishInfo,
    StorageBackend,
    VolumeAttachment,
    VolumeAttachments,
)
from bundle.capture import Status
from tests.analyzer import dead_storage as given

SAN = PublishInfo(given.WWN, "", ("iqn.example",), ("192.0.2.20:3260",), (), ("1",))
NFS = PublishInfo("", "", (), (), (), ())


def attachment(info: PublishInfo | None, pv: str = "pvc-1", driver: str = "csi.huawei.com") -> VolumeAttachment:
    span = given.span("cluster/volumeattachments.json")
    return VolumeAttachment("csi-1", driver, "worker-1", pv, True, False, info, "", "", span)


def volume(wwn: str = given.WWN) -> PersistentVolume:
    span = given.span("cluster/persistentvolumes.json")
    return PersistentVolume("pvc-1", "csi.huawei.com", "b.pvc-1", wwn, "Filesystem", (), "shop", "data", "Bound", span)


def pod(phase: str = "Running", node: str = "worker-1") -> Pod:
    return Pod("shop", "app-0", "u", node, phase, ("data",), False, (), given.span("cluster/pods.json"))


def bound(
    *attachments: VolumeAttachment, volumes: tuple[PersistentVolume, ...] = (), pods: tuple[Pod, ...] = ()
) -> Bindings:
    return bind(attachments, volumes, pods, (given.node(),))


def test_an_attachment_binds_the_wwn_of_its_publish_info() -> None:
    assert [one.node for one in bound(attachment(SAN)).of(given.WWN)] == ["worker-1"]


def test_an_attachment_without_publish_info_takes_the_wwn_of_its_volume() -> None:
    assert bound(attachment(None), volumes=(volume(),)).of(given.WWN)


def test_an_attachment_that_names_no_lun_at_all_is_a_doubt() -> None:
    assert bound(attachment(None)).doubts_on("worker-1")


def test_an_nfs_attachment_is_no_doubt() -> None:
    assert not bound(attachment(NFS)).doubts


def test_an_attachment_of_another_driver_is_no_doubt() -> None:
    assert not bound(attachment(None, driver="ebs.csi.aws.com")).doubts


def test_a_pod_binds_its_volume_to_its_node_and_a_finished_one_does_not() -> None:
    assert bound(volumes=(volume(),), pods=(pod(),)).of(given.WWN)
    assert not bound(volumes=(volume(),), pods=(pod("Succeeded"),)).of(given.WWN)


def doubts(driver: str | None = "csi.huawei.com", **more: object) -> list[str]:
    """Of a pod here whose volume's PV tells no WWN."""
    given_volumes = more.pop("volumes", (volume(""),))
    told = bind((), given_volumes, (pod(),), (given.node(),), driver=driver, **more)  # type: ignore[arg-type]
    return [one.name for one in told.doubts_on("worker-1")]


def test_a_pod_whose_volume_tells_no_wwn_is_a_doubt() -> None:
    assert doubts() == ["Pod shop/app-0"]


def test_a_pod_with_a_share_is_no_doubt() -> None:
    backend = StorageBackend("b", "nfs", "oceanstor-nas", True, (), given.span("x"))
    assert doubts(backends=(backend,)) == []


def test_a_pod_with_a_bound_claim_whose_volume_is_not_listed_is_a_doubt() -> None:
    claim = PersistentVolumeClaim(
        "shop", "data", "Bound", "", "pvc-9", "Filesystem", "", "", "", False, given.span("x")
    )
    assert doubts(volumes=(), asked=(claim,)) == ["Pod shop/app-0"]
    assert doubts(volumes=(), asked=None) == ["Pod shop/app-0"]
    assert doubts(volumes=(), asked=()) == []


def test_while_the_drivers_name_is_not_known_any_attachment_without_publish_info_is_a_doubt() -> None:
    strange = attachment(None, driver="san.example.com")
    found = [bind((strange,), (), (), (), driver=name).doubts for name in ("csi.huawei.com", "san.example.com", None)]
    assert [bool(doubts) for doubts in found] == [False, True, True]


def test_a_node_whose_boot_the_cluster_does_not_tell_is_not_this_node() -> None:
    assert bind((), (), (), (given.node(boot_id=""),)).node("worker-1", given.BOOT) is None


def test_a_node_of_another_boot_is_not_this_node() -> None:
    bindings = bound(attachment(SAN))
    assert bindings.node("worker-1", given.BOOT)
    assert not bindings.node("worker-1", "00000000-0000-4000-8000-000000000000")


def test_half_of_the_objects_are_no_basis() -> None:
    missing = Unknown("pods", Status.DENIED, "forbidden")
    assert isinstance(assemble({VolumeAttachments: VolumeAttachments(()), Pod: missing}), Unknown)
