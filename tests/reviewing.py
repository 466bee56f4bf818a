"""A review as its reviewer gets it: a server in a process of its own, its address, and what was decided."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from commands import start

from photoshop_request_builder.store.decisions import Decision, open_decisions


@contextmanager
def reviewing(corpus: Path, *arguments: str) -> Iterator[str]:
    """Yield the address of a running `review`. Ctrl-C ends it with exit code 130."""
    pytest.importorskip("uvicorn", reason="needs the extra review")
    process = start("review", corpus, *arguments)
    assert process.stdout
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), process.communicate()
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=20)
    assert process.returncode == 130, talk
    assert "Everything finished is kept" in talk


def decided(corpus: Path) -> list[Decision]:
    """Return all decisions of the corpus."""
    with open_decisions(corpus / "decisions.sqlite") as store:
        return store.decisions()


def verdicts_of(corpus: Path) -> list[Any]:
    """Return the verdicts in the order of the decisions."""
    return [decision.verdict for decision in decided(corpus)]
