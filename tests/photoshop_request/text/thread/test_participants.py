"""Test the participants of a thread."""

from threads_made import START, post, say

from photoshop_request.text.thread.participants import is_requester, requester_comments


def test_requester_comments_are_sorted_and_filtered():
    """Comments of others, later comments and deleted ones are left out. The oldest comes first."""
    thread = [
        say("c3", "mira", "late", after=50),
        say("c2", "mira", "second", after=20),
        say("c1", "mira", "first", after=10),
        say("c4", "bo", "other", after=5),
        say("c5", "mira", "gone", after=5, deleted_by_author=True),
    ]
    early = requester_comments(post(), thread, START + 40 * 60)
    assert [comment.id for comment in early] == ["c1", "c2"]
    assert [comment.id for comment in requester_comments(post(), thread)] == ["c1", "c2", "c3"]


def test_a_deleted_author_is_not_the_requester():
    """Two deleted names need not be the same person."""
    assert not is_requester(say("c1", None, "", is_submitter=None), post(author=None))
    assert is_requester(say("c1", None, "", is_submitter=True), post(author=None))
