"""Open the corpus as a duckdb database: one view per table, plus the requests and the published edits."""

import glob
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from photoshop_request.errors import CorpusError
from photoshop_request.reddit.removals import CATEGORIES, FINAL
from photoshop_request.text.thread.flair import terms
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset import publication
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, scratch_folder
from photoshop_request_builder.store.final_verdicts import read_candidates
from photoshop_request_builder.store.tombstones import TombstoneKind

_VIEWS = ("submissions", "comments", "candidates", "texts", "acceptances", "splits", "ranks", "removed")
_MEMORY = "1GB"
"""Memory limit of duckdb. Beyond it, duckdb spills to disk."""
_TERMS = pa.schema([("id", pa.string()), ("paid", pa.bool_()), ("ai_allowed", pa.bool_())])
_KEY = ("submission_id", "comment_id", "position", "index")
_PUBLISHED = pa.schema([tables.CANDIDATES.field(name) for name in _KEY])

_COUNTED = tuple(category for category, by in CATEGORIES.items() if by not in FINAL)
_REMOVED = (TombstoneKind.SUBMISSION.value, *(f"{by}:submission" for by in sorted(FINAL)))
_REQUESTS = f"""
create temp table requests as
with own as (
    select submission_id, count(*) filter (reason is null) as pictures
    from candidates where role = 'source' and comment_id is null and state is not null group by 1
), answers as (
    select submission_id, count(*) as edits, count(distinct author) as solvers, min(solver_comment_utc) as first_utc
    from edits group by 1
), taken as (select distinct submission_id from acceptances)
select s.id, s.author, s.created_utc, s.score, s.num_comments, s.upvote_ratio, s.flair, s.over_18,
    strftime(make_timestamp(s.created_utc * 1000000), '%Y-%m') as month,
    year(make_timestamp(s.created_utc * 1000000)) as year,
    t.language, t.task_types, t.is_edit_request,
    len(regexp_extract_all(t.instruction, '[^\\s]+')) as words,
    r.score_percentile, p.paid, p.ai_allowed, own.pictures,
    coalesce(answers.edits, 0) as edits, coalesce(answers.solvers, 0) as solvers,
    case when answers.first_utc is not null then greatest(0, answers.first_utc - s.created_utc) end
        as seconds_to_first_edit,
    taken.submission_id is not null as accepted
from submissions s
join own on own.submission_id = s.id
left join texts t on t.submission_id = s.id
left join ranks r on r.submission_id = s.id
left join terms p on p.id = s.id
left join answers on answers.submission_id = s.id
left join taken on taken.submission_id = s.id
where not s.deleted_by_author and (s.removed_by_category is null or s.removed_by_category in {_COUNTED})
    and s.id not in (select value from removed where kind in {_REMOVED})
"""


