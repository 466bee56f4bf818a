"""A thread as a chat between the requester (user) and one solver (assistant), with its pictures.

Two forms: `Conversation.messages` is TRL's, lists of parts; `ms_swift_row` makes ms-swift's, strings with `<image>` in them.
Parts are `{"type": "text", "text": …}` and `{"type": "image", "text": None}`: both with the same keys, because Arrow
makes one struct of them, and without a key `image`, which would read as filled already.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.thread.comment_text import plain_text
from photoshop_request.text.thread.participants import is_requester

__all__ = ["Conversation", "Message", "Part", "conversation", "ms_swift_row"]

Part = dict[str, str | None]
Message = dict[str, str | list[Part]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One solver's side of a thread. Roles alternate and begin with the user."""

    solver: str
    messages: list[Message]
    images: list[str]
    """The pictures in the order of their `{"type": "image"}` parts."""


def conversation(
    submission: Submission, comments: Sequence[Comment], solver: str, pictures: Mapping[str, Sequence[str]]
) -> Conversation | None:
    """The chat of the requester and one solver, or None when the solver shows no picture.

    `pictures` gives what each submission or comment (by id) shows; the solver's edits must be among them. In it are the
    solver's comments, the requester's answers to them, and what the requester told everybody (top level) before the
    solver's last comment. Deleted comments are left out, with the pictures in them.
    """
    turns = [("user", submission.id, f"{submission.title}\n{submission.selftext}")]
    turns += [
        ("user" if is_requester(each, submission) else "assistant", each.id, each.body)
        for each in _between(submission, comments, solver)
    ]
    messages: list[Message] = []
    images: list[str] = []
    for role, thing, body in turns:
        parts, shown = _parts(body, pictures.get(thing, ()))
        if not parts:
            continue
        images += shown
        if messages and messages[-1]["role"] == role:
            content = messages[-1]["content"]
            assert isinstance(content, list)
            content += parts
        else:
            messages.append({"role": role, "content": parts})
    answered = any(
        part["type"] == "image" for message in messages if message["role"] == "assistant" for part in _content(message)
    )
    return Conversation(solver, messages, images) if answered and messages[0]["role"] == "user" else None


def ms_swift_row(chat: Conversation) -> dict[str, list[dict[str, str]] | list[str]]:
    """The same as ms-swift takes it: string contents with one `<image>` a picture, and the list of pictures.

    A literal "<image>" that somebody typed is broken up, or it would be counted as a picture.
    """
    messages = [
        {
            "role": str(message["role"]),
            "content": "\n".join(
                "<image>" if part["type"] == "image" else (part["text"] or "").replace("<image>", "< image >")
                for part in _content(message)
            ),
        }
        for message in chat.messages
    ]
    return {"messages": messages, "images": list(chat.images)}


def _between(submission: Submission, comments: Sequence[Comment], solver: str) -> Iterator[Comment]:
    by_solver = [each for each in comments if each.author == solver and not is_requester(each, submission)]
    ids = {each.id for each in by_solver}
    last = max((each.created_utc for each in by_solver), default=0)
    for each in sorted(comments, key=lambda each: (each.created_utc, each.id)):
        if each.deleted_by_author:
            continue
        told_all = each.parent_id.startswith("t3_") and each.created_utc < last
        own = is_requester(each, submission) and (told_all or each.parent_id.removeprefix("t1_") in ids)
        if own or each.id in ids:
            yield each


def _parts(body: str, shown: Sequence[str]) -> tuple[list[Part], list[str]]:
    parts: list[Part] = [{"type": "image", "text": None} for _ in shown]
    text = plain_text(body)
    if text:
        parts.append({"type": "text", "text": text})
    return parts, list(shown)


def _content(message: Message) -> list[Part]:
    content = message["content"]
    assert isinstance(content, list)
    return content
