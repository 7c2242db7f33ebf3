"""kmod 30 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.lsmod import parse

TEXT = """\
Module                  Size  Used by
iscsi_tcp              24576  2
libiscsi_tcp           32768  1 iscsi_tcp
libiscsi               81920  2 libiscsi_tcp,iscsi_tcp
"""


def test_modules_with_their_users() -> None:
    modules = parse(TEXT)
    assert (modules.modules[2].size_bytes, modules.modules[2].used_by) == (81920, ("libiscsi_tcp", "iscsi_tcp"))
    assert modules.has("iscsi_tcp")


def test_libiscsi_tcp_is_not_iscsi_tcp() -> None:
    text = "".join(line for line in TEXT.splitlines(keepends=True) if not line.startswith("iscsi_tcp"))
    assert not parse(text).has("iscsi_tcp")


def test_permanent_modules_and_the_other_headings_of_busybox() -> None:  # composed: kmod 8, busybox 1.35 modutils
    text = "Module    Size  Used by    Tainted: G  \nsunrpc  20480  1 [permanent]\nnfs 16384 2 lockd,nfsv3,\n"
    permanent, used = parse(text).modules
    assert (permanent.used_by, used.used_by) == ((), ("lockd", "nfsv3"))


@pytest.mark.parametrize("text", ["", TEXT[:-1], TEXT[38:], TEXT + "libiscsi\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
