"""Make the rows of `triplets`: (source, instruction, edit) for every published edit, in order of posting."""

from collections.abc import Iterator, Mapping
from typing import Any

from photoshop_request.edits.figures import FIGURES
from photoshop_request.media.files.ai_evidence import AiEvidence
from photoshop_request.text.thread.ai_words import says_ai
from photoshop_request.text.thread.flair import terms
from photoshop_request_builder.dataset.configs.context import Context
from photoshop_request_builder.dataset.publication import is_source_picture
from photoshop_request_builder.dataset.thread import PictureRef, Thread, picture_ref


def rows(thread: Thread, context: Context) -> Iterator[dict[str, Any]]:
    """Yield the triplets of one request."""
    submission = thread.submission
    for edit in thread.edits():
        source, comment = thread.picture(edit["source_sha256"]), thread.comment(edit["comment_id"])
        accepted = thread.accepted.get(comment.id)
        yield {
            "source_image": picture_ref(source),
            "instruction": thread.instruction_at(comment.created_utc),
            "edited_image": picture_ref(edit),
            "change_mask": _mask(edit["change_mask"]),
            "watermark_mask": _mask(edit["watermark_mask"]),
            "reference_images": [picture_ref(row) for row in _others(thread, edit)],
            "second_source_image": _second(thread, edit),
            "submission_id": submission.id,
            "comment_id": comment.id,
            **thread.text_columns(),
            **thread.rewrite_columns(),
            "task_types": list(thread.text["task_types"]),
            "language": thread.text["language"],
            "source_url": thread.address(source["url"]),
            "edited_url": thread.address(edit["url"]),
            "source_sha256": source["sha256"],
            "edited_sha256": edit["sha256"],
            "source_width": source["width"],
            "source_height": source["height"],
            "edited_width": edit["width"],
            "edited_height": edit["height"],
            "hash_version": edit["hash_version"],
            "verified": edit["verified"],
            **{figure.column: edit[figure.name] for figure in FIGURES if figure.column},
            "watermark": thread.publication.is_watermarked(edit),
            "revises": edit["revises"],
            "submission_score": submission.score,
            "comment_score": comment.score,
            "score_percentile": thread.rank["score_percentile"],
            "upvote_ratio": submission.upvote_ratio,
            "num_comments": submission.num_comments,
            "submission_created_utc": submission.created_utc,
            "comment_created_utc": comment.created_utc,
            "accepted": accepted is not None,
            "acceptance_evidence": list(accepted.evidence) if accepted else [],
            "ai_evidence": _ai_evidence(thread, edit),
            "software": edit["software"] and thread.hide_names(edit["software"]),
            "over_18": submission.over_18,
            "nsfw_score": thread.publication.nsfw_score(edit),
            "requester": context.pseudonym(submission.author),
            "solver": context.pseudonym(comment.author),
        }


def _mask(png: bytes | None) -> dict[str, Any] | None:
    return {"bytes": png, "path": None} if png else None


def _ai_evidence(thread: Thread, edit: Mapping[str, Any]) -> list[str]:
    """Return the evidence in the edit's file, its pixels and its comment, and in the request's flair or title."""
    submission = thread.submission
    found = set(edit["ai_evidence"] or ())
    if edit["sparkle"]:
        found.add(AiEvidence.SPARKLE)
    if says_ai(thread.comment(edit["comment_id"]).body):
        found.add(AiEvidence.WORDS)
    if terms(submission.flair, submission.title, submission.created_utc).ai_allowed:
        found.add(AiEvidence.FLAIR)
    return [code for code in AiEvidence if code in found]


def _others(thread: Thread, edit: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the request's pictures besides the edit's sources, each once, in order."""
    sources = {edit["source_sha256"], edit["second_source_sha256"]}
    others: dict[str, Mapping[str, Any]] = {}
    for row in thread.candidates:
        if is_source_picture(row) and row["sha256"] not in sources:
            others.setdefault(row["sha256"], row)
    return list(others.values())


def _second(thread: Thread, edit: Mapping[str, Any]) -> PictureRef | None:
    second = edit["second_source_sha256"]
    return picture_ref(thread.picture(second)) if second else None
