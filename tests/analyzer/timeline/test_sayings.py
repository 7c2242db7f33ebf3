"""Every sentence can be filled, in both languages; no signal was forgotten."""

import re

import pytest

from analyzer.rules import all_rules
from analyzer.signals import all_signals
from analyzer.texts import holes
from analyzer.timeline.mattering import NOT_TO, ONLY_TO
from analyzer.timeline.sayings import SAYINGS, UNTOLD
from analyzer.timeline.sayings.saying import Saying
from tests.analyzer.timeline.told import Node, clock, finding

CJK = re.compile("[\u4e00-\u9fff]")
SAMPLED = [signal for signal in all_signals() if signal.id in SAYINGS]


def test_every_signal_is_told_or_left_untold_on_purpose():
    ids = {signal.id for signal in all_signals()}
    assert ids >= UNTOLD
    assert ids - UNTOLD <= set(SAYINGS)
    assert not UNTOLD & set(SAYINGS)


@pytest.mark.parametrize("saying", SAYINGS.values(), ids=SAYINGS)
def test_a_sentence_is_in_both_languages_and_has_no_stop(saying: Saying):
    assert CJK.search(saying.says.zh)
    assert not saying.says.en.endswith(".")
    assert not saying.says.zh.endswith("。")


@pytest.mark.parametrize("saying", SAYINGS.values(), ids=SAYINGS)
def test_a_sentence_begins_with_a_small_letter_or_a_name_and_is_of_one_or_of_several(saying: Saying):
    one, several = saying.says_of(1).en, saying.says_of(2).en
    assert saying.says.en[0] == "{" or saying.says.en.startswith("Kubernetes") or one[0].islower()
    assert not re.search(r"[\[\]|]", one + several)
    assert (one == several) == ("[" not in saying.says.en)


def test_several_pods_are_pods():
    evicted = SAYINGS["pod-evicted"]
    assert [evicted.says_of(number).en.partition(":")[0] for number in (0, 1, 2)] == [
        "pod {names} was evicted",
        "pod {names} was evicted",
        "pods {names} were evicted",
    ]


@pytest.mark.parametrize("signal", SAMPLED, ids=lambda signal: signal.id)
def test_a_signals_own_sample_fills_its_sentence(signal):
    """Of a sample without a year the day is long past, and of some logs the scanner of pods alone reads."""
    saying = SAYINGS[signal.id]
    match = signal.decode.search(signal.sample)
    assert match is not None
    given = {**match.groupdict(""), "pv": "", "host": "", "says": "", "place": ""}
    values = saying.values(given) if saying.values else {}
    assert holes(saying.says.en) - {"names", "node"} <= set(values)
    assert ("names" in holes(saying.says.en)) == (saying.names is not None)


def test_a_driver_sample_becomes_a_moment():
    (sample,) = (signal.sample for signal in all_signals() if signal.id == "driver-mount-failed")
    node = Node("n1", {"files/var/log/huawei/huawei-csi-node": sample + "\n"}, clock("2026-07-03T10:20:00+0000"))
    (one,) = (one for one in node.told(finding("n1")) if one.saying == "driver-mount-failed")
    assert dict(one.values) == {"says": "mount.nfs: Protocol not supported", "share": "192.168.1.155:/pvc_63ebfda5"}


def test_what_matters_is_of_sayings_and_rules_that_exist():
    assert {*ONLY_TO, *NOT_TO} <= set(SAYINGS)
    assert {rule for rules in (*ONLY_TO.values(), *NOT_TO.values()) for rule in rules} <= {
        rule.id for rule in all_rules()
    }
