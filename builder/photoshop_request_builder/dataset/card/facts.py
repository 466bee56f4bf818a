"""Count the numbers of the card from the built dataset."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from photoshop_request.media.addresses.links import Role
from photoshop_request.reddit.coverage import Gap, every_month, month_of
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.ingested_sources import ingested_sources
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.incoming import read_parts


@dataclass(frozen=True, slots=True)
class Spread:
    """The distribution of a number over rows."""

    tenth: float
    """The 10th percentile."""
    median: float
    ninetieth: float
    """The 90th percentile."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The numbers of the card."""

    requests: int
    """Rows of `requests`."""
    edits: int
    """Rows of `triplets`."""
    requests_with_edits: int
    months: dict[str, int]
    """Rows of `triplets` by month of the request, from the first to the last month."""
    holes: tuple[Gap, ...]
    """Months missing from the sources."""
    sources: tuple[str, ...]
    """Sources of posts and comments: `archive`, `arctic-shift`, `reddit`."""
    task_types: dict[str, int]
    """Rows of `triplets` by task type, most frequent first. A row may have several."""
    languages: dict[str, int]
    """Requests by language, most frequent first."""
    edits_per_request: Spread | None
    instruction_words: Spread | None
    megapixels: Spread | None
    """Megapixels of edited pictures."""
    accepted: int
    over_18: int
    bytes_changed: dict[str, int]
    """Rows of `triplets` by change of their files, most frequent first. A row may have several."""
    hidden_addresses: int
    """Pictures of requests and published edits whose address is not published. A rebuild cannot fetch them."""


_COLUMNS = (
    "submission_id",
    "instruction",
    "task_types",
    "submission_created_utc",
    "edited_width",
    "edited_height",
    "accepted",
    "over_18",
    "bytes_changed",
)
_MANIFEST_COLUMNS = ("url", "sha256", "role", "decision", "withheld")


def count_facts(corpus: Corpus, files: Sequence[tuple[str, str]]) -> Facts:
    """Count the numbers of the built files, given as config and path. Reads no picture."""
    triplets = _columns(corpus, [path for config, path in files if config == "triplets"], _COLUMNS)
    requests = _columns(corpus, [path for config, path in files if config == "requests"], ("submission_id", "language"))
    manifest = _columns(corpus, [path for config, path in files if config == "manifest"], _MANIFEST_COLUMNS)
    sources = ingested_sources(read_parts(corpus))
    edited = Counter(triplets("submission_id"))
    return Facts(
        requests=sum(1 for _ in requests("submission_id")),
        edits=edited.total(),
        requests_with_edits=len(edited),
        months=every_month(_counted(map(month_of, triplets("submission_created_utc")))) if edited else {},
        holes=sources[-1].holes.get("submissions", ()) if sources else (),
        sources=tuple(source.source for source in sources if source.source != "all"),
        task_types=_counted(task for tasks in triplets("task_types") for task in tasks),
        languages=_counted(filter(None, requests("language"))),
        edits_per_request=_spread(edited.values()),
        instruction_words=_spread(len(instruction.split()) for instruction in triplets("instruction")),
        megapixels=_spread(
            width * height / 1e6
            for width, height in zip(triplets("edited_width"), triplets("edited_height"), strict=True)
        ),
        accepted=sum(map(bool, triplets("accepted"))),
        over_18=sum(map(bool, triplets("over_18"))),
        bytes_changed=_counted(change for changes in triplets("bytes_changed") for change in changes),
        hidden_addresses=sum(
            url is None
            and sha256 is not None
            and (role != Role.CANDIDATE or (decision == Verdict.EDIT and not withheld))
            for url, sha256, role, decision, withheld in zip(*map(manifest, _MANIFEST_COLUMNS), strict=True)
        ),
    )


def _columns(corpus: Corpus, paths: Iterable[str], names: Sequence[str]) -> Callable[[str], Iterator[Any]]:
    """Return a function that yields a column's values over all files. They are held as Arrow, which is compact."""
    tables = [storage.read_columns(corpus.fs, path, list(names)) for path in paths]

    def values(name: str) -> Iterator[Any]:
        for table in tables:
            for chunk in table[name].chunks:
                yield from chunk.to_pylist()

    return values


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _spread(values: Iterable[float]) -> Spread | None:
    ordered = sorted(values)
    if not ordered:
        return None
    tenth, median, ninetieth = (ordered[int(share * (len(ordered) - 1))] for share in (0.1, 0.5, 0.9))
    return Spread(tenth, median, ninetieth)
