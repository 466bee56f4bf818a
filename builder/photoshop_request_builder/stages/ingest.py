"""Read archives: one file becomes one part under `incoming/archive/`."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain

import fsspec

from photoshop_request.errors import ForeignInputError
from photoshop_request.reddit import parse
from photoshop_request.reddit.archive_paths import find_archives
from photoshop_request.reddit.archives import Archive, ArchiveStatus
from photoshop_request.reddit.file_kinds import describe
from photoshop_request.reddit.json_documents import is_document
from photoshop_request.reddit.scan import is_monthly, scan
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.stages.ingesting.ingester import Ingester, PartOrigin
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.incoming import IngestSummary, read_part

SOURCE = "archive"
VERSION = 1
_SAMPLE_BYTES = 1 << 20
"""Bytes at either end of a file that identify it, with its name and size. Archives are too long to hash as a whole."""
_MANY_REJECTS = 0.1
"""Part of the lines of an archive that may be rejected without a warning. Real dumps have less than 0.001."""

Progress = Callable[[str, int], None]
"""Called after each block with the path and the number of stored bytes read so far."""


def plan(corpus: Corpus, paths: Sequence[str], on_progress: Progress | None = None) -> list[Job[IngestSummary]]:
    """Return a job for each archive of `paths` (files, globs, folders, addresses) that is not in the corpus yet.

    `on_progress` goes with each job. With several workers it must be picklable.

    Raises:
        InputError: an archive is missing, empty or not readable. No job has run then.
    """
    jobs: dict[str, Job[IngestSummary]] = {}
    for path in find_archives(paths):
        if find_summary(corpus, path) is None:
            # by part: two spellings of one path must not make two workers write the same part
            origin, run = _origin(corpus, path), partial(ingest_file, corpus, path, on_progress)
            jobs.setdefault(origin.part, Job(_name(path), run, origin.size))
    return list(jobs.values())


def find_summary(corpus: Corpus, path: str) -> IngestSummary | None:
    """Return the summary of an archive that was read before, or None. A changed file counts as another archive.

    Raises:
        InputError: the file is missing, empty or not readable.
    """
    origin = _origin(corpus, path)
    summary = read_part(corpus, SOURCE, origin.part)
    return summary if summary and summary.fingerprint == origin.fingerprint else None


def reject_warning(corpus: Corpus, summary: IngestSummary) -> str | None:
    """Return a warning if more than a tenth of the lines of an archive were rejected, with the first reason."""
    rejected = sum(count for reason, count in summary.rejected.items() if reason != Verdict.TAKEN_DOWN)
    if rejected <= summary.lines * _MANY_REJECTS:
        return None
    path = corpus.path("rejects", summary.source, f"{summary.part}.jsonl")
    first = ""
    if corpus.fs.exists(path):  # a takedown may have erased it
        with corpus.fs.open(path, "rb") as file:
            entry = json.loads(file.readline())
        first = f" The first, line {entry['line']:,}, says: {entry['reason']} {entry['detail']}".rstrip() + "."
    return f"{summary.input}: {rejected:,} of {summary.lines:,} lines were rejected.{first} See {path}"


def ingest_file(corpus: Corpus, path: str, on_progress: Progress | None = None) -> IngestSummary:
    """Read one archive into `incoming/archive/PART/`, unless it was read before.

    Each line becomes a row, counts as another subreddit's, or goes to `rejects/archive/PART.jsonl` with file, line,
    offset (decompressed bytes), reason and first bytes. In a month of all of Reddit (known by its name), only lines
    that name a subreddit of the corpus are parsed. For a truncated or corrupt file, the rows before the damage are kept
    and `ending` tells which it was.
    A file without any Reddit object is read up to a million lines.

    Raises:
        InputError: the file is missing, empty, or holds no Reddit object at all.
        StorageError: the corpus cannot be written.
    """
    if summary := find_summary(corpus, path):
        return summary
    archive = Archive(path)
    with Ingester(corpus, _origin(corpus, path)) as ingester:
        for lines, other_lines in _lines(archive, corpus.subreddits):
            ingester.skip_lines(other_lines)
            for line, number, offset in lines:
                ingester.add_line(line, number, offset)
            if on_progress:
                on_progress(path, archive.consumed)
            if ingester.is_foreign:
                break
        return ingester.finish(archive.status, archive.detail)


def _lines(archive: Archive, subreddits: Sequence[str]) -> Iterator[tuple[Iterable[tuple[bytes, int, int]], int]]:
    """Yield lines to parse, and the number of lines skipped: 0 except in a month of all of Reddit, or a Parquet file."""
    if archive.is_parquet:
        for matches in archive.rows(subreddits):
            yield matches.lines, matches.other_lines
        return
    head, blocks = _head(archive.blocks())
    if kind := describe(head, archive.path):
        raise ForeignInputError(f"{archive.path}: no Reddit object in it. {kind}")
    if is_document(head):
        for matches in archive.documents(blocks):
            yield matches.lines, matches.other_lines
    elif is_monthly(archive.path) and _has_object(head):
        for matches in scan(blocks, subreddits):
            yield matches.lines, matches.other_lines
    else:
        for batch in archive.batches(blocks):
            yield batch, 0
    tail = archive.unfinished_line
    if archive.status is ArchiveStatus.COMPLETE and _is_cut(tail):
        archive.status, archive.detail = ArchiveStatus.TRUNCATED, f"the last line stops after {len(tail):,} bytes"


def _head(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first line of a file and more, or its first bytes, and all of its blocks."""
    taken: list[bytes] = []
    size = 0
    for block in blocks:
        taken.append(block)
        size += len(block)
        if b"\n" in block.lstrip() or size >= _SAMPLE_BYTES:
            break
    return b"".join(taken), chain(taken, blocks)


def _has_object(head: bytes) -> bool:
    """Return True if a line is a Reddit object: the file is what its name says."""
    return any(not isinstance(parse.parse(line), parse.Reject) for line in head.split(b"\n"))


def _is_cut(tail: bytes) -> bool:
    """Return True if the bytes after the last newline are the start of an object, or zeros in place of one."""
    rest = tail.strip(b"\0 \t\r")
    if not rest:
        return b"\0" in tail
    found = parse.parse(rest) if rest.startswith(b"{") else None
    return isinstance(found, parse.Reject) and found.reason is parse.RejectReason.NOT_JSON


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
        digest.update(file.read(_SAMPLE_BYTES))
        if archive.size > 2 * _SAMPLE_BYTES:
            file.seek(-_SAMPLE_BYTES, 2)
        digest.update(file.read())
    return digest.hexdigest()


def _name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
