"""Sum up the input of each source: counts, time span and missing months."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from photoshop_request.reddit.coverage import Gap, every_month, find_gaps
from photoshop_request_builder.store.incoming import IngestSummary


@dataclass(frozen=True, slots=True)
class IngestedSource:
    """Totals of one source. `lines` is submissions + comments + other_subreddits + blank + rejected."""

    source: str
    parts: int
    """Number of archive files or API runs."""
    unfinished: tuple[str, ...]
    """Inputs that were truncated, corrupt or stopped, with details."""
    size: int
    """Bytes as stored."""
    lines: int
    submissions: int
    comments: int
    other_subreddits: int
    blank: int
    rejected: dict[str, int]
    first_utc: int | None
    last_utc: int | None
    months: dict[str, dict[str, int]]
    """Rows by table and month, every month from the first to the last."""
    holes: dict[str, tuple[Gap, ...]]
    """By table."""


def ingested_sources(parts: Iterable[IngestSummary]) -> list[IngestedSource]:
    """Return the totals of each source, sorted by name, then of all sources (`all`) if there are several.

    A row in several parts counts once for each part, because rows are merged later.
    """
    by_source: dict[str, list[IngestSummary]] = {}
    for part in parts:
        by_source.setdefault(part.source, []).append(part)
    totals = [_total(source, group) for source, group in sorted(by_source.items())]
    if len(totals) > 1:
        totals.append(_total("all", [part for group in by_source.values() for part in group]))
    return totals


def _total(source: str, group: list[IngestSummary]) -> IngestedSource:
    months = {
        table: every_month(_added(part.months.get(table, {}) for part in group))
        for table in ("submissions", "comments")
    }
    first = [part.first_utc for part in group if part.first_utc is not None]
    last = [part.last_utc for part in group if part.last_utc is not None]
    return IngestedSource(
        source=source,
        parts=len(group),
        unfinished=tuple(f"{part.input}: {part.ending}, {part.detail}" for part in group if part.ending != "complete"),
        size=sum(part.size for part in group),
        lines=sum(part.lines for part in group),
        submissions=sum(part.submissions for part in group),
        comments=sum(part.comments for part in group),
        other_subreddits=sum(part.other_subreddits for part in group),
        blank=sum(part.blank for part in group),
        rejected=_added(part.rejected for part in group),
        first_utc=min(first, default=None),
        last_utc=max(last, default=None),
        months=months,
        holes={table: tuple(find_gaps(counts)) for table, counts in months.items()},
    )


def _added(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part_counts in counts:
        total.update(part_counts)
    return dict(sorted(total.items()))
