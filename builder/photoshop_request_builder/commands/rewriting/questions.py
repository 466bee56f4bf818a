"""Asks a model about many requests, a bounded number at once."""

import asyncio
import base64
import io
from collections.abc import Callable, Iterator

from photoshop_request.errors import CorpusError, PhotoshopRequestError
from photoshop_request.media.files.decode import Picture, decode
from photoshop_request.text.model.answer import NoRewrite, read_answer
from photoshop_request.text.model.prompt import messages
from photoshop_request_builder.commands.rewriting.endpoint import Endpoint, State, ask, open_client
from photoshop_request_builder.stages.rewrite import Question, Source
from photoshop_request_builder.store.answers import ModelAnswer
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.pictures import read_picture

SIDE = 768
"""Pixels of the longer side of a picture that is sent: small things can still be named."""


def ask_all(
    corpus: Corpus,
    asked: Iterator[Question],
    endpoint: Endpoint,
    key: str | None,
    *,
    on_answer: Callable[[ModelAnswer], None],
    state: State,
) -> None:
    """Ask every question, `endpoint.at_once` at a time; `on_answer` is called with each answer as it comes.

    Raises:
        CredentialsError, InputError, NetworkError: see `endpoint.ask`; what was answered has been handed on.
        CorpusError: a picture is not in the corpus as it was.
    """
    try:
        asyncio.run(_ask_all(corpus, asked, endpoint, key, on_answer, state))
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
    asked: Iterator[Question],
    endpoint: Endpoint,
    key: str | None,
    on_answer: Callable[[ModelAnswer], None],
    state: State,
) -> None:
    async with open_client(endpoint, key) as client, asyncio.TaskGroup() as group:

        async def work() -> None:
            # all workers draw from one iterator: it is never ahead of them, whatever the size of the corpus
            for question in asked:
                addresses = [await asyncio.to_thread(picture_address, corpus, source) for source in question.sources]
                said = await ask(client, endpoint, messages(question.words, addresses), state)
                if isinstance(said, NoRewrite):
                    on_answer(ModelAnswer(question.key, question.submission_id, said))
                    continue
                result = read_answer(
                    said.content,
                    question.words,
                    is_cut=said.is_cut,
                    with_pictures=bool(addresses),
                    names=question.names,
                )
                on_answer(ModelAnswer(question.key, question.submission_id, result, said.tokens_in, said.tokens_out))

        for _ in range(endpoint.at_once):
            group.create_task(work())


def picture_address(corpus: Corpus, source: Source) -> str:
    """A picture as a `data:` address: at most 768 pixels a side, JPEG, without anything but its pixels.

    Raises:
        CorpusError: it is missing, damaged, or no picture.
    """
    from PIL import Image  # only where pictures are sent

    picture = decode(read_picture(corpus, source.sha256, source.extension), sufficient_side=SIDE)
    if not isinstance(picture, Picture):
        raise CorpusError(f"{corpus.image_path(source.sha256, source.extension)}: does not decode ({picture.detail}).")
    image = Image.fromarray(picture.pixels)
    image.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
