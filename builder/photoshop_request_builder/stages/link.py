"""Find every picture address in the posts of a shard, with role and reason. No request is made."""

import pyarrow as pa

from photoshop_request.media.addresses.links import Link, comment_links, submission_links
from photoshop_request_builder.engine.stage import ShardInputs
from photoshop_request_builder.store import tables

VERSION = 4


def make_links(inputs: ShardInputs) -> pa.Table:
    """Return the links of one shard: for each submission its own in order, then those of its comments.

    Comments of missing submissions are linked too.
    """
    submissions = list(tables.submissions_of(inputs.read("submissions")))
    requesters = {submission.id: submission.author for submission in submissions}
    links: dict[str, list[Link]] = {submission.id: submission_links(submission) for submission in submissions}
    comments = inputs.find("comments")
    for comment in tables.comments_of(comments) if comments is not None else ():
        requester = requesters.get(comment.submission_id)
        links.setdefault(comment.submission_id, []).extend(comment_links(comment, requester))
    return tables.to_table((link for thread in links.values() for link in thread), tables.LINKS)
