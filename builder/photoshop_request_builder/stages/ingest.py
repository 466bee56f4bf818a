"""ingest: one archive -> one part under incoming/archive/; every line is a row, another subreddit's, or a reject."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import fsspec

from photoshop_request.reddit import parse
from photoshop_request.reddit.archive_paths import find_archives
from photoshop_request.reddit.archives import Archive
from photoshop_request.reddit.scan import is_monthly, scan
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.stages.ingesting.ingester import Ingester, PartOrigin
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.incoming import IngestSummary, read_part

SOURCE = "archive"
VERSION = 1
_SAMPLE = 1 << 20
"""Bytes at either end of a file that, with its name and size, tell it from others: dumps are too long to hash whole."""

Progress = Callable[[str, int, int, int], None]
"""Called after each block with the path, stored bytes consumed, stored bytes in all, rows kept so far."""


def plan(corpus: Corpus, paths: Sequence[str], on_progress: Progress | None = None) -> list[Job[IngestSummary]]:
    """The archives of `paths` (files, globs, folders, addresses) that are not in the corpus yet, as jobs.

    `on_progress` goes with each job: with several workers it must be picklable.

    Raises:
        InputError: one of them is missing, empty or not readable; nothing has been done then.
    """
    jobs: dict[str, Job[IngestSummary]] = {}
    for path in find_archives(paths):
        if ingested(corpus, path) is None:
            # by part: the same file under two spellings must not be written by two workers at once
            jobs.setdefault(
                _origin(corpus, path).part, Job(_name(path), partial(ingest_file, corpus, path, on_progress))
            )
    return list(jobs.values())


def ingested(corpus: Corpus, path: str) -> IngestSummary | None:
    """The summary of `path` if it was read before, as it is now and by the rules of now; else None.

    Raises:
        InputError: it is missing, empty or not readable.
    """
    origin = _origin(corpus, path)
    summary = read_part(corpus, SOURCE, origin.part)
    return summary if summary and summary.fingerprint == origin.fingerprint else None


def ingest_file(corpus: Corpus, path: str, on_progress: Progress | None = None) -> IngestSummary:
    """Read one archive into `incoming/archive/<part>/`; one that was read before is not read again.

    Rows are those of the corpus's subreddits. Broken lines go to `rejects/archive/<part>.jsonl` with file, line,
    offset (decompressed bytes), reason and first bytes. Of a month of all of Reddit (told by its name) only lines that
    name a wanted subreddit are parsed; the others are counted as another subreddit's. A cut file gives what came before the cut; `ending` says so.

    Raises:
        InputError: the file is missing, empty, or holds no Reddit object at all.
        StorageError: the corpus cannot be written.
    """
    if done := ingested(corpus, path):
        return done
    archive = Archive(path)
    with Ingester(corpus, _origin(corpus, path)) as ingester:
        for lines, other_lines in _lines(archive, corpus.subreddits):
            ingester.skip_lines(other_lines)
            for line, number, offset in lines:
                ingester.add_line(line, number, offset)
            if on_progress:
                on_progress(path, archive.consumed, archive.size, ingester.rows)
        return ingester.finish(archive.status, archive.detail)


def _lines(archive: Archive, subreddits: Sequence[str]) -> Iterator[tuple[Iterable[tuple[bytes, int, int]], int]]:
    """Lines to parse, and how many others were passed over: none but in a month of all of Reddit."""
    if is_monthly(archive.path) and not archive.is_parquet:
        for matches in scan(archive.blocks(), subreddits):
            yield matches.lines, matches.other_lines
    else:
        for batch in archive.batches():
            yield batch, 0


def _origin(corpus: Corpus, path: str) -> PartOrigin:
    archive = Archive(path)
    identity = _identity(archive)
    rules = {"input": identity, "rule": parse.RULE, "subreddits": sorted(corpus.subreddits), "shards": corpus.shards}
    return PartOrigin(
        source=SOURCE,
        part=f"{_name(path)}-{identity[:8]}",
        input=path,
        label=_name(path),
        fingerprint=storage.fingerprint("ingest", VERSION, rules),
        size=archive.size,
    )


def _identity(archive: Archive) -> str:
    fs, name = fsspec.core.url_to_fs(archive.path)
    digest = hashlib.blake2b(f"{_name(archive.path)}\0{archive.size}\0".encode(), digest_size=16)
    with fs.open(name, "rb") as file:
        digest.update(file.read(_SAMPLE))
        if archive.size > 2 * _SAMPLE:
            file.seek(-_SAMPLE, 2)
        digest.update(file.read())
    return digest.hexdigest()


def _name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
