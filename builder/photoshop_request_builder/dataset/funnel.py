"""Count what each stage kept and dropped, by reason."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.publication import count_edits, is_ready, read_policy
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
    """The counted things, in the plural."""
    kept: int
    kept_as: str
    reasons: dict[str, int]
    """Reason -> number dropped, most frequent first."""


def funnel(corpus: Corpus) -> list[FunnelStep]:
    """Return the steps done so far, counted from the corpus's tables."""
    steps = [
        _ingest(corpus),
        _merge(corpus),
        _link(corpus),
        _fetch(corpus),
        _pair(corpus),
        _rewrite(corpus),
        _build(corpus),
    ]
    return [step for step in steps if step is not None]


def _ingest(corpus: Corpus) -> FunnelStep | None:
    counts: Counter[str | None] = Counter()
    found = read_parts(corpus)
    for part in found:
        counts[None] += part.kept
        counts.update({"other_subreddits": part.other_subreddits, "blank": part.blank})
        counts.update(part.rejected)
    return _step("ingest", "lines", "submissions and comments", +counts, None) if found else None


def _merge(corpus: Corpus) -> FunnelStep | None:
    observed = sum(part.kept for part in read_parts(corpus))
    stamps = [
        storage.read_stamp(corpus.fs, corpus.shard_path(shard, table))
        for shard in range(corpus.shards)
        for table in ("submissions", "comments")
    ]
    merged = sum(stamp.rows for stamp in stamps if stamp)
    if not any(stamps):
        return None
    counts: Counter[str | None] = Counter({None: merged, "seen_before": observed - merged})
    return _step("merge", "submissions and comments", "unique ones", +counts, None)


def _link(corpus: Corpus) -> FunnelStep | None:
    reasons = _count(corpus, "links", "reason")
    return _step("link", "addresses in posts and comments", "addresses to fetch", reasons, None)


def _fetch(corpus: Corpus) -> FunnelStep | None:
    counts: Counter[str | None] = Counter()
    found = False
    for rows in _shards(corpus, "pictures", ["state", "reason"]):
        found = True
        # state None: the stage `link` dropped the address
        counts.update(row["reason"] for row in rows if row["state"] is not None)
    return _step("fetch", "pictures requested", "pictures fetched", counts, None) if found else None


def _pair(corpus: Corpus) -> FunnelStep | None:
    counts: Counter[str | None] = Counter()
    found = False
    for shard in range(corpus.shards):
        if not corpus.fs.exists(corpus.shard_path(shard, "candidates")):
            continue
        found = True
        rows = read_candidates(corpus, shard, ["role", "reason", "verdict"]).to_pylist()
        counts.update(row["verdict"] for row in rows if row["role"] == "candidate" and row["reason"] is None)
    return _step("pair", "pictures by solvers", "edits", counts, Verdict.EDIT) if found else None


def _rewrite(corpus: Corpus) -> FunnelStep | None:
    counts = _count(corpus, "rewrites", "reason")
    return _step("rewrite", "requests with a published edit", "rewritten by a model", counts, None)


def _build(corpus: Corpus) -> FunnelStep | None:
    counts: Counter[str | None] = Counter()
    found = False
    policy = read_policy(corpus)
    for shard in range(corpus.shards):
        if is_ready(corpus, shard):
            found = True
            counts.update(count_edits(corpus, shard, policy))
    return _step("build", "edits", "triplets", counts, None) if found else None


def _count(corpus: Corpus, table: str, column: str) -> Counter[str | None] | None:
    counts: Counter[str | None] = Counter()
    found = False
    for rows in _shards(corpus, table, [column]):
        found = True
        counts.update(row[column] for row in rows)
    return counts if found else None


def _shards(corpus: Corpus, table: str, columns: list[str]) -> Iterator[list[dict[str, str | None]]]:
    for shard in range(corpus.shards):
        found = storage.find_table(corpus.fs, corpus.shard_path(shard, table), columns)
        if found is not None:
            yield found.to_pylist()


def _step(
    stage: str, counted: str, kept_as: str, counts: Counter[str | None] | None, kept_value: str | None
) -> FunnelStep | None:
    if counts is None:
        return None
    reasons = {reason or "?": count for reason, count in counts.most_common() if reason != kept_value}
    return FunnelStep(stage, counts.total(), counted, counts[kept_value], kept_as, reasons)
