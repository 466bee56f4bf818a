"""The program as a real process: help, version, failures and signals."""

import errno
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from inspect import getdoc
from pathlib import Path

import pytest
from commands import COMMAND, Sample, command, environment, start
from typer.testing import CliRunner

from photoshop_request.errors import CorpusError, InputError, Interrupted, StorageError
from photoshop_request_builder.cli import main
from photoshop_request_builder.cli.ingest import _seconds
from photoshop_request_builder.cli.program import SUMMARIES, app
from photoshop_request_builder.commands.demo import sample_folder
from photoshop_request_builder.store.settings import SETTINGS

Wait = Callable[[Callable[[], bool]], None]
NARROW = {**environment(), "COLUMNS": "80"}


def test_the_version_is_that_of_the_package() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"photoshop-request {version('photoshop-request')}\n")


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_lists_every_command_with_its_whole_summary(arguments: list[str]) -> None:
    """Each summary fits into its line at 80 columns."""
    lines = (command(*arguments, variables=NARROW).stdout + command(*arguments, variables=NARROW).stderr).splitlines()
    listed = dict(
        re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in lines[lines.index("Commands:") + 1 :] if line
    )
    assert listed == SUMMARIES
    assert [line for line in lines if "…" in line.replace("FILE…", "") or "..." in line.replace("[ARGS]...", "")] == []
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_summary_is_the_first_line_of_the_commands_help(name: str) -> None:
    function = getattr(import_module(f"photoshop_request_builder.cli.{name}"), name)
    assert (getdoc(function) or "").splitlines()[0] == SUMMARIES[name]


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(argument: str) -> None:
    program = (
        "import sys\n"
        "from photoshop_request_builder.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, argument], capture_output=True, text=True, check=True)
    heavy = {"pyarrow", "numpy", "datasets", "cv2", "duckdb", "fsspec", "PIL", "huggingface_hub", "aiohttp", "rich"}
    assert heavy & set(done.stderr.split()) == set()


def test_the_help_of_a_command_imports_no_stage() -> None:
    """Commands import what they run when they run. `export` lists its formats in its help."""
    program = (
        "import sys\n"
        "from photoshop_request_builder.cli.program import SUMMARIES, load_command\n"
        "for name in SUMMARIES:\n    load_command(name)\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    slow = {"datasets", "cv2", "duckdb", "aiohttp", "huggingface_hub", "photoshop_request_builder.commands.run"}
    assert slow & set(done.stdout.split()) == set()


@pytest.mark.parametrize("contact", ["me [at] example.org", "[/b]", ":cat:"])
def test_values_are_shown_as_they_are(contact: str) -> None:
    """They are not taken for markup."""
    result = CliRunner().invoke(app, ["config"], env={"PHOTOSHOP_REQUEST_CONTACT": contact})
    assert result.exception is None
    assert f"contact = {contact} (environment)" in result.stdout


def test_config_breaks_no_name_at_80_columns() -> None:
    text = command("config", variables=NARROW).stdout
    assert [item.name for item in SETTINGS if f"{item.name} = " not in text or f"{item.variable}:" not in text] == []
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "FILE"),
        (["a.zst", "--since", "2025"], "--since"),
        (["a.zst", "--from", "arctic-shift"], "a.zst"),
        (["--from", "arctic-shift", "--since", "2025-13"], "2025-13"),
        (["--from", "reddit"], "PHOTOSHOP_REQUEST_REDDIT_CLIENT_ID"),
        (["missing.zst"], "missing.zst"),
    ],
)
def test_a_failed_ingest_leaves_no_folder(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = command("ingest", tmp_path / "corpus", *arguments)
    assert done.returncode in {3, 5}
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["run", "ingest", "rebuild"])
def test_a_missing_input_leaves_no_folder_and_no_change(tmp_path: Path, name: str) -> None:
    """A new corpus is not created, an existing one is not touched."""
    assert command(name, tmp_path / "corpus", tmp_path / "missing.zst").returncode == InputError.exit_code
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "corpus").mkdir()
    corpus_toml = tmp_path / "corpus" / "corpus.toml"
    corpus_toml.write_text('[corpus]\nformat = 1\nsubreddits = ["PhotoshopRequest"]\nshards = 4\n')
    before = corpus_toml.stat()
    assert command(name, tmp_path / "corpus", tmp_path / "missing.zst").returncode == InputError.exit_code
    assert [path.name for path in (tmp_path / "corpus").iterdir()] == ["corpus.toml"]
    assert corpus_toml.stat().st_mtime_ns == before.st_mtime_ns


