"""The embedded sample and the development corpus, each run once and then only read."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium
from commands import DevelopmentRun, MadeOnce, Sample, succeed
from filelock import FileLock

from photoshop_request_builder.commands.demo import sample_folder
from photoshop_request_builder.commands.demo.server import serve


@pytest.fixture(scope="session")
def sample() -> Iterator[Sample]:
    with sample_folder() as folder, serve(folder) as hosts:
        yield Sample(folder, hosts)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Gives a folder by its name, made once for all processes of a test run; who comes later waits for it."""
    own = tmp_path_factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def once(name: str, make: Callable[[Path], object]) -> Path:
        folder, made = place / name, place / f"{name}.made"
        with FileLock(place / f"{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                made.touch()
        return folder

    return once


@pytest.fixture(scope="session")
def sample_corpus(sample: Sample, made_once: MadeOnce) -> Path:
    """The sample's corpus after an undisturbed run with one worker: to be read, not changed."""

    def make(corpus: Path) -> None:
        succeed(*sample.run_arguments(corpus, "--workers", "1"), is_forked=False)

    return made_once("sample", make)


@pytest.fixture
def own_corpus(sample_corpus: Path, tmp_path: Path) -> Path:
    """A copy of the sample's corpus that may be changed."""
    return Path(shutil.copytree(sample_corpus, tmp_path / "corpus"))


@pytest.fixture(scope="session")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser for all pages."""
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Waits for something that another process does."""

    def wait(done: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not done():
            assert time.monotonic() < end, "did not happen within a minute"
            time.sleep(0.01)

    return wait


@pytest.fixture(scope="session")
def development(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> DevelopmentRun:
    """The development corpus after one run."""
    data = shared / "data" / "corpus"
    corpus, rate = tmp_path_factory.mktemp("development") / "corpus", 60.0
    server = subprocess.Popen(
        [sys.executable, shared / "tools" / "serve_corpus.py", data],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it tells of every connection that a client closed
        text=True,
    )
    try:
        assert server.stdout
        address = server.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        rates = ",".join(f"{host}={rate}" for host in ("*", "i.redd.it", "imgur.com", "drive.google.com"))
        succeed("run", corpus, data / "submissions.zst", data / "comments.zst", "--mirror", address, "--rate", rates)
        with urllib.request.urlopen(f"{address}/_stats") as answer:
            requests = json.load(answer)
    finally:
        server.kill()
        server.communicate()
    truth = [json.loads(line) for line in (data / "truth.jsonl").read_text().splitlines()]
    return DevelopmentRun(corpus, truth, requests, rate)


@pytest.fixture(scope="session")
def storage_variables() -> Iterator[dict[str, str]]:
    """A bucket `photos` (S3 as moto's server plays it), and the variables by which every S3 client finds it."""
    moto = pytest.importorskip("moto.server", reason="needs moto[server], which the extra `test` brings")
    s3fs = pytest.importorskip("s3fs", reason="needs s3fs, which the extra `test` brings")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "of this machine only",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    files = s3fs.S3FileSystem(
        endpoint_url=variables["AWS_ENDPOINT_URL"], key="somebody", secret="of this machine only", anon=False
    )
    files.mkdir("photos")
    yield variables
    server.stop()
