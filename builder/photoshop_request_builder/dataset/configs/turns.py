"""Make the rows of `turns`: an edit, the change the requester asked for, and the revised edit."""

from collections.abc import Iterator
from typing import Any

from photoshop_request.text.thread.turns import turns
from photoshop_request_builder.dataset.configs.context import Context
from photoshop_request_builder.dataset.thread import Thread, picture_ref, to_edits


def rows(thread: Thread, context: Context) -> Iterator[dict[str, Any]]:
    """Yield the revisions of one request, oldest first. Both pictures are published edits of the same source."""
    comments = {comment.id: comment for comment in thread.comments}
    published = {(row["comment_id"], row["sha256"]): row for row in thread.edits()}
    for turn in turns(thread.submission, thread.comments, to_edits(list(published.values()), comments)):
        before = published[turn.before.comment_id, turn.before.picture]
        after = published[turn.after.comment_id, turn.after.picture]
        if before["source_sha256"] != after["source_sha256"] or before["sha256"] == after["sha256"]:
            continue
        yield {
            "before_image": picture_ref(before),
            "instruction": thread.hide_names(turn.instruction),
            "after_image": picture_ref(after),
            "source_image": picture_ref(thread.picture(before["source_sha256"])),
            "first_instruction": thread.instruction_at(before["solver_comment_utc"]),
            "depth": turn.depth,
            "submission_id": thread.submission.id,
            "before_comment_id": turn.before.comment_id,
            "wish_comment_ids": list(turn.ask_comment_ids),
            "after_comment_id": turn.after.comment_id,
            "accepted": turn.after.comment_id in thread.accepted,
            "solver": context.pseudonym(after["author"]),
        }
