"""Show progress of several processes, and without a terminal."""

import pickle
from itertools import count
from pathlib import Path

import pytest

from photoshop_request_builder.cli import console
from photoshop_request_builder.engine.progress_files import Meter


def test_what_several_processes_note_is_added_up(tmp_path: Path) -> None:
    """Count the last note of each name, through pickled copies."""
    meter = Meter(tmp_path)
    one, other = (pickle.loads(pickle.dumps(meter)) for _ in range(2))
    one.note("RS_2020-06.zst", 10)
    other.note("RC_2020-06.zst", 5)
    assert meter.total() == 15
    pickle.loads(pickle.dumps(meter)).note("RS_2020-06.zst", 30)
    assert meter.total() == 35


def test_notes_that_come_too_soon_are_passed_over(tmp_path: Path) -> None:
    """Write no file for each block, which takes a millisecond."""
    times = iter([0.0, 0.1, 0.6])
    meter = Meter(tmp_path, lambda: next(times))
    for done in (1, 2, 3):
        meter.note("file", done)
        assert meter.total() == (1 if done < 3 else 3)


def test_without_a_terminal_there_is_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    """Print the remaining time at this pace."""
    clock = count(0, 20)
    with console.progress("ingest", 100, "bytes", lambda: next(clock)) as advance:
        for _ in range(6):
            advance(10)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["ingest: 30 of 100 bytes, about 2 min left", "ingest: 60 of 100 bytes, about 1 min left"]
