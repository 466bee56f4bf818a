"""rewrite: texts, candidates, answers -> rewrites, the model's instruction of each request, from answers that are there.

Asking costs money and is a command of its own (`asking`); this only reads. A request whose words have changed since has
no answer, and so no rewrite: never one that belongs to other words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from photoshop_request.text.answers import NoRewrite, Rewrite
from photoshop_request.text.rewrite import LONGEST_REQUEST, PROMPT_VERSION, Words, is_suspicious, key_of, words_of
from photoshop_request_builder import storage, tables
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.engine import Job
from photoshop_request_builder.rewrites import InUse, answers_stamp, in_use, open_answers
from photoshop_request_builder.selection import INPUTS, policy_of, selection_of

VERSION = 1
_PICTURES = 4
"""A request has more than four sources once in a hundred times; each costs as much as all the words."""
_CLARIFICATIONS = 5


@dataclass(frozen=True, slots=True)
class Source:
    """A picture of the request that at least one published edit was made from."""

    sha256: str
    extension: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Question:
    """One request as a model is asked about it."""

    key: str
    submission_id: str
    words: Words
    sources: tuple[Source, ...]
    """Empty where no pictures are sent."""
    names: frozenset[str]
    """Of everybody in the thread; none of them may come back."""

    @property
    def unfit(self) -> NoRewrite | None:
        """Why it is not to be sent at all."""
        if len(self.words.joined()) > LONGEST_REQUEST:
            return NoRewrite.REQUEST_TOO_LONG
        return NoRewrite.SUSPICIOUS_REQUEST if is_suspicious(self.words) else None


def questions(corpus: Corpus, shard: int, model: str, *, with_pictures: bool) -> Iterator[Question]:
    """A question for each request of a shard that has a published edit, in the order of the candidates."""
    selection = selection_of(corpus, shard)
    candidates = _read(corpus, shard, "candidates")
    edits: dict[str, list[dict[str, Any]]] = {}
    for row in candidates:
        if selection.publishes(row):
            edits.setdefault(row["submission_id"], []).append(row)
    submissions = {row["id"]: row for row in _read(corpus, shard, "submissions") if row["id"] in edits}
    comments: dict[str, list[dict[str, Any]]] = {}
    for comment in _read(corpus, shard, "comments"):
        comments.setdefault(comment["submission_id"], []).append(comment)
    pictures = {(row["submission_id"], row["sha256"]): row for row in candidates if row["extension"]}
    for submission_id, found in edits.items():
        thread = comments.get(submission_id, [])
        used = dict.fromkeys(row["source_sha256"] for row in found) if with_pictures else {}
        sources = tuple(_source(pictures[submission_id, sha256]) for sha256 in list(used)[:_PICTURES])
        first_edit = min(row["solver_comment_utc"] for row in found)
        yield _question(model, submissions[submission_id], thread, sources, first_edit)


def plan(corpus: Corpus) -> list[Job[None]]:
    """The shards whose rewrites are missing or made from other answers or words; none before the first rewriting."""
    chosen = in_use(corpus)
    if chosen is None:
        return []
    answers = answers_stamp(corpus)
    policy = policy_of(corpus)
    jobs = []
    for shard in range(corpus.shards):
        names = dict.fromkeys(("candidates", "comments", *INPUTS))
        stamps = [storage.read_stamp(corpus.fs, corpus.shard_path(shard, name)) for name in names]
        if stamps[0] is None or not corpus.fs.exists(corpus.shard_path(shard, "texts")):
            continue
        made_of = {
            "inputs": [stamp.content if stamp else None for stamp in stamps],
            "answers": answers,
            "in_use": [chosen.model, chosen.prompt_version, chosen.with_pictures],
            "asked_as": PROMPT_VERSION,
            "policy": [policy.include_nsfw, policy.nsfw_threshold],
        }
        fingerprint = storage.fingerprint("rewrite", VERSION, made_of)
        done = storage.read_stamp(corpus.fs, corpus.shard_path(shard, "rewrites"))
        if done is None or done.fingerprint != fingerprint:
            jobs.append(Job(f"shard {shard:05d}", partial(run, corpus, shard, chosen, fingerprint)))
    return jobs


def run(corpus: Corpus, shard: int, chosen: InUse, fingerprint: str) -> None:
    """Write the rewrites of one shard."""
    asked = list(questions(corpus, shard, chosen.model, with_pictures=chosen.with_pictures))
    with open_answers(corpus) as answers:
        known = answers.get(question.key for question in asked)
    rows = [
        _row(question, chosen, question.unfit or known.get(question.key, NoRewrite.NOT_ASKED)) for question in asked
    ]
    table = pa.Table.from_pylist(rows, schema=tables.REWRITES)
    storage.write_table(corpus.fs, corpus.shard_path(shard, "rewrites"), table, fingerprint)


def _row(question: Question, chosen: InUse, result: Rewrite | NoRewrite) -> dict[str, Any]:
    if isinstance(result, NoRewrite):
        return {"submission_id": question.submission_id, "reason": str(result)}
    return {
        "submission_id": question.submission_id,
        "instruction_rewritten": result.instruction,
        "needs_more_than_the_source": result.needs_more_than_the_source,
        "rewrite_model": chosen.model,
        "rewrite_prompt_version": chosen.prompt_version,
    }


def _question(
    model: str,
    submission: dict[str, Any],
    thread: Sequence[dict[str, Any]],
    sources: tuple[Source, ...],
    first_edit: int,
) -> Question:
    author = submission["author"]
    names = frozenset(name for name in (author, *(comment["author"] for comment in thread)) if name)
    own = [
        comment["body"]
        for comment in thread
        if comment["created_utc"] < first_edit and (comment["is_submitter"] or (author and comment["author"] == author))
    ]
    words = words_of(
        submission["title"],
        submission["selftext"],
        [media["caption"] for media in submission["media"] or () if media["caption"]],
        own[:_CLARIFICATIONS],
        names=names,
    )
    key = key_of(model, words, [source.sha256 for source in sources])
    return Question(key, submission["id"], words, sources, names)


def _source(row: dict[str, Any]) -> Source:
    return Source(row["sha256"], row["extension"], row["width"], row["height"])


def _read(corpus: Corpus, shard: int, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = storage.read_table(corpus.fs, corpus.shard_path(shard, table)).to_pylist()
    return rows
