"""Decide which edits of a shard bear a watermark, from the score of each and from what was written."""

from photoshop_request.edits.watermark_rule import Prior, has_watermark
from photoshop_request.text.thread.flair import terms
from photoshop_request.text.thread.watermark_words import watermark_prior
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus

_SCORED = ["submission_id", "comment_id", "sha256", "watermark_score"]


def read_watermarked(corpus: Corpus, shard: int) -> frozenset[tuple[str, str]]:
    """Return comment and SHA-256 of each edit that bears a watermark. Few edits have a score, so few texts are read."""
    rows = storage.find_rows(corpus.fs, corpus.shard_path(shard, "candidates"), _SCORED)
    scored = [row for row in rows if has_watermark(row["watermark_score"], Prior.EXPECTED)]
    if not scored:
        return frozenset()
    columns = ["id", "title", "selftext", "flair", "created_utc"]
    requests = {
        row["id"]: row for row in storage.find_rows(corpus.fs, corpus.shard_path(shard, "submissions"), columns)
    }
    comments = storage.find_rows(corpus.fs, corpus.shard_path(shard, "comments"), ["id", "body"])
    bodies = {row["id"]: row["body"] for row in comments}
    marked = set()
    for row in scored:
        request = requests[row["submission_id"]]
        title = request["title"] or ""
        prior = watermark_prior(
            f"{title}\n{request['selftext'] or ''}",
            bodies.get(row["comment_id"]) or "",
            paid=bool(terms(request["flair"], title, request["created_utc"]).paid),
        )
        if has_watermark(row["watermark_score"], prior):
            marked.add((row["comment_id"], row["sha256"]))
    return frozenset(marked)
