"""How the program talks to people: on stderr, with progress on a terminal and a line a minute without one."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
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
from rich.table import Table

from photoshop_request_builder.dataset.funnel import FunnelStep

# what is told holds paths, names and addresses: none of it is markup
talk = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
"""For people."""
data = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
"""For people and programs: what a command was asked for."""
_EVERY = 60.0
_OFTEN = 0.1
"""Seconds."""


def say(message: str) -> None:
    """One line on stderr."""
    talk.print(message)


def write_json(value: object) -> None:
    """JSON on stdout, for programs."""
    print(json.dumps(value, indent=1))  # noqa: T201 - stdout is data


def hint(command: str) -> None:
    """What to run next."""
    say(f"next: photoshop-request {command}")


@contextmanager
def progress(
    what: str, total: float | None, unit: str = "units", clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[float], None]]:
    """Shows how far a stage is, how fast, and what is left; yields what to call with what was done since the last call.

    `total` is None where nobody knows how much there is.
    """
    if talk.is_terminal:
        of_bytes = (DownloadColumn(), TransferSpeedColumn())
        counted = of_bytes if unit == "bytes" else (MofNCompleteColumn(), TimeElapsedColumn())
        columns = (TextColumn("{task.description}"), BarColumn(), *counted, TimeRemainingColumn())
        with Progress(*columns, console=talk, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)
        return
    began = clock()
    state = {"done": 0.0, "said": began}

    def advance(done: float) -> None:
        state["done"] += done
        now = clock()
        if now - state["said"] >= _EVERY and state["done"]:
            state["said"] = now
            if total is None:
                say(f"{what}: {state['done']:,.0f} {unit}")
                return
            left = (now - began) * (total / state["done"] - 1)
            say(f"{what}: {state['done']:,.0f} of {total:,.0f} {unit}, about {max(0.0, left) / 60:,.0f} minutes left")

    yield advance


@contextmanager
def looking(what: str, clock: Callable[[], float] = time.monotonic) -> Iterator[Callable[[str], None]]:
    """Shows what is looked at where nobody knows how much there is; yields what to call with each path."""
    state = {"done": 0.0, "said": clock()}
    with talk.status(escape(what)) as status:

        def look(path: str) -> None:
            state["done"] += 1
            now = clock()
            if now - state["said"] >= (_OFTEN if talk.is_terminal else _EVERY):
                state["said"] = now
                told = f"{what}: {state['done']:,.0f} files; {path}"
                if talk.is_terminal:
                    status.update(escape(told))
                else:
                    say(told)

        yield look


def funnel_table(steps: list[FunnelStep]) -> Table:
    """The funnel, a row a stage, with every reason."""
    table = Table(title="Funnel", title_justify="left", show_lines=True)
    for name in ("stage", "in", "kept", "dropped, and why"):
        table.add_column(name, justify="right" if name in {"in", "kept"} else "left", overflow="fold")
    for step in steps:
        why = ", ".join(f"{reason} {count:,}" for reason, count in step.reasons.items()) or "-"
        table.add_row(step.stage, f"{step.total:,} {step.counted}", f"{step.kept:,} {step.kept_as}", why)
    return table
