"""Ask an OpenAI-compatible endpoint one question, with retries and rate limits.

If no question can be answered, the run ends.
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

_ATTEMPTS = 5
_MAX_FAILURES = 10
"""Consecutive questions without an answer that end the run."""
_MAX_TOKENS = 2000
"""Limit of an answer. The JSON takes 150 tokens, and reasoning models need more."""
_PARAMETERS: tuple[Mapping[str, Any], ...] = (
    {"temperature": 0.0, "max_tokens": _MAX_TOKENS, "response_format": {"type": "json_object"}},
    {"temperature": 0.0, "max_tokens": _MAX_TOKENS},
    {"extra_body": {"max_completion_tokens": _MAX_TOKENS}},
)
"""Parameter sets, best first. Some endpoints lack JSON mode, and some models accept only the last set."""
_REJECTED = frozenset({400, 403, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Endpoint and model to ask."""

    model: str
    base_url: str
    concurrency: int = 8
    timeout: float = 120.0
    """Seconds without any data."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The model's answer, not parsed yet."""

    content: Any
    """Normally a string, but endpoints may send anything."""
    is_cut: bool
    tokens_in: int
    tokens_out: int


@dataclass(slots=True)
class EndpointState:
    """State shared by all questions of a run."""

    say: Callable[[str], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    parameters: int = 0
    """Index of the parameter set in use."""
    is_settled: bool = False
    """True after the first answer with this set."""
    not_before: float = 0.0
    """Time of `clock` before which no question is sent."""
    failures: int = 0
    """Consecutive questions without an answer."""


def key_for(base_url: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Return the key to send: OPENAI_API_KEY to any host, HF_TOKEN only to Hugging Face or to this machine."""
    environment = os.environ if environment is None else environment
    host = (urlsplit(base_url).hostname or "").lower()
    is_local = host in {"localhost", "127.0.0.1", "::1"}
    is_hugging_face = host.endswith((".huggingface.co", ".huggingface.cloud", ".hf.space"))
    names = ["HF_TOKEN", "OPENAI_API_KEY"] if is_hugging_face else ["OPENAI_API_KEY"]
    names += ["HF_TOKEN"] if is_local else []
    return next((key for name in names if (key := environment.get(name, "").strip())), None)


def open_client(endpoint: Endpoint, key: str | None) -> "AsyncInferenceClient":
    """Open the client for an endpoint. Without a key, send a dummy: the client would send the stored token."""
    from huggingface_hub import AsyncInferenceClient  # slow to import

    return AsyncInferenceClient(
        base_url=endpoint.base_url,
        api_key=key or "none",
        timeout=endpoint.timeout,
        headers={"user-agent": f"photoshop-request/{__version__}"},
    )


async def ask(
    client: "AsyncInferenceClient", endpoint: Endpoint, chat: list[dict[str, Any]], state: EndpointState
) -> Completion | NoRewrite:
    """Return the model's answer, or the reason why there is none.

    Raises:
        CredentialsError: the key is refused, or its account has no credit.
        InputError: the endpoint does not have the model.
        NetworkError: too many consecutive questions failed, or the endpoint asks for a long wait.
    """
    failure = NoRewrite.UNREACHABLE
    attempts = 0
    while attempts < _ATTEMPTS:
        await _wait(state)
        parameters = state.parameters
        result = await _send_once(client, endpoint, chat, parameters)
        if isinstance(result, Completion):
            state.parameters, state.is_settled, state.failures = parameters, True, 0
            return result
        failure = result.failure
        if failure is NoRewrite.REJECTED:
            if state.is_settled or parameters == len(_PARAMETERS) - 1:
                break
            state.parameters = max(state.parameters, parameters + 1)
            continue
        attempts += 1
        _postpone(state, endpoint, result.wait, min(60.0, 2.0**attempts))
    state.failures += 1
    if state.failures >= _MAX_FAILURES:
        raise NetworkError(
            f"{endpoint.base_url}: no answer to {state.failures} questions in a row (last reason: {failure}). "
            "All answers so far are kept. Run the same command again to resume."
        )
    return failure


@dataclass(frozen=True, slots=True)
class _Failed:
    failure: NoRewrite
    wait: float | None = None
    """Seconds that the endpoint asks to wait."""


async def _send_once(
    client: "AsyncInferenceClient", endpoint: Endpoint, chat: list[dict[str, Any]], parameters: int
) -> Completion | _Failed:
    from huggingface_hub import errors  # slow to import

    try:
        return _completion(await client.chat_completion(chat, model=endpoint.model, **_PARAMETERS[parameters]))
    except errors.InferenceTimeoutError:
        return _Failed(NoRewrite.TIMED_OUT)
    except errors.OfflineModeIsEnabled:
        raise InputError("HF_HUB_OFFLINE is set. Unset it to ask the endpoint.") from None
    except errors.HfHubHTTPError as error:
        response = error.response
        if fatal := _fatal_error(response.status_code, endpoint):
            raise fatal from None
        if response.status_code in _REJECTED:
            return _Failed(NoRewrite.REJECTED)
        failure = NoRewrite.RATE_LIMITED if response.status_code == 429 else NoRewrite.SERVER_ERROR
        return _Failed(failure, requested_wait(response.headers, time.time()))
    except (errors.HTTPError, OSError):  # type: ignore[attr-defined] # of the client's HTTP library
        return _Failed(NoRewrite.UNREACHABLE)
    except (ValueError, TypeError, LookupError, AttributeError):  # status 200 without a completion
        return _Failed(NoRewrite.SERVER_ERROR)


def _completion(output: "ChatCompletionOutput") -> Completion:
    choice = output.choices[0]
    content = choice.message.content
    usage = output.usage
    return Completion(
        content=content,
        is_cut=choice.finish_reason == "length",
        tokens_in=int(usage.prompt_tokens or 0) if usage else 0,
        tokens_out=int(usage.completion_tokens or 0) if usage else 0,
    )


def _fatal_error(status: int, endpoint: Endpoint) -> PhotoshopRequestError | None:
    """Return the error for a status that every question would get."""
    if status == 401:
        return CredentialsError(
            f"{endpoint.base_url}: the key is missing or refused. Set OPENAI_API_KEY (or HF_TOKEN for Hugging Face)."
        )
    if status == 402:
        return CredentialsError(f"{endpoint.base_url}: the account has no credit left. All answers so far are kept.")
    if status == 404:
        return InputError(
            f"{endpoint.base_url}: the model {endpoint.model!r} does not exist. Check --model and --base-url."
        )
    return None


def _postpone(state: EndpointState, endpoint: Endpoint, requested: float | None, backoff: float) -> None:
    """Delay all questions by the wait that the endpoint requests, by default by `backoff` seconds."""
    if requested is not None and requested > MAX_WAIT:
        raise NetworkError(
            f"{endpoint.base_url}: asks to wait {requested / 60:,.0f} min. All answers so far are kept. "
            "Run the same command again after that."
        )
    until = state.clock() + (backoff if requested is None else requested)
    if requested is not None and requested >= 10 and until > state.not_before + 1:
        state.say(f"rewrite: the endpoint asks to wait {requested:,.0f} s")
    state.not_before = max(state.not_before, until)


async def _wait(state: EndpointState) -> None:
    while (left := state.not_before - state.clock()) > 0:
        await state.sleep(left)
