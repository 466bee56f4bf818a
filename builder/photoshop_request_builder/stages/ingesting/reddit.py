"""Ingest new submissions with their comments, and updates of known records, from Reddit's API.

Parts lie under incoming/reddit/. If a run stops (rate limit, no network, a kill), the parts so far are kept. The next
run skips the threads and records that were requested in the last six hours.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from photoshop_request.errors import NetworkError
from photoshop_request.reddit import api
from photoshop_request.reddit.records import Comment, Submission
from photoshop_request_builder.stages.ingesting.ingester import Ingester, PartOrigin
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.incoming import IngestSummary, read_part, read_parts

if TYPE_CHECKING:
    import praw

SOURCE = "reddit"
VERSION = 1
FRESH = 6 * 3600
"""Seconds for which a thread or record is not requested again."""
_THREADS = 25
"""Threads per part, about a minute at Reddit's rate limit. A killed run loses at most one part."""
_RECORDS = 1000
"""Refreshed records per part, ten requests."""
_PREFIX = {"submissions": "t3_", "comments": "t1_"}


@dataclass(frozen=True, slots=True)
class _Run:
    """Corpus, client, clock and callback of one run."""

    corpus: Corpus
    reddit: "praw.Reddit"
    clock: Callable[[], float]
    on_part: Callable[[IngestSummary], None]


def ingest_reddit(
    corpus: Corpus,
    reddit: "praw.Reddit",
    *,
    since: int,
    until: int,
    clock: Callable[[], float],
    on_part: Callable[[IngestSummary], None] = lambda _: None,
) -> list[IngestSummary]:
    """Ingest submissions created from `since` (inclusive) to `until` (exclusive), with all their comments.

    Times are Unix seconds. The listing of new submissions comes first. If it ends before `since`, the search continues.
    Threads of the last six hours are skipped. `on_part` is called after each part.

    Raises:
        InputError: a subreddit does not exist, or is private.
        CredentialsError: Reddit refuses the credentials.
        NetworkError: Reddit does not answer, or limits the rate. The parts so far are kept.
        StorageError: the corpus cannot be written.
    """
    run = _Run(corpus, reddit, clock, on_part)
    done: list[IngestSummary] = []
    threads: list[str] = []
    for subreddit in corpus.subreddits:
        created: dict[str, int] = {}
        listing = api.new_submissions(reddit, subreddit)
        done += _write_part(run, f"new-{subreddit.lower()}", partial(_add_submissions, listing, since, created))
        oldest = min(until, *created.values()) if created else until
        if oldest > since:
            hits = api.search_submissions(reddit, subreddit, since, oldest)
            done += _write_part(run, f"search-{subreddit.lower()}", partial(_add_submissions, hits, since, created))
        threads += [record_id for record_id, utc in created.items() if since <= utc < until]
    known = _known_threads(run)
    return done + _ingest_threads(run, [record_id for record_id in threads if record_id not in known])


def refresh(
    corpus: Corpus,
    reddit: "praw.Reddit",
    *,
    clock: Callable[[], float],
    limit: int | None = None,
    on_part: Callable[[IngestSummary], None] = lambda _: None,
) -> list[IngestSummary]:
    """Update scores, flair and deletions of the merged submissions and comments, the oldest observations first.

    Records that were seen or requested in the last six hours are skipped. `limit` is the maximum number of requested
    records. Run `merge` before and after.

    Raises:
        CredentialsError: Reddit refuses the credentials.
        NetworkError: Reddit does not answer, or limits the rate. The parts so far are kept.
        StorageError: the corpus cannot be written.
    """
    run = _Run(corpus, reddit, clock, on_part)
    names = islice(_names_seen_before(corpus, int(clock()) - FRESH), limit)
    done: list[IngestSummary] = []
    while batch := list(islice(names, _RECORDS)):
        unknown: list[str] = []

        def fill(ingester: Ingester, batch: list[str] = batch, unknown: list[str] = unknown) -> str:
            known = set()
            for line in api.refresh(reddit, batch):
                record = ingester.add_line(line)
                if isinstance(record, Submission | Comment):
                    known.add(_full_name(record))
            unknown += [name for name in batch if name not in known]
            return f"{len(unknown)} not known to Reddit" if unknown else ""

        done += _write_part(run, "refresh", fill, unknown=unknown)
    return done


