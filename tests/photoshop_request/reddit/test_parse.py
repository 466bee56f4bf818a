"""Parse lines of any year and source into the same kind of record."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photoshop_request.reddit.archives import Archive
from photoshop_request.reddit.fields import unescape
from photoshop_request.reddit.json_structs import JsonComment, JsonRest, JsonSubmission
from photoshop_request.reddit.parse import Reject, RejectReason, parse
from photoshop_request.reddit.records import DELETED, Comment, Submission

SUBMISSION = {
    "id": "abc12",
    "name": "t3_abc12",
    "title": "Remove the ex &amp; dog",
    "selftext": "",
    "author": "somebody",
    "subreddit": "PhotoshopRequest",
    "created_utc": 1600000000,
    "permalink": "/r/PhotoshopRequest/comments/abc12/remove/",
    "url": "https://i.redd.it/x.jpg",
    "score": 12,
}
COMMENT = {
    "id": "c0ffee",
    "body": "[done](https://i.imgur.com/a.jpg?a=1&amp;copy=2)",
    "author": "solver",
    "subreddit": "PhotoshopRequest",
    "created_utc": 1600000100,
    "link_id": "t3_abc12",
    "parent_id": "t3_abc12",
    "score": 3,
}


def _submission(**changes) -> Submission:
    record = parse(json.dumps({**SUBMISSION, **changes}).encode())
    assert isinstance(record, Submission), record
    return record


def _comment(**changes) -> Comment:
    record = parse(json.dumps({**COMMENT, **changes}).encode())
    assert isinstance(record, Comment), record
    return record


def _why(line: bytes) -> RejectReason:
    record = parse(line)
    assert isinstance(record, Reject), record
    return record.reason


@pytest.mark.parametrize("created", [1600000000, 1600000000.0, "1600000000", "1600000000.0"])
def test_time_is_one_number_whatever_its_shape(created):
    assert _submission(created_utc=created).created_utc == 1600000000


def test_ids_lose_their_prefixes_and_parents_keep_them():
    assert _submission(id="t3_abc12").id == "abc12"
    assert _comment(link_id="abc12", parent_id="abc12").parent_id == "t3_abc12"
    assert _comment(parent_id="t1_zzz").parent_id == "t1_zzz"
    assert _comment(id="t1_c0ffee").id == "c0ffee"


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        (35886249529, "t1_ghhz39l"),
        (None, "t3_abc12"),
        (0, "t3_abc12"),
        ("zzz", "t1_zzz"),
        (int("abc12", 36), "t3_abc12"),
    ],
)
def test_old_parents_are_numbers_or_missing(parent, expected):
    record = _comment(parent_id=parent)
    assert _comment(parent_id=parent, ups=float("nan")) == record, "the slow way says the same"
    if isinstance(parent, int) and parent > 10**9:
        assert int(record.parent_id[3:], 36) == parent
    else:
        assert record.parent_id == expected


def test_text_is_unescaped_once_and_only_what_reddit_escapes():
    assert _submission().title == "Remove the ex & dog"
    assert _submission(title="&amp;lt;b&amp;gt; &nbsp;").title == "&lt;b&gt; &nbsp;"
    assert _comment().body == "[done](https://i.imgur.com/a.jpg?a=1&copy=2)"


@pytest.mark.parametrize("author", [None, "[deleted]", ""])
def test_a_deleted_author_is_none(author):
    assert _submission(author=author).author is None


@pytest.mark.parametrize(
    ("edited", "expected"), [(False, None), (True, None), (1600000500.0, 1600000500), (None, None)]
)
def test_edited_is_a_time_or_nothing(edited, expected):
    assert _submission(edited=edited).edited_utc == expected


@pytest.mark.parametrize(
    ("changes", "deleted"),
    [
        ({"selftext": "[deleted]"}, True),
        ({"selftext": "[removed]", "removed_by_category": "deleted"}, True),
        ({"title": "[deleted by user]"}, True),
        ({"selftext": "[removed]", "removed_by_category": "moderator"}, False),
        ({"author": "[deleted]"}, False),
    ],
)
def test_only_the_author_deletes(changes, deleted):
    assert _submission(**changes).deleted_by_author is deleted


def test_gallery_order_is_that_of_its_items_with_captions():
    record = _submission(
        is_gallery=True,
        gallery_data={"items": [{"media_id": "zz", "caption": "make it red", "id": 1}, {"media_id": "aa"}]},
        media_metadata={
            "aa": {
                "status": "valid",
                "e": "Image",
                "m": "image/jpg",
                "s": {"u": "https://x/aa?a=1&amp;s=2", "x": 3, "y": 4},
            },
            "mm": {"status": "failed"},
            "zz": None,
        },
    )
    assert [(entry.media_id, entry.caption) for entry in record.media] == [
        ("zz", "make it red"),
        ("aa", None),
        ("mm", None),
    ]
    assert (record.media[1].address, record.media[1].width, record.media[1].height) == ("https://x/aa?a=1&s=2", 3, 4)
    assert record.media[2].status == "failed"
    assert record.is_gallery


def test_pictures_inside_a_text_come_in_the_order_of_the_text():
    entry = {"status": "valid", "e": "Image", "m": "image/png", "s": {"u": "https://x"}}
    record = _comment(
        body="![img](zz) then ![gif](giphy|aa)",
        media_metadata={"giphy|aa": {**entry, "t": "giphy", "s": {"gif": "https://g"}}, "zz": entry},
    )
    assert [(item.media_id, item.sticker, item.address) for item in record.media] == [
        ("zz", None, "https://x"),
        ("giphy|aa", "giphy", "https://g"),
    ]


@pytest.mark.parametrize(
    "empty", [{"media_metadata": None, "gallery_data": None}, {"gallery_data": {"items": None}}, {}]
)
def test_no_media_is_an_empty_tuple(empty):
    assert _submission(**empty).media == ()


def test_a_crosspost_shows_the_pictures_of_its_last_parent():
    parent = {
        "id": "par",
        "is_gallery": True,
        "media_metadata": {"mm": {"status": "valid", "e": "Image"}},
        "preview": {"images": [{"source": {"url": "https://p?a=1&amp;b=2"}}]},
    }
    record = _submission(crosspost_parent="t3_par", crosspost_parent_list=[{"id": "other"}, parent])
    assert record.crosspost_parent == "par"
    assert [entry.media_id for entry in record.media] == ["mm"]
    assert record.preview == "https://p?a=1&b=2"
    assert record.is_gallery


RELATIVE = "/r/pics/comments/par/foo/"


@pytest.mark.parametrize(
    ("own", "parent", "shown"),
    [
        ({"url": RELATIVE}, {"url": "https://i.redd.it/p.jpg", "selftext": ""}, ("https://i.redd.it/p.jpg", "")),
        ({"url": RELATIVE}, {"url_overridden_by_dest": "https://i.redd.it/p.jpg?a=1&amp;b=2"}, ("https://i.redd.it/p.jpg?a=1&b=2", "")),
        ({"url": ""}, {"url": "https://i.redd.it/p.jpg"}, ("https://i.redd.it/p.jpg", "")),
        ({"url": RELATIVE}, {"selftext": "see a.com/b &amp; c"}, (RELATIVE, "see a.com/b & c")),
        ({"url": RELATIVE, "selftext": "mine"}, {"selftext": "theirs"}, (RELATIVE, "mine")),
        ({"url": "https://i.redd.it/mine.jpg"}, {"url": "https://i.redd.it/p.jpg"}, ("https://i.redd.it/mine.jpg", "")),
        ({"url": RELATIVE}, {"selftext": "[removed]"}, (RELATIVE, "")),
    ],
)  # fmt: skip
def test_a_crosspost_shows_the_address_and_text_of_its_parent(own, parent, shown):
    """Take what the crosspost itself lacks. A mark in place of the parent's text is no text."""
    record = _submission(
        **own, crosspost_parent="t3_par", crosspost_parent_list=[{"id": "par", "is_self": True, **parent}]
    )
    assert (record.url, record.selftext) == shown
    assert record.removed_by_category is None


