"""Fixtures: a Hub on loopback, its real clients, and changed corpora."""

import hashlib
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hub_client import Run, client_process, hub_environment
from PIL import Image
from quiet import QUIET
from servers.hub import Hub, serve

from photoshop_request_builder.commands.run import run_stages
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, open_corpus


@pytest.fixture(scope="session")
def running_hub() -> Iterator[Hub]:
    with serve() as hub:
        yield hub


@pytest.fixture(scope="session")
def hub_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hub-home")


@pytest.fixture(scope="session")
def client(running_hub: Hub, hub_home: Path) -> Iterator[Run]:
    with client_process(hub_environment(running_hub, hub_home)) as run:
        yield run


@pytest.fixture
def hub(running_hub: Hub) -> Hub:
    """Return the Hub, emptied."""
    running_hub.repos.clear()
    running_hub.objects.clear()
    running_hub.troubles.clear()
    running_hub.before_commit.clear()
    running_hub.requests.clear()
    running_hub.received.clear()
    running_hub.sent = 0
    return running_hub


_numbers = count()


@pytest.fixture
def repo() -> str:
    """Return the name of a new dataset."""
    return f"org/photoshop-request-{next(_numbers)}"


@pytest.fixture
def large_corpus(own_corpus: Path) -> Path:
    """Return the sample's corpus with recorded sizes of 100 MB per picture, so that a split has several files."""
    corpus = open_corpus(own_corpus)
    for shard in range(corpus.shards):
        replace(corpus, shard, "candidates", _said_to_be_large)
    rebuild(corpus)
    return own_corpus


def replace(corpus: Corpus, shard: int, name: str, change: object) -> None:
    """Replace a table under the same fingerprint, so that its stage has nothing to do."""
    path = corpus.shard_path(shard, name)
    stamp = storage.read_stamp(corpus.fs, path)
    assert stamp
    assert callable(change)
    storage.write_table(corpus.fs, path, change(storage.read_table(corpus.fs, path)), stamp.fingerprint)


def rebuild(corpus: Corpus) -> None:
    """Build the dataset again where needed."""
    run_stages("build", corpus, reporter=QUIET)


def _said_to_be_large(table: pa.Table) -> pa.Table:
    sizes = pc.if_else(pc.is_valid(table.column("bytes")), 100_000_000, None).cast(pa.int64())
    return table.set_column(table.column_names.index("bytes"), "bytes", sizes)


@pytest.fixture
def drop_request() -> Callable[[Path, str], None]:
    """Return a function that builds a corpus without one request's edits, or unchanged for an empty id."""
    original: dict[int, pa.Table] = {}

    def drop(folder: Path, submission_id: str) -> None:
        corpus = open_corpus(folder)
        for shard in range(corpus.shards):
            original.setdefault(shard, storage.read_table(corpus.fs, corpus.shard_path(shard, "candidates")))
            table = original[shard]
            replace(
                corpus,
                shard,
                "candidates",
                lambda _, table=table: table.filter(pc.field("submission_id") != submission_id),
            )
        rebuild(corpus)

    return drop


@pytest.fixture
def with_gps() -> Callable[[Path], dict[str, bytes]]:
    """Return a function that adds a GPS location to one edit of a corpus: old digest -> new bytes."""

    def give(folder: Path) -> dict[str, bytes]:
        corpus = open_corpus(folder)
        for shard in range(corpus.shards):
            table = storage.read_table(corpus.fs, corpus.shard_path(shard, "candidates"))
            edits = table.filter((pc.field("verdict") == "edit") & (pc.field("extension") == "jpg"))
            if not edits.num_rows:
                continue
            old = edits["sha256"][0].as_py()
            data = _with_location(Path(corpus.image_path(old, "jpg")).read_bytes())
            new = hashlib.sha256(data).hexdigest()
            storage.write_bytes(corpus.fs, corpus.image_path(new, "jpg"), data)
            digests = pc.if_else(pc.equal(table["sha256"], old), new, table["sha256"])
            changed = table.set_column(table.column_names.index("sha256"), "sha256", digests)
            replace(corpus, shard, "candidates", lambda _, changed=changed: changed)
            rebuild(corpus)
            return {old: data}
        raise AssertionError("the sample has no edit that is a JPEG")

    return give


def _with_location(jpeg: bytes) -> bytes:
    """Insert a GPS location as an APP1 segment after the JPEG's start marker."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    block = exif.tobytes()
    return jpeg[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + jpeg[2:]
