"""Build small threads for the tests of this folder."""

from made_records import COMMENT, SUBMISSION
from msgspec.structs import replace

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.thread.participants import Edit

START = 1_700_000_000


def post(title: str = "Please remove the ladder", **fields) -> Submission:
    return replace(SUBMISSION, **({"id": "post1", "author": "mira", "created_utc": START, "title": title} | fields))


def say(name: str, author: str | None, body: str, *, to: str | None = None, after: int = 0, **fields) -> Comment:
    """Return a comment `after` minutes after the post. `to` is the id of the comment it replies to."""
    defaults = {
        "id": name,
        "submission_id": "post1",
        "parent_id": f"t1_{to}" if to else "t3_post1",
        "author": author,
        "created_utc": START + 60 * after,
        "body": body,
        "is_submitter": author == "mira",
    }
    return replace(COMMENT, **(defaults | fields))


def edit(comment: Comment, picture: str | None = None, score: int | None = 1) -> Edit:
    assert comment.author is not None
    return Edit(
        comment.id, comment.author, comment.parent_id, comment.created_utc, score, picture or f"picture of {comment.id}"
    )
