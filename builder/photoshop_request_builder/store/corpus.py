"""Create and open a corpus, and name the path of each of its files."""

import glob
import json
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
from photoshop_request.path_names import is_sha256, path_part
from photoshop_request_builder.store import seals, storage

FORMAT = 1
"""Version of the folder's layout. A corpus of another format is refused."""
DEFAULT_SHARDS = 64
"""About 1,300 requests a shard for all of r/PhotoshopRequest: seconds of work, megabytes of memory."""
DEFAULT_SUBREDDITS = ("PhotoshopRequest",)
_SUBREDDIT = re.compile(r"[A-Za-z0-9_]{2,21}")


@dataclass(frozen=True, slots=True)
class Corpus:
    """A working folder. Picklable, so that workers on other machines receive it."""

    fs: AbstractFileSystem
    root: str
    shards: int
    """A power of two, fixed when the corpus is made."""
    subreddits: tuple[str, ...]

    def path(self, *parts: str) -> str:
        """Return the fsspec path of a file of the corpus."""
        return "/".join((self.root, *parts))

    def find(self, pattern: str) -> list[str]:
        """Return the paths of the corpus's files that match a glob, sorted. The folder itself is no part of the glob."""
        if self.is_local:  # fsspec would list every folder beside a corpus named `g[1]`
            return sorted(map(str, Path(self.root).glob(pattern)))
        return sorted(map(str, self.fs.glob(f"{glob.escape(self.root)}/{pattern}")))

    def shard_path(self, shard: int, table: str) -> str:
        """Return the path of one shard's table, by its name in `tables.TABLES`."""
        return self.path("shards", f"{shard:05d}", f"{table}.parquet")

    def image_path(self, sha256: str, extension: str) -> str:
        """Return the path of a fetched picture.

        Raises:
            CorpusError: `sha256` is no digest.
            InputError: `extension` cannot be part of a file name.
        """
        if not is_sha256(sha256):
            raise CorpusError(f"{self.address}: {sha256!r} is no SHA-256 of a picture. A table is damaged.")
        return self.path("images", sha256[:2], sha256[2:4], path_part(f"{sha256}.{extension}"))

    @property
    def is_local(self) -> bool:
        """True on a local disk, False in object storage."""
        return isinstance(self.fs, LocalFileSystem)

    @property
    def ledger_path(self) -> Path:
        """The ledger, on a local disk: in the corpus, or in the current folder for a corpus in object storage."""
        return self._local("ledger.sqlite")

    @property
    def decisions_path(self) -> Path:
        """The review decisions, beside the ledger."""
        return self._local("decisions.sqlite")

    @property
    def answers_path(self) -> Path:
        """The answers of language models, on the ledger's disk."""
        return self._local("rewrites/answers.sqlite" if self.is_local else "ledger.answers.sqlite")

    @property
    def address(self) -> str:
        """The corpus's path or URL, as a user types it."""
        return self.root if self.is_local else str(self.fs.unstrip_protocol(self.root))

    def _local(self, name: str) -> Path:
        if self.is_local:
            return Path(self.root) / name
        return Path(f"{re.sub(r'[^A-Za-z0-9]+', '-', self.root).strip('-')}.{name}")


def shard_of(submission_id: str, shards: int) -> int:
    """Return the shard of a request and of everything under it. It never changes.

    It is the top bits of a 64-bit xxh3 hash of the id without `t3_`: doubling `shards` splits each shard in two.
    """
    return xxhash.xxh3_64_intdigest(submission_id.encode()) >> (64 - shards.bit_length() + 1) if shards > 1 else 0


def table_contents(corpus: Corpus, shard: int, tables: Sequence[str]) -> dict[str, str | None]:
    """Return the fingerprint of the rows of each of a shard's `tables`, or None for a missing table."""
    stamps = {table: storage.read_stamp(corpus.fs, corpus.shard_path(shard, table)) for table in tables}
    return {table: stamp.content if stamp else None for table, stamp in stamps.items()}


