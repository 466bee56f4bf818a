"""Turn a thread into a chat between the requester (user) and one solver (assistant), with its pictures.

`Conversation.messages` has TRL's form, lists of parts. `ms_swift_row` makes ms-swift's, strings that contain `<image>`.
Parts are `{"type": "text", "text": …}` and `{"type": "image", "text": None}`. Both have the same keys, because Arrow
makes one struct of them. There is no key `image`, because TRL would treat it as a picture that is filled in already.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.thread.comment_text import plain_text
from photoshop_request.text.thread.participants import is_requester

Part = dict[str, str | None]
Message = dict[str, str | list[Part]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Hold the chat with one solver. Roles alternate and begin with the user."""

    solver: str
    messages: list[Message]
    images: list[str]
    """The pictures, in the order of their `{"type": "image"}` parts."""


def conversation(
    submission: Submission, comments: Sequence[Comment], solver: str, pictures: Mapping[str, Sequence[str]]
) -> Conversation | None:
    """Return the chat of the requester and one solver, or None if the solver shows no picture.

    `pictures` are the pictures of each submission or comment by id. The solver's edits must be among them. The chat
    holds the solver's comments, the requester's replies to them, and the requester's top-level comments before the
    solver's last comment. Deleted comments are left out with their pictures.
    """
    posts = [("user", submission.id, f"{submission.title}\n{submission.selftext}")]
    posts += [
        ("user" if is_requester(comment, submission) else "assistant", comment.id, comment.body)
        for comment in _comments_with(solver, submission, comments)
    ]
    messages: list[Message] = []
    images: list[str] = []
    answered = False
    for role, post_id, body in posts:
        shown = pictures.get(post_id, ())
        parts: list[Part] = [{"type": "image", "text": None} for _ in shown]
        if text := plain_text(body):
            parts.append({"type": "text", "text": text})
        if not parts:
            continue
        images += shown
        answered |= role == "assistant" and bool(shown)
        if messages and messages[-1]["role"] == role:
            _content(messages[-1]).extend(parts)
        else:
            messages.append({"role": role, "content": parts})
    return Conversation(solver, messages, images) if answered and messages[0]["role"] == "user" else None


def ms_swift_row(chat: Conversation) -> dict[str, list[dict[str, str]] | list[str]]:
    """Return the chat in ms-swift's form: string contents with one `<image>` per picture, and the list of pictures.

    A literal "<image>" in a text is broken up. Otherwise ms-swift would count it as a picture.
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


def _comments_with(solver: str, submission: Submission, comments: Sequence[Comment]) -> Iterator[Comment]:
    """Yield the comments of the chat, oldest first."""
    by_solver = [comment for comment in comments if comment.author == solver and not is_requester(comment, submission)]
    ids = {comment.id for comment in by_solver}
    last_utc = max((comment.created_utc for comment in by_solver), default=0)
    for comment in sorted(comments, key=lambda comment: (comment.created_utc, comment.id)):
        if comment.deleted_by_author:
            continue
        is_to_all = comment.parent_id.startswith("t3_") and comment.created_utc < last_utc
        is_reply = comment.parent_id.removeprefix("t1_") in ids
        if comment.id in ids or (is_requester(comment, submission) and (is_to_all or is_reply)):
            yield comment


def _content(message: Message) -> list[Part]:
    content = message["content"]
    assert isinstance(content, list)
    return content
