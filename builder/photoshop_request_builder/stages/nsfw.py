"""nsfw: candidates -> nsfw, a score for each picture that could be published. Opt-in: the setting `classify_nsfw`."""

from functools import partial

import pyarrow as pa

from photoshop_request.media.files.decode import Rejected
from photoshop_request.media.files.nsfw import classifier, nsfw_score
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.publication import PICTURE_COLUMNS, is_source_picture
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.engine.planning import stale_shards
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.final_verdicts import read_candidates
from photoshop_request_builder.store.pictures import read_unless_taken_down
from photoshop_request_builder.store.settings import resolve_settings

VERSION = 2


def plan(corpus: Corpus) -> list[Job[None]]:
    """The shards whose scores are missing or of other candidates; none while the setting is off.

    Raises:
        PhotoshopRequestError: the setting is on and no classifier is installed.
    """
    if not resolve_settings(corpus, {})["classify_nsfw"].value:
        return []
    model = classifier()
    return [
        Job(f"shard {shard:05d}", partial(run, corpus, shard, model, made_of))
        for shard, made_of in stale_shards(
            corpus, "nsfw", VERSION, reads=("candidates", "reviews"), writes="nsfw", rule={"model": model}
        )
    ]


def run(corpus: Corpus, shard: int, model: str, fingerprint: str) -> None:
    """Write the scores of one shard; a picture that this model has scored already is not scored again."""
    known = _known(corpus, shard, model)
    columns = ["submission_id", "comment_id", "verdict", "extension", *PICTURE_COLUMNS]
    candidates = read_candidates(corpus, shard, columns).to_pylist()
    extensions = {row["sha256"]: row["extension"] for row in candidates if row["extension"]}
    edits = [row for row in candidates if row["verdict"] == Verdict.EDIT]
    asked = {row["submission_id"] for row in edits}
    shown = {row["sha256"] for row in candidates if is_source_picture(row) and row["submission_id"] in asked}
    wanted = sorted(shown | {row[name] for row in edits for name in PICTURE_COLUMNS if row[name]})
    rows = [
        {
            "sha256": sha256,
            "nsfw_score": known[sha256] if sha256 in known else _score(corpus, sha256, extensions[sha256]),
            "nsfw_model": model,
        }
        for sha256 in wanted
    ]
    table = pa.Table.from_pylist(rows, schema=tables.NSFW)
    storage.write_table(corpus.fs, corpus.shard_path(shard, "nsfw"), table, fingerprint)


def _known(corpus: Corpus, shard: int, model: str) -> dict[str, float | None]:
    rows = storage.find_rows(corpus.fs, corpus.shard_path(shard, "nsfw"))
    return {row["sha256"]: row["nsfw_score"] for row in rows if row["nsfw_model"] == model}


def _score(corpus: Corpus, sha256: str, extension: str) -> float | None:
    data = read_unless_taken_down(corpus, sha256, extension)
    score = nsfw_score(data) if data is not None else None
    return None if isinstance(score, Rejected) else score
