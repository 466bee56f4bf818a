"""Merging keeps the newest numbers and the best text, in any order of sources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from photoshop_request.reddit.merge import merge_comments, merge_submissions
from photoshop_request.reddit.records import DELETED, Comment, Media, Submission
from photoshop_request.reddit.removals import FINAL, category_of, removed_by

_TEXTS = st.sampled_from(["", "[deleted]", "[removed]", "[ Removed by Reddit ]", "please", "please, in colour"])
_CATEGORY = st.sampled_from([None, "moderator", "deleted", "copyright_takedown", "a new word"])
_NUMBER = st.one_of(st.none(), st.integers(0, 5))
_MEDIA = st.lists(
    st.builds(
        Media,
        st.sampled_from("ab"),
        st.just("Image"),
        st.sampled_from(["valid", DELETED]),
        address=st.sampled_from(["u", None]),
    )
)
_SEEN = st.one_of(st.none(), st.integers(10, 14))


@st.composite
def _submissions(draw):
    seen = draw(_SEEN)
    return Submission(
        "abc", "PhotoshopRequest", draw(st.sampled_from([None, "me"])), 10, draw(_TEXTS), draw(_TEXTS),
        draw(st.sampled_from(["", "https://i.redd.it/a.jpg", "https://www.reddit.com/r/x/comments/abc/"])), "/r/x/",
        draw(_NUMBER), draw(_NUMBER), draw(st.sampled_from([None, 0.5, 1.0])), draw(st.sampled_from([None, "Solved"])),
        draw(st.booleans()), draw(st.booleans()), draw(st.booleans()), None, draw(_NUMBER),
        draw(_CATEGORY), draw(st.booleans()), None, draw(st.booleans()),
        tuple(draw(_MEDIA)), draw(st.sampled_from([None, "p"])), tuple(draw(st.sets(st.sampled_from("xyz")))), seen, seen,
    )  # fmt: skip


@st.composite
def _comments(draw):
    seen = draw(_SEEN)
    return Comment(
        "c1", "abc", "t3_abc", "PhotoshopRequest", draw(st.sampled_from([None, "me"])), 10, draw(_TEXTS), draw(_NUMBER),
        draw(st.sampled_from([None, True, False])), None, draw(st.booleans()), None, draw(_NUMBER), draw(_CATEGORY),
        draw(st.booleans()), draw(st.sampled_from(["", "/r/x/"])), tuple(draw(_MEDIA)),
        tuple(draw(st.sets(st.sampled_from("xyz")))), seen, seen,
    )  # fmt: skip


@pytest.mark.parametrize(("things", "merge"), [(_submissions(), merge_submissions), (_comments(), merge_comments)])
def test_order_and_repetition_of_sources_never_matter(things, merge):
    @given(st.lists(things, min_size=1, max_size=5), st.randoms())
    def check(observations, random):
        once = merge(observations)
        shuffled = observations * 2
        random.shuffle(shuffled)
        assert merge(shuffled) == once

    check()


@pytest.mark.parametrize(("things", "merge"), [(_submissions(), merge_submissions), (_comments(), merge_comments)])
def test_merging_what_is_merged_changes_nothing(things, merge):
    @given(st.lists(things, min_size=1, max_size=5))
    def check(observations):
        once = merge(observations)
        assert merge([once]) == once
        assert merge([once, once]) == once

    check()


@given(st.lists(_submissions(), min_size=1, max_size=5))
def test_nothing_that_somebody_saw_is_lost(observations):
    merged = merge_submissions(observations)
    assert merged.deleted_by_author == any(thing.deleted_by_author for thing in observations)
    assert set(merged.sources) == set().union(*(thing.sources for thing in observations))
    assert bool(merged.media) == any(thing.media for thing in observations)
    if any("please" in thing.selftext for thing in observations):
        assert "please" in merged.selftext


@pytest.mark.parametrize(("things", "merge"), [(_submissions(), merge_submissions), (_comments(), merge_comments)])
def test_the_strictest_removal_that_somebody_saw_stays(things, merge):
    @given(st.lists(things, min_size=1, max_size=5))
    def check(observations):
        final = {
            category_of(
                each.removed_by_category, *(getattr(each, name, None) for name in ("title", "selftext", "body"))
            )
            for each in observations
        } - {None, "moderator"}
        merged = merge(observations)
        assert (merged.removed_by_category in final) == bool(final)
        by = removed_by(merged.removed_by_category, deleted_by_author=merged.deleted_by_author)
        assert (by in FINAL) == bool(final or merged.deleted_by_author)

    check()


@pytest.mark.parametrize(
    ("mark", "category"),
    [
        ("[removed]", "moderator"),
        ("[ Removed by Reddit ]", "content_takedown"),
        (
            "[ Removed by Reddit on account of violating the [content policy](/help/contentpolicy). ]",
            "content_takedown",
        ),
        ("[ Removed by Reddit in response to a copyright notice. ]", "copyright_takedown"),
        ("[deleted]", "deleted"),
        ("[removed] the tree, please", None),
        ("[Removed by Reddit] " + "please " * 40, None),
    ],
)
def test_a_removal_that_only_the_newer_text_tells_outweighs_the_older_words(mark, category):
    merged = merge_submissions([_seen(200, selftext=mark), _seen(100, selftext="Remove the tree")])
    assert merged.removed_by_category == category
    assert merge_submissions([_seen(100, selftext=mark)]).removed_by_category == category


def _seen(time: int, **changes) -> Submission:
    base = Submission(
        "abc", "X", "me", 10, "Title", "Text", "https://i.redd.it/a.jpg", "/r/X/comments/abc/", 1, 2, 0.9, "Free",
        False, False, False, None, None, None, False, None, False,
        (Media("m", "Image", "valid", address="u1"),), "p1", (f"dump{time}",), time, time,
    )  # fmt: skip
    return replace(base, **changes)


def test_a_deleted_post_keeps_its_text_and_takes_the_new_numbers():
    gone = _seen(
        200, author=None, title="[deleted by user]", selftext="[removed]", url="https://www.reddit.com/r/X/comments/abc/t/",
        score=50, num_comments=20, upvote_ratio=0.7, flair="Solved", removed_by_category="deleted", deleted_by_author=True,
        media=(), preview=None, is_self=True,
    )  # fmt: skip
    merged = merge_submissions([gone, _seen(100)])
    assert (merged.author, merged.title, merged.selftext, merged.url) == (
        "me",
        "Title",
        "Text",
        "https://i.redd.it/a.jpg",
    )
    assert (merged.score, merged.num_comments, merged.upvote_ratio, merged.flair) == (50, 20, 0.7, "Solved")
    assert merged.deleted_by_author
    assert merged.removed_by_category == "deleted"
    assert merged.media[0].address == "u1"
    assert not merged.is_self
    assert (merged.first_seen, merged.last_seen, merged.sources) == (100, 200, ("dump100", "dump200"))


@pytest.mark.parametrize("first_is_deleted", [True, False])
def test_a_deleted_gallery_picture_stays_deleted(first_is_deleted):
    """Keep the deletion that any observation saw, though another has the picture, before or later."""
    items = (Media("m", "Image", "valid", address="u1"), Media("n", "Image", "valid", address="u2"))
    known = _seen(100, media=items), _seen(200, media=(Media("m", "Image", DELETED), items[1]))
    if first_is_deleted:
        known = replace(known[1], last_seen=100), replace(known[0], last_seen=200)
    merged = merge_submissions(known)
    assert [(entry.media_id, entry.status, entry.address) for entry in merged.media] == [
        ("m", DELETED, "u1"),
        ("n", "valid", "u2"),
    ]


def test_an_edited_text_replaces_the_first_and_an_unknown_number_replaces_nothing():
    merged = merge_submissions([_seen(100, score=7), _seen(300, selftext="Better", score=None, edited_utc=250)])
    assert (merged.selftext, merged.score, merged.edited_utc) == ("Better", 7, 250)


def test_a_post_that_is_let_back_in_is_not_removed():
    merged = merge_submissions([_seen(100, removed_by_category="moderator", selftext="[removed]"), _seen(200)])
    assert merged.removed_by_category is None
    assert merged.selftext == "Text"


def test_without_a_time_of_retrieval_an_observation_counts_as_the_oldest():
    merged = merge_submissions([_seen(100, score=9), replace(_seen(0), last_seen=None, first_seen=None, score=1)])
    assert merged.score == 9
    assert merged.first_seen == 100
