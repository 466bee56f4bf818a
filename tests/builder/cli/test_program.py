"""What the program says of itself."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from commands import environment
from typer.testing import CliRunner

from photoshop_request.errors import CorpusError, InputError, Interrupted
from photoshop_request_builder.cli import app
from photoshop_request_builder.cli.reading import _seconds
from photoshop_request_builder.commands.demo import sample_folder


def test_the_version_is_that_of_the_package() -> None:
    """On stdout, for reports of faults."""
    said = CliRunner().invoke(app, ["--version"])
    assert (said.exit_code, said.stdout) == (0, f"photoshop-request {version('photoshop-request')}\n")


def test_help_names_every_command() -> None:
    """Also where none is given."""
    for given in (["--help"], []):
        said = CliRunner().invoke(app, given).output
        assert [
            each.name for each in app.registered_commands if f"\n  {each.name or each.callback.__name__}" not in said
        ] == []


@pytest.mark.parametrize("contact", ["me [at] example.org", "[/b]", ":cat:"])
def test_what_people_wrote_is_shown_as_it_is(contact: str) -> None:
    """Not taken for markup, in tables neither."""
    said = CliRunner().invoke(app, ["config"], env={"PHOTOSHOP_REQUEST_CONTACT": contact})
    assert said.exception is None
    # a narrow terminal breaks the line between words
    assert [word for word in contact.split() if word not in said.stdout] == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "FILE"),
        (["a.zst", "--since", "2025"], "--since"),
        (["a.zst", "--from", "arctic-shift"], "a.zst"),
        (["--from", "arctic-shift", "--since", "2025-13"], "2025-13"),
    ],
)
def test_what_ingest_cannot_do_is_told_before_anything_is_made(tmp_path: Path, given: list[str], told: str) -> None:
    """Nothing that was asked for is left out without a word."""
    found = CliRunner().invoke(app, ["ingest", str(tmp_path / "corpus"), *given]).exception
    assert isinstance(found, InputError)
    assert told in str(found)
    assert not (tmp_path / "corpus").exists()


def test_the_demo_mixes_with_no_other_corpus(tmp_path: Path) -> None:
    """The sample's invented people do not belong among real ones."""
    with sample_folder() as folder:
        shutil.copy(folder / "submissions.zst", tmp_path / "RS_2020-06.zst")
    ingested = ["ingest", str(tmp_path / "corpus"), str(tmp_path / "RS_2020-06.zst"), "--shards", "4", "--workers", "1"]
    assert CliRunner().invoke(app, ingested).exit_code == 0
    found = CliRunner().invoke(app, ["demo", str(tmp_path / "corpus")]).exception
    assert isinstance(found, CorpusError)
    assert "of its own" in str(found)


@pytest.mark.parametrize("text", ["2024-09-30", "20240930", "1727654400"])
def test_a_day_however_it_is_written(text: str) -> None:
    """Eight digits are a date, not a second of 1970."""
    assert _seconds(text) == 1727654400


_STUBBORN = """
import pathlib, time
pathlib.Path({begun!r}).touch()
try:
    time.sleep(2)
except{kind}:
    {answer}
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("work", "kind", "answer"),
    [
        ("import stubborn", "", "pass"),
        ("runpy.run_module('stubborn')", "", "pass"),
        ("class Dying:\n        def __del__(self): runpy.run_module('stubborn')\n    Dying()", " ValueError", "pass"),
        (
            "dying = set(); ref = weakref.ref(dying, lambda _: runpy.run_module('stubborn')); del dying",
            " ValueError",
            "pass",
        ),
        ("runpy.run_module('stubborn')", " KeyboardInterrupt", "raise RuntimeError('Query interrupted') from None"),
    ],
    ids=["multiprocess", "finalizer", "del", "weakref", "duckdb"],
)
def test_a_stop_is_not_lost_in_a_library(
    tmp_path: Path, number: int, work: str, kind: str, answer: str, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """One catches everything while it is imported, finalizers drop it, another makes an error of its own of it."""
    begun = tmp_path / "begun"
    (tmp_path / "stubborn.py").write_text(_STUBBORN.format(begun=str(begun), kind=kind, answer=answer))
    program = (
        "import runpy, sys, time, weakref; from photoshop_request_builder import cli\n"
        "@cli.app.command()\n"
        "def slow():\n"
        f"    {work}\n"
        "    time.sleep(5)\n"
        "    print('went on')\n"
        "sys.argv = ['photoshop-request', 'slow']; cli.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | {"PYTHONPATH": str(tmp_path)},
    )
    wait_until(lambda: begun.exists() or process.poll() is not None)
    process.send_signal(number)
    said, talk = process.communicate(timeout=60)
    assert (process.returncode, said) == (Interrupted.exit_code, ""), talk
    assert "everything finished is kept" in talk
    assert "Traceback" not in talk