def test_a_deleted_gallery_item_keeps_its_place():
    """Mark the item that its author deleted, in the post itself and in the parent of a crosspost."""
    gallery = {
        "gallery_data": {"items": [{"media_id": "aa", "is_deleted": True}, {"media_id": "bb", "is_deleted": False}]},
        "media_metadata": {"aa": {"status": "valid", "e": "Image"}, "bb": {"status": "valid", "e": "Image"}},
    }
    for record in (_submission(**gallery), _submission(crosspost_parent_list=[{"id": "par", **gallery}])):
        assert [(entry.media_id, entry.status) for entry in record.media] == [("aa", DELETED), ("bb", "valid")]


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_texts_hold_no_control_characters(text):
    """Remove NUL and its like, but neither tabs nor lines, nor the letters of a backslash and `u0000`."""
    kept = "".join(letter for letter in text if letter in "\t\n\r\b\f" or not (letter < " " or letter == "\x7f"))
    record = _submission(title=f"a{text}", selftext=f"b\\u0000{text}\0", link_flair_text=f"c{text}")
    assert (record.title, record.selftext, record.flair) == tuple(
        unescape(f"{first}{kept}") for first in ("a", "b\\u0000", "c")
    )


def test_a_field_of_an_unknown_shape_costs_only_that_field():
    record = _submission(
        score={"hidden": True}, media_metadata={"aa": [1], "bb": {"status": 7, "e": "Image"}}, over_18="maybe"
    )
    assert record.score is None
    assert [(entry.media_id, entry.status, entry.kind) for entry in record.media] == [
        ("aa", "", ""),
        ("bb", "7", "Image"),
    ]
    assert not record.over_18
    assert record.title == "Remove the ex & dog"


