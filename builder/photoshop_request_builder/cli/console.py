"""Print the output of the commands: data on stdout, messages and progress on stderr.

Only this module writes to either. It removes control characters, which texts from Reddit, the Hub or a stranger's dataset
could otherwise send to the terminal.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.segment import Segment
from rich.table import Table

if TYPE_CHECKING:
    from photoshop_request_builder.dataset.funnel import FunnelStep

_UNSAFE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 but tab and newline, DEL, C1, marks that reorder text, line separators, and surrogates, which no stream encodes."""


class _PlainConsole(Console):
    """Prints texts without control characters. Only rich itself moves the cursor and sets colours."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=_UNSAFE.sub("", segment.text))


# paths, names and addresses must not be parsed as markup
talk = _PlainConsole(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
"""stderr: messages for people."""
data = _PlainConsole(highlight=False, soft_wrap=True, markup=False, emoji=False)
"""stdout: the result of a command."""
_LINE_INTERVAL = 60.0
"""Seconds between two lines of progress where stderr is no terminal."""
_BAR_INTERVAL = 0.1
"""Seconds between two updates of a terminal's status line."""


def say(message: str) -> None:
    """Print one line on stderr."""
    talk.print(message)


def write_json(value: object) -> None:
    """Print JSON on stdout, for programs."""
    _write(_escaped(json.dumps(value, indent=1)))


def write_json_line(value: object) -> None:
    """Print JSON in one line on stdout, for programs. Letters of other scripts stay readable."""
    _write(_escaped(json.dumps(value, ensure_ascii=False)))


def write_source_line(line: bytes) -> None:
    """Print a line of JSON as its source delivered it. On a terminal, escape control characters."""
    line = line.rstrip(b"\n")
    if sys.stdout.isatty():
        _write(_escaped(line.decode("utf-8", "replace")))
        return
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()


def _escaped(text: str) -> str:
    r"""Write control characters in JSON as `\u` and four digits. They occur only inside its strings."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _write(line: str) -> None:
    print(line)  # noqa: T201 - stdout is data


def hint(command: str) -> None:
    """Print the next command to run."""
    say(f"next: photoshop-request {command}")


@contextmanager
def progress(
    what: str, total: float | None, unit: str = "units", clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[float], None]]:
    """Show a progress bar, or one line per minute without a terminal. Yield a function that takes the new units done.

    `total` is None if it is unknown.
    """
    if talk.is_terminal:
        byte_columns = (DownloadColumn(), TransferSpeedColumn())
        unit_columns = byte_columns if unit == "bytes" else (MofNCompleteColumn(), TimeElapsedColumn())
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), *unit_columns, TimeRemainingColumn())
        with Progress(*columns, console=talk, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)
        return
    start = last_line = clock()
    all_done = 0.0

    def advance(done: float) -> None:
        nonlocal all_done, last_line
        all_done += done
        now = clock()
        if now - last_line >= _LINE_INTERVAL and all_done:
            last_line = now
            if total is None:
                say(f"{what}: {all_done:,.0f} {unit}")
                return
            left = (now - start) * (total / all_done - 1)
            say(f"{what}: {all_done:,.0f} of {total:,.0f} {unit}, about {max(0.0, left) / 60:,.0f} min left")

    yield advance


@contextmanager
def path_progress(what: str, clock: Callable[[], float] = time.monotonic) -> Iterator[Callable[[str], None]]:
    """Show the current path and the number of files. Yield a function that takes each path."""
    files = 0
    last_line = clock()
    with talk.status(escape(what)) as status:

        def show(path: str) -> None:
            nonlocal files, last_line
            files += 1
            now = clock()
            if now - last_line >= (_BAR_INTERVAL if talk.is_terminal else _LINE_INTERVAL):
                last_line = now
                line = f"{what}: {files:,} files, {path}"
                if talk.is_terminal:
                    status.update(escape(line))
                else:
                    say(line)

        yield show


def funnel_table(steps: "list[FunnelStep]") -> Table:
    """Return the funnel as a table: a row per stage, with all reasons."""
    table = Table(title="Funnel", title_justify="left", show_lines=True)
    for name in ("stage", "in", "kept", "dropped, by reason"):
        table.add_column(name, justify="right" if name in {"in", "kept"} else "left", overflow="fold")
    for step in steps:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in step.reasons.items()) or "-"
        table.add_row(step.stage, f"{step.total:,} {step.counted}", f"{step.kept:,} {step.kept_as}", reasons)
    return table
