"""Score each picture that could be published. Opt-in, by the setting `classify_nsfw`."""

import pyarrow as pa

from photoshop_request.media.files.decode import Rejected
from photoshop_request.media.files.nsfw import classifier_version, nsfw_score
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.publication import PICTURE_COLUMNS, is_source_picture
from photoshop_request_builder.engine.stage import Rule, ShardInputs
from photoshop_request_builder.store import tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.final_verdicts import read_candidates
from photoshop_request_builder.store.pictures import read_unless_taken_down
from photoshop_request_builder.store.settings import resolve_settings

VERSION = 2


def rule(corpus: Corpus) -> Rule | None:
    """Return the classifier's name, or None while the setting is off.

    Raises:
        PhotoshopRequestError: the setting is on and no classifier is installed.
    """
    return {"model": classifier_version()} if resolve_settings(corpus, {})["classify_nsfw"].value else None


def make_scores(inputs: ShardInputs) -> pa.Table:
    """Return the scores of one shard. Earlier scores of the same model are reused."""
    corpus, model = inputs.corpus, inputs.rule["model"]
    earlier_scores = _earlier_scores(inputs)
    columns = ["submission_id", "comment_id", "verdict", "extension", *PICTURE_COLUMNS]
    candidates = read_candidates(corpus, inputs.shard, columns).to_pylist()
    extensions = {row["sha256"]: row["extension"] for row in candidates if row["extension"]}
    edits = [row for row in candidates if row["verdict"] == Verdict.EDIT]
    requests_with_edit = {row["submission_id"] for row in edits}
    shown = {
        row["sha256"] for row in candidates if is_source_picture(row) and row["submission_id"] in requests_with_edit
    }
    pictures = sorted(shown | {row[name] for row in edits for name in PICTURE_COLUMNS if row[name]})
    rows = [
        {
            "sha256": sha256,
            "nsfw_score": earlier_scores[sha256]
            if sha256 in earlier_scores
            else _score(corpus, sha256, extensions[sha256]),
            "nsfw_model": model,
        }
        for sha256 in pictures
    ]
    return pa.Table.from_pylist(rows, schema=tables.NSFW)


def _earlier_scores(inputs: ShardInputs) -> dict[str, float | None]:
    before = inputs.find("nsfw")
    rows = before.to_pylist() if before is not None else []
    return {row["sha256"]: row["nsfw_score"] for row in rows if row["nsfw_model"] == inputs.rule["model"]}


def _score(corpus: Corpus, sha256: str, extension: str) -> float | None:
    data = read_unless_taken_down(corpus, sha256, extension)
    score = nsfw_score(data) if data is not None else None
    return None if isinstance(score, Rejected) else score
