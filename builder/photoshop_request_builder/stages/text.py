"""text: submissions -> texts, one row a request: what the editor was asked to do."""

from dataclasses import dataclass
from functools import partial

from photoshop_request.text.instruction import instruction

from photoshop_request_builder import storage, tables
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.engine import Job

VERSION = 1


@dataclass(frozen=True, slots=True)
class _Text:
    submission_id: str
    instruction: str
    is_edit_request: bool
    language: str | None


def plan(corpus: Corpus) -> list[Job[None]]:
    """The shards whose texts are missing or made from other submissions."""
    jobs = []
    for shard in range(corpus.shards):
        stamp = storage.read_stamp(corpus.fs, corpus.shard_path(shard, "submissions"))
        if stamp is None:
            continue
        made_of = storage.fingerprint("text", VERSION, {"submissions": stamp.content})
        done = storage.read_stamp(corpus.fs, corpus.shard_path(shard, "texts"))
        if done is None or done.fingerprint != made_of:
            jobs.append(Job(f"shard {shard:05d}", partial(run, corpus, shard, made_of)))
    return jobs


def run(corpus: Corpus, shard: int, fingerprint: str) -> None:
    """Write the texts of one shard."""
    submissions = tables.submissions_of(storage.read_table(corpus.fs, corpus.shard_path(shard, "submissions")))
    rows = []
    for submission in submissions:
        found = instruction(submission)
        rows.append(_Text(submission.id, found.text, found.is_edit_request, found.language))
    storage.write_table(corpus.fs, corpus.shard_path(shard, "texts"), tables.to_table(rows, tables.TEXTS), fingerprint)
