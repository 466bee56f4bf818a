"""Ask a model many questions concurrently, with small copies of the requests' pictures."""

import asyncio
import base64
import io
from collections.abc import Callable, Iterator

from photoshop_request.errors import CorpusError, PhotoshopRequestError
from photoshop_request.media.files.decode import Picture, decode
from photoshop_request.text.model.answer import NoRewrite, read_answer
from photoshop_request.text.model.prompt import messages
from photoshop_request_builder.commands.rewriting.endpoint import Endpoint, EndpointState, ask, open_client
from photoshop_request_builder.stages.rewrite import Question, QuestionSource
from photoshop_request_builder.store.answers import ModelAnswer
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.pictures import read_picture

SIDE = 768
"""Pixels of the longer side of a sent picture. Small objects remain recognizable."""


def ask_all(
    corpus: Corpus,
    pending: Iterator[Question],
    endpoint: Endpoint,
    key: str | None,
    *,
    on_answer: Callable[[ModelAnswer], None],
    state: EndpointState,
) -> None:
    """Ask every question, `endpoint.concurrency` at a time. Call `on_answer` with each answer as it arrives.

    Raises:
        CredentialsError, InputError, NetworkError: see `endpoint.ask`. Earlier answers were passed to `on_answer`.
        CorpusError: a picture is missing or damaged.
    """
    try:
        asyncio.run(_ask_all(corpus, pending, endpoint, key, on_answer, state))
    except BaseExceptionGroup as group:
        ours = group.subgroup(PhotoshopRequestError)
        if ours is None:
            raise
        first: BaseException = ours
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None


async def _ask_all(
    corpus: Corpus,
    pending: Iterator[Question],
    endpoint: Endpoint,
    key: str | None,
    on_answer: Callable[[ModelAnswer], None],
    state: EndpointState,
) -> None:
    async with open_client(endpoint, key) as client, asyncio.TaskGroup() as group:

        async def work() -> None:
            # all workers share one iterator, so that few questions are in memory
            for question in pending:
                urls = [await asyncio.to_thread(picture_url, corpus, source) for source in question.sources]
                answer = await ask(client, endpoint, messages(question.words, urls), state)
                if isinstance(answer, NoRewrite):
                    on_answer(ModelAnswer(question.key, question.submission_id, answer))
                    continue
                result = read_answer(
                    answer.content,
                    question.words,
                    is_cut=answer.is_cut,
                    with_pictures=bool(urls),
                    names=question.names,
                )
                on_answer(
                    ModelAnswer(question.key, question.submission_id, result, answer.tokens_in, answer.tokens_out)
                )

        for _ in range(endpoint.concurrency):
            group.create_task(work())


def picture_url(corpus: Corpus, source: QuestionSource) -> str:
    """Return a picture as a `data:` URL: JPEG without metadata, at most 768 pixels a side.

    Raises:
        CorpusError: the picture is missing or cannot be decoded.
    """
    from PIL import Image  # needed only if pictures are sent

    picture = decode(read_picture(corpus, source.sha256, source.extension), sufficient_side=SIDE)
    if not isinstance(picture, Picture):
        raise CorpusError(f"{corpus.image_path(source.sha256, source.extension)}: does not decode ({picture.detail}).")
    image = Image.fromarray(picture.pixels)
    image.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
