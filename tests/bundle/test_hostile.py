"""Files made to harm: each is refused with a sentence, or harmless, in little time and memory."""

import gzip
import io
import random
import tarfile
import tracemalloc
from dataclasses import replace

import pytest

from bundle.bounds import LIMITS, BundleTar
from bundle.reader import BundleError, BundleReader
from tests.bundle.making import (
    ROOT,
    first_member,
    header,
    hostile,
    make,
    member,
    node,
    pax,
    whole_node,
    zeros_packed,
)

MIB = 1024 * 1024
N1 = f"{ROOT}/nodes/n1"


def refusal(path, limits=LIMITS):
    """The sentence with which the file is refused, after less than 64 MiB of memory."""
    tracemalloc.start()
    try:
        with pytest.raises(BundleError) as refused:
            list(BundleReader(path, limits).snapshots())
        assert tracemalloc.get_traced_memory()[1] < 64 * MIB
    finally:
        tracemalloc.stop()
    sentence = str(refused.value)
    assert sentence.startswith(str(path))
    assert sentence.endswith(".")
    return sentence


def test_a_long_name_of_600_mb_is_refused_before_anyone_reads_it(tmp_path):
    path = hostile(tmp_path / "b", header("././@LongLink", 600 * MIB, kind=tarfile.GNUTYPE_LONGNAME))
    path.write_bytes(path.read_bytes() + zeros_packed(608))
    assert "claims 629145600 bytes" in refusal(path)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGLINK])
def test_any_other_header_record_over_64_kib_is_refused(tmp_path, kind):
    record = member("x", bytes(64 * 1024 + 1), kind=kind)
    assert "header record" in refusal(hostile(tmp_path / "b", record + whole_node()))


def test_a_chain_of_header_records_is_refused(tmp_path):
    chain = member("././@LongLink", b"name\0", kind=tarfile.GNUTYPE_LONGNAME) * 2000
    assert "header record" in refusal(hostile(tmp_path / "b", chain + whole_node()))


def test_a_long_name_within_the_bounds_is_read(tmp_path):
    name = f"{N1}/files/{'d' * 200}/x"
    long_name = member("././@LongLink", name.encode() + b"\0", kind=tarfile.GNUTYPE_LONGNAME)
    reader = BundleReader(hostile(tmp_path / "b", whole_node() + long_name + member("cut", b"text")))
    assert reader.nodes() == ("n1",)


def test_a_ratio_that_only_a_bomb_has_is_refused(tmp_path):
    path = hostile(tmp_path / "b", whole_node(), header(f"{N1}/kernel_log.out", 240 * MIB))
    path.write_bytes(path.read_bytes() + zeros_packed(240))
    assert "200 times its size" in refusal(path)


def test_zeros_without_end_end_the_archive(tmp_path):
    path = hostile(tmp_path / "b", whole_node())
    path.write_bytes(path.read_bytes() + zeros_packed(16 * 1024))
    assert BundleReader(path).nodes() == ("n1",)


def test_empty_gzip_members_without_end_are_refused(tmp_path):
    path = hostile(tmp_path / "b", whole_node())
    path.write_bytes(path.read_bytes() + gzip.compress(b"", mtime=0) * 100_000)
    reader = BundleReader(path)
    assert reader.nodes() == ("n1",)
    assert not reader.complete


@pytest.mark.parametrize("name", ["/etc/passwd", f"{ROOT}/../../etc/passwd", f"{N1}/files/../../x", ".."])
def test_a_path_that_leads_out_is_refused(tmp_path, name):
    assert "leads out of it" in refusal(hostile(tmp_path / "b", whole_node() + member(name, b"x")))


def test_a_name_of_5000_characters_is_refused(tmp_path):
    long_name = member("././@LongLink", b"n" * 5000 + b"\0", kind=tarfile.GNUTYPE_LONGNAME)
    assert "5000 characters" in refusal(hostile(tmp_path / "b", long_name + member("cut", b"x")))


def test_links_and_devices_are_passed_over_and_told(tmp_path):
    chain = (
        header(f"{N1}/s", kind=tarfile.SYMTYPE, link="."),
        header(f"{N1}/esc", kind=tarfile.SYMTYPE, link="s/s/../.."),
        member(f"{N1}/esc/PWNED.txt", b"x"),
        header(f"{N1}/hard", kind=tarfile.LNKTYPE, link="/etc/shadow"),
        header(f"{N1}/sda", kind=tarfile.BLKTYPE),
        header(f"{N1}/pipe", kind=tarfile.FIFOTYPE),
    )
    reader = BundleReader(hostile(tmp_path / "b", whole_node() + b"".join(chain)))
    assert [snapshot.node for snapshot in reader.snapshots()] == ["n1"]
    assert [told.split(" is ")[1] for told in reader.ignored] == [
        "a symbolic link",
        "a symbolic link",
        "a hard link",
        "a device",
        "a pipe",
    ]
    assert not (tmp_path / "PWNED.txt").exists()


def test_a_link_in_the_place_of_an_answer_gives_no_answer(tmp_path):
    announced = b'{"node": "n1", "probes": {"host": {"status": "collected", "out_size": 5}}}'
    link = header(f"{N1}/host.out", kind=tarfile.SYMTYPE, link="/etc/hostname")
    assert BundleReader(hostile(tmp_path / "b", member(f"{N1}/node.json", announced) + link)).nodes() == ()


