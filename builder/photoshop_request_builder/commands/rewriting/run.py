"""Rewriting as a whole: which questions are open, what they would cost, and the run that asks them."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from photoshop_request.errors import CorpusError
from photoshop_request.text.model.answer import NoRewrite, RewrittenInstruction
from photoshop_request.text.model.prompt import PROMPT_VERSION, messages, prompt
from photoshop_request_builder.commands.rewriting.endpoint import Endpoint, State
from photoshop_request_builder.commands.rewriting.questions import SIDE, ask_all
from photoshop_request_builder.engine.running import Reporter, run_stage
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.stages.rewrite import Question, Source, questions
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
"""Pixels of the side of a square that costs one token (Qwen-VL); OpenAI's tiles come to the same at this size."""
_SIGNS_PER_TOKEN = 4
"""Of English text, OpenAI's rule of thumb; other scripts are counted a token a sign."""
_ANSWER_TOKENS = 90
"""An instruction of 40 words in its JSON."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What asking would come to."""

    requests: int
    """With a published edit."""
    answered: int
    """Of those, answered already: nothing is asked."""
    unfit: Counter[NoRewrite]
    """Not to be sent, and why."""
    to_ask: int
    pictures: int
    tokens_in: int
    tokens_out: int

    def price(self, price_in: float | None, price_out: float | None) -> float | None:
        """In the currency of the prices, which are per million tokens; None unless both are known."""
        if price_in is None or price_out is None:
            return None
        return (self.tokens_in * price_in + self.tokens_out * price_out) / 1e6


def pending(
    corpus: Corpus, answers: ModelAnswers, model: str, *, with_pictures: bool, seen: Callable[[Question, bool], None]
) -> Iterator[Question]:
    """The questions that are to be asked, each once, by shard. `seen` is told of every question and if it is known."""
    asked: set[str] = set()
    for shard in range(corpus.shards):
        found = list(questions(corpus, shard, model, with_pictures=with_pictures))
        known = answers.get(question.key for question in found)
        for question in found:
            is_known = known.get(question.key, NoRewrite.NOT_ASKED) not in {*TRANSIENT, NoRewrite.NOT_ASKED}
            is_known = is_known or question.key in asked
            seen(question, is_known)
            if not is_known and question.unfit is None:
                asked.add(question.key)
                yield question


def estimate(corpus: Corpus, answers: ModelAnswers, model: str, *, with_pictures: bool, limit: int | None) -> Estimate:
    """What a run would ask, from the tables alone; no picture is opened and nothing is sent."""
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
    """What a run came to."""

    results: Counter[str]
    """`rewritten`, or the reason why not, of the questions of this run."""
    tokens_in: int
    tokens_out: int
    """As the endpoint counted them."""


def rewrite_verb(
    corpus: Corpus,
    endpoint: Endpoint,
    key: str | None,
    *,
    with_pictures: bool,
    limit: int | None,
    reporter: Reporter,
) -> Rewritten:
    """Ask what has not been answered yet, and let this model's answers go into the dataset.

    An answer is kept as soon as it is there. The dataset changes to this model only when the run has come to its end.

    Raises:
        CorpusError: there is nothing to rewrite yet.
        CredentialsError, InputError, NetworkError: see `endpoint.ask`.
    """
    results: Counter[str] = Counter()
    used: Counter[str] = Counter()
    with open_answers(corpus) as answers:
        planned = planned_for(corpus, answers, endpoint.model, with_pictures=with_pictures, limit=limit)
        with reporter.progress("rewrite", planned.to_ask, "questions") as advance:

            def keep(answer: ModelAnswer) -> None:
                answers.put(answer)
                results["rewritten" if isinstance(answer.result, RewrittenInstruction) else answer.result] += 1
                used.update({"in": answer.tokens_in, "out": answer.tokens_out})
                advance(1)

            asked = pending(corpus, answers, endpoint.model, with_pictures=with_pictures, seen=lambda *_: None)
            ask_all(corpus, islice(asked, limit), endpoint, key, on_answer=keep, state=State(reporter.say))
    set_model_in_use(corpus, ModelInUse(endpoint.model, PROMPT_VERSION, with_pictures))
    run_stage(stage_named("rewrite"), corpus, reporter=reporter)
    return Rewritten(results, used["in"], used["out"])


def planned_for(
    corpus: Corpus, answers: ModelAnswers, model: str, *, with_pictures: bool, limit: int | None
) -> Estimate:
    """The estimate, where there is something to rewrite.

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
    plain = sum(sign.isascii() for sign in text)
    return math.ceil(plain / _SIGNS_PER_TOKEN) + len(text) - plain


def _picture_tokens(source: Source) -> int:
    scale = min(1.0, SIDE / max(source.width, source.height))
    return math.ceil(source.width * scale / _PATCH) * math.ceil(source.height * scale / _PATCH)
