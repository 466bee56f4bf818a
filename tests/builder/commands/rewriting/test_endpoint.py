"""Tests of the real client against an endpoint with good, bad, slow and missing answers."""

import asyncio
import socket
from dataclasses import dataclass, field

import pytest
from servers.openai_like import Chat, OpenAILike, completion, dropped, error, openai_like_server, slowly, well

from photoshop_request.errors import CredentialsError, InputError, NetworkError
from photoshop_request.text.model.answer import NoRewrite
from photoshop_request.text.model.prompt import RequestWords, messages
from photoshop_request_builder.commands.rewriting.endpoint import (
    Completion,
    Endpoint,
    EndpointState,
    ask,
    key_for,
    open_client,
)

CHAT = messages(RequestWords("Remove the fence", ""))


@pytest.fixture
def server():
    with openai_like_server() as state:
        yield state


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Advance the clock."""
        self.slept.append(seconds)
        self.now += seconds

    def state(self) -> EndpointState:
        """Return the state of a run with this clock."""
        return EndpointState(say=lambda _: None, sleep=self.sleep, clock=lambda: self.now)


def ask_times(
    server: OpenAILike, state: EndpointState, *, times: int = 1, timeout: float = 20
) -> list[Completion | NoRewrite]:
    """Ask several times in sequence and return the results."""
    endpoint = Endpoint("local", server.base_url, timeout=timeout)

    async def run() -> list[Completion | NoRewrite]:
        async with open_client(endpoint, "sk-test") as client:
            return [await ask(client, endpoint, CHAT, state) for _ in range(times)]

    return asyncio.run(run())


def test_a_good_answer_has_token_counts(server: OpenAILike) -> None:
    """The request has the key, the model and JSON mode."""
    (answer,) = ask_times(server, Clock().state())
    assert isinstance(answer, Completion)
    assert "Remove the fence" in answer.content
    assert (answer.tokens_in, answer.tokens_out, answer.is_cut) == (700, 40, False)
    (chat,) = server.chats
    assert chat.key == "sk-test"
    assert chat.body["model"] == "local"
    assert chat.body["response_format"] == {"type": "json_object"}


def test_a_truncated_answer_is_marked(server: OpenAILike) -> None:
    """It ran out of tokens."""
    server.behave = lambda _: completion('{"instr', finish="length")
    (answer,) = ask_times(server, Clock().state())
    assert isinstance(answer, Completion)
    assert answer.is_cut


def test_retry_after_is_honoured(server: OpenAILike) -> None:
    """The wait comes before the next attempt."""
    clock = Clock()
    server.first = [error(429, Retry_After="30")]
    (answer,) = ask_times(server, clock.state())
    assert isinstance(answer, Completion)
    assert clock.slept == [30.0]


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (error(429), NoRewrite.RATE_LIMITED),
        (error(500), NoRewrite.SERVER_ERROR),
        (error(503), NoRewrite.SERVER_ERROR),
        (error(200), NoRewrite.SERVER_ERROR),
        (dropped, NoRewrite.UNREACHABLE),
    ],
    ids=["429", "500", "503", "no completion", "dropped"],
)
def test_transient_errors_are_tried_five_times(server: OpenAILike, behave, reason: NoRewrite) -> None:
    """Waits double. Then the next question is asked."""
    clock = Clock()
    server.first = [behave] * 5
    assert ask_times(server, clock.state(), times=2)[0] is reason
    assert len(server.chats) == 6
    assert clock.slept == [2.0, 4.0, 8.0, 16.0, 32.0]


def test_a_slow_answer_times_out(server: OpenAILike) -> None:
    """An answer within the timeout is accepted."""
    server.behave = slowly(0.6)
    (late,) = ask_times(server, Clock().state(), timeout=0.1)
    assert late is NoRewrite.TIMED_OUT
    (answer,) = ask_times(server, Clock().state(), timeout=5)
    assert isinstance(answer, Completion)


def test_an_unreachable_endpoint_ends_the_run(server: OpenAILike) -> None:
    """It ends after ten consecutive failures."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server.base_url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(NetworkError, match="no answer to 10 questions in a row"):
            ask_times(server, Clock().state(), times=11)