def test_thousands_of_links_are_told_in_a_few_lines(tmp_path):
    links = b"".join(header(f"{N1}/{number}", kind=tarfile.SYMTYPE, link="/") for number in range(3000))
    reader = BundleReader(hostile(tmp_path / "b", whole_node() + links))
    assert reader.nodes() == ("n1",)
    assert len(reader.ignored) == 101


@pytest.mark.parametrize("raw", [b"\xff" * 12, b"\x80" + b"\0" * 3 + b"\x7f" * 8, b"77777777777\0"])
def test_a_size_that_is_negative_or_beyond_reason_is_refused(tmp_path, raw):
    assert "claims" in refusal(hostile(tmp_path / "b", whole_node() + header(f"{N1}/x.out", raw_size=raw)))


@pytest.mark.parametrize("record", [b"size=1048576", b"GNU.sparse.map=0,1", b"GNU.sparse.major=1"])
def test_a_pax_header_that_changes_a_size_is_refused(tmp_path, record):
    assert "changes a size" in refusal(hostile(tmp_path / "b", pax(record) + whole_node()))


@pytest.mark.parametrize("content", [b"9" * 60_000, b"0 path=x\n", b"99 path=x\n", b"\xff\xff", b"12 hdrcharset="])
def test_a_pax_header_that_is_malformed_is_refused(tmp_path, content):
    record = member("x", content, kind=tarfile.XHDTYPE)
    assert "malformed" in refusal(hostile(tmp_path / "b", record + whole_node()))


def test_a_pax_value_that_makes_tarfile_search_for_ever_is_refused(tmp_path):
    assert "malformed" in refusal(hostile(tmp_path / "b", pax(b"comment=" + b"1" * 60_000) + whole_node()))


def test_a_sparse_file_is_refused(tmp_path):
    sparse = header(f"{N1}/x.out", 512, kind=tarfile.GNUTYPE_SPARSE)
    assert "sparse" in refusal(hostile(tmp_path / "b", sparse))


def test_a_name_that_comes_twice_is_refused(tmp_path):
    twice = member(f"{N1}/host.out", b"a") + member(f"{N1}/host.out", b"b")
    assert "comes twice" in refusal(hostile(tmp_path / "b", whole_node() + twice))


def test_a_node_that_comes_twice_is_refused(tmp_path):
    assert "comes twice" in refusal(hostile(tmp_path / "b", whole_node("n1"), whole_node("n2"), whole_node("n1")))


def test_too_many_files_are_refused(tmp_path):
    many = b"".join(header(f"{N1}/{number}") for number in range(102))
    limits = replace(LIMITS, unit_files=100)
    assert "more than 100 files" in refusal(hostile(tmp_path / "b", whole_node() + many), limits)


def test_a_node_of_too_many_bytes_is_refused(tmp_path):
    big = b"".join(member(f"{N1}/{number}", random.Random(number).randbytes(9000)) for number in range(12))
    limits = replace(LIMITS, unit_bytes=100_000)
    assert "more than 100000 bytes" in refusal(hostile(tmp_path / "b", whole_node() + big), limits)


def test_too_many_nodes_are_refused(tmp_path):
    nodes = b"".join(whole_node(f"n{number}") for number in range(12))
    assert "too many nodes" in refusal(hostile(tmp_path / "b", nodes), replace(LIMITS, units=10))


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path):
    nodes = b"".join(whole_node(f"n{number}") for number in range(1000))
    assert "unpacks to more than" in refusal(hostile(tmp_path / "b", nodes), replace(LIMITS, total_bytes=500_000))


def test_files_of_another_bundle_are_passed_over(tmp_path):
    reader = BundleReader(hostile(tmp_path / "b", whole_node() + member("other/nodes/n2/node.json", b'{"node": "n2"}')))
    assert reader.nodes() == ("n1",)
    assert "outside of" in reader.ignored[0]


def test_a_node_that_names_itself_otherwise_is_not_given(tmp_path):
    liar = member(f"{N1}/node.json", b'{"node": "n2"}')
    reader = BundleReader(hostile(tmp_path / "b", liar))
    assert reader.nodes() == ()
    assert "speaks of 'n2'" in reader.targets()["n1"].reason


@pytest.mark.parametrize("probe", ["../../x", "a/b", ""])
def test_a_probe_whose_name_is_no_name_is_not_given(tmp_path, probe):
    content = b'{"node": "n1", "probes": {"%s": {"status": "collected"}}}' % probe.encode()
    assert BundleReader(hostile(tmp_path / "b", member(f"{N1}/node.json", content))).nodes() == ()


def test_garbage_after_the_end_changes_nothing(tmp_path):
    path = make(tmp_path / "b")
    path.write_bytes(path.read_bytes() + random.Random(1).randbytes(100_000))
    assert list(BundleReader(path).snapshots()) == [node("n1"), node("n2"), node("n3")]


def test_a_walk_that_takes_too_long_is_given_up(tmp_path):
    path = make(tmp_path / "b")
    with pytest.raises(BundleError, match="took longer than 0 s"):
        BundleReader(path, replace(LIMITS, seconds=0.0))


def test_the_tar_class_has_no_hands():
    tar = BundleTar(fileobj=io.BytesIO(first_member()))
    for extract in (tar.extract, tar.extractall):
        with pytest.raises(BundleError, match="never extracted"):
            extract(tar.next())
