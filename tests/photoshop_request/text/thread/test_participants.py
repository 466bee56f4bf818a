"""Who is who in a thread."""

from threads_made import START, post, say

from photoshop_request.text.thread.participants import is_requester, requester_comments


def test_clarifications_are_the_requesters_before_the_edit():
    """Others, later comments and deleted ones are no clarification; the oldest comes first."""
    thread = [
        say("c3", "mira", "late", after=50),
        say("c2", "mira", "second", after=20),
        say("c1", "mira", "first", after=10),
        say("c4", "bo", "other", after=5),
        say("c5", "mira", "gone", after=5, deleted_by_author=True),
    ]
    found = requester_comments(post(), thread, START + 40 * 60)
    assert [each.id for each in found] == ["c1", "c2"]
    assert [each.id for each in requester_comments(post(), thread)] == ["c1", "c2", "c3"]


def test_a_deleted_author_is_nobody():
    """Two deleted names are not the same person."""
    assert not is_requester(say("c1", None, "", is_submitter=None), post(author=None))
    assert is_requester(say("c1", None, "", is_submitter=True), post(author=None))
