"""Merge the rows of all parts into one row per submission and comment, sorted by time of creation and id."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from photoshop_request.reddit import merge
from photoshop_request.reddit.fields import MARK_START
from photoshop_request.reddit.records import Comment, Submission
from photoshop_request_builder.engine.stage import Contents, Rule, ShardInputs, Stage
from photoshop_request_builder.store import seals, storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.incoming import INCOMING_TABLES, read_parts, rows_path
from photoshop_request_builder.store.tables import from_table, to_table

VERSION = 1


def rules(corpus: Corpus) -> Iterator[Rule]:
    """Yield the parts that have rows in each shard, and the paths of their files by table.

    Jobs carry the paths, because repeated ingests make thousands of parts, too many for each job to search.
    """
    all_parts = read_parts(corpus)
    for shard in range(corpus.shards):
        used = [
            summary for summary in all_parts if any(shard in summary.shards.get(table, ()) for table in INCOMING_TABLES)
        ]
        yield {
            "parts": sorted([summary.source, summary.part, summary.fingerprint] for summary in used),
            "rule": merge.RULE,
            "shards": corpus.shards,
            "paths": {
                table: [path for summary in used if (path := rows_path(corpus, summary, table, shard))]
                for table in INCOMING_TABLES
            },
        }


def fingerprint(stage: Stage, rule: Rule, _contents: Contents) -> str:
    """Return the fingerprint of one shard's output. The paths of the parts are not in it."""
    return storage.fingerprint(stage.name, stage.version, {key: rule[key] for key in ("parts", "rule", "shards")})


def merge_shard(inputs: ShardInputs) -> Iterator[pa.Table]:
    """Yield the submissions and the comments of one shard."""
    for table, kind, fold, texts in (
        ("submissions", Submission, merge.merge_submissions, ("title", "selftext")),
        ("comments", Comment, merge.merge_comments, ("body",)),
    ):
        columns = INCOMING_TABLES[table].names
        parts_rows = [_read_part(inputs.corpus, path, columns) for path in inputs.rule["paths"][table]]
        observed = pa.concat_tables(parts_rows) if parts_rows else INCOMING_TABLES[table].empty_table()
        yield _one_per_id(observed, kind, fold, texts)


def _read_part(corpus: Corpus, path: str, columns: list[str]) -> pa.Table:
    table = storage.find_table(corpus.fs, path, columns)
    if table is None:
        raise seals.damaged(path, "missing, though its part.json names it")
    return table


def _one_per_id(
    observed: pa.Table, kind: type[Any], fold: Callable[[Iterable[Any]], Any], texts: Sequence[str]
) -> pa.Table:
    """Fold the rows of each id. Most ids occur once and have their text: their rows never become Python objects."""
    counts = observed.group_by("id").aggregate([([], "count_all")])
    repeated = counts.filter(pc.field("count_all") > 1)["id"]
    to_fold = pc.is_in(observed["id"], value_set=repeated)
    for text in texts:
        is_mark = pc.match_substring_regex(observed[text], MARK_START, ignore_case=True)
        to_fold = pc.or_(to_fold, pc.fill_null(is_mark, False))
    folded = to_table((fold(group) for group in _by_id(observed.filter(to_fold), kind)), observed.schema)
    return pa.concat_tables([observed.filter(pc.invert(to_fold)), folded]).sort_by(
        [("created_utc", "ascending"), ("id", "ascending")]
    )


def _by_id(table: pa.Table, kind: type[Any]) -> Iterator[Iterable[Any]]:
    for _, group in groupby(from_table(table.sort_by("id"), kind), key=attrgetter("id")):
        yield group
