"""Lines go in; each becomes a row of a part, is counted as another subreddit's, or lands in the rejects."""

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
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, scratch_folder
from photoshop_request_builder.store.incoming import INCOMING_TABLES, IngestSummary, PartWriter, remove_folder

_HEAD = 200
"""Bytes of a rejected line that are kept for people."""
_DAY = 86_400
"""Seconds."""


@dataclass(frozen=True, slots=True)
class PartOrigin:
    """Which part is being made, and of what."""

    source: str
    part: str
    input: str
    """As in `IngestSummary`."""
    label: str
    """What `sources` of each row says."""
    fingerprint: str
    size: int = 0
    seen: int | None = None
    """When an API was asked; archives tell line by line."""


@dataclass(slots=True)
class _Tally:
    lines: int = 0
    blank: int = 0
    other_subreddits: int = 0
    rejected: Counter[RejectReason] = field(default_factory=Counter)
    first_reject: str = ""
    days: dict[str, Counter[int]] = field(default_factory=lambda: {table: Counter() for table in INCOMING_TABLES})
    """Rows by table and day since 1970."""
    first_utc: int | None = None
    last_utc: int | None = None

    def keep(self, record: Submission | Comment) -> None:
        utc = record.created_utc
        self.days["submissions" if isinstance(record, Submission) else "comments"][utc // _DAY] += 1
        self.first_utc = utc if self.first_utc is None else min(utc, self.first_utc)
        self.last_utc = utc if self.last_utc is None else max(utc, self.last_utc)


class Ingester:
    """Makes one part. Used as a context; leaving it by an exception leaves no part behind."""

    def __init__(self, corpus: Corpus, origin: PartOrigin) -> None:
        """Prepare; files are opened on entering."""
        self._corpus = corpus
        self._origin = origin
        self._rejects_path = corpus.path("rejects", origin.source, f"{origin.part}.jsonl")
        self._wanted = frozenset(name.lower() for name in corpus.subreddits)
        self._writer = PartWriter(corpus, origin.source, origin.part)
        self._sources = (origin.label,)
        self._likely: type = Comment
        self._tally = _Tally()
        self._open = ExitStack()
        self._scratch = Path()
        self._rejects: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Open the part."""
        self._scratch = Path(self._open.enter_context(scratch_folder(self._corpus)), "rejects.jsonl")
        self._open.enter_context(self._writer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close everything; by an exception, leave no part."""
        self._open.__exit__(kind, error, trace)

    @property
    def lines(self) -> int:
        """Lines taken or passed over so far."""
        return self._tally.lines

    @property
    def kept(self) -> int:
        """Rows taken so far."""
        return sum(days.total() for days in self._tally.days.values())

    def take(self, line: bytes, number: int, offset: int) -> Submission | Comment | Reject | None:
        """One line; None when it is blank. `number` counts from 1, `offset` is in decompressed bytes."""
        self._tally.lines += 1
        record = parse(line, seen=self._origin.seen, sources=self._sources, likely=self._likely)
        if isinstance(record, Reject):
            if not line.strip():
                self._tally.blank += 1
                return None
            self._reject(record, line, number, offset)
            return record
        self._likely = type(record)
        if record.subreddit.lower() not in self._wanted:
            self._tally.other_subreddits += 1
        else:
            self._tally.keep(record)
            self._writer.add(record, line)
        return record

    def skip(self, lines: int) -> None:
        """Count lines of other subreddits that were passed over without parsing."""
        self._tally.lines += lines
        self._tally.other_subreddits += lines

    def finish(
        self,
        ending: str,
        detail: str = "",
        *,
        covered: tuple[int, int] | None = None,
        threads: tuple[str, ...] = (),
        unknown: tuple[str, ...] = (),
    ) -> IngestSummary:
        """Write everything; the part exists from here on. The arguments are fields of the summary.

        Raises:
            ForeignInputError: not one line of a file was a Reddit object.
            CutInputError: a file ends or breaks before its first line does.
        """
        tally, origin = self._tally, self._origin
        self._keep_rejects()
        if origin.size and not (self.kept or tally.other_subreddits or tally.rejected[RejectReason.PRIVATE_MESSAGE]):
            raise self._nothing(ending, detail)
        summary = IngestSummary(
            source=origin.source,
            part=origin.part,
            input=origin.input,
            fingerprint=origin.fingerprint,
            size=origin.size,
            ending=ending,
            detail=detail,
            lines=tally.lines,
            submissions=tally.days["submissions"].total(),
            comments=tally.days["comments"].total(),
            other_subreddits=tally.other_subreddits,
            blank=tally.blank,
            rejected={str(reason): count for reason, count in sorted(tally.rejected.items())},
            months={table: _by_month(days) for table, days in tally.days.items()},
            first_utc=tally.first_utc,
            last_utc=tally.last_utc,
            shards=self._writer.shards(),
            covered=covered,
            threads=threads,
            unknown=unknown,
            asked_utc=origin.seen,
        )
        self._writer.finish(summary)
        return summary

    def _nothing(self, ending: str, detail: str) -> InputError:
        name, tally = self._origin.input, self._tally
        if ending != ArchiveStatus.COMPLETE and tally.lines <= 1:
            return CutInputError(f"{name}: {ending}, {detail}; nothing could be read before that. Fetch it again.")
        cause = f"the first line says: {tally.first_reject}" if tally.first_reject else "all lines are blank"
        return ForeignInputError(f"{name}: no Reddit object in {tally.lines:,} lines ({cause}). Is it the right file?")

    def _keep_rejects(self) -> None:
        if self._rejects is None:
            remove_folder(self._corpus.fs, self._rejects_path)
            return
        self._rejects.close()
        storage.move_file(self._corpus.fs, str(self._scratch), self._rejects_path)

    def _reject(self, reject: Reject, line: bytes, number: int, offset: int) -> None:
        tally = self._tally
        tally.rejected[reject.reason] += 1
        tally.first_reject = tally.first_reject or f"{reject.reason} {reject.detail}".strip()
        if self._rejects is None:
            self._rejects = self._open.enter_context(self._scratch.open("wb"))
        entry = {
            "file": self._origin.input,
            "line": number,
            "offset": offset,
            "reason": reject.reason,
            "detail": reject.detail,
            # nobody meant a private message to be kept
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
