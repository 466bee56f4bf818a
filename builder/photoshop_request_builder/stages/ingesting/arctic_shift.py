"""Top up from Arctic Shift: the seconds of a time range that no earlier run covered -> parts under incoming/arctic-shift/.

A part holds a span of seconds whole, and its summary says which: so a stopped run goes on at the second where it
stopped, and asking again for a range that is there asks nothing.
"""

from collections.abc import Callable, Iterator
from typing import get_args

from photoshop_request.errors import NetworkError
from photoshop_request.reddit.arctic_shift import FetchRows, RecordKind, search
from photoshop_request.reddit.coverage import uncovered_spans
from photoshop_request_builder.stages.ingesting.ingester import Ingester, PartOrigin
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.incoming import IngestSummary, read_parts

SOURCE = "arctic-shift"
VERSION = 1
_ROWS = 5000
"""Rows a part at least: what is lost when a run is killed, a minute or so of asking."""
_SETTLED = 2 * 86_400
"""Seconds. What is younger may still reach the archive: it is read, but not counted as covered."""


def ingest_arctic_shift(
    corpus: Corpus,
    fetch: FetchRows,
    *,
    since: int,
    until: int,
    clock: Callable[[], float],
    on_part: Callable[[IngestSummary], None] | None = None,
) -> list[IngestSummary]:
    """Posts and comments of the corpus's subreddits created from `since` (inclusive) to `until` (exclusive).

    Times are Unix seconds. Only spans that no part covers are asked for. `on_part` is called as each part is written.

    Raises:
        NetworkError: the service does not answer; the parts so far are kept, and the next run goes on from there.
        StorageError: the corpus cannot be written.
    """
    done = []
    for kind in get_args(RecordKind):
        for subreddit in corpus.subreddits:
            prefix = _prefix(kind, subreddit)
            held = [
                part.covered
                for part in read_parts(corpus)
                if part.source == SOURCE and part.part.startswith(prefix) and part.covered
            ]
            for begin, end in uncovered_spans(held, since, min(until, int(clock()))):
                for summary in _span(corpus, fetch, kind, subreddit, (begin, end), clock):
                    done.append(summary)
                    if on_part:
                        on_part(summary)
    return done


def _span(
    corpus: Corpus,
    fetch: FetchRows,
    kind: RecordKind,
    subreddit: str,
    span: tuple[int, int],
    clock: Callable[[], float],
) -> Iterator[IngestSummary]:
    """The parts of one span, each written before the next is asked for."""
    begin, end = span
    pages = search(kind, subreddit, begin, end, fetch)
    trouble: NetworkError | None = None
    while begin < end and trouble is None:
        reached, now = begin, int(clock())
        with Ingester(corpus, _origin(kind, subreddit, begin, now)) as intake:
            try:
                for page in pages:
                    for line in page.lines:
                        intake.take(line, intake.lines + 1, 0)
                    reached = max(reached, min(page.reached, now - _SETTLED))
                    if intake.kept >= _ROWS and reached > begin:
                        break
                else:
                    end = reached
            except NetworkError as error:
                trouble = error
            ending, detail = ("stopped", str(trouble)) if trouble else ("complete", "")
            summary = intake.finish(ending, detail, covered=(begin, reached))
        yield summary
        begin = reached
    if trouble:
        raise trouble


def _origin(kind: RecordKind, subreddit: str, begin: int, now: int) -> PartOrigin:
    part = f"{_prefix(kind, subreddit)}{begin}-{now}"
    return PartOrigin(
        source=SOURCE,
        part=part,
        input=f"{kind} of r/{subreddit} from {begin}",
        label=SOURCE,
        fingerprint=storage.fingerprint("arctic-shift", VERSION, {"part": part}),
        seen=now,
    )


def _prefix(kind: RecordKind, subreddit: str) -> str:
    return f"{kind}-{subreddit.lower()}-"
