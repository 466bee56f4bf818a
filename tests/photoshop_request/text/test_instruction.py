"""Instructions from requests written for these tests, one rule at a time."""

from dataclasses import replace

import pytest

from photoshop_request.reddit.records import Submission
from photoshop_request.text.instruction import instruction

EMPTY = Submission(
    id="a1",
    subreddit="PhotoshopRequest",
    author="mira",
    created_utc=1_700_000_000,
    title="",
    selftext="",
    url="",
    permalink="",
    score=1,
    num_comments=0,
    upvote_ratio=None,
    flair=None,
    over_18=False,
    is_self=True,
    stickied=False,
    distinguished=None,
    edited_utc=None,
    removed_by_category=None,
    deleted_by_author=False,
    crosspost_parent=None,
    is_gallery=False,
)


def text_of(title: str, body: str = "") -> str:
    return instruction(replace(EMPTY, title=title, selftext=body)).text


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("[Request] Could someone please remove the bin behind us?", "", "Remove the bin behind us."),
        ("(Serious) Can anyone colorize this photo of my aunt? Thanks!", "", "Colorize this photo of my aunt."),
        ("Hello!", "I would love it if you could swap the sky for a sunset. I'll tip $10!", "Swap the sky for a sunset."),
    ],
)
def test_the_way_of_asking_is_taken_off(title, body, expected):
    """Greetings, tags, thanks, payment and "could someone please" leave only what is to be done."""
    assert text_of(title, body) == expected
