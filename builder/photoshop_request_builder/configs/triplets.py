"""The `triplets` config: (source, instruction, edit) for every candidate with verdict `edit`."""

import os
from collections.abc import Iterator
from typing import Any

from photoshop_request.pseudonyms import pseudonym
from photoshop_request_builder import storage
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.pieces import PSEUDONYM_KEY
from photoshop_request_builder.selection import selection_of


def rows(corpus: Corpus, shard: int, split: str) -> Iterator[dict[str, Any]]:
    """The triplets of one shard and split, by request, then by time of the edit."""
    members = {row["submission_id"] for row in _read(corpus, shard, "splits") if row["split"] == split}
    submissions = {row["id"]: row for row in _read(corpus, shard, "submissions") if row["id"] in members}
    if not submissions:
        return
    texts = {row["submission_id"]: row for row in _read(corpus, shard, "texts")}
    comments = {row["id"]: row for row in _read(corpus, shard, "comments")}
    candidates = [row for row in _read(corpus, shard, "candidates") if row["submission_id"] in submissions]
    pictures = {(row["submission_id"], row["sha256"]): row for row in candidates if row["extension"]}
    selection = selection_of(corpus, shard)
    for candidate in candidates:
        if not selection.publishes(candidate):
            continue
        text = texts[candidate["submission_id"]]
        source = pictures[candidate["submission_id"], candidate["source_sha256"]]
        yield _row(
            corpus, submissions[candidate["submission_id"]], comments[candidate["comment_id"]], text, source, candidate
        )


def _row(
    corpus: Corpus,
    submission: dict[str, Any],
    comment: dict[str, Any],
    text: dict[str, Any],
    source: dict[str, Any],
    edit: dict[str, Any],
) -> dict[str, Any]:
    key = os.environ.get(PSEUDONYM_KEY)
    return {
        "source_image": _image(corpus, source),
        "instruction": text["instruction"],
        "edited_image": _image(corpus, edit),
        "submission_id": submission["id"],
        "comment_id": comment["id"],
        "title": submission["title"],
        "selftext": submission["selftext"],
        "captions": [media["caption"] for media in submission["media"] or () if media["caption"]],
        "source_url": source["url"],
        "edited_url": edit["url"],
        "source_sha256": source["sha256"],
        "edited_sha256": edit["sha256"],
        "source_width": source["width"],
        "source_height": source["height"],
        "edited_width": edit["width"],
        "edited_height": edit["height"],
        "phash_distance": edit["phash_distance"],
        "dhash_distance": edit["dhash_distance"],
        "hash_version": edit["hash_version"],
        "submission_score": submission["score"],
        "comment_score": comment["score"],
        "upvote_ratio": submission["upvote_ratio"],
        "num_comments": submission["num_comments"],
        "submission_created_utc": submission["created_utc"],
        "comment_created_utc": comment["created_utc"],
        "flair": submission["flair"],
        "over_18": submission["over_18"],
        "requester": pseudonym(submission["author"], key) if key and submission["author"] else None,
        "solver": pseudonym(comment["author"], key) if key and comment["author"] else None,
    }


def _image(corpus: Corpus, picture: dict[str, Any]) -> dict[str, Any]:
    # path stays None: `datasets` would read a file of that name, if one exists, instead of the bytes
    return {"bytes": corpus.fs.cat_file(corpus.image_path(picture["sha256"], picture["extension"])), "path": None}


def _read(corpus: Corpus, shard: int, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = storage.read_table(corpus.fs, corpus.shard_path(shard, table)).to_pylist()
    return rows
