"""Count the items that each stage kept and dropped, by reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from photoshop_request.reddit.removals import FINAL, RemovedBy, removed_by
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.publication import REMOVED, count_edits, is_ready, read_policy
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.final_verdicts import read_candidates
from photoshop_request_builder.store.incoming import read_parts


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One stage of the funnel. `total` is `kept` plus the sum of `reasons`."""

    stage: str
    total: int
    counted: str
    """Name of the counted items, in the plural."""
    kept: int
    kept_as: str
    reasons: dict[str, int]
    """Reason -> number dropped, most frequent first."""


def funnel(corpus: Corpus) -> list[FunnelStep]:
    """Return the steps done so far, counted from the corpus's tables."""
    steps = (_ingest, _merge, _link, _fetch, _pair, _rewrite, _build)
    return [counted for step in steps if (counted := step(corpus))]


def _ingest(corpus: Corpus) -> FunnelStep | None:
    parts = read_parts(corpus)
    counts: Counter[str | None] = Counter()
    for part in parts:
        counts.update({None: part.kept, "other_subreddits": part.other_subreddits, "blank": part.blank})
        counts.update(part.rejected)
    return _step("ingest", "lines", "submissions and comments", counts if parts else None)


def _merge(corpus: Corpus) -> FunnelStep | None:
    paths = [corpus.shard_path(shard, table) for shard in range(corpus.shards) for table in ("submissions", "comments")]
    stamps = [stamp for path in paths if (stamp := storage.read_stamp(corpus.fs, path))]
    parts = read_parts(corpus)
    merged, observed = sum(stamp.rows for stamp in stamps), sum(part.kept for part in parts)
    erased = sum(part.erased for part in parts)
    counts: Counter[str | None] = Counter(
        {None: merged, "seen_before": observed - erased - merged, str(Verdict.TAKEN_DOWN): erased}
    )
    for by, posts in Counter(by for path in paths for by in _final_removals(corpus, path)).items():
        counts.update({str(REMOVED[by]): posts, None: -posts})
    return _step("merge", "submissions and comments", "unique submissions and comments", counts if stamps else None)


def _final_removals(corpus: Corpus, path: str) -> Iterator[RemovedBy]:
    for row in storage.find_rows(corpus.fs, path, ["removed_by_category", "deleted_by_author"]):
        by = removed_by(row["removed_by_category"], deleted_by_author=bool(row["deleted_by_author"]))
        if by in FINAL:
            yield by


def _link(corpus: Corpus) -> FunnelStep | None:
    counts = _count(corpus, lambda shard: _reasons(corpus, shard, "links"))
    return _step("link", "addresses in posts and comments", "addresses to fetch", counts)


def _fetch(corpus: Corpus) -> FunnelStep | None:
    def reasons(shard: int) -> list[str | None] | None:
        table = storage.find_table(corpus.fs, corpus.shard_path(shard, "pictures"), ["state", "reason"])
        # state null: the stage `link` dropped the address
        return None if table is None else table.filter(pc.is_valid(table["state"]))["reason"].to_pylist()

    return _step("fetch", "pictures requested", "pictures fetched", _count(corpus, reasons))


def _pair(corpus: Corpus) -> FunnelStep | None:
    def verdicts(shard: int) -> list[str | None] | None:
        if not corpus.fs.exists(corpus.shard_path(shard, "candidates")):
            return None
        rows = read_candidates(corpus, shard, ["role", "reason", "verdict"]).to_pylist()
        return [row["verdict"] for row in rows if row["role"] == "candidate" and row["reason"] is None]

    return _step("pair", "pictures by solvers", "edits", _count(corpus, verdicts), Verdict.EDIT)


def _rewrite(corpus: Corpus) -> FunnelStep | None:
    counts = _count(corpus, lambda shard: _reasons(corpus, shard, "rewrites"))
    return _step("rewrite", "requests with a published edit", "rewritten by a model", counts)


def _build(corpus: Corpus) -> FunnelStep | None:
    policy = read_policy(corpus)
    counts = _count(corpus, lambda shard: count_edits(corpus, shard, policy) if is_ready(corpus, shard) else None)
    return _step("build", "edits", "triplets", counts)


def _reasons(corpus: Corpus, shard: int, table: str) -> list[str | None] | None:
    rows = storage.find_table(corpus.fs, corpus.shard_path(shard, table), ["reason"])
    return None if rows is None else rows["reason"].to_pylist()


def _count(corpus: Corpus, values_of: Callable[[int], Iterable[Any] | None]) -> Counter[str | None] | None:
    """Count the values of all shards. Return None if no shard has been made yet."""
    counts = [Counter(values) for shard in range(corpus.shards) if (values := values_of(shard)) is not None]
    return sum(counts, Counter()) if counts else None


def _step(
    stage: str, counted: str, kept_as: str, counts: Counter[str | None] | None, kept: str | None = None
) -> FunnelStep | None:
    if counts is None:
        return None
    reasons = {reason or "?": count for reason, count in (+counts).most_common() if reason != kept}
    return FunnelStep(stage, counts.total(), counted, counts[kept], kept_as, reasons)
