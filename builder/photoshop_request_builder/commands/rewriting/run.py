"""Rewrite instructions with a model: find open questions, estimate their cost, and ask them."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from photoshop_request.errors import CorpusError
from photoshop_request.text.model.answer import NoRewrite, RewrittenInstruction
from photoshop_request.text.model.prompt import PROMPT_VERSION, messages, prompt
from photoshop_request_builder.commands.rewriting.endpoint import Endpoint, EndpointState
from photoshop_request_builder.commands.rewriting.questions import SIDE, ask_all
from photoshop_request_builder.engine.running import Reporter, run_stage
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.stages.rewrite import Question, QuestionSource, questions
from photoshop_request_builder.store.answers import (
    TRANSIENT,
    ModelAnswer,
    ModelAnswers,
    ModelInUse,
    open_answers,
    set_model_in_use,
)
from photoshop_request_builder.store.corpus import Corpus

_PATCH = 28
"""Side in pixels of the square that costs one token (Qwen-VL). OpenAI's tiles cost about the same at this size."""
_CHARACTERS_PER_TOKEN = 4
"""OpenAI's rule of thumb for English. Each non-ASCII character counts as one token."""
_ANSWER_TOKENS = 90
"""Tokens of an instruction of 40 words in JSON."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimated cost of a run."""

    requests: int
    """Requests with a published edit."""
    answered: int
    """Requests that have an answer."""
    unfit: Counter[NoRewrite]
    """Requests that are never sent, by reason."""
    to_ask: int
    pictures: int
    tokens_in: int
    tokens_out: int

    def price(self, price_in: float | None, price_out: float | None) -> float | None:
        """Return the price, or None unless both prices per million tokens are known."""
        if price_in is None or price_out is None:
            return None
        return (self.tokens_in * price_in + self.tokens_out * price_out) / 1e6


def pending(
    corpus: Corpus, answers: ModelAnswers, model: str, *, with_pictures: bool, seen: Callable[[Question, bool], None]
) -> Iterator[Question]:
    """Yield each open question once, by shard. Call `seen` with every question, and True if it is answered."""
    yielded: set[str] = set()
    for shard in range(corpus.shards):
        of_shard = list(questions(corpus, shard, model, with_pictures=with_pictures))
        known = answers.get(question.key for question in of_shard)
        for question in of_shard:
            is_known = known.get(question.key, NoRewrite.NOT_ASKED) not in {*TRANSIENT, NoRewrite.NOT_ASKED}
            is_known = is_known or question.key in yielded
            seen(question, is_known)
            if not is_known and question.unfit is None:
                yielded.add(question.key)
                yield question


def estimate(corpus: Corpus, answers: ModelAnswers, model: str, *, with_pictures: bool, limit: int | None) -> Estimate:
    """Estimate a run from the tables. No picture is opened and nothing is sent."""
    requests = answered = to_ask = pictures = tokens_in = 0
    unfit: Counter[NoRewrite] = Counter()

    def seen(question: Question, is_known: bool) -> None:
        nonlocal requests, answered
        requests += 1
        answered += is_known
        if question.unfit:
            unfit[question.unfit] += 1

    fixed = _tokens(prompt()) + 20
    for question in pending(corpus, answers, model, with_pictures=with_pictures, seen=seen):
        if limit is not None and to_ask >= limit:
            continue
        to_ask += 1
        pictures += len(question.sources)
        text = messages(question.words)[1]["content"]
        tokens_in += fixed + _tokens(text) + sum(map(_picture_tokens, question.sources))
    return Estimate(requests, answered, unfit, to_ask, pictures, tokens_in, to_ask * _ANSWER_TOKENS)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Result of a run."""

    results: Counter[str]
    """Questions of this run by result: `rewritten`, or the reason for no rewrite."""
    tokens_in: int
    tokens_out: int
    """Tokens, as counted by the endpoint."""


def rewrite_instructions(
    corpus: Corpus,
    endpoint: Endpoint,
    key: str | None,
    *,
    with_pictures: bool,
    limit: int | None,
    reporter: Reporter,
) -> Rewritten:
    """Ask all open questions, and use this model's answers in the dataset.

    Each answer is stored immediately. The dataset switches to this model only when the run is complete.

    Raises:
        CorpusError: no edit is published yet.
        CredentialsError, InputError, NetworkError: see `endpoint.ask`.
    """
    results: Counter[str] = Counter()
    used: Counter[str] = Counter()
    with open_answers(corpus) as answers:
        planned = plan_run(corpus, answers, endpoint.model, with_pictures=with_pictures, limit=limit)
        with reporter.progress("rewrite", planned.to_ask, "questions") as advance:

            def keep(answer: ModelAnswer) -> None:
                answers.put(answer)
                results["rewritten" if isinstance(answer.result, RewrittenInstruction) else answer.result] += 1
                used.update({"in": answer.tokens_in, "out": answer.tokens_out})
                advance(1)

            questions_left = pending(corpus, answers, endpoint.model, with_pictures=with_pictures, seen=lambda *_: None)
            ask_all(
                corpus, islice(questions_left, limit), endpoint, key, on_answer=keep, state=EndpointState(reporter.say)
            )
    set_model_in_use(corpus, ModelInUse(endpoint.model, PROMPT_VERSION, with_pictures))
    run_stage(stage_named("rewrite"), corpus, reporter=reporter)
    return Rewritten(results, used["in"], used["out"])


def plan_run(corpus: Corpus, answers: ModelAnswers, model: str, *, with_pictures: bool, limit: int | None) -> Estimate:
    """Return the estimate of a run.

    Raises:
        CorpusError: no edit is published yet.
    """
    planned = estimate(corpus, answers, model, with_pictures=with_pictures, limit=limit)
    if not planned.requests:
        raise CorpusError(
            f"{corpus.address}: no request with a published edit yet. Run first: photoshop-request build {corpus.address}"
        )
    return planned


def _tokens(text: str) -> int:
    ascii_characters = sum(character.isascii() for character in text)
    return math.ceil(ascii_characters / _CHARACTERS_PER_TOKEN) + len(text) - ascii_characters


def _picture_tokens(source: QuestionSource) -> int:
    scale = min(1.0, SIDE / max(source.width, source.height))
    return math.ceil(source.width * scale / _PATCH) * math.ceil(source.height * scale / _PATCH)
