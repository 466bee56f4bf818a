"""Write the rewritten instruction of each request, from stored answers of a model.

Asking a model costs money, so a separate command does it (`commands.rewriting`). The key of an answer depends on the
words of the request. So a request whose words changed never gets an answer to its old words.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from photoshop_request.text.model.answer import NoRewrite, RewrittenInstruction
from photoshop_request.text.model.prompt import (
    LONGEST_REQUEST,
    PROMPT_VERSION,
    RequestWords,
    is_suspicious,
    question_key,
    request_words,
)
from photoshop_request.text.thread.participants import requester_comments
from photoshop_request_builder.dataset.publication import read_policy
from photoshop_request_builder.dataset.thread import TABLES, Thread, read_threads
from photoshop_request_builder.engine.stage import Contents, Erasure, Rule, ShardInputs, Stage
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.answers import (
    ModelInUse,
    answers_stamp,
    forget_answers,
    open_answers,
    read_model_in_use,
)
from photoshop_request_builder.store.corpus import Corpus

VERSION = 1
_MAX_PICTURES = 4
"""Maximum pictures of a question. Each costs as many tokens as the prompt and all words."""
_MAX_CLARIFICATIONS = 5
_NEEDED = tuple(table for table in TABLES if table not in {"nsfw", "rewrites", "reviews"})


@dataclass(frozen=True, slots=True)
class QuestionSource:
    """A picture of the request from which a published edit was made."""

    sha256: str
    extension: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Question:
    """One request in the form that is sent to a model."""

    key: str
    submission_id: str
    words: RequestWords
    sources: tuple[QuestionSource, ...]
    """Empty if no pictures are sent."""
    names: frozenset[str]
    """User names of the thread. None may occur in the answer."""

    @property
    def unfit(self) -> NoRewrite | None:
        """The reason why the request must not be sent, or None."""
        if len(self.words.joined()) > LONGEST_REQUEST:
            return NoRewrite.REQUEST_TOO_LONG
        return NoRewrite.SUSPICIOUS_REQUEST if is_suspicious(self.words) else None


def questions(corpus: Corpus, shard: int, model: str, *, with_pictures: bool) -> Iterator[Question]:
    """Yield a question for each request of a shard with a published edit, by id. Empty before the first `build`."""
    if not all(corpus.fs.exists(corpus.shard_path(shard, table)) for table in _NEEDED):
        return
    for thread in read_threads(corpus, shard, None, read_policy(corpus)):
        edits = thread.edits()
        if edits:
            yield _question(model, thread, edits, with_pictures=with_pictures)


def rule(corpus: Corpus) -> Rule | None:
    """Return the model in use and its answers, or None before the first rewriting."""
    in_use = read_model_in_use(corpus)
    if in_use is None:
        return None
    return {
        "answers": answers_stamp(corpus),
        "in_use": [in_use.model, in_use.prompt_version, in_use.with_pictures],
        "asked_as": PROMPT_VERSION,
        "policy": dataclasses.asdict(read_policy(corpus)),
    }


def fingerprint(stage: Stage, rule: Rule, contents: Contents) -> str:
    """Return the fingerprint of one shard's output."""
    return storage.fingerprint(stage.name, stage.version, {**rule, "inputs": list(contents.values())})


def make_rewrites(inputs: ShardInputs) -> pa.Table:
    """Return the rewrites of one shard."""
    in_use = ModelInUse(*inputs.rule["in_use"])
    to_rewrite = list(questions(inputs.corpus, inputs.shard, in_use.model, with_pictures=in_use.with_pictures))
    with open_answers(inputs.corpus) as answers:
        stored = answers.get(question.key for question in to_rewrite)
    rows = [
        _row(question, in_use, question.unfit or stored.get(question.key, NoRewrite.NOT_ASKED))
        for question in to_rewrite
    ]
    return pa.Table.from_pylist(rows, schema=tables.REWRITES)


def erase(corpus: Corpus, erasure: Erasure) -> None:
    """Remove the answers to questions about the erased requests."""
    forget_answers(corpus, erasure.requests)


def _row(question: Question, in_use: ModelInUse, result: RewrittenInstruction | NoRewrite) -> dict[str, Any]:
    if isinstance(result, NoRewrite):
        return {"submission_id": question.submission_id, "reason": str(result)}
    return {
        "submission_id": question.submission_id,
        "instruction_rewritten": result.instruction,
        "needs_more_than_the_source": result.needs_more_than_the_source,
        "rewrite_model": in_use.model,
        "rewrite_prompt_version": in_use.prompt_version,
    }


def _question(model: str, thread: Thread, edits: Sequence[Mapping[str, Any]], *, with_pictures: bool) -> Question:
    submission = thread.submission
    used = dict.fromkeys(row["source_sha256"] for row in edits) if with_pictures else {}
    sources = tuple(_source(thread.picture(sha256)) for sha256 in list(used)[:_MAX_PICTURES])
    first_edit = min(row["solver_comment_utc"] for row in edits)
    clarifications = requester_comments(submission, thread.comments, first_edit)[:_MAX_CLARIFICATIONS]
    words = request_words(
        submission.title,
        submission.selftext,
        [media.caption for media in submission.media if media.caption],
        [comment.body for comment in clarifications],
        names=thread.names,
    )
    key = question_key(model, words, [source.sha256 for source in sources])
    return Question(key, submission.id, words, sources, thread.names)


def _source(row: Mapping[str, Any]) -> QuestionSource:
    return QuestionSource(row["sha256"], row["extension"], row["width"], row["height"])
