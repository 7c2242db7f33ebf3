"""`/etc/multipath.conf`, `/etc/multipath/conf.d/*.conf` -> MultipathConf.

Input    the files, in any order; `wwids` and `bindings` beside them are no configuration.  Sections are
         `name {` … `}`, one brace a line, one within another; `#` and `!` begin comments; values may be quoted.
Output   every setting with its outermost section: multipath.conf first, then the drop-in files by name.
         What shares a line with a brace is ignored by multipath; it is kept as rejected, and not read on.
Errors   none: multipath itself ignores what it does not understand.
Source   multipath.conf(5); multipath-tools, libmultipath/parser.c.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Span
from analyzer.facts.multipath_conf import MultipathConf, Setting
from analyzer.parsers import Parser, TextFile

_PROBE = "multipath_conf"
_COMMENT = re.compile(r"""(?:^|\s)[#!].*""")
_OPENS = re.compile(r"(?P<name>[A-Za-z_]+)\s*\{(?P<rest>.*)")


def parse(files: tuple[TextFile, ...]) -> MultipathConf:
    read = sorted((file for file in files if file.path.endswith(".conf")), key=_place)
    settings: list[Setting] = []
    rejected: list[Span] = []
    for file in read:
        found = list(_read(file))
        settings += [one for one in found if isinstance(one, Setting)]
        rejected += [one for one in found if isinstance(one, Span)]
    return MultipathConf(tuple(file.path for file in read), tuple(settings), tuple(rejected))


def _place(file: TextFile) -> tuple[bool, str]:
    return file.path != "/etc/multipath.conf", file.path


def _read(file: TextFile) -> Iterator[Setting | Span]:
    sections: list[str] = []
    for number, line in enumerate(file.text.split("\n"), start=1):
        text = _COMMENT.sub("", line).strip()
        span = Span(file.source, number, number, (line.rstrip("\r"),))
        if not text:
            continue
        if (opened := _OPENS.fullmatch(text)) is not None:
            sections.append(opened["name"])
            if opened["rest"].strip():
                yield span
        elif text.startswith("}"):
            del sections[-1:]
        elif text.endswith("}"):
            del sections[-1:]
            yield span
        else:
            keyword, *value = text.split(maxsplit=1)
            yield Setting(sections[0] if sections else "", keyword, "".join(value).strip('"'), span)


PARSER = Parser(_PROBE, MultipathConf, parse, reads_files=True)
