"""List the decision and its reason for each picture address."""

from collections.abc import Iterator
from typing import Any

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.publication import REMOVED, Publication, is_ready, read_publication
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.final_verdicts import read_candidates

_FIGURES = (
    "sha256",
    "width",
    "height",
    "detail",
    "confidence",
    "phash_distance",
    "dhash_distance",
    "method",
    "parts",
    "overlap",
    "changed_fraction",
    "locality",
    "repaint",
    "edit_kind",
    "psnr",
    "second_shot_doubt",
    "mirrored",
    "duplicate_of",
    "revises",
)


def decision_lines(corpus: Corpus) -> Iterator[dict[str, Any]]:
    """Yield the decision of every picture address by shard, from the last stage that has run.

    `withheld` is the reason for not publishing an edit, or why its request has no source. `verified` marks a decision made in `review`.
    """
    for shard in range(corpus.shards):
        for table in ("candidates", "pictures", "links"):
            path = corpus.shard_path(shard, table)
            if corpus.fs.exists(path):
                read = read_candidates(corpus, shard) if table == "candidates" else storage.read_table(corpus.fs, path)
                rows = read.to_pylist()
                publication = read_publication(corpus, shard) if is_ready(corpus, shard) else None
                yield from (_decision(row, table, publication) for row in rows)
                break


def _decision(row: dict[str, Any], table: str, publication: Publication | None) -> dict[str, Any]:
    decided = row["verdict"] if table == "candidates" else row["reason"]
    if decided is None:
        decided = "pending" if row["role"] == "candidate" else row["role"]
    withheld = None
    if publication and decided == Verdict.EDIT:
        withheld = publication.withheld(row)
    elif publication and decided == Verdict.NO_SOURCE and (by := publication.removals.of(row)):
        withheld = REMOVED[by]
    return {
        "submission_id": row["submission_id"],
        "comment_id": row["comment_id"],
        "url": row["canonical"] if table == "links" else row["url"],
        "decision": decided,
        "source_url": row.get("source_url"),
        "link": row["url"] if table == "links" else row["link"],
        "role": row["role"],
        **({"withheld": withheld} if withheld else {}),
        **({"verified": True} if row.get("verified") else {}),
        **{name: row[name] for name in _FIGURES if row.get(name) is not None},
    }
