"""The probe's own form; the version lines are those of nvme-cli 1.8.1 and 2.4."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.tools import parse

TEXT = "multipath /usr/sbin/multipath\nmount.nfs -\nscsi_id /usr/lib/udev/scsi_id\n"


def test_what_is_there_what_is_not_and_what_was_not_asked_for() -> None:
    tools = parse(TEXT)
    assert (tools.has("multipath"), tools.has("mount.nfs"), tools.has("upadmin")) == (True, False, None)
    assert [tool.path for tool in tools.tools] == ["/usr/sbin/multipath", None, "/usr/lib/udev/scsi_id"]


@pytest.mark.parametrize(("printed", "version"), [("1.8.1", "1.8.1"), ("2.4", "2.4"), ("2.0-rc4", "2.0")])
def test_the_version_of_nvme_cli(printed: str, version: str) -> None:
    tools = parse(f"{TEXT}nvme-version {printed}\n")
    assert (tools.nvme_version, tools.has("nvme-version")) == (version, None)
    assert tools.nvme_version_span is not None
    assert tools.nvme_version_span.text == (f"nvme-version {printed}",)


def test_no_version_without_nvme_cli() -> None:
    assert (parse(TEXT).nvme_version, parse(TEXT).nvme_version_span) == (None, None)


@pytest.mark.parametrize(
    "text", [TEXT[:-1], "multipath\n", "multipath sbin/x\n", TEXT + TEXT, "nvme-version 2.4\nnvme-version 2.4\n"]
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
