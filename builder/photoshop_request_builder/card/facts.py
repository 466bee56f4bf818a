"""The figures of the card, counted from the built dataset: nothing in the card is typed by hand."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from photoshop_request.reddit.coverage import Hole, every_month, month_of
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.intake.incoming import parts
from photoshop_request_builder.status.sources import source_status

__all__ = ["Facts", "Spread", "facts_of"]


@dataclass(frozen=True, slots=True)
class Spread:
    """How a figure is spread over rows."""

    tenth: float
    """A tenth of the rows lies below."""
    median: float
    ninetieth: float
    """A tenth lies above."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the card says of a dataset in numbers."""

    requests: int
    """Posts, in the config `requests`."""
    edits: int
    """Rows of `triplets`."""
    requests_with_edits: int
    months: dict[str, int]
    """Rows of `triplets` by month of the request, every month from the first to the last."""
    holes: tuple[Hole, ...]
    """Months that the sources lack."""
    sources: tuple[str, ...]
    """Where posts and comments came from: `archive`, `arctic-shift`, `reddit`."""
    task_types: dict[str, int]
    """Rows of `triplets` by kind of edit, the most frequent first; a row may have several."""
    languages: dict[str, int]
    """Requests by language, the most frequent first."""
    edits_per_request: Spread | None
    instruction_words: Spread | None
    megapixels: Spread | None
    """Of edited pictures."""
    accepted: int
    over_18: int
    gps_removed: int


_COLUMNS = (
    "submission_id",
    "instruction",
    "task_types",
    "submission_created_utc",
    "edited_width",
    "edited_height",
    "accepted",
    "over_18",
    "gps_removed",
)


def facts_of(corpus: Corpus, files: Sequence[tuple[str, str]]) -> Facts:
    """The figures of the built files, each given as config and path. Reads no picture."""
    triplets = list(_rows(corpus, [path for config, path in files if config == "triplets"], _COLUMNS))
    requests = list(_rows(corpus, [path for config, path in files if config == "requests"], ("language",)))
    every = source_status(parts(corpus))
    edited = Counter(row["submission_id"] for row in triplets)
    return Facts(
        requests=len(requests),
        edits=len(triplets),
        requests_with_edits=len(edited),
        months=every_month(_counted(month_of(row["submission_created_utc"]) for row in triplets)) if triplets else {},
        holes=every[-1].holes.get("submissions", ()) if every else (),
        sources=tuple(one.source for one in every if one.source != "all"),
        task_types=_counted(task for row in triplets for task in row["task_types"]),
        languages=_counted(row["language"] for row in requests if row["language"]),
        edits_per_request=_spread(edited.values()),
        instruction_words=_spread(len(row["instruction"].split()) for row in triplets),
        megapixels=_spread(row["edited_width"] * row["edited_height"] / 1e6 for row in triplets),
        accepted=sum(bool(row["accepted"]) for row in triplets),
        over_18=sum(bool(row["over_18"]) for row in triplets),
        gps_removed=sum(bool(row["gps_removed"]) for row in triplets),
    )


def _rows(corpus: Corpus, paths: Iterable[str], columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    for path in paths:
        yield from pq.read_table(path, columns=list(columns), filesystem=corpus.fs).to_pylist()


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _spread(values: Iterable[float]) -> Spread | None:
    ordered = sorted(values)
    if not ordered:
        return None
    tenth, median, ninetieth = (ordered[int(share * (len(ordered) - 1))] for share in (0.1, 0.5, 0.9))
    return Spread(tenth, median, ninetieth)
