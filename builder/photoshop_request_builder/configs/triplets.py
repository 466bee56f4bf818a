"""The `triplets` config: (source, instruction, edit) for every published edit, in the order they were posted."""

from collections.abc import Iterator
from typing import Any

from photoshop_request_builder.configs.context import Context
from photoshop_request_builder.threads import Thread, reference


def rows(thread: Thread, context: Context) -> Iterator[dict[str, Any]]:
    """The triplets of one request."""
    submission = thread.submission
    for edit in thread.edits():
        source, comment = thread.picture(edit["source_sha256"]), thread.comment(edit["comment_id"])
        accepted = thread.accepted.get(comment.id)
        yield {
            "source_image": reference(source),
            "instruction": thread.instruction_at(comment.created_utc),
            "edited_image": reference(edit),
            "submission_id": submission.id,
            "comment_id": comment.id,
            "title": submission.title,
            "selftext": submission.selftext,
            "captions": [media.caption for media in submission.media if media.caption],
            **thread.rewritten(),
            "task_types": list(thread.text["task_types"]),
            "language": thread.text["language"],
            "source_url": source["url"],
            "edited_url": edit["url"],
            "source_sha256": source["sha256"],
            "edited_sha256": edit["sha256"],
            "source_width": source["width"],
            "source_height": source["height"],
            "edited_width": edit["width"],
            "edited_height": edit["height"],
            "phash_distance": edit["phash_distance"],
            "dhash_distance": edit["dhash_distance"],
            "hash_version": edit["hash_version"],
            "submission_score": submission.score,
            "comment_score": comment.score,
            "score_percentile": thread.rank["score_percentile"],
            "upvote_ratio": submission.upvote_ratio,
            "num_comments": submission.num_comments,
            "submission_created_utc": submission.created_utc,
            "comment_created_utc": comment.created_utc,
            "flair": submission.flair,
            "accepted": accepted is not None,
            "acceptance_evidence": list(accepted.evidence) if accepted else [],
            "over_18": submission.over_18,
            "nsfw_score": thread.selection.nsfw_score(edit),
            "requester": context.name_of(submission.author),
            "solver": context.name_of(comment.author),
        }
