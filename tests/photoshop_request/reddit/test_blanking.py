"""A blank line parses to the record without its content."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from photoshop_request.reddit.blanking import CONTENT, blank_line, has_content
from photoshop_request.reddit.parse import parse
from photoshop_request.reddit.records import Comment, Media, Submission

WORDS = st.text(min_size=1, max_size=20)
ID = st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=7)
TIME = st.integers(1, 2_000_000_000)
COUNT = st.none() | st.integers(-9, 9999)
COMMON: dict[str, Any] = {
    "id": ID, "subreddit": st.just("PhotoshopRequest"), "author": WORDS, "created_utc": TIME, "score": COUNT,
    "stickied": st.booleans(), "distinguished": st.sampled_from([None, "moderator"]), "edited_utc": st.none() | TIME,
    "removed_by_category": st.none(), "deleted_by_author": st.just(False), "permalink": WORDS,
    "media": st.just((Media("m", "Image", "valid", caption="words"),)), "sources": st.just(("archive",)),
    "first_seen": st.just(5), "last_seen": st.just(5),
}  # fmt: skip
SUBMISSION = st.builds(
    Submission, **COMMON, title=WORDS, selftext=WORDS, url=WORDS, num_comments=COUNT, flair=WORDS, preview=WORDS,
    upvote_ratio=st.none() | st.floats(0, 1), over_18=st.booleans(), is_self=st.booleans(), is_gallery=st.booleans(),
    crosspost_parent=st.none() | ID,
)  # fmt: skip
COMMENT = st.builds(
    Comment, **COMMON, submission_id=ID, body=WORDS, author_flair=WORDS, is_submitter=st.none() | st.booleans(),
    parent_id=ID.map("t1_{}".format),
)  # fmt: skip
BLANK = {"title": "", "selftext": "", "url": "", "flair": None, "preview": None, "body": "", "author_flair": None}
BLANK |= {"author": None, "media": (), "permalink": ""}


@given(SUBMISSION | COMMENT, st.sampled_from(["deleted", "content_takedown"]))
def test_a_blank_line_keeps_place_numbers_and_marks(record: Submission | Comment, category: str) -> None:
    """And no other field. It has no content any more, and blanking it again gives the same line."""
    line = blank_line(asdict(record), category)
    found = parse(line, sources=record.sources)
    marks = {"removed_by_category": category, "deleted_by_author": category == "deleted"}
    empty = {name: value for name, value in BLANK.items() if hasattr(record, name)}
    if isinstance(record, Comment) and record.parent_id[3:] in record.submission_id:
        return  # an id within another is read as a malformed parent
    assert found == replace(record, **marks, **empty)
    table = "submissions" if isinstance(record, Submission) else "comments"
    assert not has_content(asdict(found), table)
    assert blank_line(asdict(found), category) == line
    for name in CONTENT[table]:
        assert has_content(asdict(replace(found, **{name: getattr(record, name)})), table) or name == "body"


def test_marks_in_place_of_texts_are_no_content() -> None:
    """Most deleted comments of an archive never had words there."""
    row = {"author": None, "body": "[deleted]", "author_flair": None, "media": []}
    assert not has_content(row, "comments")
    assert has_content(row | {"body": "[deleted] was my first word"}, "comments")