def open_corpus(path: str | Path) -> Corpus:
    """Open the corpus at `path`.

    Raises:
        CorpusError: there is no corpus, it has another format, or `corpus.toml` is not valid.
    """
    fs, root = _locate(path)
    try:
        settings = tomllib.loads(fs.cat_file(f"{root}/corpus.toml").decode())
    except (FileNotFoundError, NotADirectoryError):
        raise CorpusError(
            f"{path}: no corpus here (no corpus.toml). Create one with: photoshop-request ingest {path} FILE…"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}/corpus.toml: not readable as TOML ({error}).") from error
    if unknown := sorted(settings.keys() - {"corpus", "settings"}):
        raise CorpusError(f"{path}/corpus.toml: unknown table [{unknown[0]}]. It holds [corpus] and [settings] only.")
    if not all(isinstance(table, dict) for table in settings.values()):
        raise CorpusError(f"{path}/corpus.toml: [corpus] and [settings] must be tables.")
    corpus = settings.get("corpus", {})
    if corpus.get("format") != FORMAT:
        raise CorpusError(
            f"{path}/corpus.toml: format {corpus.get('format')!r}, this version reads {FORMAT}. "
            "Use the version that made it, or create a new corpus."
        )
    shards = corpus.get("shards")
    if not isinstance(shards, int) or shards < 1 or shards & (shards - 1):
        raise CorpusError(f"{path}/corpus.toml: shards must be a power of two, not {shards!r}.")
    subreddits = corpus.get("subreddits", [])
    if not isinstance(subreddits, list) or not all(isinstance(name, str) for name in subreddits):
        raise CorpusError(f'{path}/corpus.toml: subreddits must be a list, as in ["{DEFAULT_SUBREDDITS[0]}"].')
    try:
        seals.open_json(corpus)
    except ValueError as error:
        raise CorpusError(
            f"{path}/corpus.toml: damaged, or changed by hand ({error}). [corpus] cannot change. Restore its values."
        ) from error
    return Corpus(fs, root, shards, tuple(subreddits))


def create_corpus(path: str | Path, *, subreddits: tuple[str, ...] | None = None, shards: int | None = None) -> Corpus:
    """Create a corpus at `path`, or open an existing one. None means the existing value, or the default.

    Raises:
        CorpusError: `path` is a file, holds a corpus of other subreddits or shards, or an argument is not valid.
        StorageError: the corpus cannot be written.
    """
    if shards is not None and (shards < 1 or shards & (shards - 1)):
        raise CorpusError(f"shards must be a power of two, not {shards}.")
    if bad := [name for name in subreddits or () if not _SUBREDDIT.fullmatch(name)]:
        raise CorpusError(f"{bad[0]!r} is not a subreddit's name (letters, digits and _, without r/).")
    fs, root = _locate(path)
    if fs.isfile(root):
        raise CorpusError(f"{path}: is a file. A corpus is a folder.")
    if not fs.exists(f"{root}/corpus.toml"):
        fixed = {
            "format": FORMAT,
            "subreddits": list(subreddits or DEFAULT_SUBREDDITS),
            "shards": shards or DEFAULT_SHARDS,
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in seals.seal_json(fixed).items()]
        text = "\n".join(["[corpus]", *lines, ""])
        storage.write_bytes(fs, f"{root}/corpus.toml", text.encode())
    corpus = open_corpus(path)
    if subreddits and {name.lower() for name in corpus.subreddits} != {name.lower() for name in subreddits}:
        raise CorpusError(
            f"{path}: this corpus is of {', '.join(corpus.subreddits)}. "
            f"Create another corpus for {', '.join(subreddits)}, or omit --subreddit."
        )
    if shards and shards != corpus.shards:
        raise CorpusError(f"{path}: this corpus has {corpus.shards} shards, which cannot change. Omit --shards.")
    return corpus


def lock_corpus(corpus: Corpus) -> FileLock:
    """Lock `corpus` for writing until the lock is released. One process holds it at a time.

    Raises:
        BusyError: another process holds the lock.
        StorageError: the folder cannot be written.
    """
    place = Path(corpus.root, ".lock") if corpus.is_local else corpus.ledger_path.with_suffix(".lock")
    lock = FileLock(place)
    try:
        with storage.explain_disk_errors(str(place)):
            lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(
            f"{corpus.address}: another photoshop-request is working on this corpus. Wait until it ends, or stop it."
        ) from None
    return lock


@contextmanager
def scratch_folder(corpus: Corpus) -> Iterator[str]:
    """Create a temporary folder, on the disk of the corpus or beside the ledger, so that a rename publishes its files.

    `clean_scratch` removes leftovers of killed processes.
    """
    scratch = _scratch(corpus)
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        yield folder


def clean_scratch(corpus: Corpus) -> None:
    """Remove temporary files that a killed process left. The caller holds the lock."""
    shutil.rmtree(_scratch(corpus), ignore_errors=True)
    if not corpus.is_local:
        return
    for pattern in _WRITTEN:
        for path in Path(corpus.root).glob(f"{pattern}.part"):
            if storage.is_unfinished(path.name):
                path.unlink(missing_ok=True)


_WRITTEN = (
    "*",
    "shards/*/*",
    "incoming/*/*/*",
    "rejects/*/*",
    "built/*/*",
    "dataset/*",
    "dataset/*/*",
    "takedown/*",
    "report/*",
    "report/charts/*",
)
"""Places of temporary files outside of `.scratch`. Those of pictures lie in `images/.part`."""


def _scratch(corpus: Corpus) -> Path:
    return Path(corpus.root, ".scratch") if corpus.is_local else corpus.ledger_path.with_suffix(".scratch")


def _locate(path: str | Path) -> tuple[AbstractFileSystem, str]:
    # without a cache: other processes and machines write too
    fs, root = fsspec.core.url_to_fs(str(path), use_listings_cache=False)
    return fs, root.rstrip("/")
