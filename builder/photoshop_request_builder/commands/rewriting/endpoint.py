"""One question to an OpenAI-compatible endpoint, until it is answered or given up.

Waits as the endpoint asks, tries again what may pass, and ends the run where no question can be answered.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from photoshop_request import __version__
from photoshop_request.errors import CredentialsError, InputError, NetworkError, PhotoshopRequestError
from photoshop_request.retry import MAX_WAIT, requested_wait
from photoshop_request.text.model.answer import NoRewrite

if TYPE_CHECKING:
    from huggingface_hub import AsyncInferenceClient, ChatCompletionOutput

_TRIES = 5
_IN_A_ROW = 10
"""Questions without an answer, one after the other, that end the run."""
_MAX_TOKENS = 2000
"""Of an answer; models that think aloud need more than the 150 that the JSON takes."""
_WAYS: tuple[Mapping[str, Any], ...] = (
    {"temperature": 0.0, "max_tokens": _MAX_TOKENS, "response_format": {"type": "json_object"}},
    {"temperature": 0.0, "max_tokens": _MAX_TOKENS},
    {"extra_body": {"max_completion_tokens": _MAX_TOKENS}},
)
"""Parameters, best first: not every endpoint knows JSON mode, and some models take neither of the others."""
_NOT_TAKEN = frozenset({400, 403, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who is asked."""

    model: str
    base_url: str
    at_once: int = 8
    timeout: float = 120.0
    """Seconds without a byte of an answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the model said, unread."""

    content: Any
    """A string, unless the endpoint has ideas of its own."""
    is_cut: bool
    tokens_in: int
    tokens_out: int


@dataclass(slots=True)
class State:
    """What all questions of a run share."""

    say: Callable[[str], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    way: int = 0
    is_settled: bool = False
    """Whether a question has been answered in this way."""
    not_before: float = 0.0
    """Time of `clock` until which the endpoint wants to be left alone."""
    in_a_row: int = 0


def key_for(base_url: str, environment: Mapping[str, str] | None = None) -> str | None:
    """The key to send: OPENAI_API_KEY to anybody, HF_TOKEN only to Hugging Face and to this machine."""
    environment = os.environ if environment is None else environment
    host = (urlsplit(base_url).hostname or "").lower()
    is_here = host in {"localhost", "127.0.0.1", "::1"}
    is_hugging_face = host.endswith((".huggingface.co", ".huggingface.cloud", ".hf.space"))
    names = ["HF_TOKEN", "OPENAI_API_KEY"] if is_hugging_face else ["OPENAI_API_KEY"]
    names += ["HF_TOKEN"] if is_here else []
    return next((key for name in names if (key := environment.get(name, "").strip())), None)


def open_client(endpoint: Endpoint, key: str | None) -> "AsyncInferenceClient":
    """The client for an endpoint. Without a key a dummy is sent: the client would look for one in the user's home."""
    from huggingface_hub import AsyncInferenceClient  # slow to import

    return AsyncInferenceClient(
        base_url=endpoint.base_url,
        api_key=key or "none",
        timeout=endpoint.timeout,
        headers={"user-agent": f"photoshop-request/{__version__}"},
    )


async def ask(
    client: "AsyncInferenceClient", endpoint: Endpoint, chat: list[dict[str, Any]], state: State
) -> Said | NoRewrite:
    """What the model says, or why it says nothing.

    Raises:
        CredentialsError: the key is refused, or has no money left.
        InputError: the endpoint has no such model.
        NetworkError: it has answered nobody for a while, or wants to be left alone for long.
    """
    failure = NoRewrite.UNREACHABLE
    tries = 0
    while tries < _TRIES:
        await _wait(state)
        way = state.way
        result = await _once(client, endpoint, chat, way)
        if isinstance(result, Said):
            state.way, state.is_settled, state.in_a_row = way, True, 0
            return result
        failure = result.failure
        if failure is NoRewrite.REJECTED:
            if state.is_settled or way == len(_WAYS) - 1:
                break
            state.way = max(state.way, way + 1)
            continue
        tries += 1
        _postpone(state, endpoint, result.wait, min(60.0, 2.0**tries))
    state.in_a_row += 1
    if state.in_a_row >= _IN_A_ROW:
        raise NetworkError(
            f"{endpoint.base_url}: no answer to {state.in_a_row} questions in a row (the last: {failure}). "
            "Every answer so far is kept; the same command goes on from there."
        )
    return failure


@dataclass(frozen=True, slots=True)
class _Failed:
    failure: NoRewrite
    wait: float | None = None
    """Seconds, as the endpoint asks."""


async def _once(
    client: "AsyncInferenceClient", endpoint: Endpoint, chat: list[dict[str, Any]], way: int
) -> Said | _Failed:
    from huggingface_hub import errors  # slow to import

    try:
        return _said(await client.chat_completion(chat, model=endpoint.model, **_WAYS[way]))
    except errors.InferenceTimeoutError:
        return _Failed(NoRewrite.TIMED_OUT)
    except errors.OfflineModeIsEnabled:
        raise InputError("HF_HUB_OFFLINE is set, and nothing can be asked while it is. Unset it.") from None
    except errors.HfHubHTTPError as error:
        response = error.response
        if trouble := _trouble(response.status_code, endpoint):
            raise trouble from None
        if response.status_code in _NOT_TAKEN:
            return _Failed(NoRewrite.REJECTED)
        limited = response.status_code == 429
        wait = requested_wait(response.headers, time.time())
        return _Failed(NoRewrite.RATE_LIMITED if limited else NoRewrite.SERVER_ERROR, wait)
    except (errors.HTTPError, OSError):  # type: ignore[attr-defined] # theirs, of whichever client they use
        return _Failed(NoRewrite.UNREACHABLE)
    except (ValueError, TypeError, LookupError, AttributeError):  # 200, and no completion in it
        return _Failed(NoRewrite.SERVER_ERROR)


def _said(output: "ChatCompletionOutput") -> Said:
    choice = output.choices[0]
    content = choice.message.content
    used = output.usage
    return Said(
        content=content,
        is_cut=choice.finish_reason == "length",
        tokens_in=int(used.prompt_tokens or 0) if used else 0,
        tokens_out=int(used.completion_tokens or 0) if used else 0,
    )


def _trouble(status: int, endpoint: Endpoint) -> PhotoshopRequestError | None:
    """What no other question would change."""
    if status == 401:
        return CredentialsError(
            f"{endpoint.base_url}: the key is missing or refused. Set OPENAI_API_KEY (or HF_TOKEN for Hugging Face)."
        )
    if status == 402:
        return CredentialsError(f"{endpoint.base_url}: the account has no credit left. Every answer so far is kept.")
    if status == 404:
        return InputError(f"{endpoint.base_url}: no model {endpoint.model!r} there. Check --model and --base-url.")
    return None


def _postpone(state: State, endpoint: Endpoint, asked: float | None, otherwise: float) -> None:
    """Nobody asks before the time that the endpoint names; without one, each waits a little longer every time."""
    if asked is not None and asked > MAX_WAIT:
        raise NetworkError(
            f"{endpoint.base_url}: wants no question for {asked / 60:,.0f} minutes. Every answer so far is kept; "
            "run the same command again then."
        )
    until = state.clock() + (otherwise if asked is None else asked)
    if asked is not None and asked >= 10 and until > state.not_before + 1:
        state.say(f"rewrite: the endpoint asks to wait {asked:,.0f} s")
    state.not_before = max(state.not_before, until)


async def _wait(state: State) -> None:
    while (left := state.not_before - state.clock()) > 0:
        await state.sleep(left)
