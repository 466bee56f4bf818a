"""Top up from Reddit's API: fresh submissions with their comment trees, and known things again -> incoming/reddit/.

Whatever stops a run (too many requests, no network, a kill), the parts written so far are kept, and the next run leaves
out the threads and things that were asked for a short while ago.
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
"""Seconds for which a thread or a thing that was asked for counts as known."""
_THREADS = 25
"""Threads a part: what is lost when a run is killed, a minute or so at Reddit's rates."""
_THINGS = 1000
"""Refreshed things a part: ten requests."""
_PREFIX = {"submissions": "t3_", "comments": "t1_"}


@dataclass(frozen=True, slots=True)
class Run:
    """Where a run writes, whom it asks, and who hears of each part."""

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
    """Submissions created from `since` (inclusive) to `until` (exclusive), and all their comments.

    Times are Unix seconds. The listing of new submissions is read first; where it ends before `since`, the search goes
    on. Threads that were read in the last six hours are left out. `on_part` is called as each part is written.

    Raises:
        InputError: a subreddit does not exist or is closed.
        CredentialsError: Reddit refuses the credentials.
        NetworkError: Reddit does not answer, or too many requests; what was read is kept.
        StorageError: the corpus cannot be written.
    """
    run = Run(corpus, reddit, clock, on_part)
    done: list[IngestSummary] = []
    wanted: list[str] = []
    for subreddit in corpus.subreddits:
        found: dict[str, int] = {}
        done += _write(run, f"new-{subreddit.lower()}", partial(_listed, run, subreddit, since, found))
        oldest = min(until, *found.values()) if found else until
        if oldest > since:
            done += _write(
                run, f"search-{subreddit.lower()}", partial(_searched, run, subreddit, (since, oldest), found)
            )
        wanted += [thing_id for thing_id, created in found.items() if since <= created < until]
    known = _known_threads(run)
    return done + _threads(run, [thing_id for thing_id in wanted if thing_id not in known])


def refresh(
    corpus: Corpus,
    reddit: "praw.Reddit",
    *,
    clock: Callable[[], float],
    limit: int | None = None,
    on_part: Callable[[IngestSummary], None] = lambda _: None,
) -> list[IngestSummary]:
    """Ask again for the merged submissions and comments, those seen or asked for longest ago first: scores, flair,
    deletions.

    What was seen or asked for in the last six hours is left out; `limit` is how many to ask for at most. Merge before
    and after.

    Raises:
        CredentialsError: Reddit refuses the credentials.
        NetworkError: Reddit does not answer, or too many requests; what was read is kept.
        StorageError: the corpus cannot be written.
    """
    run = Run(corpus, reddit, clock, on_part)
    names = islice(_seen_before(corpus, int(clock()) - FRESH), limit)
    done: list[IngestSummary] = []
    while batch := list(islice(names, _THINGS)):
        unknown: list[str] = []

        def asked(intake: Ingester, batch: list[str] = batch, unknown: list[str] = unknown) -> str:
            known = set()
            for line in api.refresh(reddit, batch):
                record = intake.take(line, intake.lines + 1, 0)
                if isinstance(record, Submission | Comment):
                    known.add(_full_name(record))
            unknown += [name for name in batch if name not in known]
            return f"{len(unknown)} not known to Reddit" if unknown else ""

        done += _write(run, "refresh", asked, unknown=unknown)
    return done


def _listed(run: Run, subreddit: str, since: int, found: dict[str, int], intake: Ingester) -> str:
    """Take the listing of new submissions down to `since`; ids and times of creation go to `found`."""
    for line in api.new_submissions(run.reddit, subreddit):
        record = intake.take(line, intake.lines + 1, 0)
        if isinstance(record, Submission):
            found[record.id] = record.created_utc
            if record.created_utc < since:
                break
    return ""


def _searched(run: Run, subreddit: str, span: tuple[int, int], found: dict[str, int], intake: Ingester) -> str:
    """Take what the search has of a span of time; ids and times of creation go to `found`."""
    for line in api.search_submissions(run.reddit, subreddit, *span):
        record = intake.take(line, intake.lines + 1, 0)
        if isinstance(record, Submission):
            found[record.id] = record.created_utc
    return ""


def _threads(run: Run, ids: list[str]) -> list[IngestSummary]:
    done: list[IngestSummary] = []
    for start in range(0, len(ids), _THREADS):
        asked: list[str] = []

        def read(intake: Ingester, start: int = start, asked: list[str] = asked) -> str:
            troubles: Counter[str] = Counter()
            for thing_id in ids[start : start + _THREADS]:
                thread = api.thread(run.reddit, thing_id)
                for line in thread.lines:
                    intake.take(line, intake.lines + 1, 0)
                asked.append(thing_id)
                if thread.trouble:
                    troubles[thread.trouble] += 1
            return ", ".join(f"{count} threads {trouble}" for trouble, count in sorted(troubles.items()))

        done += _write(run, "threads", read, threads=asked)
    return done


def _write(
    run: Run,
    kind: str,
    fill: Callable[[Ingester], str],
    *,
    threads: Sequence[str] = (),
    unknown: Sequence[str] = (),
) -> Iterator[IngestSummary]:
    """One part of what `fill` takes in; when the network stops it, the part so far, and then the error.

    `threads` and `unknown` are fields of its summary, which `fill` may still be adding to.
    """
    now = int(run.clock())
    trouble: NetworkError | None = None
    with Ingester(run.corpus, _origin(run.corpus, kind, now)) as intake:
        try:
            detail = fill(intake)
        except NetworkError as error:
            trouble, detail = error, str(error)
        ending = "stopped" if trouble else "complete"
        summary = intake.finish(ending, detail, threads=tuple(threads), unknown=tuple(unknown))
    run.on_part(summary)
    yield summary
    if trouble:
        raise trouble


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


def _known_threads(run: Run) -> set[str]:
    since = run.clock() - FRESH
    recent = [part for part in read_parts(run.corpus) if part.source == SOURCE and (part.asked_utc or 0) > since]
    return {thing_id for part in recent for thing_id in part.threads}


def _seen_before(corpus: Corpus, moment: int) -> Iterator[str]:
    """Full names of merged things that were last seen or asked for before `moment`, the longest ago first."""
    found = []
    for shard in range(corpus.shards):
        for table, prefix in _PREFIX.items():
            rows = storage.find_table(corpus.fs, corpus.shard_path(shard, table), ["id", "last_seen"])
            if rows is not None:
                names = pc.binary_join_element_wise(prefix, rows["id"], "")
                found.append(pa.table({"name": names, "seen": pc.fill_null(rows["last_seen"], 0)}))
    if not found:
        return
    rows = pa.concat_tables(found)
    if asked := _asked_in_vain(corpus):  # they would stand first for ever
        latest = pc.max_element_wise(rows["seen"], pa.array([asked.get(name, 0) for name in rows["name"].to_pylist()]))
        rows = rows.set_column(1, "seen", latest)
    rows = rows.filter(pc.field("seen") < moment)
    for name in rows.sort_by([("seen", "ascending"), ("name", "ascending")])["name"]:
        yield name.as_py()


def _asked_in_vain(corpus: Corpus) -> dict[str, int]:
    """Full names that a refresh asked for and Reddit did not know, and when that last was."""
    asked: dict[str, int] = {}
    for part in read_parts(corpus):
        for name in part.unknown:
            asked[name] = max(asked.get(name, 0), part.asked_utc or 0)
    return asked


def _full_name(record: Submission | Comment) -> str:
    return _PREFIX["submissions" if isinstance(record, Submission) else "comments"] + record.id
