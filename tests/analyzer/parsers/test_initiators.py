"""The probe's own form."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.initiators import parse

TEXT = "salt 4f1c0a2e\niscsi 0123456789abcdef\nnvme missing\nfc 89abcdef01234567\nfc fedcba9876543210\n"


def test_each_name_has_its_digest() -> None:
    found = parse(TEXT)
    assert found.salt == "4f1c0a2e"
    assert [(each.kind, each.digest, each.state) for each in found.initiators] == [
        ("iscsi", "0123456789abcdef", "set"),
        ("nvme", None, "missing"),
        ("fc", "89abcdef01234567", "set"),
        ("fc", "fedcba9876543210", "set"),
    ]
    assert [each.span.first_line for each in found.of("fc")] == [4, 5]


def test_a_file_without_a_name_is_empty() -> None:
    (iscsi,) = parse(TEXT.replace("0123456789abcdef", "empty")).of("iscsi")
    assert (iscsi.state, iscsi.digest) == ("empty", None)


def test_a_node_without_fibre_channel() -> None:
    assert list(parse("salt 4f1c0a2e\niscsi missing\nnvme missing\n").of("fc")) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1],
        TEXT.partition("\n")[2],
        "salt 4f1c0a2e\niscsi missing\n",
        TEXT + "iscsi missing\n",
        TEXT + "fc missing\n",
        TEXT + "iqn.1993-08.org.debian:01:5e7f\n",
    ],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
