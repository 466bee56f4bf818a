"""Write one part: each line becomes a row, counts as another subreddit's, or goes to the rejects."""

import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import gmtime, strftime
from types import TracebackType
from typing import IO, Self

from photoshop_request.errors import CutInputError, ForeignInputError, InputError
from photoshop_request.reddit.archives import ArchiveStatus
from photoshop_request.reddit.parse import Reject, RejectReason, parse
from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, scratch_folder
from photoshop_request_builder.store.incoming import INCOMING_TABLES, IngestSummary, PartWriter, remove_folder
from photoshop_request_builder.store.tombstones import load_tombstones

_HEAD = 200
"""Bytes of a rejected line that are kept."""
_MAX_REJECTS = 100_000
"""Rejected lines that are kept per part. All are counted."""
_FOREIGN_LINES = 1_000_000
"""Lines after which a file without any Reddit object is not read on. A decompression bomb has billions."""
_DAY = 86_400
"""Seconds."""


@dataclass(frozen=True, slots=True)
class PartOrigin:
    """Name and input of a part."""

    source: str
    part: str
    input: str
    """Path or address, as in `IngestSummary`."""
    label: str
    """Entry in `sources` of each row."""
    fingerprint: str
    size: int = 0
    seen: int | None = None
    """Unix seconds of the API request. Lines of an archive have their own time."""


