"""A neutral submission and comment. Tests replace the fields they need."""

from photoshop_request.reddit.records import Comment, Submission

SUBMISSION = Submission(
    id="1abcd2", subreddit="PhotoshopRequest", author="asker", created_utc=1_700_000_000, title="", selftext="", url="",
    permalink="", score=1, num_comments=0, upvote_ratio=None, flair=None, over_18=False, is_self=True, stickied=False,
    distinguished=None, edited_utc=None, removed_by_category=None, deleted_by_author=False, crosspost_parent=None,
    is_gallery=False,
)  # fmt: skip
COMMENT = Comment(
    id="c1", submission_id="1abcd2", parent_id="t3_1abcd2", subreddit="PhotoshopRequest", author="solver",
    created_utc=1_700_000_100, body="", score=1, is_submitter=None, author_flair=None, stickied=False, distinguished=None,
    edited_utc=None, removed_by_category=None, deleted_by_author=False, permalink="",
)  # fmt: skip
