"""The driver in this cluster: its versions, compared by age, and what it was started with."""

import pytest

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import Container, Pod, Pods
from analyzer.facts.driver import Driver, DriverVersion, assemble
from analyzer.facts.workloads import CsiDriver, CsiDrivers
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("pods", Status.DENIED, "forbidden")


def pod(app: str, tag: str = "4.10.1", node: str = "n1", args: tuple[str, ...] = (), more: tuple[str, ...] = ()) -> Pod:
    names = ("huawei-csi-driver", *more)
    image = f"registry.example/huawei-csi:{tag}"
    containers = tuple(Container(name, image, args, True, 0, "", "", "") for name in names)
    labels = (("app", app),)
    return Pod("huawei-csi", f"{app}-x", "u", node, "Running", (), False, labels, SPAN, containers=containers)


def driver(*pods: Pod, objects: CsiDrivers | Unknown = UNKNOWN) -> Driver:
    found = assemble({Pods: Pods(pods), CsiDrivers: objects})
    assert isinstance(found, Driver)
    return found


def version(text: str) -> DriverVersion:
    found = DriverVersion.of(text)
    assert found is not None
    return found


@pytest.mark.parametrize("text", ["V4.0.0", "v4.7.0", "4.10", "4.10.1", "4.10.1-x86"])
def test_releases_with_the_fault_lie_between_its_first_and_last(text: str):
    assert version(text).is_between("4.0", "4.10")


@pytest.mark.parametrize("text", ["3.2.3", "V2.2.16", "4.11.0", "v4.12.0"])
def test_releases_before_and_after_do_not(text: str):
    assert not version(text).is_between("4.0", "4.10")


def test_ten_is_younger_than_nine_and_v2_2_5_1_than_v2_2_16():
    assert version("4.9.0") < version("4.10.0")
    assert version("V2.2.16") < version("V2.2.5.1") < version("V3.0.0")


@pytest.mark.parametrize("text", ["latest", "sha256", ""])
def test_what_is_no_release_has_no_version(text: str):
    assert DriverVersion.of(text) is None


def test_a_nodes_version_is_that_of_its_own_pod():
    found = driver(pod("huawei-csi-node", "4.12.0"), pod("huawei-csi-node", "4.9.0", node="n2"))
    assert [str(found.version_on(node).text) for node in ("n1", "n2", "n3")] == ["4.12.0", "4.9.0", "4.9.0"]


def test_arguments_are_read_with_one_dash_or_two():
    args = ("-report-node-ip", "--exec-command-timeout=60")
    found = driver(pod("huawei-csi-node", args=args))
    assert (found.argument("exec-command-timeout"), found.argument("report-node-ip")) == ("60", "true")
    assert found.argument("scan-volume-timeout") is None


def test_a_renamed_driver_is_known_by_its_argument():
    assert driver(pod("huawei-csi-node", args=("--driver-name=csi.oceanstor.com",))).name == "csi.oceanstor.com"


def test_without_a_csidriver_object_attachment_is_required_and_without_the_list_it_is_unknown():
    not_required = CsiDrivers((CsiDriver("csi.huawei.com", False, SPAN),))
    found = [driver(objects=one).attach_required for one in (CsiDrivers(()), not_required, UNKNOWN)]
    assert found == [True, False, None]


def test_the_attacher_is_looked_for_in_the_controller_only():
    with_it = pod("huawei-csi-controller", more=("csi-attacher",))
    assert [driver(*pods).has_attacher for pods in ((with_it,), (pod("huawei-csi-controller"),), ())] == [
        True,
        False,
        None,
    ]


def test_without_the_pods_the_driver_is_unknown():
    assert assemble({Pods: UNKNOWN}) == UNKNOWN
