"""Real processes of the command line, and what they leave behind."""

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
MadeOnce = Callable[[str, Callable[[Path], object]], Path]
"""The fixture `made_once`: a folder's name, and what makes it, to the folder."""
FAST = "*=500,i.redd.it=500,imgur.com=500,drive.google.com=500"


def environment() -> dict[str, str]:
    """The environment without what would change the outcome."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PHOTOSHOP_REQUEST_", "IMGUR_"))}
    return {**kept, "HF_HUB_OFFLINE": "1", "COLUMNS": "120"}


def start(*arguments: str | Path, variables: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """A running command, in a process group of its own; `variables` instead of those of `environment`."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() if variables is None else variables,
        start_new_session=True,
    )


def start_at_once(talk: Path, *arguments: str | Path) -> ForkServerProcess:
    """A running command, as `start_work`."""
    return start_work(talk, partial(_main, list(map(str, arguments))))


def start_work(talk: Path, work: Callable[[], object]) -> ForkServerProcess:
    """Work that runs without its seconds of imports, in a process group of its own; what it says goes into `talk`.

    It is forked from a process that has imported the program: who kills it meets work, not imports.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(["photoshop_request_builder.cli", "photoshop_request_builder.commands.run"])
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
    """A command that has ended; `wrapper` is what starts it, `variables` stand instead of those of `environment`."""
    return subprocess.run(
        [*wrapper, *COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment() if variables is None else variables,
        check=False,
        timeout=300,
    )


def succeed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A command that has ended well; its output is shown where it has not."""
    done = command(*arguments)
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done


def decisions(corpus: Path) -> list[dict[str, object]]:
    """What `decisions` says."""
    return [json.loads(line) for line in succeed("decisions", corpus).stdout.splitlines()]


def dataset_bytes(corpus: Path) -> dict[str, str]:
    """The SHA-256 of every Parquet file of the dataset, by its place."""
    folder = corpus / "dataset"
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }


def written(corpus: Path) -> dict[str, str]:
    """The SHA-256 of everything that stages wrote, by its place.

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
        """Submissions and comments."""
        return self.folder / "submissions.zst", self.folder / "comments.zst"

    def run_arguments(self, corpus: Path, *more: str | Path) -> list[str | Path]:
        """Arguments of a run over the sample without limits."""
        return ["run", corpus, *self.files, "--mirror", self.hosts.address, "--shards", "4", "--rate", FAST, *more]


@dataclass(frozen=True, slots=True)
class DevelopmentRun:
    """A run over the development corpus: where it lies and what the server saw."""

    corpus: Path
    truth: list[dict[str, str | None]]
    requests: dict[str, list[float]]
    """Host -> times of its requests."""
    rate: float
    """Requests a second that the run was allowed for each host."""
