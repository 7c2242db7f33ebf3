"""Linux 6.1 printed the texts without a note, here with fewer rows."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.runtime_limits import parse

TABLE = """\
Limit                     Soft Limit           Hard Limit           Units     \n\
Max cpu time              unlimited            unlimited            seconds   \n\
Max open files            1048576              1073741816           files     \n\
Max nice priority         0                    0                    \n\
Max realtime timeout      unlimited            unlimited            us        \n"""


def test_the_limit_of_each_process() -> None:
    text = "== 3512 containerd\n" + TABLE + "== 99 dockerd\n" + TABLE.replace("1048576   ", "unlimited ")
    containerd, dockerd = parse(text).limits
    assert (containerd.pid, containerd.process, containerd.soft, containerd.hard) == (
        3512,
        "containerd",
        1048576,
        1073741816,
    )
    assert (dockerd.soft, dockerd.span.text[1]) == (None, TABLE.splitlines()[2].replace("1048576   ", "unlimited "))


def test_a_process_that_ended_meanwhile_is_left_out() -> None:
    assert [limit.pid for limit in parse("== 1 crio\n== 2 crio\n" + TABLE).limits] == [2]


def test_no_process() -> None:
    assert parse("").limits == ()


@pytest.mark.parametrize(
    "text",
    [TABLE, "== 1 crio\n", "== 1 crio\n" + TABLE[:160], "== 1 crio\n" + TABLE[:158] + "\n", "== 1 crio\nwords\n"],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