@pytest.mark.parametrize("score", [10**30, 2**31, float("inf"), float("nan"), "many", [1]])
def test_a_number_that_no_column_holds_is_unknown(score):
    assert _submission(score=score).score is None


def test_json_that_only_lenient_writers_make_is_read():
    assert _submission(title="half \ud83d pair").title == "half ? pair"
    record = parse(b"\xef\xbb\xbf" + json.dumps({**SUBMISSION, "upvote_ratio": float("nan")}).encode())
    assert isinstance(record, Submission)


def test_a_hidden_score_is_unknown():
    assert _submission(score=1, hide_score=True).score is None
    assert _submission(score=5, hide_score=True).score == 5


def test_the_subreddit_may_be_told_by_the_path_alone():
    assert _submission(subreddit=None).subreddit == "PhotoshopRequest"


def test_envelopes_of_the_api_are_opened():
    record = parse(json.dumps({"kind": "t3", "data": SUBMISSION}).encode())
    assert isinstance(record, Submission)


def test_a_comment_from_an_inbox_finds_its_submission_by_its_context():
    record = _comment(
        link_id=None, subject="comment reply", name="t1_c0ffee", context="/r/PhotoshopRequest/comments/XY1/t/c0ffee/"
    )
    assert record.submission_id == "xy1"


