"""What holds for every parser of a node's probe: on the recorded nodes of samples/, and on texts nobody expects."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.facts import ParseError, Span
from analyzer.parsers import Parser, all_parsers

SAMPLES = Path(__file__).parents[3] / "samples"
KEYS = ("blockdevices", "children", "name", "kname", "mountpoints", "report", "pv", "pv_name", "vg_name")
NVME_KEYS = ("Subsystems", "Paths", "Name", "NQN", "State")

OF_STDOUT = tuple(parser for parser in all_parsers() if not parser.reads_err and not parser.reads_files)

every_parser = pytest.mark.parametrize("parser", OF_STDOUT, ids=lambda parser: parser.probe)
few = settings(max_examples=50, deadline=None, database=None)

lines = st.lists(st.text(alphabet="|-`+_\\ .:/=#[]{}(),\"'0123456789abcdfimnprstwxAELMN\t\r", max_size=60)).map(
    "\n".join
)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
json_values = st.recursive(
    leaves,
    lambda deeper: (
        st.lists(deeper, max_size=2) | st.dictionaries(st.sampled_from(KEYS + NVME_KEYS), deeper, max_size=3)
    ),
    max_leaves=12,
)


@cache
def recorded(probe: str) -> tuple[str, ...]:
    answers = {path.read_text() for path in SAMPLES.glob(f"*/nodes/*/{probe}.out")}
    return tuple(sorted(answers, key=lambda answer: (len(answer), answer)))


def spans(value: object) -> Iterator[Span]:
    if isinstance(value, Span):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from spans(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from spans(getattr(value, name))


def parses_or_refuses(parser: Parser, text: str) -> None:
    """Any other exception than `ParseError` fails the test."""
    outcome = attempt(parser, text)
    if isinstance(outcome, ParseError):
        assert (outcome.probe, 1 <= outcome.line <= text.count("\n") + 1) == (parser.probe, True)
    else:
        assert type(outcome) is parser.fact


def attempt(parser: Parser, text: str) -> object:
    try:
        return parser.parse(text)
    except ParseError as refused:
        return refused


@every_parser
def test_every_recorded_answer_is_understood(parser: Parser) -> None:
    for answer in recorded(parser.probe):
        assert type(parser.parse(answer)) is parser.fact


@every_parser
def test_every_fact_quotes_the_lines_it_was_read_from(parser: Parser) -> None:
    for answer in recorded(parser.probe)[:3]:
        printed = answer.removesuffix("\n").split("\n")
        for span in spans(parser.parse(answer)):
            assert span.capture == parser.probe
            assert span.text[0] == printed[span.first_line - 1]
            assert span.text[-1] == printed[span.last_line - 1]


@every_parser
@few
@given(text=st.text() | lines)
def test_no_text_breaks_a_parser(parser: Parser, text: str) -> None:
    parses_or_refuses(parser, text)
    parses_or_refuses(parser, text + "\n")


@every_parser
@few
@given(data=st.data(), written=st.text(max_size=8) | lines)
def test_no_damage_to_a_recorded_answer_breaks_a_parser(parser: Parser, data: st.DataObject, written: str) -> None:
    answer = data.draw(st.sampled_from(recorded(parser.probe)[:4] or ("",)))
    at = data.draw(st.integers(0, len(answer)))
    parses_or_refuses(parser, answer[:at] + written + answer[at + data.draw(st.integers(0, 80)) :])


@pytest.mark.parametrize("probe", ["lsblk", "lvm_pvs", "nvme_list_subsys"])
@few
@given(value=json_values)
def test_no_json_breaks_a_parser(probe: str, value: object) -> None:
    (parser,) = (parser for parser in OF_STDOUT if parser.probe == probe)
    parses_or_refuses(parser, json.dumps(value, indent=1))
