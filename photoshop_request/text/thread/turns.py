"""Chains of edits: an edit, what the requester wished of it, and the edit that answered the wish."""

from collections.abc import Sequence
from dataclasses import dataclass

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.thread.comment_text import wish
from photoshop_request.text.thread.participants import Edit, edit_above, requester_comments

__all__ = ["Turn", "turns"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One link of a chain. Whether the second picture is made of the first is for the pictures to say."""

    before: Edit
    ask: str
    """What the requester wrote between the two, reduced to what is wished for."""
    ask_comment_ids: tuple[str, ...]
    """The requester's comments that say it, oldest first."""
    after: Edit
    depth: int
    """1 is the first revision of a chain."""


def turns(submission: Submission, comments: Sequence[Comment], edits: Sequence[Edit]) -> list[Turn]:
    """The revisions of one thread, oldest first.

    A revision is a later edit by the same solver, below the first one in the thread, with a wish of the requester
    between them that speaks of the first. A second version that nobody asked for is no revision.
    """
    by_id = {each.id: each for each in comments}
    by_comment: dict[str, list[Edit]] = {}
    for edit in edits:
        by_comment.setdefault(edit.comment_id, []).append(edit)
    wishes: dict[str, list[tuple[Comment, str]]] = {}
    for each in requester_comments(submission, comments):
        about = edit_above(each, by_id, by_comment)
        if about is not None and (text := wish(each.body)):
            wishes.setdefault(about, []).append((each, text))
    found: list[Turn] = []
    depth: dict[str, int] = {}
    for after in sorted(edits, key=lambda each: (each.created_utc, each.comment_id, each.picture)):
        about = edit_above(by_id[after.comment_id], by_id, by_comment) if after.comment_id in by_id else None
        before = next((each for each in by_comment.get(about or "", ()) if each.solver == after.solver), None)
        if about is None or before is None:
            continue
        said = [(each.id, text) for each, text in wishes.get(about, ()) if each.created_utc < after.created_utc]
        if said:
            depth[after.comment_id] = depth.get(about, 0) + 1
            text = " ".join(text for _, text in said)
            found.append(Turn(before, text, tuple(name for name, _ in said), after, depth[after.comment_id]))
    return found
