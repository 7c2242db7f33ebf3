"""The catalogue of rules: current, and whole."""

import re

import pytest

from analyzer.rules import all_rules
from scripts.catalogue import PAGES, catalogue, groups
from tests.docs.pages import ROOT


@pytest.mark.parametrize("lang", PAGES)
def test_the_catalogue_is_current(lang):
    assert (ROOT / PAGES[lang]).read_text(encoding="utf-8") == catalogue(lang), "run `make docs`"


def test_every_rule_stands_in_it_once():
    assert sorted(rule.id for _, rules in groups() for rule in rules) == [rule.id for rule in all_rules()]


@pytest.mark.parametrize("lang", PAGES)
def test_every_rule_tells_how_it_knows_what_it_leaves_to_others_and_the_remedy(lang):
    told = re.findall(r"^\*\*[^*]+\*\*[： ]\S", catalogue(lang), re.MULTILINE)
    assert len(told) == 3 * len(all_rules())
