"""Chains of edits, on threads where the truth is known."""

from msgspec.structs import replace
from threads_made import edit, post, say

from photoshop_request.text.thread.turns import turns

FIRST = say("e1", "ana", "Here", after=10)
WISH = say("w1", "mira", "Thanks! Could you also remove the rope?", to="e1", after=20)
SECOND = say("e2", "ana", "Done", to="w1", after=30)


def found(*comments, edits):
    return [
        (each.before.comment_id, each.ask, each.ask_comment_ids, each.after.comment_id, each.depth)
        for each in turns(post(), comments, [edit(one) for one in edits])
    ]


def test_edit_wish_edit_is_a_turn():
    """The wish is reduced to what is wished for."""
    assert found(FIRST, WISH, SECOND, edits=[FIRST, SECOND]) == [("e1", "Remove the rope.", ("w1",), "e2", 1)]


def test_a_chain_goes_on():
    """The second revision starts from the first, one deeper."""
    more = say("w2", "mira", "Please brighten his face", to="e2", after=40)
    third = say("e3", "ana", "", to="w2", after=50)
    assert found(FIRST, WISH, SECOND, more, third, edits=[third, FIRST, SECOND])[1] == (
        "e2", "Brighten his face.", ("w2",), "e3", 2,
    )  # fmt: skip


def test_a_version_that_nobody_asked_for_is_no_turn():
    """Editors post a second version below the first by the subreddit's own rule."""
    version = say("e2", "ana", "And one without colour", to="e1", after=11)
    assert found(FIRST, version, edits=[FIRST, version]) == []


def test_thanks_are_no_wish():
    """Without a wish between them two edits are no turn."""
    thanks = say("w1", "mira", "Thank you!", to="e1", after=20)
    assert found(FIRST, thanks, SECOND, edits=[FIRST, SECOND]) == []


def test_a_wish_beside_the_revision_counts():
    """The solver may answer the own comment instead of the wish; the wish must be older than the answer."""
    beside = say("e2", "ana", "", to="e1", after=30)
    assert found(FIRST, WISH, beside, edits=[FIRST, beside]) == [("e1", "Remove the rope.", ("w1",), "e2", 1)]
    early = say("e2", "ana", "", to="e1", after=15)
    assert found(FIRST, WISH, early, edits=[FIRST, early]) == []


def test_wishes_of_others_and_edits_of_others_are_no_turn():
    """A passer-by wishes nothing, and another solver's answer is no revision of this one's picture."""
    passer = say("w1", "passerby", "Could you also remove the rope?", to="e1", after=20)
    assert found(FIRST, passer, SECOND, edits=[FIRST, SECOND]) == []
    other = say("e2", "bo", "I can", to="w1", after=30)
    assert found(FIRST, WISH, other, edits=[FIRST, other]) == []


def test_several_wishes_are_one():
    """Everything the requester wished between the two edits, in order."""
    more = say("w2", "mira", "And please make the sky blue", to="e1", after=25)
    assert found(FIRST, WISH, more, SECOND, edits=[FIRST, SECOND]) == [
        ("e1", "Remove the rope. Make the sky blue.", ("w1", "w2"), "e2", 1)
    ]


def test_an_edit_whose_comment_is_missing_is_no_turn():
    """Archives have holes."""
    assert found(FIRST, WISH, edits=[FIRST, SECOND]) == []


def test_a_deleted_wish_is_no_wish():
    """Its words may be known from an older dump; they are published nowhere."""
    gone = replace(WISH, deleted_by_author=True)
    assert found(FIRST, gone, SECOND, edits=[FIRST, SECOND]) == []
