"""`/etc/modules-load.d/*.conf`, `/etc/modules`, `/etc/modprobe.d/*.conf` -> ModulesAtBoot.

Input    files: a module's name a line to load it, in /etc/modules with parameters behind it; `install MODULE COMMAND`
         and `blacklist MODULE` in modprobe.d; `#` and `;` begin a comment.
Output   every module named to be loaded, and every one an `install` or `blacklist` line names, in the files' order;
         `-` in a name is `_`, as for the kernel.  `install MODULE /sbin/modprobe …` loads it in the end and forbids
         nothing.
Errors   none: these files are written by hand, and systemd and modprobe pass over a line that they do not understand.
Source   modules-load.d(5), modules(5) of kmod in Debian, modprobe.d(5).
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts import Span
from analyzer.facts.modules_at_boot import ModuleLine, ModulesAtBoot
from analyzer.parsers import Parser, TextFile

_PROBE = "modules_conf"
_MODPROBE = "/etc/modprobe.d/"


def parse(files: tuple[TextFile, ...]) -> ModulesAtBoot:
    return ModulesAtBoot(
        loaded=tuple(line for file in files if not file.path.startswith(_MODPROBE) for line in _loaded(file)),
        forbidden=tuple(line for file in files if file.path.startswith(_MODPROBE) for line in _forbidden(file)),
    )


def _loaded(file: TextFile) -> Iterator[ModuleLine]:
    for number, line, words in _words(file):
        yield _named(file, number, line, words[0])


def _forbidden(file: TextFile) -> Iterator[ModuleLine]:
    for number, line, words in _words(file):
        if words[0] == "blacklist" and len(words) > 1:
            yield _named(file, number, line, words[1])
        if words[0] == "install" and len(words) > 2 and not any("modprobe" in word for word in words[2:]):
            yield _named(file, number, line, words[1])


def _words(file: TextFile) -> Iterator[tuple[int, str, list[str]]]:
    for number, line in enumerate(file.text.split("\n"), start=1):
        words = line.split()
        if words and words[0][0] not in "#;":
            yield number, line, words


def _named(file: TextFile, number: int, line: str, name: str) -> ModuleLine:
    return ModuleLine(name.replace("-", "_"), file.path, Span(file.source, number, number, (line,)))


PARSER = Parser(_PROBE, ModulesAtBoot, parse, reads_files=True)