def _add_submissions(lines: Iterator[bytes], since: int, created: dict[str, int], ingester: Ingester) -> str:
    """Add submissions until one is older than `since`. Collect their ids and times of creation in `created`."""
    for line in lines:
        record = ingester.add_line(line)
        if isinstance(record, Submission):
            created[record.id] = record.created_utc
            if record.created_utc < since:
                break
    return ""


def _ingest_threads(run: _Run, ids: list[str]) -> list[IngestSummary]:
    done: list[IngestSummary] = []
    for start in range(0, len(ids), _THREADS):
        read: list[str] = []

        def fill(ingester: Ingester, start: int = start, read: list[str] = read) -> str:
            problems: Counter[str] = Counter()
            for record_id in ids[start : start + _THREADS]:
                tree = api.comment_tree(run.reddit, record_id)
                for line in tree.lines:
                    ingester.add_line(line)
                read.append(record_id)
                if tree.problem:
                    problems[tree.problem] += 1
            return ", ".join(f"{count} threads {problem}" for problem, count in sorted(problems.items()))

        done += _write_part(run, "threads", fill, threads=read)
    return done


def _write_part(
    run: _Run,
    kind: str,
    fill: Callable[[Ingester], str],
    *,
    threads: Sequence[str] = (),
    unknown: Sequence[str] = (),
) -> Iterator[IngestSummary]:
    """Write one part with the lines that `fill` adds. After a network error, yield the part so far, then raise it.

    `threads` and `unknown` are fields of the summary, which `fill` may complete.
    """
    failure: NetworkError | None = None
    with Ingester(run.corpus, _origin(run.corpus, kind, int(run.clock()))) as ingester:
        try:
            detail = fill(ingester)
        except NetworkError as error:
            failure, detail = error, str(error)
        ending = "stopped" if failure else "complete"
        summary = ingester.finish(ending, detail, threads=tuple(threads), unknown=tuple(unknown))
    run.on_part(summary)
    yield summary
    if failure:
        raise failure


def _origin(corpus: Corpus, kind: str, now: int) -> PartOrigin:
    names = (f"{kind}-{now}-{number}" for number in count())
    part = next(name for name in names if read_part(corpus, SOURCE, name) is None)
    return PartOrigin(
        source=SOURCE,
        part=part,
        input=f"{kind} asked {now}",
        label=SOURCE,
        fingerprint=storage.fingerprint(SOURCE, VERSION, {"part": part}),
        seen=now,
    )


def _known_threads(run: _Run) -> set[str]:
    since = run.clock() - FRESH
    recent = [part for part in read_parts(run.corpus) if part.source == SOURCE and (part.asked_utc or 0) > since]
    return {thing_id for part in recent for thing_id in part.threads}


def _names_seen_before(corpus: Corpus, utc: int) -> Iterator[str]:
    """Yield the full names of merged records that were last seen or requested before `utc`, the oldest first."""
    tables = []
    for shard in range(corpus.shards):
        for table, prefix in _PREFIX.items():
            rows = storage.find_table(corpus.fs, corpus.shard_path(shard, table), ["id", "last_seen"])
            if rows is not None:
                names = pc.binary_join_element_wise(prefix, rows["id"], "")
                tables.append(pa.table({"name": names, "seen": pc.fill_null(rows["last_seen"], 0)}))
    if not tables:
        return
    rows = pa.concat_tables(tables)
    if requested := _unknown_names(corpus):  # without this they would stay the oldest forever
        times = pa.array([requested.get(name, 0) for name in rows["name"].to_pylist()])
        rows = rows.set_column(1, "seen", pc.max_element_wise(rows["seen"], times))
    rows = rows.filter(pc.field("seen") < utc)
    for name in rows.sort_by([("seen", "ascending"), ("name", "ascending")])["name"]:
        yield name.as_py()


def _unknown_names(corpus: Corpus) -> dict[str, int]:
    """Return the full names that Reddit did not know in a refresh, with the time of the last request."""
    requested: dict[str, int] = {}
    for part in read_parts(corpus):
        for name in part.unknown:
            requested[name] = max(requested.get(name, 0), part.asked_utc or 0)
    return requested


def _full_name(record: Submission | Comment) -> str:
    return _PREFIX["submissions" if isinstance(record, Submission) else "comments"] + record.id
