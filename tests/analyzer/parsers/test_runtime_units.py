"""systemd 252 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.runtime_units import parse

INFINITE = """\
MainPID=3428
LimitNOFILE=infinity
LimitNOFILESoft=infinity
ActiveState=active
FragmentPath=/lib/systemd/system/containerd.service
DropInPaths=/etc/systemd/system/containerd.service.d/10-nofile.conf /run/systemd/system/containerd.service.d/a.conf
NeedDaemonReload=yes
"""
NAMED = INFINITE.replace("LimitNOFILESoft", "Id=containerd.service\nLimitNOFILESoft")
MISSING = """\
MainPID=0
LimitNOFILE=1048576
LimitNOFILESoft=1048576
Id=docker.service
ActiveState=inactive
FragmentPath=
DropInPaths=
NeedDaemonReload=no
"""


def test_a_unit_without_a_limit_and_one_that_does_not_exist() -> None:
    infinite, missing = parse(NAMED + "\n" + MISSING).units
    assert (infinite.unit, infinite.main_pid, infinite.limit_nofile) == ("containerd.service", 3428, None)
    assert (len(infinite.drop_in_paths), infinite.need_daemon_reload) == (2, True)
    assert (missing.unit, missing.fragment_path, missing.limit_nofile) == ("docker.service", "", 1048576)
    assert (missing.span.first_line, missing.span.last_line) == (10, 17)


def test_one_unit_without_its_id_is_named_after_its_file() -> None:
    assert parse(INFINITE).units[0].unit == "containerd.service"


def test_infinity_as_a_number() -> None:  # composed: systemd before 229
    assert parse(INFINITE.replace("=infinity", "=18446744073709551615")).units[0].limit_nofile is None


def test_no_unit() -> None:
    assert parse("").units == ()


@pytest.mark.parametrize(
    "text",
    [NAMED[:-1], NAMED.replace("NeedDaemonReload=yes\n", ""), NAMED + "words\n", NAMED.replace("=infinity", "=x")],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
