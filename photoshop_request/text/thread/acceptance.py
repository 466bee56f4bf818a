"""Which edits the requester took, and how that is known."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.lexicon import either
from photoshop_request.text.thread.comment_text import asks_for_more, plain_text
from photoshop_request.text.thread.flair import says_solved
from photoshop_request.text.thread.participants import Edit, edit_above, requester_comments
from photoshop_request.text.usernames import mentioned_usernames

__all__ = ["Acceptance", "AcceptanceEvidence", "acceptances"]


class AcceptanceEvidence(StrEnum):
    """How an acceptance is known, the surest first."""

    SAID_SOLVED = "said_solved"
    """The requester wrote "solved" under the edit: the subreddit's own rule."""
    PAID = "paid"
    """The requester says under the edit that it was paid for or tipped."""
    THANKED = "thanked"
    """The requester thanks or praises under the edit, and asks for nothing more."""
    CLOSED = "closed"
    """The requester closed the thread ("solved", top level) and named the solver, or could mean no other edit."""
    FLAIR = "flair"
    """The flair says solved and there is one edit."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One accepted edit."""

    comment_id: str
    """Of the edit."""
    evidence: tuple[AcceptanceEvidence, ...]
    """The surest first; never empty."""
    at_utc: int | None
    """When the requester first said so: edits that came later were not seen. None when only the flair says it."""
    said_in: tuple[str, ...]
    """The ids of the requester's comments that say it."""


_SOLVED = re.compile(r"(?<!not )(?<!n't )(?<!un)(?<!get this )\bsolved\b")
_CLOSED = re.compile(
    r"(?<!not )\b(?:solved|closed|closing this|request (?:is )?(?:filled|fulfilled|complete)|we have a winner)\b"
)
_PAID = either(
    r"\b(?:just |i(?:'ve| have)? (?:just )?)(?:paid|tipped|sent (?:you )?(?:the |a |your )?(?:money|tip|payment|\$?\d+|[\u00a3\u20ac]\d+))\b",
    r"\b(?:tip|payment|money) (?:has been |was |is )?sent\b",
    r"\bsent (?:you )?(?:via|through|on) (?:paypal|venmo|cash ?app|zelle)\b",
)
_THANKED = either(
    r"\b(?:thanks|thank (?:you|u)|thx|ty|tysm|cheers)\b",
    r"\b(?:perfect|amazing|awesome|wonderful|fantastic|incredible|beautiful|brilliant|gorgeous|stunning|excellent|outstanding)\b",
    r"\b(?:love|loved) (?:it|this|the)\b",
    r"\b(?:exactly|just) what (?:i|we) (?:was|were|wanted|needed|asked|had)\b",
    r"\byou(?:'re| are) (?:the best|a (?:legend|star|hero|genius|wizard|lifesaver|saint))\b",
)
_BUT = either(
    r"\b(?:but|however|although|though|except|unfortunately|not quite|not really|almost|close but|no thanks|no thank you|rather not)\b",
    r"\b(?:doesn't|don't|didn't|isn't|not) (?:\w+ ){0,2}(?:look|like|right|work|want|it|what)\b",
)


def acceptances(submission: Submission, comments: Sequence[Comment], edits: Sequence[Edit]) -> dict[str, Acceptance]:
    """The accepted edits of one thread by the comment id of the edit; a comment with several pictures counts once.

    Rules (the words hold for every year; what is dated is where they can be found): under the edit, at any depth, the
    nearest edit above the requester's comment is meant. Closing comments are the subreddit's rule; where nothing says
    which of several edits closed the thread, none is called accepted. The flair is Reddit's newest and overwrites older
    ones, so it is used only when there is a single edit. The requester's own pictures are no edits. What the requester
    deleted says nothing.
    """
    by_id = {each.id: each for each in comments}
    rivals = {each.comment_id: each for each in edits if each.solver != submission.author}
    found: dict[str, list[tuple[AcceptanceEvidence, int, str]]] = {}
    own = requester_comments(submission, comments)
    for each in own:
        about = edit_above(each, by_id, rivals)
        if about is not None and (evidence := _under_an_edit(each)):
            found.setdefault(about, []).append((evidence, each.created_utc, each.id))
    for each in own:
        if each.parent_id.startswith("t3_") and _CLOSED.search(plain_text(each.body).lower()):
            for about in _closed(each, rivals.values(), found):
                found.setdefault(about, []).append((AcceptanceEvidence.CLOSED, each.created_utc, each.id))
    if not found and len(rivals) == 1 and says_solved(submission.flair or ""):
        return {only: Acceptance(only, (AcceptanceEvidence.FLAIR,), None, ()) for only in rivals}
    return {about: _acceptance(about, said) for about, said in found.items()}


def _under_an_edit(comment: Comment) -> AcceptanceEvidence | None:
    text = plain_text(comment.body)
    low = text.lower()
    if _SOLVED.search(low):
        return AcceptanceEvidence.SAID_SOLVED
    if _PAID.search(low):
        return AcceptanceEvidence.PAID
    if _THANKED.search(low) and not _BUT.search(low) and not asks_for_more(text):
        return AcceptanceEvidence.THANKED
    return None


def _closed(
    comment: Comment, edits: Iterable[Edit], found: dict[str, list[tuple[AcceptanceEvidence, int, str]]]
) -> list[str]:
    """Which edits a closing comment means: the solver it names, else what was accepted already, else the only edit."""
    before = [each for each in edits if each.created_utc < comment.created_utc]
    names = mentioned_usernames(comment.body)
    named = [each for each in before if each.solver.casefold() in names]
    if named:
        latest = {each.solver: each for each in sorted(named, key=lambda each: each.created_utc)}
        return [each.comment_id for each in latest.values()]
    accepted = [each.comment_id for each in before if each.comment_id in found]
    return accepted if accepted or len(before) != 1 else [before[0].comment_id]


def _acceptance(about: str, said: list[tuple[AcceptanceEvidence, int, str]]) -> Acceptance:
    order = list(AcceptanceEvidence)
    evidence = sorted({each for each, _, _ in said}, key=order.index)
    said_in = tuple(dict.fromkeys(comment_id for _, _, comment_id in said))
    return Acceptance(about, tuple(evidence), min(at for _, at, _ in said), said_in)
