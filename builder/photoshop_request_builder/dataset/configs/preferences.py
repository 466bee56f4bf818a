"""Make the rows of `preferences`: a preferred and a rejected edit of one request."""

from collections.abc import Iterator
from typing import Any

from photoshop_request.text.thread.preferences import preferences
from photoshop_request_builder.dataset.configs.context import Context
from photoshop_request_builder.dataset.thread import Thread, picture_ref, to_edits


def rows(thread: Thread, context: Context) -> Iterator[dict[str, Any]]:
    """Yield the preference pairs of one request."""
    comments = {comment.id: comment for comment in thread.comments}
    # pictures of one comment share its score, so only its first counts
    first = {row["comment_id"]: row for row in reversed(thread.edits())}
    edits = to_edits(sorted(first.values(), key=lambda row: (row["solver_comment_utc"], row["comment_id"])), comments)
    pairs, _ = preferences(
        edits,
        thread.accepted,
        observed_utc=thread.submission.last_seen,
        correction=context.first_poster,
        policy=context.votes,
    )
    for pair in pairs:
        chosen, rejected = first[pair.chosen], first[pair.rejected]
        source = thread.picture(chosen["source_sha256"])
        latest = max(chosen["solver_comment_utc"], rejected["solver_comment_utc"])
        yield {
            "source_image": picture_ref(source),
            "instruction": thread.instruction_at(latest),
            "chosen_image": picture_ref(chosen),
            "rejected_image": picture_ref(rejected),
            "margin": pair.margin,
            "signal": pair.signal,
            "submission_id": thread.submission.id,
            "chosen_comment_id": pair.chosen,
            "rejected_comment_id": pair.rejected,
            "chosen_score": comments[pair.chosen].score,
            "rejected_score": comments[pair.rejected].score,
            "chosen_created_utc": chosen["solver_comment_utc"],
            "rejected_created_utc": rejected["solver_comment_utc"],
            "task_types": list(thread.text["task_types"]),
            "chosen_solver": context.pseudonym(chosen["author"]),
            "rejected_solver": context.pseudonym(rejected["author"]),
        }
