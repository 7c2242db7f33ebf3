"""Permutations: nothing is lost, and what matters of the form stays."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.anonymizing import permutation

KEY = b"k" * 32
OCTETS = st.integers(0, 255)


@pytest.mark.parametrize("form", ["03x", "03X", "03d"])
def test_every_text_of_a_form_has_an_answer_of_its_own(form: str) -> None:
    texts = [format(number, form) for number in range(1000 if form == "03d" else 0x1000)]
    assert sorted(permutation.digits(KEY, "any", text) for text in texts) == sorted(texts)


def test_digits_in_capitals_are_those_in_small_letters() -> None:
    assert permutation.digits(KEY, "any", "ABC123") == permutation.digits(KEY, "any", "abc123").upper()


@given(st.tuples(OCTETS, OCTETS, OCTETS), OCTETS, OCTETS)
def test_two_addresses_of_one_subnet_stay_in_one(subnet: tuple[int, ...], one: int, other: int) -> None:
    told = {permutation.ipv4(KEY, ".".join(map(str, (*subnet, last)))).rpartition(".")[0] for last in (one, other)}
    assert len(told) == 1


@given(st.tuples(OCTETS, OCTETS, OCTETS, OCTETS))
def test_what_an_address_is_and_how_long_it_is_stays(octets: tuple[int, ...]) -> None:
    text = ".".join(map(str, octets))
    told = permutation.ipv4(KEY, text)
    here, there = ipaddress.ip_address(text), ipaddress.ip_address(told)
    assert len(told) == len(text)
    for kind in ("is_loopback", "is_link_local", "is_multicast", "is_unspecified"):
        assert getattr(here, kind) == getattr(there, kind)
    assert (text == told) or not (here.is_loopback or here.is_multicast or here.is_link_local)


def test_no_two_addresses_become_one() -> None:
    texts = [f"{first}.{second}.0.7" for first in range(0, 256, 5) for second in range(256)]
    assert len({permutation.ipv4(KEY, text) for text in texts}) == len(texts)


@given(st.lists(st.integers(0, 0xFFFF), min_size=8, max_size=8))
def test_an_address_of_version_6_stays_one_of_the_same_length(groups: list[int]) -> None:
    text = str(ipaddress.IPv6Address(":".join(f"{group:x}" for group in groups)))
    told = permutation.ipv6(KEY, text)
    assert len(told) == len(text)
    assert ipaddress.IPv6Address(told).is_multicast == ipaddress.IPv6Address(text).is_multicast
