"""Where things lie in a corpus, and which shard a request belongs to."""

import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fsspec
import xxhash
from filelock import FileLock, Timeout
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from photoshop_request.errors import BusyError, CorpusError
from photoshop_request_builder.store import storage

FORMAT = 1
"""Of the folder; a corpus of another format is refused, never guessed at."""
DEFAULT_SHARDS = 64
"""About 1,300 requests a shard at the subreddit's size: seconds of work, megabytes of memory."""
DEFAULT_SUBREDDITS = ("PhotoshopRequest",)
_SUBREDDIT = re.compile(r"[A-Za-z0-9_]{2,21}")


@dataclass(frozen=True, slots=True)
class Corpus:
    """A working folder. Picklable: it goes to workers on other machines as it is."""

    fs: AbstractFileSystem
    root: str
    shards: int
    """A power of two, fixed when the corpus is made."""
    subreddits: tuple[str, ...]

    def path(self, *parts: str) -> str:
        """The fsspec path of something in the corpus."""
        return "/".join((self.root, *parts))

    def shard_path(self, shard: int, table: str) -> str:
        """The path of one shard's table: submissions, comments, links, candidates …"""
        return self.path("shards", f"{shard:05d}", f"{table}.parquet")

    def image_path(self, sha256: str, extension: str) -> str:
        """The path of a fetched picture."""
        return self.path("images", sha256[:2], sha256[2:4], f"{sha256}.{extension}")

    @property
    def ledger_path(self) -> Path:
        """The ledger: on the corpus's own disk, or beside the working folder when the corpus is in object storage."""
        return self._local("ledger.sqlite")

    @property
    def decisions_path(self) -> Path:
        """Where reviewers' decisions are kept: beside the ledger."""
        return self._local("decisions.sqlite")

    @property
    def address(self) -> str:
        """The corpus's name as a user would type it."""
        return self.root if isinstance(self.fs, LocalFileSystem) else str(self.fs.unstrip_protocol(self.root))

    def _local(self, name: str) -> Path:
        if isinstance(self.fs, LocalFileSystem):
            return Path(self.root) / name
        return Path(f"{re.sub(r'[^A-Za-z0-9]+', '-', self.root).strip('-')}.{name}")


def shard_of(submission_id: str, shards: int) -> int:
    """The shard of a request and of everything under it: stable for ever, whatever else the corpus holds.

    The top bits of a 64-bit xxh3 of the id (without `t3_`): doubling `shards` splits each shard in two.
    """
    return xxhash.xxh3_64_intdigest(submission_id.encode()) >> (64 - shards.bit_length() + 1) if shards > 1 else 0


def table_contents(corpus: Corpus, shard: int, tables: Sequence[str]) -> dict[str, str | None]:
    """Return the fingerprint of the rows of each of a shard's `tables`; None for a table that is missing."""
    stamps = {table: storage.read_stamp(corpus.fs, corpus.shard_path(shard, table)) for table in tables}
    return {table: stamp.content if stamp else None for table, stamp in stamps.items()}


def open_corpus(path: str | Path) -> Corpus:
    """An existing corpus.

    Raises:
        CorpusError: there is none at `path`, it is of another format, or what `corpus.toml` says makes no sense.
    """
    fs, root = _locate(path)
    try:
        settings = tomllib.loads(fs.cat_file(f"{root}/corpus.toml").decode())
    except (FileNotFoundError, NotADirectoryError):
        raise CorpusError(
            f"{path}: no corpus here (no corpus.toml). Make one with: photoshop-request ingest {path} FILE…"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}/corpus.toml: not readable as TOML ({error}).") from error
    corpus = settings.get("corpus", {})
    if corpus.get("format") != FORMAT:
        raise CorpusError(
            f"{path}/corpus.toml: format {corpus.get('format')!r}, this version reads {FORMAT}. "
            "Use the version that made it, or start a new corpus."
        )
    shards = corpus.get("shards")
    if not isinstance(shards, int) or shards < 1 or shards & (shards - 1):
        raise CorpusError(f"{path}/corpus.toml: shards must be a power of two, not {shards!r}.")
    subreddits = corpus.get("subreddits", [])
    if not isinstance(subreddits, list) or not all(isinstance(name, str) for name in subreddits):
        raise CorpusError(f'{path}/corpus.toml: subreddits must be a list, as in ["{DEFAULT_SUBREDDITS[0]}"].')
    return Corpus(fs, root, shards, tuple(subreddits))


