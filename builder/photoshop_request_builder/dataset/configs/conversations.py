"""Make the rows of `conversations`: the requester and one solver as a chat with pictures."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from photoshop_request.text.thread.conversations import Message, conversation
from photoshop_request_builder.dataset.configs.context import Context
from photoshop_request_builder.dataset.thread import Thread, picture_ref


def rows(thread: Thread, context: Context) -> Iterator[dict[str, Any]]:
    """Yield one row per solver with a published edit, in order of their first edits."""
    published = thread.edits()
    shown = defaultdict(list)
    for row in thread.candidates:
        if row["reason"] is None and row["role"] != "candidate" and not thread.publication.removals.of(row):
            shown[row["comment_id"] or thread.submission.id].append(row["sha256"])
    for row in published:
        shown[row["comment_id"]].append(row["sha256"])
    for solver in dict.fromkeys(row["author"] for row in published if row["author"]):
        chat = conversation(thread.submission, thread.comments, solver, shown)
        if chat is None:
            continue
        own = [row for row in published if row["author"] == solver]
        yield {
            "messages": [_hidden(message, thread) for message in chat.messages],
            "images": [picture_ref(thread.picture(sha256)) for sha256 in chat.images],
            "submission_id": thread.submission.id,
            "num_turns": len(chat.messages),
            "accepted": any(row["comment_id"] in thread.accepted for row in own),
            "task_types": list(thread.text["task_types"]),
            "solver": context.pseudonym(solver),
        }


def _hidden(message: Message, thread: Thread) -> Message:
    parts = [
        {**part, "text": thread.hide_names(part["text"])} if part["text"] else part
        for part in message["content"]
        if isinstance(part, dict)
    ]
    return {"role": message["role"], "content": parts}
