"""Find the edits that the requester accepted, with the evidence."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.thread.comment_text import asks_for_more, plain_text
from photoshop_request.text.thread.flair import says_solved
from photoshop_request.text.thread.participants import Edit, edit_above, requester_comments
from photoshop_request.text.usernames import mentioned_usernames
from photoshop_request.text.word_patterns import any_of


class AcceptanceEvidence(StrEnum):
    """Evidence for an acceptance, the strongest first."""

    SAID_SOLVED = "said_solved"
    """The requester wrote "solved" under the edit, as the subreddit's rules ask."""
    PAID = "paid"
    """The requester says under the edit that it was paid for or tipped."""
    THANKED = "thanked"
    """The requester thanks or praises under the edit, and asks for nothing more."""
    CLOSED = "closed"
    """The requester closed the thread ("solved", top level) and named the solver, or only one edit can be meant."""
    FLAIR = "flair"
    """The flair says solved and there is one edit."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Describe one accepted edit."""

    comment_id: str
    """Comment of the edit."""
    evidence: tuple[AcceptanceEvidence, ...]
    """The strongest first, never empty."""
    at_utc: int | None
    """Time of the requester's first such comment. The requester had not seen later edits. None if only the flair says it."""
    said_in: tuple[str, ...]
    """Ids of the requester's comments that accept it."""


_Statement = tuple[AcceptanceEvidence, int, str]
"""Evidence, time and id of one comment."""
_SOLVED = re.compile(r"(?<!not )(?<!n't )(?<!un)(?<!get this )\bsolved\b")
_CLOSED = re.compile(
    r"(?<!not )\b(?:solved|closed|closing this|request (?:is )?(?:filled|fulfilled|complete)|we have a winner)\b"
)
_PAID = any_of(
    r"\b(?:just |i(?:'ve| have)? (?:just )?)(?:paid|tipped|sent (?:you )?(?:the |a |your )?(?:money|tip|payment|\$?\d+|[\u00a3\u20ac]\d+))\b",
    r"\b(?:tip|payment|money) (?:has been |was |is )?sent\b",
    r"\bsent (?:you )?(?:via|through|on) (?:paypal|venmo|cash ?app|zelle)\b",
)
_THANKED = any_of(
    r"\b(?:thanks|thank (?:you|u)|thx|ty|tysm|cheers)\b",
    r"\b(?:perfect|amazing|awesome|wonderful|fantastic|incredible|beautiful|brilliant|gorgeous|stunning|excellent|outstanding)\b",
    r"\b(?:love|loved) (?:it|this|the)\b",
    r"\b(?:exactly|just) what (?:i|we) (?:was|were|wanted|needed|asked|had)\b",
    r"\byou(?:'re| are) (?:the best|a (?:legend|star|hero|genius|wizard|lifesaver|saint))\b",
)
_RESERVATION = any_of(
    r"\b(?:but|however|although|though|except|unfortunately|not quite|not really|almost|close but|no thanks|no thank you|rather not)\b",
    r"\b(?:doesn't|don't|didn't|isn't|not) (?:\w+ ){0,2}(?:look|like|right|work|want|it|what)\b",
)


def acceptances(submission: Submission, comments: Sequence[Comment], edits: Sequence[Edit]) -> dict[str, Acceptance]:
    """Return the accepted edits of one thread by comment id. A comment with several pictures counts once.

    - A comment of the requester is about the nearest edit above it, at any depth.
    - A closing comment (a rule of the subreddit) is about the solvers that it names. Without names it is about the edits
      accepted before, else the only edit. If it could mean several edits, none is accepted.
    - The flair counts only if there is one edit. It is the newest flair of the post, which replaced all earlier ones.
    - The requester's own pictures are no edits, and deleted comments do not count.
    """
    by_id = {comment.id: comment for comment in comments}
    edit_of = {edit.comment_id: edit for edit in edits if edit.solver != submission.author}
    statements: dict[str, list[_Statement]] = {}
    own = requester_comments(submission, comments)
    for comment in own:
        edit_id = edit_above(comment, by_id, edit_of)
        if edit_id is not None and (evidence := _evidence_under_edit(comment)):
            statements.setdefault(edit_id, []).append((evidence, comment.created_utc, comment.id))
    for comment in own:
        if comment.parent_id.startswith("t3_") and _CLOSED.search(plain_text(comment.body).lower()):
            for edit_id in _closed_edits(comment, edit_of.values(), statements):
                closed = (AcceptanceEvidence.CLOSED, comment.created_utc, comment.id)
                statements.setdefault(edit_id, []).append(closed)
    if not statements and len(edit_of) == 1 and says_solved(submission.flair or ""):
        return {only: Acceptance(only, (AcceptanceEvidence.FLAIR,), None, ()) for only in edit_of}
    return {edit_id: _acceptance(edit_id, of_edit) for edit_id, of_edit in statements.items()}


def _evidence_under_edit(comment: Comment) -> AcceptanceEvidence | None:
    text = plain_text(comment.body)
    lower = text.lower()
    if _SOLVED.search(lower):
        return AcceptanceEvidence.SAID_SOLVED
    if _PAID.search(lower):
        return AcceptanceEvidence.PAID
    if _THANKED.search(lower) and not _RESERVATION.search(lower) and not asks_for_more(text):
        return AcceptanceEvidence.THANKED
    return None


def _closed_edits(comment: Comment, edits: Iterable[Edit], statements: dict[str, list[_Statement]]) -> list[str]:
    """Return the comment ids of the edits that a closing comment means."""
    before = [edit for edit in edits if edit.created_utc < comment.created_utc]
    names = mentioned_usernames(comment.body)
    named = [edit for edit in before if edit.solver.casefold() in names]
    if named:
        latest = {edit.solver: edit for edit in sorted(named, key=lambda edit: edit.created_utc)}
        return [edit.comment_id for edit in latest.values()]
    accepted = [edit.comment_id for edit in before if edit.comment_id in statements]
    return accepted if accepted or len(before) != 1 else [before[0].comment_id]


def _acceptance(edit_id: str, statements: list[_Statement]) -> Acceptance:
    strongest_first = list(AcceptanceEvidence)
    evidence = sorted({kind for kind, _, _ in statements}, key=strongest_first.index)
    said_in = tuple(dict.fromkeys(comment_id for _, _, comment_id in statements))
    return Acceptance(edit_id, tuple(evidence), min(at for _, at, _ in statements), said_in)
