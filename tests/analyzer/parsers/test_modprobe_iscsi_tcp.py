"""Recorded with kmod 30 on Debian 12; the older spelling is kmod 20's."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.modprobe_iscsi_tcp import parse


def test_a_module_that_would_be_loaded_names_its_file():
    loading = parse("insmod /lib/modules/6.1.0-56-amd64/kernel/drivers/scsi/iscsi_tcp.ko \n", "")
    assert loading.actions == ("insmod /lib/modules/6.1.0-56-amd64/kernel/drivers/scsi/iscsi_tcp.ko",)
    assert loading.exists
    assert not loading.is_forbidden


def test_a_forbidden_module_is_known_by_what_runs_in_its_place():
    assert parse("insmod /lib/modules/6.1/libiscsi.ko \ninstall /bin/false \n", "").is_forbidden


@pytest.mark.parametrize(
    "module", ["FATAL: Module iscsi_tcp not", "FATAL: module 'iscsi_tcp' not", "module iscsi_tcp not"]
)
def test_a_module_the_kernel_does_not_have(module: str):
    loading = parse("", f"modprobe: {module} found in directory /lib/modules/6.1.0-56-amd64\n")
    assert not loading.exists
    assert loading.span is not None
    assert loading.span.capture == "modprobe_iscsi_tcp.err"


def test_a_loaded_module_prints_nothing():
    loading = parse("", "")
    assert (loading.exists, loading.actions, loading.span) == (True, (), None)


def test_warnings_beside_the_answer_are_no_answer():
    assert parse("insmod /x.ko \n", "modprobe: WARNING: /etc/modprobe.d/x line 1: ignoring bad line\n").exists


@pytest.mark.parametrize(
    ("out", "err"),
    [("rubbish\n", ""), ("", "modprobe: ERROR: ctx=0 path=x\n"), ("insmod /x.k", ""), ("", "modprobe: FA")],
)
def test_another_form_and_a_cut_off_line_are_errors(out: str, err: str):
    with pytest.raises(ParseError):
        parse(out, err)