def create_corpus(path: str | Path, *, subreddits: tuple[str, ...] | None = None, shards: int | None = None) -> Corpus:
    """A new corpus at `path`, or the one that is there; None takes what is there, or the default.

    Raises:
        CorpusError: `path` is a file, or holds a corpus of other subreddits or shards, or a setting is not valid.
        StorageError: it cannot be written.
    """
    if shards is not None and (shards < 1 or shards & (shards - 1)):
        raise CorpusError(f"shards must be a power of two, not {shards}.")
    if bad := [name for name in subreddits or () if not _SUBREDDIT.fullmatch(name)]:
        raise CorpusError(f"{bad[0]!r} is not a subreddit's name (letters, digits and _, without r/).")
    fs, root = _locate(path)
    if fs.isfile(root):
        raise CorpusError(f"{path}: is a file; a corpus is a folder.")
    if not fs.exists(f"{root}/corpus.toml"):
        names = ", ".join(f'"{name}"' for name in subreddits or DEFAULT_SUBREDDITS)
        text = f"[corpus]\nformat = {FORMAT}\nsubreddits = [{names}]\nshards = {shards or DEFAULT_SHARDS}\n"
        storage.write_bytes(fs, f"{root}/corpus.toml", text.encode())
    corpus = open_corpus(path)
    if subreddits and {name.lower() for name in corpus.subreddits} != {name.lower() for name in subreddits}:
        raise CorpusError(
            f"{path}: this corpus is of {', '.join(corpus.subreddits)}. "
            f"Start another corpus for {', '.join(subreddits)}, or leave --subreddit out."
        )
    if shards and shards != corpus.shards:
        raise CorpusError(f"{path}: this corpus has {corpus.shards} shards, which cannot change. Leave --shards out.")
    return corpus


def lock_corpus(corpus: Corpus) -> FileLock:
    """The right to write to `corpus`, held until released; one process has it at a time.

    Raises:
        BusyError: another process has it.
        StorageError: the folder cannot be written.
    """
    here = isinstance(corpus.fs, LocalFileSystem)
    place = Path(corpus.root, ".lock") if here else corpus.ledger_path.with_suffix(".lock")
    held = FileLock(place)
    try:
        with storage.explain_disk_errors(str(place)):
            held.acquire(timeout=0)
    except Timeout:
        raise BusyError(
            f"{corpus.address}: another photoshop-request is working on this corpus. Wait for it to end, or stop it."
        ) from None
    return held


@contextmanager
def scratch_folder(corpus: Corpus) -> Iterator[str]:
    """A folder for files in the making: on the corpus's own disk, so that a rename puts them in their place.

    What a killed process left behind is removed by `clean_scratch`.
    """
    if isinstance(corpus.fs, LocalFileSystem):
        Path(_scratch(corpus)).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_scratch(corpus)) as folder:
            yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="photoshop-request-") as folder:
            yield folder


def clean_scratch(corpus: Corpus) -> None:
    """Remove files in the making that a killed process left behind; only for who holds the lock."""
    if not isinstance(corpus.fs, LocalFileSystem):
        return
    shutil.rmtree(_scratch(corpus), ignore_errors=True)
    for pattern in _WRITTEN:
        for path in Path(corpus.root).glob(f"{pattern}.part"):
            if storage.is_unfinished(path.name):
                path.unlink(missing_ok=True)


_WRITTEN = ("*", "shards/*/*", "incoming/*/*/*", "built/*/*", "dataset/*", "dataset/*/*", "takedown/*")
"""Where tables, notes and pages are written whole. Not under `images`, which has a folder of its own for it."""


def _scratch(corpus: Corpus) -> str:
    return corpus.path(".scratch")


def _locate(path: str | Path) -> tuple[AbstractFileSystem, str]:
    # what other processes and machines write must be seen at once
    fs, root = fsspec.core.url_to_fs(str(path), use_listings_cache=False)
    return fs, root.rstrip("/")
