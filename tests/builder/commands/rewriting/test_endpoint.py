"""The real client against an endpoint that answers well, badly, slowly, with an error, or not at all."""

import asyncio
import socket
from dataclasses import dataclass, field

import pytest
from servers.openai_like import Chat, OpenAILike, completion, dropped, error, openai_like_server, slowly, well

from photoshop_request.errors import CredentialsError, InputError, NetworkError
from photoshop_request.text.model.answer import NoRewrite
from photoshop_request.text.model.prompt import RequestWords, messages
from photoshop_request_builder.commands.rewriting.endpoint import Endpoint, Said, State, ask, key_for, open_client

CHAT = messages(RequestWords("Remove the fence", ""))


@pytest.fixture
def server():
    with openai_like_server() as state:
        yield state


@dataclass
class Clock:
    """Time that passes by sleeping only."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Time goes on by so much."""
        self.slept.append(seconds)
        self.now += seconds

    def state(self) -> State:
        """Of a run by this clock."""
        return State(say=lambda _: None, sleep=self.sleep, clock=lambda: self.now)


def asked(server: OpenAILike, state: State, *, times: int = 1, timeout: float = 20) -> list[Said | NoRewrite]:
    """What comes of asking some times, one after the other."""
    endpoint = Endpoint("local", server.base_url, timeout=timeout)

    async def run() -> list[Said | NoRewrite]:
        async with open_client(endpoint, "sk-test") as client:
            return [await ask(client, endpoint, CHAT, state) for _ in range(times)]

    return asyncio.run(run())


def test_a_good_answer_comes_with_what_it_cost(server: OpenAILike) -> None:
    """And is asked for with the key, the model and JSON mode."""
    (said,) = asked(server, Clock().state())
    assert isinstance(said, Said)
    assert "Remove the fence" in said.content
    assert (said.tokens_in, said.tokens_out, said.is_cut) == (700, 40, False)
    (chat,) = server.chats
    assert chat.key == "sk-test"
    assert chat.body["model"] == "local"
    assert chat.body["response_format"] == {"type": "json_object"}


def test_an_answer_that_ran_out_of_tokens_says_so(server: OpenAILike) -> None:
    """Its end is missing."""
    server.behave = lambda _: completion('{"instr', finish="length")
    (said,) = asked(server, Clock().state())
    assert isinstance(said, Said)
    assert said.is_cut


def test_a_wait_that_is_asked_for_is_kept(server: OpenAILike) -> None:
    """By `Retry-After`, before the next try."""
    clock = Clock()
    server.first = [error(429, Retry_After="30")]
    (said,) = asked(server, clock.state())
    assert isinstance(said, Said)
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
def test_what_may_pass_is_tried_five_times(server: OpenAILike, behave, reason: NoRewrite) -> None:
    """With growing pauses; then the question is given up and the next is asked."""
    clock = Clock()
    server.first = [behave] * 5
    assert asked(server, clock.state(), times=2)[0] is reason
    assert len(server.chats) == 6
    assert clock.slept == [2.0, 4.0, 8.0, 16.0, 32.0]


def test_a_slow_answer_is_not_waited_for_for_ever(server: OpenAILike) -> None:
    """One that comes in time is taken."""
    server.behave = slowly(0.6)
    (late,) = asked(server, Clock().state(), timeout=0.1)
    assert late is NoRewrite.TIMED_OUT
    (said,) = asked(server, Clock().state(), timeout=5)
    assert isinstance(said, Said)


def test_nobody_there_ends_the_run(server: OpenAILike) -> None:
    """After ten questions in a row, not after thousands."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server.base_url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(NetworkError, match="no answer to 10 questions in a row"):
            asked(server, Clock().state(), times=11)


def test_a_question_that_is_answered_breaks_the_row(server: OpenAILike) -> None:
    """Nine bad, one good, nine bad: the run goes on."""
    server.first = [error(500)] * 45 + [well] + [error(500)] * 45
    results = asked(server, Clock().state(), times=20)
    assert sum(isinstance(result, Said) for result in results) == 2


@pytest.mark.parametrize(
    ("status", "kind"), [(401, CredentialsError), (402, CredentialsError), (404, InputError)], ids=str
)
def test_what_no_other_question_would_change_ends_the_run(
    server: OpenAILike, status: int, kind: type[Exception]
) -> None:
    """A refused key, an empty account, a model that is not there: at once."""
    server.behave = error(status)
    with pytest.raises(kind) as caught:
        asked(server, Clock().state(), times=3)
    assert len(server.chats) == 1
    assert "sk-test" not in str(caught.value)


def test_a_wait_of_hours_ends_the_run(server: OpenAILike) -> None:
    """With the time to come back."""
    server.behave = error(429, Retry_After="7200")
    with pytest.raises(NetworkError, match="120 minutes"):
        asked(server, Clock().state())


def _takes_only(*names: str):
    def behave(chat: Chat):
        return well(chat) if set(chat.body) <= {"model", "messages", "stream", *names} else error(400)(chat)

    return behave


@pytest.mark.parametrize("names", [("temperature", "max_tokens"), ("max_completion_tokens",)])
def test_an_endpoint_with_other_parameters_is_understood(server: OpenAILike, names: tuple[str, ...]) -> None:
    """Once found, its way is used for all."""
    server.behave = _takes_only(*names)
    first, second = asked(server, Clock().state(), times=2)
    assert isinstance(first, Said)
    assert isinstance(second, Said)
    assert set(server.chats[-1].body) - {"model", "messages", "stream"} == set(names)
    assert server.chats[-2].body == server.chats[-1].body


def test_a_question_that_is_not_taken_does_not_change_the_way(server: OpenAILike) -> None:
    """Where others were taken, it is the question."""
    server.first = [well, error(400)]
    results = asked(server, Clock().state(), times=3)
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
    """A token of Hugging Face is nothing to show to strangers."""
    assert key_for(base_url, environment) == key


def test_without_a_key_none_is_looked_for_elsewhere(
    server: OpenAILike, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client would send the token that a login left in the user's home."""
    from huggingface_hub import constants

    (tmp_path / "token").write_text("hf_of_the_home")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    endpoint = Endpoint("local", server.base_url)

    async def run() -> Said | NoRewrite:
        async with open_client(endpoint, None) as client:
            return await ask(client, endpoint, CHAT, Clock().state())

    assert isinstance(asyncio.run(run()), Said)
    assert server.chats[0].key == "none"
