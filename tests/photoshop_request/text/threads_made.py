"""Small threads whose truth is known, for the tests of this folder."""

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.threads import Edit

START = 1_700_000_000


def post(title: str = "Please remove the ladder", **fields) -> Submission:
    given = {
        "id": "post1",
        "subreddit": "PhotoshopRequest",
        "author": "mira",
        "created_utc": START,
        "title": title,
        "selftext": "",
        "url": "",
        "permalink": "",
        "score": 1,
        "num_comments": 0,
        "upvote_ratio": None,
        "flair": None,
        "over_18": False,
        "is_self": True,
        "stickied": False,
        "distinguished": None,
        "edited_utc": None,
        "removed_by_category": None,
        "deleted_by_author": False,
        "crosspost_parent": None,
        "is_gallery": False,
    }
    return Submission(**(given | fields))


def say(name: str, author: str | None, body: str, *, to: str | None = None, after: int = 0, **fields) -> Comment:
    """A comment `after` minutes after the post; `to` is the id of the comment it answers."""
    given = {
        "id": name,
        "submission_id": "post1",
        "parent_id": f"t1_{to}" if to else "t3_post1",
        "subreddit": "PhotoshopRequest",
        "author": author,
        "created_utc": START + 60 * after,
        "body": body,
        "score": 1,
        "is_submitter": author == "mira",
        "author_flair": None,
        "stickied": False,
        "distinguished": None,
        "edited_utc": None,
        "removed_by_category": None,
        "deleted_by_author": False,
        "permalink": "",
    }
    return Comment(**(given | fields))


def edit(comment: Comment, picture: str | None = None, score: int | None = 1) -> Edit:
    assert comment.author is not None
    return Edit(
        comment.id, comment.author, comment.parent_id, comment.created_utc, score, picture or f"picture of {comment.id}"
    )
