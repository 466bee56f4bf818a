"""Test acceptance on small threads."""

import pytest
from threads_made import START, edit, post, say

from photoshop_request.text.thread.acceptance import AcceptanceEvidence, acceptances

FIRST = say("e1", "ana", "Here you go", after=10)
SECOND = say("e2", "bo", "My try", after=20)


def evidence(*replies, flair=None, edits=(FIRST, SECOND)):
    comments = [FIRST, SECOND, *replies]
    accepted = acceptances(post(flair=flair), comments, [edit(comment) for comment in edits])
    return {edit_id: acceptance.evidence for edit_id, acceptance in accepted.items()}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Solved!", AcceptanceEvidence.SAID_SOLVED),
        ("!solved", AcceptanceEvidence.SAID_SOLVED),
        ("Solved, but the sky is still a bit dark", AcceptanceEvidence.SAID_SOLVED),
        ("Thank you so much!!", AcceptanceEvidence.THANKED),
        ("This is exactly what I wanted", AcceptanceEvidence.THANKED),
        ("Perfect", AcceptanceEvidence.THANKED),
        ("Love it. Can you send me your paypal?", AcceptanceEvidence.THANKED),
        ("Just tipped you via PayPal", AcceptanceEvidence.PAID),
    ],
)
def test_words_of_the_requester_under_an_edit(body, kind):
    """Solved, paid and thanks under an edit accept this edit only."""
    assert evidence(say("r1", "mira", body, to="e1", after=30)) == {"e1": (kind,)}


@pytest.mark.parametrize(
    "body",
    [
        "Thanks! Could you make the sky a bit darker?",
        "Thank you, but his arm looks odd",
        "Not solved yet",
        "This is unsolved",
        "Thanks, not quite what I had in mind",
        "What did you use for this?",
        "Please remove the shadow too. Thanks",
        "no thanks",
        "",
    ],
)
def test_asks_and_reservations_accept_nothing(body):
    """Thanks that ask for more, doubts and questions are no acceptance."""
    assert evidence(say("r1", "mira", body, to="e1", after=30)) == {}


def test_thanks_of_others_do_not_count():
    """Only the requester accepts."""
    assert evidence(say("r1", "passerby", "Wow, solved! Thanks", to="e1", after=30)) == {}


def test_old_dumps_identify_the_requester_by_name():
    """Before 2018 Reddit did not mark the requester."""
    assert evidence(say("r1", "mira", "Thanks!", to="e1", after=30, is_submitter=None)) == {
        "e1": (AcceptanceEvidence.THANKED,)
    }


def test_thanks_are_for_the_nearest_edit_above():
    """Thanks under a revision are for the revision."""
    ask = say("q1", "mira", "Could you remove the rope too?", to="e1", after=30)
    again = say("e3", "ana", "Done", to="q1", after=40)
    thanks = say("r1", "mira", "Thank you!", to="e3", after=50)
    assert evidence(ask, again, thanks, edits=(FIRST, SECOND, again)) == {"e3": (AcceptanceEvidence.THANKED,)}


def test_thanks_under_a_question_are_for_the_edit_above_it():
    """A comment between an edit and the thanks does not hide the edit."""
    talk = say("q1", "ana", "Is that what you meant?", to="e1", after=30)
    assert evidence(talk, say("r1", "mira", "Yes, thank you!", to="q1", after=40)) == {
        "e1": (AcceptanceEvidence.THANKED,)
    }


def test_a_closing_comment_names_its_solver():
    """A top-level "solved, thanks to u/Carla" accepts her latest edit before it."""
    third, fourth, late = (say(f"e{at}", "carla", "", after=at) for at in (40, 50, 90))
    close = say("r1", "mira", "Solved! Thanks to u/Carla", after=60)
    accepted = evidence(third, fourth, close, late, edits=(FIRST, SECOND, third, fourth, late))
    assert accepted == {"e50": (AcceptanceEvidence.CLOSED,)}


def test_a_closing_comment_confirms_an_accepted_edit():
    """Without a name it confirms the edits accepted before."""
    thanks = say("r1", "mira", "Thank you!", to="e1", after=30)
    assert evidence(thanks, say("r2", "mira", "solved", after=60)) == {
        "e1": (AcceptanceEvidence.THANKED, AcceptanceEvidence.CLOSED)
    }


def test_a_closing_comment_that_could_mean_several_edits_accepts_none():
    """With a single edit it accepts this edit."""
    close = say("r1", "mira", "Solved", after=60)
    assert evidence(close) == {}
    assert evidence(close, edits=(FIRST,)) == {"e1": (AcceptanceEvidence.CLOSED,)}


def test_flair_counts_if_there_is_one_edit():
    """The flair does not say which of several edits solved the request."""
    assert evidence(flair="Solved \u2705", edits=(FIRST,)) == {"e1": (AcceptanceEvidence.FLAIR,)}
    assert evidence(flair="Solved \u2705") == {}
    assert evidence(flair="Free", edits=(FIRST,)) == {}
    assert evidence(flair="Not solved", edits=(FIRST,)) == {}


def test_deleted_comments_do_not_count():
    """Their text may be known from an older dump."""
    gone = say("r1", "mira", "Solved, thank you!", to="e1", after=30, deleted_by_author=True)
    assert evidence(gone) == {}


def test_a_name_with_an_escaped_underscore_is_a_name():
    """Reddit's editor escapes underscores."""
    edit_of_hers = say("e3", "ana_b", "Here", after=12)
    closing = say("r1", "mira", "Solved by u/ana\\_b", after=30)
    assert evidence(edit_of_hers, closing, edits=(FIRST, SECOND, edit_of_hers)) == {"e3": (AcceptanceEvidence.CLOSED,)}


def test_the_requesters_own_picture_is_no_edit():
    """It cannot be accepted, and thanks below it are for the edit above it."""
    own = say("o1", "mira", "A better scan", to="e1", after=30)
    thanks = say("r1", "mira", "Thank you!", to="o1", after=40)
    assert evidence(own, thanks, edits=(FIRST, SECOND, own)) == {"e1": (AcceptanceEvidence.THANKED,)}


def test_an_acceptance_has_time_and_comments():
    """The first comment gives the time, all comments are listed, and the strongest evidence comes first."""
    replies = [
        say("r1", "mira", "Thanks!", to="e1", after=30),
        say("r2", "mira", "I just paid you", to="e1", after=40),
        say("r3", "mira", "Solved", to="e1", after=50),
    ]
    (acceptance,) = acceptances(post(), [FIRST, SECOND, *replies], [edit(FIRST), edit(SECOND)]).values()
    assert acceptance.evidence == (AcceptanceEvidence.SAID_SOLVED, AcceptanceEvidence.PAID, AcceptanceEvidence.THANKED)
    assert acceptance.at_utc == START + 30 * 60
    assert acceptance.said_in == ("r1", "r2", "r3")


def test_a_cycle_of_parents_ends():
    """Broken dumps can contain comments that reply to each other."""
    one = say("c1", "mira", "Thanks", to="c2", after=30)
    other = say("c2", "mira", "Thanks", to="c1", after=31)
    assert evidence(one, other) == {}


def test_a_closed_flair_accepts_nothing():
    """A request may be closed unsolved."""
    assert evidence(flair="Closed", edits=(FIRST,)) == {}