@dataclass(slots=True)
class _Counts:
    lines: int = 0
    blank: int = 0
    other_subreddits: int = 0
    rejected: Counter[RejectReason] = field(default_factory=Counter)
    taken_down: int = 0
    first_reject: str = ""
    days: dict[str, Counter[int]] = field(default_factory=lambda: {table: Counter() for table in INCOMING_TABLES})
    """Rows by table and day since 1970."""
    first_utc: int | None = None
    last_utc: int | None = None

    def add(self, record: Submission | Comment) -> None:
        utc = record.created_utc
        self.days["submissions" if isinstance(record, Submission) else "comments"][utc // _DAY] += 1
        self.first_utc = utc if self.first_utc is None else min(utc, self.first_utc)
        self.last_utc = utc if self.last_utc is None else max(utc, self.last_utc)


class Ingester:
    """Writes one part, as a context manager. An exception leaves no part behind.

    Posts that were taken down are only counted.
    """

    def __init__(self, corpus: Corpus, origin: PartOrigin) -> None:
        """Prepare the part. Files are opened on entering."""
        self._corpus = corpus
        self._origin = origin
        self._rejects_path = corpus.path("rejects", origin.source, f"{origin.part}.jsonl")
        self._subreddits = frozenset(name.lower() for name in corpus.subreddits)
        self._tombstones = load_tombstones(corpus)
        self._writer = PartWriter(corpus, origin.source, origin.part)
        self._sources = (origin.label,)
        self._likely: type = Comment
        self._counts = _Counts()
        self._open = ExitStack()
        self._scratch = Path()
        self._rejects: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Open the files."""
        self._scratch = Path(self._open.enter_context(scratch_folder(self._corpus)), "rejects.jsonl")
        self._open.enter_context(self._writer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files. An exception removes the part."""
        self._open.__exit__(kind, error, trace)

    @property
    def lines(self) -> int:
        """Lines so far, with skipped ones."""
        return self._counts.lines

    @property
    def is_foreign(self) -> bool:
        """True if a million lines held no Reddit object."""
        return self.lines >= _FOREIGN_LINES and not self._has_objects()

    @property
    def rows(self) -> int:
        """Rows so far."""
        return sum(days.total() for days in self._counts.days.values())

    def add_line(self, line: bytes, number: int | None = None, offset: int = 0) -> Submission | Comment | Reject | None:
        """Add one line and return its record, or None if it is blank.

        `number` is the line's number from 1, by default the count of lines so far. `offset` is in decompressed bytes.
        """
        self._counts.lines += 1
        if not line:  # faster than parsing nothing
            self._counts.blank += 1
            return None
        record = parse(line, seen=self._origin.seen, sources=self._sources, likely=self._likely)
        if isinstance(record, Reject):
            if not line.strip():
                self._counts.blank += 1
                return None
            self._reject(record, line, number or self._counts.lines, offset)
            return record
        self._likely = type(record)
        if record.subreddit.lower() not in self._subreddits:
            self._counts.other_subreddits += 1
        elif self._tombstones and self._tombstones.covers_post(record):
            self._counts.taken_down += 1
        else:
            self._counts.add(record)
            self._writer.add(record, line)
        return record

    def skip_lines(self, lines: int) -> None:
        """Count lines of other subreddits that need no parsing."""
        self._counts.lines += lines
        self._counts.other_subreddits += lines

    def finish(
        self,
        ending: str,
        detail: str = "",
        *,
        covered: tuple[int, int] | None = None,
        threads: tuple[str, ...] = (),
        unknown: tuple[str, ...] = (),
    ) -> IngestSummary:
        """Complete the part. The arguments are fields of its summary.

        Raises:
            ForeignInputError: no line of the file is a Reddit object.
            CutInputError: the file is truncated or corrupt within its first line.
        """
        counts, origin = self._counts, self._origin
        self._write_rejects()
        if origin.size and not self._has_objects():
            raise self._empty_error(ending, detail)
        summary = IngestSummary(
            source=origin.source,
            part=origin.part,
            input=origin.input,
            fingerprint=origin.fingerprint,
            size=origin.size,
            ending=ending,
            detail=detail,
            lines=counts.lines,
            submissions=counts.days["submissions"].total(),
            comments=counts.days["comments"].total(),
            other_subreddits=counts.other_subreddits,
            blank=counts.blank,
            rejected={str(reason): count for reason, count in sorted(counts.rejected.items())}
            | ({str(Verdict.TAKEN_DOWN): counts.taken_down} if counts.taken_down else {}),
            months={table: _by_month(days) for table, days in counts.days.items()},
            first_utc=counts.first_utc,
            last_utc=counts.last_utc,
            shards=self._writer.shards(),
            covered=covered,
            threads=threads,
            unknown=unknown,
            asked_utc=origin.seen,
        )
        self._writer.finish(summary)
        return summary

    def _has_objects(self) -> bool:
        counts = self._counts
        others = counts.other_subreddits or counts.taken_down or counts.rejected[RejectReason.PRIVATE_MESSAGE]
        return bool(others or self.rows)

    def _empty_error(self, ending: str, detail: str) -> InputError:
        name, counts = self._origin.input, self._counts
        if ending != ArchiveStatus.COMPLETE and counts.lines <= 1:
            return CutInputError(f"{name}: {ending}, {detail}; nothing could be read before that. Download it again.")
        cause = f"the first line says: {counts.first_reject}" if counts.first_reject else "all lines are blank"
        return ForeignInputError(f"{name}: no Reddit object in {counts.lines:,} lines ({cause}). Is it the right file?")

    def _write_rejects(self) -> None:
        if self._rejects is None:
            remove_folder(self._corpus.fs, self._rejects_path)
            return
        self._rejects.close()
        storage.move_file(self._corpus.fs, str(self._scratch), self._rejects_path)

    def _reject(self, reject: Reject, line: bytes, number: int, offset: int) -> None:
        counts = self._counts
        counts.rejected[reject.reason] += 1
        counts.first_reject = counts.first_reject or f"{reject.reason} {reject.detail}".strip()
        if counts.rejected.total() > _MAX_REJECTS:
            return
        if self._rejects is None:
            self._rejects = self._open.enter_context(self._scratch.open("wb"))
        entry = {
            "file": self._origin.input,
            "line": number,
            "offset": offset,
            "reason": reject.reason,
            "detail": reject.detail,
            # private messages must not be kept
            "head": ""
            if reject.reason is RejectReason.PRIVATE_MESSAGE
            else line[:_HEAD].decode("utf-8", "backslashreplace"),
        }
        with storage.explain_disk_errors(self._rejects_path):
            self._rejects.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")


def _by_month(days: Counter[int]) -> dict[str, int]:
    months: Counter[str] = Counter()
    for day, rows in sorted(days.items()):
        months[strftime("%Y-%m", gmtime(day * _DAY))] += rows
    return dict(months)
