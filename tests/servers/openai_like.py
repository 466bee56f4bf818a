"""A local OpenAI-compatible endpoint that answers well, badly, slowly, with an error, or not at all."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from servers.loopback import Request, Response, serve

Behaviour = Callable[["Chat"], Response]


@dataclass(frozen=True)
class Chat:
    """One request as received."""

    body: dict[str, Any]
    key: str
    """Token of the Authorization header."""

    @property
    def text(self) -> str:
        """The user's message without its pictures."""
        content = self.body["messages"][-1]["content"]
        return content if isinstance(content, str) else content[0]["text"]

    @property
    def pictures(self) -> list[str]:
        """The addresses of its pictures."""
        content = self.body["messages"][-1]["content"]
        return [] if isinstance(content, str) else [part["image_url"]["url"] for part in content[1:]]

    @property
    def request(self) -> dict[str, Any]:
        """The request between the markers."""
        return json.loads("\n".join(self.text.splitlines()[1:-1]))


def completion(content: str | None, *, finish: str = "stop") -> Response:
    """Return a chat completion with `content`."""
    message = {"role": "assistant", "content": content}
    return Response(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "local",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 700, "completion_tokens": 40, "total_tokens": 740},
        }
    )


def saying(instruction: str, *, is_edit_request: bool = True, needs_more: bool = False) -> str:
    """Return the JSON that the prompt asks for."""
    return json.dumps(
        {
            "instruction": instruction,
            "is_edit_request": is_edit_request,
            "needs_more_than_the_source": needs_more,
        }
    )


def well(chat: Chat) -> Response:
    """Response with the request's title as the instruction."""
    return completion(saying(chat.request["title"]))


def error(status: int, **headers: str) -> Behaviour:
    """Return an error of this status, with headers (`Retry_After=…`)."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response({"error": {"message": "no", "type": "test"}}, status, named)


def dropped(_: Chat) -> Response:
    """Close the connection without an answer."""
    return Response(status=None)


def slowly(seconds: float) -> Behaviour:
    """Response well after some seconds."""

    def answer(chat: Chat) -> Response:
        time.sleep(seconds)
        return well(chat)

    return answer


@dataclass
class OpenAILike:
    """State of the endpoint: its behaviour, and the requests it received."""

    base_url: str = ""
    behave: Behaviour = well
    first: list[Behaviour] = field(default_factory=list)
    """Behaviour for the first requests, one each."""
    chats: list[Chat] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def respond(self, request: Request) -> Response:
        """Return the response to one request."""
        if request.method != "POST" or request.path != "/v1/chat/completions":
            return Response({"error": "no such path"}, 404)
        chat = Chat(json.loads(request.body), (request.headers.get("Authorization") or "").removeprefix("Bearer "))
        with self.lock:
            self.chats.append(chat)
            self.times.append(time.monotonic())
            behave = self.first.pop(0) if self.first else self.behave
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return behave(chat)
        finally:
            with self.lock:
                self.at_once -= 1


@contextmanager
def openai_like_server() -> Iterator[OpenAILike]:
    """Run an endpoint that answers well by default."""
    state = OpenAILike()
    with serve(state.respond) as base:
        state.base_url = f"{base}/v1"
        yield state