def test_the_demo_mixes_with_no_other_corpus(tmp_path: Path) -> None:
    with sample_folder() as folder:
        shutil.copy(folder / "submissions.zst", tmp_path / "RS_2020-06.zst")
    arguments = [
        "ingest",
        str(tmp_path / "corpus"),
        str(tmp_path / "RS_2020-06.zst"),
        "--shards",
        "4",
        "--workers",
        "1",
    ]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    error = CliRunner().invoke(app, ["demo", str(tmp_path / "corpus")]).exception
    assert isinstance(error, CorpusError)
    assert "its own folder" in str(error)


@pytest.mark.parametrize("text", ["2024-09-30", "20240930", "1727654400"])
def test_dates_are_read_in_every_form(text: str) -> None:
    """Eight digits are a date, not a second of 1970."""
    assert _seconds(text) == 1727654400


# -- signals ------------------------------------------------------------------------------------------------------------

_SLOW = """
import pathlib, time
pathlib.Path({started!r}).touch()
try:
    time.sleep(60)
except:
    pass
finally:
    print("went on")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "work",
    ["import slow", "del_ = type('Dying', (), {'__del__': lambda _: __import__('slow')})(); del del_"],
    ids=["import", "finalizer"],
)
def test_a_signal_ends_the_program_wherever_it_is(tmp_path: Path, number: int, work: str, wait_until: Wait) -> None:
    """Code that catches every exception does not hold it up."""
    started = tmp_path / "started"
    (tmp_path / "slow.py").write_text(_SLOW.format(started=str(started)))
    (tmp_path / "slow_command.py").write_text(f"def config() -> None:\n    {work}\n")
    program = (
        "import sys, slow_command\n"
        "sys.modules['photoshop_request_builder.cli.config'] = slow_command\n"
        "from photoshop_request_builder.cli import main; main()"
    )
    variables = environment() | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    process = subprocess.Popen(
        [sys.executable, "-c", program, "config"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=variables,
    )
    wait_until(lambda: started.exists() or process.poll() is not None)
    process.send_signal(number)
    output, talk = process.communicate(timeout=20)
    assert (process.returncode, output) == (Interrupted.exit_code, ""), talk
    assert talk == "Stopped. Everything finished is kept; the same command goes on.\n"


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.5, 2.0])
def test_ctrl_c_in_a_terminal_shows_no_traceback_of_workers(
    sample: Sample, tmp_path: Path, seconds: float, wait_until: Wait
) -> None:
    """A terminal sends SIGINT to every process of the command."""
    process = start(*sample.run_arguments(tmp_path / "corpus", "--workers", "2"))
    wait_until(lambda: process.poll() is not None or (tmp_path / "corpus" / "corpus.toml").exists())
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, talk = process.communicate(timeout=20)
    assert process.returncode == Interrupted.exit_code, talk
    assert "Traceback" not in talk
    assert talk.endswith("Stopped. Everything finished is kept; the same command goes on.\n")


@pytest.mark.slow
def test_a_stop_shows_the_cursor_again(sample: Sample, tmp_path: Path) -> None:
    """A progress bar hides it."""
    terminal, stderr = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *map(str, sample.run_arguments(tmp_path / "corpus", "--workers", "1", "--rate", "*=5"))],
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        env={**environment(), "TERM": "xterm"},
    )
    os.close(stderr)
    talk = b""
    while b"\x1b[?25l" not in talk:
        talk += os.read(terminal, 4096)
    process.terminate()
    assert process.wait(timeout=20) == Interrupted.exit_code
    while chunk := _read(terminal):
        talk += chunk
    os.close(terminal)
    assert talk.rindex(b"\x1b[?25h") > talk.rindex(b"\x1b[?25l")
    assert b"Stopped. Everything finished is kept" in talk


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.parametrize(("number", "says"), [(errno.ENOSPC, "no space left"), (errno.EROFS, "cannot be written")])
def test_a_full_or_read_only_disk_ends_any_command_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int, says: str
) -> None:
    """Print no traceback, wherever the error comes from."""

    def fail() -> None:
        raise OSError(number, os.strerror(number), "/corpus/x")

    monkeypatch.setattr("photoshop_request_builder.cli.program.app", fail)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == StorageError.exit_code
    assert f"/corpus/x: {says}" in capsys.readouterr().err


def test_other_errors_of_the_system_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise an error that advice about disks would not explain."""

    def fail() -> None:
        raise OSError(errno.EIO, "strange")

    monkeypatch.setattr("photoshop_request_builder.cli.program.app", fail)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(OSError, match="strange"):
        main()