def test_when_it_was_seen_is_the_newest_time_the_object_tells_or_the_run():
    assert _submission(retrieved_on=1700000000, _meta={"retrieved_2nd_on": 1710000000}).last_seen == 1710000000
    assert _submission(retrieved_utc=1700000000.5).first_seen == 1700000000
    record = parse(json.dumps(SUBMISSION).encode(), seen=1800000000, sources=("reddit",))
    assert isinstance(record, Submission)
    assert (record.first_seen, record.last_seen, record.sources) == (1800000000, 1800000000, ("reddit",))
    assert _submission().last_seen is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "broken", "title": ', RejectReason.NOT_JSON),
        (b"", RejectReason.NOT_JSON),
        (b"[1, 2]", RejectReason.NOT_JSON),
        (b'{"id": "a", "title": "\xff"}', RejectReason.NOT_JSON),
        (b"[" * 100_000, RejectReason.NOT_JSON),
        (b'{"id": "a", "body": ' + b'{"a":' * 3000 + b"1" + b"}" * 3001, RejectReason.NOT_JSON),
        (b'{"error": 404}', RejectReason.NOT_A_POST),
        (
            b'{"id": "a", "name": "t4_a", "subject": "hi", "body": "text", "created_utc": 1}',
            RejectReason.PRIVATE_MESSAGE,
        ),
        (json.dumps({**SUBMISSION, "id": None, "name": None}).encode(), RejectReason.NO_ID),
        (json.dumps({**SUBMISSION, "id": "../../etc"}).encode(), RejectReason.NO_ID),
        (json.dumps({**SUBMISSION, "created_utc": None}).encode(), RejectReason.NO_TIME),
        (json.dumps({**SUBMISSION, "created_utc": "yesterday"}).encode(), RejectReason.NO_TIME),
        (json.dumps({**SUBMISSION, "subreddit": None, "permalink": None}).encode(), RejectReason.NO_SUBREDDIT),
        (json.dumps({**COMMENT, "link_id": None}).encode(), RejectReason.NO_SUBMISSION),
    ],
)
def test_what_is_no_record_says_why(line, reason):
    assert _why(line) is reason


@pytest.mark.parametrize("likely", [None, Submission, Comment])
def test_a_wrong_guess_changes_nothing(likely):
    for thing in (
        SUBMISSION,
        COMMENT,
        {**COMMENT, "title": "both"},
        {"kind": "t3", "data": SUBMISSION},
        {"kind": "t5"},
    ):
        line = json.dumps(thing).encode()
        assert parse(line, likely=likely) == parse(line)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["[deleted]", "t3_a", "1e9"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_KEYS = sorted(
    {field.encode_name for kind in (JsonComment, JsonSubmission, JsonRest) for field in msgspec.structs.fields(kind)}
)


@settings(max_examples=400)
@given(st.sampled_from([SUBMISSION, COMMENT]), st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=6))
def test_whatever_the_values_are_a_line_is_a_record_that_fits_its_columns_or_a_reject(base, changes):
    record = parse(json.dumps({**base, **changes}).encode())
    if isinstance(record, Reject):
        return
    for name, value in msgspec.structs.asdict(record).items():
        if isinstance(value, int):
            assert abs(value) < 2**33
        if isinstance(value, str):
            value.encode()
        if name == "media":
            for entry in value:
                assert entry.width is None or abs(entry.width) <= 2**31
                "".join(filter(None, (entry.media_id, entry.caption, entry.address))).encode()


def test_objects_in_objects_are_a_reject_however_deep():
    """Cover depths around the interpreter's limit, where only some parsers give up."""
    for depth in (20, 200, *range(940, 1010), 3000):
        line = b'{"kind": "t3", "data": ' * depth + b"{}" + b"}" * depth
        assert _why(line) in {RejectReason.NOT_A_POST, RejectReason.NOT_JSON}


@given(st.binary() | st.text().map(str.encode) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_reject(line):
    assert isinstance(parse(line), Reject)


def test_every_line_of_the_real_dumps_is_a_record_or_a_private_message(shared):
    folder = shared / "data" / "reddit"
    counts = {}
    for path in [*folder.glob("*.zst"), folder / "picrequests.jsonl", *folder.glob("hard/*.ndjson")]:
        for batch in Archive(path).batches():
            for line in batch.lines:
                record = parse(line)
                kind = record.reason if isinstance(record, Reject) else type(record)
                counts[kind] = counts.get(kind, 0) + 1
                if isinstance(record, Reject):
                    assert json.loads(line)["name"].startswith("t4_"), record
    assert counts == {Submission: 12_254, Comment: 11_446, RejectReason.PRIVATE_MESSAGE: 1000}
