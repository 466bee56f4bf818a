"""merge: incoming/ -> submissions, comments of one shard; one row per id, sorted by time of creation and id."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from photoshop_request.reddit import merge
from photoshop_request.reddit.records import Comment, Submission
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.incoming import INCOMING_TABLES, IngestSummary, read_parts, rows_path
from photoshop_request_builder.store.tables import from_table, to_table

VERSION = 1


@dataclass(frozen=True, slots=True)
class MergeSummary:
    """What became of one shard: `observations` is rows kept plus repetitions folded into them."""

    shard: int
    observations: int
    submissions: int
    comments: int


def plan(corpus: Corpus) -> list[Job[MergeSummary]]:
    """The shards whose inputs are other than when they were last merged, as jobs."""
    found = read_parts(corpus)
    jobs = []
    for shard in range(corpus.shards):
        used = [
            summary for summary in found if any(shard in summary.shards.get(table, ()) for table in INCOMING_TABLES)
        ]
        wanted = _fingerprint(corpus, used)
        stamps = [storage.read_stamp(corpus.fs, corpus.shard_path(shard, table)) for table in INCOMING_TABLES]
        if any(stamp is None or stamp.fingerprint != wanted for stamp in stamps):
            jobs.append(
                Job(f"shard {shard:05d}", partial(merge_shard, corpus, shard, _places(corpus, used, shard), wanted))
            )
    return jobs


def merge_shard(corpus: Corpus, shard: int, places: dict[str, list[str]], fingerprint: str) -> MergeSummary:
    """Write `submissions.parquet` and `comments.parquet` of one shard from the files at `places`, by table.

    Raises:
        StorageError: the corpus cannot be written.
    """
    rows = {}
    observations = 0
    for table, kind, fold in (
        ("submissions", Submission, merge.merge_submissions),
        ("comments", Comment, merge.merge_comments),
    ):
        seen = [storage.read_table(corpus.fs, place, INCOMING_TABLES[table].names) for place in places[table]]
        observed = pa.concat_tables(seen) if seen else INCOMING_TABLES[table].empty_table()
        observations += observed.num_rows
        merged = _one_per_id(observed, kind, fold)
        storage.write_table(corpus.fs, corpus.shard_path(shard, table), merged, fingerprint)
        rows[table] = merged.num_rows
    return MergeSummary(shard, observations, rows["submissions"], rows["comments"])


def _one_per_id(observed: pa.Table, kind: type[Any], fold: Callable[[Iterable[Any]], Any]) -> pa.Table:
    # most ids are seen once: those rows never become Python objects
    counts = observed.group_by("id").aggregate([([], "count_all")])
    repeated = counts.filter(pc.field("count_all") > 1)["id"]
    is_repeated = pc.is_in(observed["id"], value_set=repeated)
    once = observed.filter(pc.invert(is_repeated))
    folded = to_table((fold(group) for group in _by_id(observed.filter(is_repeated), kind)), observed.schema)
    return pa.concat_tables([once, folded]).sort_by([("created_utc", "ascending"), ("id", "ascending")])


def _by_id(table: pa.Table, kind: type[Any]) -> Iterator[Iterable[Any]]:
    for _, group in groupby(from_table(table.sort_by("id"), kind), key=attrgetter("id")):
        yield group


def _places(corpus: Corpus, used: list[IngestSummary], shard: int) -> dict[str, list[str]]:
    """Where the rows of one shard lie, by table. Jobs take it along: to read what all parts say would take each of them
    as long as the plan, and topping up makes thousands of parts.
    """
    return {
        table: [path for summary in used if (path := rows_path(corpus, summary, table, shard))]
        for table in INCOMING_TABLES
    }


def _fingerprint(corpus: Corpus, used: list[IngestSummary]) -> str:
    made_of = sorted([summary.source, summary.part, summary.fingerprint] for summary in used)
    return storage.fingerprint("merge", VERSION, {"parts": made_of, "rule": merge.RULE, "shards": corpus.shards})
