"""Test revisions on small threads."""

from msgspec.structs import replace
from threads_made import edit, post, say

from photoshop_request.text.thread.turns import turns

FIRST = say("e1", "ana", "Here", after=10)
ASK = say("w1", "mira", "Thanks! Could you also remove the rope?", to="e1", after=20)
SECOND = say("e2", "ana", "Done", to="w1", after=30)


def revisions(*comments, edits):
    return [
        (turn.before.comment_id, turn.instruction, turn.ask_comment_ids, turn.after.comment_id, turn.depth)
        for turn in turns(post(), comments, [edit(comment) for comment in edits])
    ]


def test_edit_ask_edit_is_a_turn():
    """The comment is reduced to its instruction."""
    assert revisions(FIRST, ASK, SECOND, edits=[FIRST, SECOND]) == [("e1", "Remove the rope.", ("w1",), "e2", 1)]


def test_a_second_revision_is_one_deeper():
    """It starts from the first revision."""
    more = say("w2", "mira", "Please brighten his face", to="e2", after=40)
    third = say("e3", "ana", "", to="w2", after=50)
    assert revisions(FIRST, ASK, SECOND, more, third, edits=[third, FIRST, SECOND])[1] == (
        "e2", "Brighten his face.", ("w2",), "e3", 2,
    )  # fmt: skip


def test_a_version_that_nobody_asked_for_is_no_turn():
    """The subreddit's rules ask editors to post a second version below the first."""
    version = say("e2", "ana", "And one without colour", to="e1", after=11)
    assert revisions(FIRST, version, edits=[FIRST, version]) == []


def test_thanks_are_no_ask():
    """Two edits without an ask between them are no turn."""
    thanks = say("w1", "mira", "Thank you!", to="e1", after=20)
    assert revisions(FIRST, thanks, SECOND, edits=[FIRST, SECOND]) == []


def test_a_revision_beside_the_ask_counts():
    """The solver may reply to their own comment instead of the ask. The ask must be older than the reply."""
    beside = say("e2", "ana", "", to="e1", after=30)
    assert revisions(FIRST, ASK, beside, edits=[FIRST, beside]) == [("e1", "Remove the rope.", ("w1",), "e2", 1)]
    early = say("e2", "ana", "", to="e1", after=15)
    assert revisions(FIRST, ASK, early, edits=[FIRST, early]) == []


def test_asks_and_edits_of_others_are_no_turn():
    """Only the requester asks, and only the same solver revises."""
    passer = say("w1", "passerby", "Could you also remove the rope?", to="e1", after=20)
    assert revisions(FIRST, passer, SECOND, edits=[FIRST, SECOND]) == []
    other = say("e2", "bo", "I can", to="w1", after=30)
    assert revisions(FIRST, ASK, other, edits=[FIRST, other]) == []


def test_several_asks_make_one_instruction():
    """They are joined in their order."""
    more = say("w2", "mira", "And please make the sky blue", to="e1", after=25)
    assert revisions(FIRST, ASK, more, SECOND, edits=[FIRST, SECOND]) == [
        ("e1", "Remove the rope. Make the sky blue.", ("w1", "w2"), "e2", 1)
    ]


def test_an_edit_whose_comment_is_missing_is_no_turn():
    """Archives have gaps."""
    assert revisions(FIRST, ASK, edits=[FIRST, SECOND]) == []


def test_a_deleted_ask_does_not_count():
    """Its text may be known from an older dump, but is never published."""
    gone = replace(ASK, deleted_by_author=True)
    assert revisions(FIRST, gone, SECOND, edits=[FIRST, SECOND]) == []
