"""Likeness: names, addresses and numbers make no difference; every other word does."""

from __future__ import annotations

import pytest

from analyzer.report.paper.likeness import in_common, names_in, pattern


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("multipath -f mpathb", "multipath -f mpathaa"),
        ("tee /sys/block/sdb/device/delete", "tee /sys/block/sdaa/device/delete"),
        ("no route to host 192.0.2.15", "no route to host 192.0.2.9"),
        ("3618cf24100f8f457015a764c000001f7 is dead", "3618cf24100f8f457016a764c000001f8 is dead"),
        ("清除 mpatha（dm-3）", "清除 mpathc（dm-12）"),
    ],
)
def test_names_and_numbers_make_no_difference(one: str, other: str) -> None:
    assert pattern(one) == pattern(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("multipath -f mpathb", "multipath -F"),
        ("systemctl stop kubelet", "systemctl start kubelet"),
        ("kubectl delete pod shop", "kubectl get pod shop"),
    ],
)
def test_every_other_word_does(one: str, other: str) -> None:
    assert pattern(one) != pattern(other)


def test_a_name_without_a_digit_is_known_from_elsewhere() -> None:
    assert pattern("kubectl -n shop get pods", names_in(["shop/orders"])) == "kubectl -n … get pods"
    assert pattern("the workshop", names_in(["shop"])) == "the workshop"


def test_what_differs_is_left_open() -> None:
    assert in_common(["no route to host 192.0.2.1", "no route to host 192.0.2.2"]) == "no route to host …"
    assert in_common(["denied", "denied"]) == "denied"
    assert in_common(["1 timeout", "2 timeouts and 1 denied"]) == "… timeout"