def test_an_answer_resets_the_failures(server: OpenAILike) -> None:
    """The run continues after nine failures, one answer and nine failures."""
    server.first = [error(500)] * 45 + [well] + [error(500)] * 45
    results = ask_times(server, Clock().state(), times=20)
    assert sum(isinstance(result, Completion) for result in results) == 2


@pytest.mark.parametrize(
    ("status", "kind"), [(401, CredentialsError), (402, CredentialsError), (404, InputError)], ids=str
)
def test_fatal_errors_end_the_run(server: OpenAILike, status: int, kind: type[Exception]) -> None:
    """A refused key, an empty account and an unknown model end it immediately."""
    server.behave = error(status)
    with pytest.raises(kind) as caught:
        ask_times(server, Clock().state(), times=3)
    assert len(server.chats) == 1
    assert "sk-test" not in str(caught.value)


def test_a_long_wait_ends_the_run(server: OpenAILike) -> None:
    """The message has the wait."""
    server.behave = error(429, Retry_After="7200")
    with pytest.raises(NetworkError, match="120 min"):
        ask_times(server, Clock().state())


def _takes_only(*names: str):
    def behave(chat: Chat):
        return well(chat) if set(chat.body) <= {"model", "messages", "stream", *names} else error(400)(chat)

    return behave


@pytest.mark.parametrize("names", [("temperature", "max_tokens"), ("max_completion_tokens",)])
def test_other_parameters_are_tried(server: OpenAILike, names: tuple[str, ...]) -> None:
    """The parameters that work are used from then on."""
    server.behave = _takes_only(*names)
    first, second = ask_times(server, Clock().state(), times=2)
    assert isinstance(first, Completion)
    assert isinstance(second, Completion)
    assert set(server.chats[-1].body) - {"model", "messages", "stream"} == set(names)
    assert server.chats[-2].body == server.chats[-1].body


def test_a_rejected_question_keeps_the_parameters(server: OpenAILike) -> None:
    """The question is at fault if the parameters worked before."""
    server.first = [well, error(400)]
    results = ask_times(server, Clock().state(), times=3)
    assert results[1] is NoRewrite.REJECTED
    assert "response_format" in server.chats[-1].body


@pytest.mark.parametrize(
    ("base_url", "environment", "key"),
    [
        ("https://api.example.org/v1", {"OPENAI_API_KEY": "o", "HF_TOKEN": "h"}, "o"),
        ("https://api.example.org/v1", {"HF_TOKEN": "h"}, None),
        ("https://router.huggingface.co/v1", {"OPENAI_API_KEY": "o", "HF_TOKEN": "h"}, "h"),
        ("https://x.endpoints.huggingface.cloud/v1", {"HF_TOKEN": "h"}, "h"),
        ("https://huggingface.co.example.org/v1", {"HF_TOKEN": "h"}, None),
        ("http://localhost:8000/v1", {"HF_TOKEN": "h"}, "h"),
        ("http://127.0.0.1:8000/v1", {}, None),
    ],
)
def test_a_key_goes_only_where_it_belongs(base_url: str, environment: dict[str, str], key: str | None) -> None:
    """A Hugging Face token is not sent to other hosts."""
    assert key_for(base_url, environment) == key


def test_without_a_key_no_stored_token_is_sent(server: OpenAILike, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client by default sends the token stored by `hf auth login`."""
    from huggingface_hub import constants

    (tmp_path / "token").write_text("hf_of_the_home")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    endpoint = Endpoint("local", server.base_url)

    async def run() -> Completion | NoRewrite:
        async with open_client(endpoint, None) as client:
            return await ask(client, endpoint, CHAT, Clock().state())

    assert isinstance(asyncio.run(run()), Completion)
    assert server.chats[0].key == "none"
