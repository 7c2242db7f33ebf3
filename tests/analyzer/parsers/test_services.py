"""Composed after systemctl(1); systemd 252 of Debian 12 prints a block like these."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.services import parse

RUNNING = """\
Id=multipathd.service
Names=multipathd.service multipath-tools.service
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
"""
NOT_THERE = """\
Id=nxup.service
Names=nxup.service
LoadState=not-found
ActiveState=inactive
SubState=dead
UnitFileState=
"""
MASKED = RUNNING.replace("loaded", "masked").replace("=active", "=inactive").replace("enabled", "masked")


def test_a_service_that_runs() -> None:
    (service,) = parse(RUNNING).units
    assert (service.unit, service.is_active, service.exists, service.enabled) == (
        "multipathd.service",
        True,
        True,
        "enabled",
    )
    assert (service.sub_state, service.span.first_line, service.span.last_line) == ("running", 1, 6)


def test_a_service_that_does_not_exist() -> None:
    service = parse(f"{RUNNING}\n{NOT_THERE}").get("nxup.service")
    assert service is not None
    assert (service.is_active, service.exists, service.enabled) == (False, False, "")


def test_a_masked_service_cannot_be_started() -> None:
    (service,) = parse(MASKED).units
    assert (service.load_state, service.exists) == ("masked", False)


def test_a_service_is_found_by_its_alias() -> None:
    services = parse(RUNNING)
    assert services.get("multipath-tools.service") is services.units[0]


def test_a_service_that_was_not_asked_for_is_none() -> None:
    assert parse(RUNNING).get("kubelet.service") is None


def test_old_systemd_leaves_out_what_has_no_value() -> None:
    (service,) = parse(NOT_THERE.replace("UnitFileState=\n", "").replace("Names=nxup.service\n", "")).units
    assert (service.enabled, service.names) == ("", ())


@pytest.mark.parametrize("text", [RUNNING[:-1], RUNNING.replace("SubState=running\n", ""), "Id\n", RUNNING[:22]])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
