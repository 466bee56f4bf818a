"""Store score and comments of erased submissions, without ids: their months keep their percentiles.

Otherwise one takedown would change a column of every request of its month, and so every file of the dataset.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.tombstones import TombstoneKind, TombstoneTarget, load_tombstones

COLUMNS = ("created_utc", "score", "num_comments")
PATH = "takedown/numbers.json"


def keep_numbers(corpus: Corpus, submissions: Iterable[Mapping[str, Any]]) -> None:
    """Store the numbers of submissions (rows with `id` and `COLUMNS`), by a keyed hash of the id."""
    path = corpus.path(PATH)
    stored = storage.read_json(corpus.fs, path) or {}
    tombstones = load_tombstones(corpus)
    new = {
        tombstones.key(TombstoneTarget(TombstoneKind.SUBMISSION, row["id"])): [row[name] for name in COLUMNS]
        for row in submissions
    }
    if new:
        storage.write_json(corpus.fs, path, stored | new)


def read_numbers(corpus: Corpus) -> list[dict[str, Any]]:
    """Return the numbers of the erased submissions, by `COLUMNS`."""
    stored = storage.read_json(corpus.fs, corpus.path(PATH)) or {}
    return [dict(zip(COLUMNS, values, strict=True)) for _, values in sorted(stored.items())]
