"""Start real processes of the command line and compare their output files."""

import atexit
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory

import photoshop_request_builder
from photoshop_request_builder.commands.demo.server import Hosts

COMMAND = [sys.executable, "-c", "from photoshop_request_builder.cli import main; main()"]
PRELOADED = [
    *(module.name for module in walk_packages(photoshop_request_builder.__path__, "photoshop_request_builder.")),
    *("pandas", "praw", "pytest", "scipy.sparse.csgraph"),  # imported by pyarrow, functions and test modules
]
"""Modules that a command imports sooner or later. A forked process has them from the start."""
MadeOnce = Callable[[str, Callable[[Path], object]], Path]
"""Type of the fixture `made_once`: folder name and maker to folder."""
_SECONDS = 900
"""Longest duration of a command."""
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


def start_at_once(
    talk: Path, *arguments: str | Path, errors: Path | None = None, variables: Mapping[str, str] | None = None
) -> ForkServerProcess:
    """Run a command as `start_work` does."""
    return start_work(talk, partial(_main, list(map(str, arguments))), errors=errors, variables=variables)


def start_work(
    talk: Path,
    work: Callable[[], object],
    *,
    errors: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> ForkServerProcess:
    """Run work in its own process group, without seconds of imports. Its messages go to `talk`, or stderr to `errors`.

    It is forked from a process that has imported the program: who kills it meets work, not imports. All forked processes
    have the seed of hashes of that process.
    """
    variables = environment() if variables is None else variables
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with _variables(variables):  # the modules read some of them when they are imported
        forkserver.ensure_running()
    begun, begins = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(variables, Path.cwd(), talk, errors or talk, work, begins))
    process.start()
    begins.close()
    begun.recv()
    return process


@contextmanager
def _variables(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _run(
    variables: Mapping[str, str],
    folder: Path,
    output: Path,
    errors: Path,
    work: Callable[[], object],
    begins: Connection,
) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    for number, path in ((1, output), (2, errors)):
        said = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        os.dup2(said, number)
        os.close(said)
    begins.send(None)
    try:
        work()
    finally:
        atexit._run_exitfuncs()  # multiprocessing leaves them out


def _main(arguments: Sequence[str]) -> None:
    sys.argv = ["photoshop-request", *arguments]
    from photoshop_request_builder.cli import main

    main()


def command(
    *arguments: str | Path,
    wrapper: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    is_forked: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. `wrapper` starts it, `variables` override those of `environment`.

    With neither it is forked as `start_work` says, unless not `is_forked`: a new interpreter has a seed of hashes of
    its own, which what is compared with other runs should have.
    """
    if wrapper or variables is not None or not is_forked:
        return subprocess.run(
            [*wrapper, *COMMAND, *map(str, arguments)],
            capture_output=True,
            text=True,
            env=environment() if variables is None else variables,
            check=False,
            timeout=_SECONDS,
        )
    return forked_command(*arguments)


def forked_command(
    *arguments: str | Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, forked as `start_work` says."""
    with TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        process = start_at_once(output, *arguments, errors=errors, variables=variables)
        process.join(_SECONDS)
        if process.exitcode is None:
            os.killpg(process.pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(arguments, _SECONDS, output.read_text(), errors.read_text())
        return subprocess.CompletedProcess(arguments, process.exitcode, output.read_text(), errors.read_text())


def succeed(*arguments: str | Path, is_forked: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed. Show its output if it fails."""
    done = command(*arguments, is_forked=is_forked)
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
