"""What the user sees while nodes are asked, and at the end; all of it on standard error.

On a terminal: a line per node at work and a bar; elsewhere: a plain line when a node ends.  Then a table of 80 columns
with every node, or, when there are many, those that were not collected whole.  Nothing a node says reaches the terminal
unprinted: reasons are cleaned where they arise, and never read as markup.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from bundle.capture import NodeSnapshot, Outcome, Status

COLUMNS = 80
MOST_ROWS = 40
MOST_NAMED = 6
MOST_IN_CELL = 120  # four lines
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
        say(self._console, f"[{self._ended}/{self._nodes}] {_line(result)}")


class LiveProgress:
    """A bar for all, and a line for each node at work."""

    def __init__(self, console: Console, nodes: int, probes: int) -> None:
        self._probes = probes
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()
        self._progress = Progress(
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
        self._progress.console.print(Text(_line(result), style=STYLES[result.outcome]), soft_wrap=True)


def on(console: Console, *, nodes: int, probes: int) -> PlainProgress | LiveProgress:
    return (LiveProgress if console.is_terminal else PlainProgress)(console, nodes, probes)


def error_console() -> Console:
    """Standard error; 80 columns where it is no terminal."""
    console = Console(stderr=True, highlight=False)
    return console if console.is_terminal else Console(stderr=True, highlight=False, width=COLUMNS, color_system=None)


def say(console: Console, sentence: str) -> None:
    console.print(Text(sentence), soft_wrap=True)


def closing_table(results: Sequence[NodeSnapshot], left_out: Sequence[str]) -> Table:
    """Every node; `left_out` were never asked, since collecting was interrupted."""
    rows = sorted(results, key=lambda result: (-list(STYLES).index(result.outcome), result.node))
    shown = (
        rows if len(rows) <= MOST_ROWS else [row for row in rows if row.outcome is not Outcome.COLLECTED][:MOST_ROWS]
    )
    table = Table(
        width=COLUMNS,
        box=box.SIMPLE_HEAD,
        show_edge=False,
        caption=Text("\n".join((_counts(results, left_out), *_footnotes(shown)))),
        caption_justify="left",
        caption_style="",
        pad_edge=False,
    )
    name_width = min(22, max(4, *(len(row.node) for row in rows), 0))
    for title, width in (("node", name_width), ("via", 5), ("result", 11), ("answers", 7), ("s", 5)):
        table.add_column(title, width=width, overflow="fold", justify="right" if title == "s" else "left")
    table.add_column("why", overflow="fold", ratio=1)
    for row in shown:
        known = sum(capture.status.is_knowledge for capture in row.captures)
        why = _why(row) if _fits(row) else "see below"
        cells = (row.node, _via(row), row.outcome, f"{known}/{len(row.captures)}", f"{row.seconds:.1f}", why)
        table.add_row(*(Text(cell, style=STYLES[row.outcome] if cell is row.outcome else "") for cell in cells))
    return table


def _via(result: NodeSnapshot) -> str:
    """One word for the way that was used; none where no way led to the node."""
    return "-" if result.outcome is Outcome.UNREACHABLE else result.transport.removeprefix("kubectl ")


def _counts(results: Sequence[NodeSnapshot], left_out: Sequence[str]) -> str:
    counts = [f"{sum(row.outcome is outcome for row in results)} {outcome}" for outcome in STYLES]
    return ", ".join([*counts, *([f"{len(left_out)} not asked"] if left_out else [])])


def _why(result: NodeSnapshot) -> str:
    """The reason, and the probes it is about when they are few."""
    unknown = [one.probe for one in result.captures if not one.status.is_knowledge and one.status is not Status.ABSENT]
    return f"{result.reason} ({', '.join(unknown)})" if 0 < len(unknown) <= MOST_NAMED else result.reason


def _fits(result: NodeSnapshot) -> bool:
    return len(_why(result)) <= MOST_IN_CELL


def _footnotes(rows: Sequence[NodeSnapshot]) -> list[str]:
    """What is too long for a narrow column."""
    return [f"\n{row.node}: {_why(row)}" for row in rows if not _fits(row)]


def _line(result: NodeSnapshot) -> str:
    why = f": {_why(result)}" if result.reason else ""
    return f"{result.node} {result.outcome} in {result.seconds:.1f} s{why}"
