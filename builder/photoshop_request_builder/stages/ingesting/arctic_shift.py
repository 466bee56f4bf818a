"""Ingest a time range from Arctic Shift into incoming/arctic-shift/. Covered seconds are not requested again.

A part holds a complete span of seconds, named in its summary. So a stopped run resumes at the second where it stopped.
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
"""Minimum rows of a part, about a minute of requests. A killed run loses at most one part."""
_SETTLED = 2 * 86_400
"""Seconds. Younger objects may still reach the archive, so their time is read but not counted as covered."""


def ingest_arctic_shift(
    corpus: Corpus,
    fetch: FetchRows,
    *,
    since: int,
    until: int,
    clock: Callable[[], float],
    on_part: Callable[[IngestSummary], None] | None = None,
) -> list[IngestSummary]:
    """Ingest posts and comments of the corpus's subreddits created from `since` (inclusive) to `until` (exclusive).

    Times are Unix seconds. Only spans that no part covers are requested. `on_part` is called after each part.

    Raises:
        NetworkError: the service does not answer. The parts so far are kept, and the next run resumes there.
        StorageError: the corpus cannot be written.
    """
    done = []
    for kind in get_args(RecordKind):
        for subreddit in corpus.subreddits:
            prefix = _prefix(kind, subreddit)
            covered = [
                part.covered
                for part in read_parts(corpus)
                if part.source == SOURCE and part.part.startswith(prefix) and part.covered
            ]
            for begin, end in uncovered_spans(covered, since, min(until, int(clock()))):
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
    """Yield the parts of one span, each written before the next is requested."""
    begin, end = span
    pages = search(kind, subreddit, begin, end, fetch)
    failure: NetworkError | None = None
    while begin < end and failure is None:
        reached, now = begin, int(clock())
        with Ingester(corpus, _origin(kind, subreddit, begin, now)) as ingester:
            try:
                for page in pages:
                    for line in page.lines:
                        ingester.add_line(line)
                    reached = max(reached, min(page.reached, now - _SETTLED))
                    if ingester.rows >= _ROWS and reached > begin:
                        break
                else:
                    end = reached
            except NetworkError as error:
                failure = error
            ending, detail = ("stopped", str(failure)) if failure else ("complete", "")
            summary = ingester.finish(ending, detail, covered=(begin, reached))
        yield summary
        begin = reached
    if failure:
        raise failure


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
