"""What is replaced, what never, and the way back."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bundle.capture import Capture, ClusterSnapshot, NodeSnapshot, Status
from collector.anonymizing.book import Book, Kind
from collector.anonymizing.papers import revealed_text
from collector.anonymizing.veil import Unveil, Veil

KEY = b"k" * 32
W = "618cf24100f8f457014a764c000001f6"
NAMES = {
    Kind.NODE: ["worker-1", "worker-10", "acmehost", "WORKER77"],
    Kind.SPACE: ["acmebank", "acme-prod"],
    Kind.STORAGE: ["acme_vol_7", "AcmePool3"],
    Kind.POD: ["worker-1-backup"],
}
ESCAPES = ["\\n", "\\t", "\\u003c", "%2F", "\\040", "\x1b[31m", "\\x20", "\\", "%", '\\"', "&#39;", "\\x2d"]


def known() -> tuple[Veil, Book]:
    book = Book(KEY)
    book.enter((kind, name) for kind, names in NAMES.items() for name in names)
    return Veil(book), book


def hidden(text: str) -> str:
    return known()[0].name(text)


def revealed(veil: Veil, text: str) -> str:
    return Unveil(veil.book).name(text)


@pytest.mark.parametrize(
    "text",
    [
        *("worker-1", "node/worker-1", "worker-1.local:10250", "/var/log/worker-1/x", "mpath-worker-1", "WORKER-1"),
        *('\\"worker-1\\"', "a\\nworker-1", "%2Fworker-1", "\x1b[31mworker-1", "\\u003cworker-1\\u003e"),
        *("worker_1", "worker--1", "dev-worker\\x2d1.mount", "control-worker-1_0f6c"),
    ],
)
def test_a_name_is_replaced_wherever_it_stands_alone(text: str) -> None:
    veil, _ = known()
    told = veil.name(text)
    assert not re.search(r"worker(?:-|_|--|\\x2d)1(?![0-9])", told, re.IGNORECASE)
    assert revealed(veil, told) == text


@pytest.mark.parametrize("text", ["worker-100", "xworker-1", "worker-1a", "hardworker-1"])
def test_a_name_within_a_longer_word_is_not_meant(text: str) -> None:
    assert hidden(text) == text


def test_of_two_names_the_longer_is_meant() -> None:
    _, book = known()
    assert hidden("worker-1-backup") == book.names["worker-1-backup"]
    assert hidden("worker-10") == book.names["worker-10"]


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "3{}",
        "naa.{}",
        "0x{}",
        "wwn-0x{}",
        "scsi-3{}-part1",
        "mpath-3{}",
        "dm-uuid-mpath-3{}",
        "[{}]",
        "/x/3{}.wwn",
    ],
)
def test_all_forms_of_one_wwid_stay_one(form: str) -> None:
    told = hidden(W)
    assert (told[:7], told[7:16] != W[7:16], told[16:] != W[16:]) == (W[:7], True, True)
    assert hidden(form.format(W)) == form.format(told)
    assert hidden(form.format(W.upper())).lower() == form.format(told).lower()


def test_half_a_wwid_and_one_without_its_head_are_those_of_the_whole() -> None:
    told = hidden(W)
    assert hidden(f"wwn-0x{W[:16]}") == f"wwn-0x{told[:16]}"
    assert hidden(f"scsi-1HUAWEI_XSG1:{W[7:]}") == f"scsi-1HUAWEI_XSG1:{told[7:]}"


def test_the_ports_of_one_array_stay_those_of_one() -> None:
    one, other = hidden("0x20080022a10bc14f"), hidden("20:18:00:22:a1:0b:c1:4f")
    assert (one[2:12], other[:14]) == ("20080022a1", "20:18:00:22:a1")
    assert one[12:] == other[15:].replace(":", "") != "0bc14f"


@pytest.mark.parametrize(
    "text",
    [
        "kube-system/huawei-csi-node-x7k2p csi-node-driver-registrar csi.huawei.com default",
        "sda dm-3 2:0:0:1 8:16 session11 mpatha nvme0n1 127.0.0.1 0.0.0.0 255.255.255.0 ::1 169.254.1.2",
        "2026-07-03 02:14:58.123456 28417 [ERROR]: [requestID:3224641799123456] iqn.1994-05.com.redhat:",
        "kernel 5.10.0-136.12.0.86.oe2203sp1.x86_64 v1.28.3+k3s1 lun-0x4001000000000000",
        "storage.k8s.io/v1 xuanwu.huawei.io/v1 lvm 2.03.11(2) github.com/kubernetes/utils",
    ],
)
def test_what_rules_and_people_need_stays(text: str) -> None:
    assert hidden(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("iqn.1994-05.com.redhat:8ac9e16e43a", "iqn.2020-01.com.acme:billing7x", "jane.doe@acme.example.com"),
        *("nqn.2014-08.org.nvmexpress:uuid:9c0e0000-0000-4000-8000-000000000001", "2102351NPT10J3000001"),
        *("ntp1.acme.local", "10.20.30.40:3260", "[fd12:3456::a5]:2049", "52:54:00:12:34:56"),
        "00112233445566778899aabbccddeeff",
    ],
)
def test_what_tells_by_itself_that_it_identifies_is_replaced(text: str) -> None:
    veil, _ = known()
    told = veil.name(text)
    assert told != text
    assert not {"8ac9e16e43a", "billing7x", "jane", "acme", "ntp1"} & set(re.split("[^a-z0-9]", told))
    assert revealed(veil, told) == text


@pytest.mark.parametrize("name", ["mount", "kernel", "sda", "default", "data", "dm-3", "db", "stage", "host-1"])
def test_an_ordinary_word_is_kept_although_it_is_a_name(name: str) -> None:
    book = Book(KEY)
    assert book.enter([(Kind.POD, name)]) == 0


def test_names_known_together_sort_as_the_real_ones_do() -> None:
    book = Book(KEY)
    book.enter((Kind.NODE, f"node-{letter}{number}") for letter in "azk" for number in range(40))
    assert [book.real[told] for told in sorted(book.real)] == sorted(book.names)
    assert {len(told) == len(name) for name, told in book.names.items()} == {True}


def test_a_boot_id_stays_since_a_runbook_is_bound_to_it() -> None:
    boot = "0f6c1d52-7a0e-4d0b-9d6e-3f2b8c1a5e77"
    node = NodeSnapshot("acmehost", (Capture("host", Status.COLLECTED, out=f"acmehost\n{boot}\n".encode()),))
    told = Veil(Book(KEY)).node(node)
    assert told.captures[0].out.splitlines()[1].decode() == boot
    assert told.captures[0].out.splitlines()[0].decode() == told.node != "acmehost"


def test_what_is_met_late_is_hidden_in_what_came_before_it_on_the_node() -> None:
    captures = (
        Capture("first", Status.COLLECTED, out=b"login of 8ac9e16e43a\n"),
        Capture("later", Status.COLLECTED, out=b"iqn.1994-05.com.redhat:8ac9e16e43a\n"),
    )
    assert b"8ac9e16e43a" not in b"".join(
        one.out for one in Veil(Book(KEY)).node(NodeSnapshot("n1", captures)).captures
    )


def test_digests_of_names_become_those_of_what_stands_for_them() -> None:
    from hashlib import sha256

    handle = "acme-backend.pvc-acme-7"
    volume = {"metadata": {"name": "acme-pv"}, "spec": {"csi": {"driver": "csi.huawei.com", "volumeHandle": handle}}}
    out = json.dumps({"items": [volume]}).encode()
    veil = Veil(Book(KEY))
    veil.cluster(ClusterSnapshot((Capture("persistentvolumes", Status.COLLECTED, out=out),)))
    told = veil.name(f"/csi/{sha256(handle.encode()).hexdigest()}/globalmount")
    assert told == f"/csi/{sha256(veil.name(handle).encode()).hexdigest()}/globalmount"


PIECES = st.one_of(
    st.sampled_from([name for names in NAMES.values() for name in names]),
    st.sampled_from([known()[1].names[name] for names in NAMES.values() for name in names]),
    st.sampled_from(ESCAPES),
    st.from_regex(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}", fullmatch=True),
    st.from_regex(r"(3|naa\.|0x)?[1-6][0-9A-F]{31}|(3|0x)?[256][0-9a-f]{15}", fullmatch=True),
    st.ip_addresses().map(str),
    st.from_regex(r"iqn\.20[0-9]{2}-0[1-9]\.com\.[a-z]{3,8}:[a-z0-9]{3,12}", fullmatch=True),
    st.from_regex(r"[a-z]{2,8}[0-9]?\.[a-z]{3,8}\.(com|local)", fullmatch=True),
    st.sampled_from(list(" \n\t/.,:;-_@=\"'()[]{}<>|*")),
    st.text(max_size=6),
    st.sampled_from(["worker_1", "ACMEHOST", "ACME-PROD", "worker--10", "worker\\x2d1", "server-1", "sp1xxxxx"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=25).map("".join))
@example("\\0000111d-0000-4000-8000-000000000000")  # what stands for it may begin like an escape
def test_the_way_there_and_back_is_exact_to_the_byte(text: str) -> None:
    veil, _ = known()
    data = text.encode("utf-8", "surrogatepass")
    node = NodeSnapshot("worker-1", (Capture("any", Status.COLLECTED, out=data, err=data[::2]),))
    assert Unveil(veil.book).node(veil.node(node)) == node


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_that_are_no_text_come_back_too(data: bytes) -> None:
    veil, _ = known()
    node = NodeSnapshot("worker-1", (Capture("any", Status.COLLECTED, out=data),))
    assert Unveil(veil.book).node(veil.node(node)) == node


def test_parts_of_names_in_a_report_are_revealed_by_the_whole_one_beside_them() -> None:
    veil, _ = known()
    uuid = "9c0e1234-0000-4000-8000-000000000001"
    told = veil.name(f"pvc-{uuid}")
    report = f"<text>{told[:9]}…{told[-8:]}<title>{told}</title> cut in {told[:20]}… saved as pod-{told[4:12]}.yaml"
    whole = f"<text>pvc-9c0e1…00000001<title>pvc-{uuid}</title> cut in pvc-{uuid[:16]}… saved as pod-9c0e1234.yaml"
    assert revealed_text(report.encode(), Unveil(veil.book)).decode() == whole