@dataclass(frozen=True, slots=True)
class Database:
    """An open corpus with one view per table of the shards.

    Two tables are added. `edits` holds the published candidates. `requests` holds the requests with a picture that are
    neither deleted, removed by law nor taken down, with the number of `words` in the instruction.
    """

    corpus: Corpus
    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return all rows of a query. `values` fill its question marks."""
        return self.connection.execute(query, values).fetchall()

    def one(self, query: str, *values: Any) -> tuple[Any, ...]:
        """Return the only row of a query."""
        [row] = self.rows(query, *values)
        return row

    def histogram(self, query: str, series: Sequence[str], ends: Sequence[float]) -> list[tuple[Any, ...]]:
        """Return a histogram: each lower end in `ends`, ascending, with the number of values per series.

        `query` returns columns `series` and `value`.
        """
        places = ", ".join(f"({end})" for end in ends)
        counts = ", ".join(f"count(*) filter (series = '{name}')" for name in series)
        counted = self.rows(
            f"""
            with ends as (select cast(low as double) as low, lead(cast(low as double), 1, 1e18) over (order by low) as high
                from (values {places}) t(low)),
            each as ({query})
            select {counts} from ends left join each on value >= low and value < high group by low order by low
            """
        )
        return [(end, *row) for end, row in zip(ends, counted, strict=True)]


@contextmanager
def open_database(corpus: Corpus) -> Iterator[Database]:
    """Open the corpus for queries, in bounded memory. Missing tables are empty.

    Raises:
        InputError: a setting is invalid.
        CorpusError: a table is damaged.
    """
    try:
        with scratch_folder(corpus) as scratch, duckdb.connect() as connection:
            _fill(connection, corpus, scratch)
            yield Database(corpus, connection)
    except (duckdb.OperationalError, duckdb.InvalidInputException) as error:
        cause = str(error).partition("\n")[0]
        raise CorpusError(
            f"{corpus.address}: cannot read a table ({cause}). "
            f"Check it: photoshop-request doctor {corpus.address} --deep"
        ) from error


def _fill(connection: duckdb.DuckDBPyConnection, corpus: Corpus, scratch: str) -> None:
    connection.execute("set memory_limit = ?", [_MEMORY])
    connection.execute("set temp_directory = ?", [scratch])
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set enable_progress_bar = false")
    if not corpus.is_local:
        connection.register_filesystem(corpus.fs)
    for name in _VIEWS:
        _view(connection, corpus, name, tables.TABLES[name])
    _register(connection, "terms", pa.Table.from_batches(_terms(corpus), _TERMS))
    _register(connection, "published", pa.Table.from_batches(_published(corpus), _PUBLISHED))
    keys = " and ".join(f'c."{name}" is not distinct from p."{name}"' for name in _KEY)
    connection.execute(
        "create temp table edits as select c.* exclude (change_mask, watermark_mask, matrix) from candidates c "
        f"join published p on c.submission_id = p.submission_id and {keys}"
    )
    connection.execute(_REQUESTS)


def _view(connection: duckdb.DuckDBPyConnection, corpus: Corpus, name: str, schema: pa.Schema) -> None:
    paths = [corpus.shard_path(shard, name) for shard in range(corpus.shards)]
    existing = [path for path in paths if corpus.fs.exists(path)]
    if not existing:
        _register(connection, name, schema.empty_table())
        return
    for path in existing:  # duckdb does not look at the seal
        storage.check_table(corpus.fs, path)
    is_local = corpus.is_local
    addresses = existing if is_local else [corpus.fs.unstrip_protocol(path) for path in existing]
    listed = ", ".join("'" + glob.escape(address).replace("'", "''") + "'" for address in addresses)
    kind = "view" if is_local else "table"  # object storage is read once, not by every chart
    connection.execute(f"create temp {kind} {name} as select * from read_parquet([{listed}])")


def _register(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("incoming_table", table)
    connection.execute(f"create temp table {name} as select * from incoming_table")
    connection.unregister("incoming_table")


def _terms(corpus: Corpus) -> Iterator[pa.RecordBatch]:
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "submissions")
        table = storage.find_table(corpus.fs, path, ["id", "flair", "title", "created_utc"])
        if table is None:
            continue
        parsed = [terms(row["flair"], row["title"] or "", row["created_utc"]) for row in table.to_pylist()]
        columns = [
            table.column("id").combine_chunks(),
            [flair.paid for flair in parsed],
            [flair.ai_allowed for flair in parsed],
        ]
        yield pa.RecordBatch.from_arrays(
            [pa.array(column, type=kind.type) for column, kind in zip(columns, _TERMS, strict=True)], schema=_TERMS
        )


def _published(corpus: Corpus) -> Iterator[pa.RecordBatch]:
    policy = publication.read_policy(corpus)
    columns = list(dict.fromkeys([*_KEY, *publication.DECIDING_COLUMNS]))
    for shard in range(corpus.shards):
        if not publication.is_ready(corpus, shard):
            continue
        decide = publication.read_publication(corpus, shard, policy)
        candidates = read_candidates(corpus, shard, columns)
        edits = candidates.filter(pa.compute.equal(candidates.column("verdict"), Verdict.EDIT.value))
        kept = pa.array([decide.publishes(row) for row in edits.to_pylist()], type=pa.bool_())
        yield from edits.filter(kept).select(list(_KEY)).cast(_PUBLISHED).to_batches()
