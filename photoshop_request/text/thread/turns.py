"""Find revisions: an edit, the change that the requester asked for, and the solver's next edit."""

from collections.abc import Sequence
from dataclasses import dataclass

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.thread.comment_text import instruction_in
from photoshop_request.text.thread.participants import Edit, edit_above, requester_comments


@dataclass(frozen=True, slots=True)
class Turn:
    """Describe one revision. Whether the second edit is made from the first is decided later, by their pictures."""

    before: Edit
    instruction: str
    """The change that the requester asked for between the two edits."""
    ask_comment_ids: tuple[str, ...]
    """The requester's comments with the instruction, oldest first."""
    after: Edit
    depth: int
    """1 for the first revision of a chain."""


def turns(submission: Submission, comments: Sequence[Comment], edits: Sequence[Edit]) -> list[Turn]:
    """Return the revisions of one thread, oldest first.

    A revision is a later edit by the same solver, below the first one in the thread. Between the two the requester
    asked for a change of the first. A second version that nobody asked for is no revision.
    """
    by_id = {comment.id: comment for comment in comments}
    by_comment: dict[str, list[Edit]] = {}
    for edit in edits:
        by_comment.setdefault(edit.comment_id, []).append(edit)
    asks: dict[str, list[tuple[Comment, str]]] = {}
    for comment in requester_comments(submission, comments):
        edit_id = edit_above(comment, by_id, by_comment)
        if edit_id is not None and (text := instruction_in(comment.body)):
            asks.setdefault(edit_id, []).append((comment, text))
    revisions: list[Turn] = []
    depth: dict[str, int] = {}
    for after in sorted(edits, key=lambda edit: (edit.created_utc, edit.comment_id, edit.picture)):
        edit_id = edit_above(by_id[after.comment_id], by_id, by_comment) if after.comment_id in by_id else None
        before = next((edit for edit in by_comment.get(edit_id or "", ()) if edit.solver == after.solver), None)
        if edit_id is None or before is None:
            continue
        asks_between = [
            (comment.id, text) for comment, text in asks.get(edit_id, ()) if comment.created_utc < after.created_utc
        ]
        if asks_between:
            depth[after.comment_id] = depth.get(edit_id, 0) + 1
            ids, texts = zip(*asks_between, strict=True)
            revisions.append(Turn(before, " ".join(texts), ids, after, depth[after.comment_id]))
    return revisions
