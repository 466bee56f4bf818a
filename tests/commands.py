"""Start real processes of the command line and compare their output files."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from photoshop_request_builder.commands.demo.server import Hosts

COMMAND = [sys.executable, "-c", "from photoshop_request_builder.cli import main; main()"]
PRELOADED = ("run", "ingest", "fetch", "pair", "build")
"""Commands whose modules `start_at_once` imports beforehand."""
MadeOnce = Callable[[str, Callable[[Path], object]], Path]
"""Type of the fixture `made_once`: folder name and maker to folder."""
FAST = "*=500,i.redd.it=500,imgur.com=500,drive.google.com=500"


def environment() -> dict[str, str]:
    """Return the environment without variables that change the outcome."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PHOTOSHOP_REQUEST_", "IMGUR_"))}
    return {**kept, "HF_HUB_OFFLINE": "1", "COLUMNS": "120"}


def start(*arguments: str | Path, variables: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a command in its own process group. `variables` override those of `environment`."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() if variables is None else variables,
        start_new_session=True,
    )


def start_at_once(talk: Path, *arguments: str | Path) -> ForkServerProcess:
    """Run a command as `start_work` does."""
    return start_work(talk, partial(_main, list(map(str, arguments))))


def start_work(talk: Path, work: Callable[[], object]) -> ForkServerProcess:
    """Run work in its own process group, without seconds of imports. Its messages go to `talk`.

    It is forked from a process that has imported the program: who kills it meets work, not imports.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload([f"photoshop_request_builder.cli.{name}" for name in ("program", *PRELOADED)])
    begun, begins = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(environment(), talk, work, begins))
    process.start()
    begins.close()
    begun.recv()
    return process


def _run(variables: Mapping[str, str], talk: Path, work: Callable[[], object], begins: Connection) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(variables)
    said = os.open(talk, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    begins.send(None)
    work()


def _main(arguments: Sequence[str]) -> None:
    sys.argv = ["photoshop-request", *arguments]
    from photoshop_request_builder.cli import main

    main()


def command(
    *arguments: str | Path, wrapper: Sequence[str] = (), variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. `wrapper` starts it, `variables` override those of `environment`."""
    return subprocess.run(
        [*wrapper, *COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment() if variables is None else variables,
        check=False,
        timeout=900,
    )


def succeed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed. Show its output if it fails."""
    done = command(*arguments)
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done


def decisions(corpus: Path) -> list[dict[str, object]]:
    """Return the output of `decisions`."""
    return [json.loads(line) for line in succeed("decisions", corpus).stdout.splitlines()]


def dataset_bytes(corpus: Path) -> dict[str, str]:
    """Return the SHA-256 of every Parquet file of the dataset by path."""
    folder = corpus / "dataset"
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }


def written(corpus: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that stages wrote by path.

    Without the card, which says where the corpus lies, and `pictures`, whose fingerprint is of this ledger and its times;
    their rows are in `candidates`.
    """
    return {
        str(path.relative_to(corpus)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("incoming", "shards", "built", "dataset", "rejects")
        for path in sorted((corpus / folder).rglob("*"))
        if path.is_file() and path.name not in {"README.md", "pictures.parquet"}
    }


@dataclass(frozen=True, slots=True)
class Sample:
    """The embedded sample and the server that plays its image hosts."""

    folder: Path
    hosts: Hosts

    @property
    def files(self) -> tuple[Path, Path]:
        """Return the archives of submissions and comments."""
        return self.folder / "submissions.zst", self.folder / "comments.zst"

    def run_arguments(self, corpus: Path, *more: str | Path) -> list[str | Path]:
        """Return the arguments of a run over the sample without rate limits."""
        return ["run", corpus, *self.files, "--mirror", self.hosts.address, "--shards", "4", "--rate", FAST, *more]


@dataclass(frozen=True, slots=True)
class DevelopmentRun:
    """A run over the development corpus: its folder and the requests to the server."""

    corpus: Path
    truth: list[dict[str, str | None]]
    requests: dict[str, list[float]]
    """Times of requests by host."""
    rate: float
    """Rate limit of each host in requests a second."""
