"""Moments in words: the sentence of a moment, its lists, and messages of Kubernetes in short."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.texts import Text
from analyzer.timeline.moments import Told
from analyzer.timeline.sayings import SAYINGS

SAID_CHARACTERS = 160

# MountVolume.MountDevice failed for volume "pvc-1" : rpc error: code = Internal desc = timeout
_WRAPPED = re.compile(r"^(?:Error: )?\w+\.\w+ failed for volume \"[^\"]*\" : ")
_RPC = re.compile(r"^.*?rpc error: code = \w+ desc = ", re.S)

# Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[…]: timed out waiting …
_UNABLE = re.compile(r"^Unable to (?:attach or )?mount volumes(?: for pod \"[^\"]*\")?: .*: ", re.S)
_PATH = re.compile(r"(/[^/\s,]+/[^/\s,]+/)[^\s,]{24,}?(/[^/\s,]+/[^/\s,]+)(?=[\s,]|$)")

LAST_SAID = Text(en='the latest message is "{message}"', zh="最近一次的消息是“{message}”")  # all that an event keeps
AND_MORE = Text(en="{names} and {n} more", zh="{names} 等，另有 {n} 个")


def shortened(text: str) -> str:
    """For a sentence: long paths keep their ends."""
    text = _PATH.sub(r"\1…\2", text[: 4 * SAID_CHARACTERS])
    return text if len(text) <= SAID_CHARACTERS else f"{text[:SAID_CHARACTERS]}…"


def in_short(message: str) -> str:
    """One line without its full stop: what was said at the bottom of all the wrapping."""
    said = message.strip()[: 8 * SAID_CHARACTERS]
    for wrapping in (_WRAPPED, _UNABLE, _RPC):
        said = wrapping.sub("", said, count=1)
    return " ".join(said.split()).rstrip(" .") or "?"


def listed(names: Sequence[str], more: int = 0) -> Text:
    """`a, b and c`; `a, b and 3 more`; `?` where no name is known."""
    kept = [name.replace("{", "{{").replace("}", "}}") for name in names] or ["?"]
    last = " and ".join(part for part in (", ".join(kept[:-1]), kept[-1]) if part)
    names_of = Text(en=", ".join(kept) if more else last, zh="、".join(kept))
    return AND_MORE.fill(names=names_of, n=more) if more else names_of


def clause(told: Told, nodes: Text) -> Text:
    """What happened, with the names of its nodes where it wants them; to be read after `On worker-1, …`."""
    return _filled(SAYINGS[told.saying].says_of(len(told.names) + told.more), told, nodes)


def sentence(told: Told, nodes: Text) -> Text:
    """The same alone: with a capital, unless it begins with a name."""
    says = SAYINGS[told.saying].says_of(len(told.names) + told.more)
    return _filled(Text(en=says.en[:1].upper() + says.en[1:], zh=says.zh), told, nodes)


def _filled(says: Text, told: Told, nodes: Text) -> Text:
    values: dict[str, Text | str] = dict(told.values)
    if "message" in values and told.times > 1:
        values["message"] = LAST_SAID.fill(message=values["message"])
    return says.fill(**values, node=nodes, names=listed(told.names, told.more))
