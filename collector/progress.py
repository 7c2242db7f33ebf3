"""What the user sees while nodes are asked, and at the end; all of it on standard error.

On a terminal: a bar, and a line for each of the nodes that are at work longest; elsewhere: a plain line when a node
ends.  Then a table of 80 columns with every node, or, when there are many, those that were not collected whole.
Nothing a node says reaches the terminal unprinted: reasons are cleaned where they arise, and never read as markup.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import Self

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from bundle.capture import NodeSnapshot, Outcome
from collector.results import NodeResult, result_of

COLUMNS = 80
MOST_ROWS = 40
MOST_LETTERS = 52  # two lines of the last column, beside names of ordinary length
MOST_NAMED = 6
MOST_IN_CELL = 120  # four lines
MOST_AT_WORK = 12
STYLES = {Outcome.COLLECTED: "green", Outcome.PARTIAL: "yellow", Outcome.UNREACHABLE: "red"}


class PlainProgress:
    """A line per node when it ends."""

    def __init__(self, console: Console, nodes: int, probes: int) -> None:
        self._console = console
        self._nodes = nodes
        self._ended = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def begins(self, node: str) -> None:
        return None

    def answers(self, node: str, count: int) -> None:
        return None

    def ends(self, result: NodeSnapshot) -> None:
        self._ended += 1
        say(self._console, f"[{self._ended}/{self._nodes}] {_line(result_of(result))}")


class _FewLines(Progress):
    """The first task, and those at work longest: what does not fit on a screen is not drawn."""

    def make_tasks_table(self, tasks: Iterable[Task]) -> Table:
        return super().make_tasks_table(islice(tasks, 1 + MOST_AT_WORK))


class LiveProgress:
    """A bar for all, and a line for each node at work.  Of many nodes only those that are not whole leave a line."""

    def __init__(self, console: Console, nodes: int, probes: int) -> None:
        self._tells_all = nodes <= MOST_ROWS
        self._probes = probes
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()
        self._progress = _FewLines(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._all = self._progress.add_task("nodes", total=nodes)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def begins(self, node: str) -> None:
        with self._lock:
            self._tasks[node] = self._progress.add_task(node, total=self._probes)

    def answers(self, node: str, count: int) -> None:
        self._progress.update(self._tasks[node], completed=count)

    def ends(self, result: NodeSnapshot) -> None:
        with self._lock:
            self._progress.remove_task(self._tasks.pop(result.node))
        self._progress.advance(self._all)
        if self._tells_all or result.outcome is not Outcome.COLLECTED:
            line = Text(_line(result_of(result)), style=STYLES[result.outcome])
            self._progress.console.print(line, soft_wrap=True)


def on(console: Console, *, nodes: int, probes: int) -> PlainProgress | LiveProgress:
    return (LiveProgress if console.is_terminal else PlainProgress)(console, nodes, probes)


def error_console() -> Console:
    """Standard error; 80 columns where it is no terminal."""
    console = Console(stderr=True, highlight=False)
    return console if console.is_terminal else Console(stderr=True, highlight=False, width=COLUMNS, color_system=None)


def say(console: Console, sentence: str) -> None:
    console.print(Text(sentence), soft_wrap=True)


def closing_table(
    results: Sequence[NodeResult], left_out: Sequence[str] = (), *, why: str = "", before: int = 0
) -> Table:
    """Every node, or those not whole; `left_out` gave nothing when it ended; `before` counts those of earlier runs."""
    rows = sorted(results, key=lambda result: (-list(STYLES).index(result.outcome), result.node))
    shown = rows if len(rows) <= MOST_ROWS else [row for row in rows if not row.whole][:MOST_ROWS]
    many = len(rows) > MOST_ROWS
    notes = [] if many else [f"\n{row.node}: {_why(row)}" for row in shown if not _fits(row)]
    table = Table(
        width=COLUMNS,
        box=box.SIMPLE_HEAD,
        show_edge=False,
        caption=Text("\n".join((*_closing_words(results, shown, left_out, why, before), *notes))),
        caption_justify="left",
        caption_style="",
        pad_edge=False,
    )
    name_width = min(22, max(4, *(len(row.node) for row in rows), 0))
    for title, width in (("node", name_width), ("via", 6), ("result", 11), ("answers", 7), ("s", 5)):
        table.add_column(title, width=width, overflow="fold", justify="right" if title == "s" else "left")
    table.add_column("why", overflow="fold", ratio=1)
    for row in shown:
        told = _cut(_why(row)) if many else _why(row) if _fits(row) else "see below"
        cells = (row.node, _via(row), row.outcome, f"{row.known}/{row.asked}", f"{row.seconds:.1f}", told)
        table.add_row(*(Text(cell, style=STYLES[row.outcome] if cell is row.outcome else "") for cell in cells))
    return table


def _via(result: NodeResult) -> str:
    """One word for the way that was used; none where no way led to the node."""
    return "-" if result.outcome is Outcome.UNREACHABLE else result.via.removeprefix("kubectl ")


def _closing_words(
    results: Sequence[NodeResult], shown: Sequence[NodeResult], left_out: Sequence[str], why: str, before: int
) -> Iterator[str]:
    counts = [f"{sum(row.outcome is outcome for row in results)} {outcome}" for outcome in STYLES]
    counts += [f"{before} collected before"] if before else []
    counts += [f"{len(left_out)} not collected"] if left_out else []
    yield ", ".join(counts)
    hidden = sum(not row.whole for row in results) - len(shown)
    if hidden > 0:
        yield f"{hidden} more that are not whole have no line here; the bundle tells why"
    if left_out:
        yield f"{why}: {_some(left_out)}"


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1].rstrip()}…"


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _why(result: NodeResult) -> str:
    """The reason, and the probes it is about when they are few."""
    few = 0 < len(result.unknown) <= MOST_NAMED
    return f"{result.reason} ({', '.join(result.unknown)})" if few else result.reason


def _fits(result: NodeResult) -> bool:
    return len(_why(result)) <= MOST_IN_CELL


def _line(result: NodeResult) -> str:
    why = f": {_why(result)}" if result.reason else ""
    return f"{result.node} {result.outcome} in {result.seconds:.1f} s{why}"
