"""Which pictures a submission or a comment points to: one row an address, in order, canonical, with role and reason."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from photoshop_request.media.addresses.hosts import AddressKind, AddressTarget, classify, host_of, picture_key
from photoshop_request.media.addresses.hosts.reddit import picture_address
from photoshop_request.media.addresses.markdown import FoundAddress, find_links
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS
from photoshop_request.reddit.records import Comment, Media, Submission
from photoshop_request.verdicts import Verdict

__all__ = ["AddressKind", "Link", "Role", "comment_links", "is_bot", "submission_links"]


class Role(StrEnum):
    """Whose picture it is, seen from the request."""

    SOURCE = "source"
    CANDIDATE = "candidate"
    REQUESTERS_OWN = "requesters_own"
    """The requester's picture in a comment: fetched as a further source, never an edit."""


@dataclass(frozen=True, slots=True)
class Link:
    """One address in a submission (`comment_id` None) or comment."""

    submission_id: str
    comment_id: str | None
    position: int
    """From 0, in the order people saw them."""
    url: str
    """As written (unescaped); `giphy:ID` and the like for media that have no address."""
    canonical: str
    host: str
    """Of `canonical`."""
    kind: AddressKind
    role: Role
    reason: Verdict | None
    """Why it must not be fetched; None when it is to be fetched."""
    author: str | None
    caption: str | None
    """Of the gallery item or inline picture, or the words of the link."""
    fallback: str | None
    """Reddit's signed preview: a smaller copy."""
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class _Draft:
    url: str
    target: AddressTarget
    caption: str | None = None
    fallback: str | None = None
    width: int | None = None
    height: int | None = None


_BOTS = frozenset({"automoderator", "remindmebot", "colorizebot", "gifvbot", "gifreversingbot", "stabbot", "sneakpeekbot", "imgurtranscriber", "mirror_of", "haikubot-1911", "nwordcountbot", "vreddit_bot", "savevideobot", "savevideo", "downloadvideo", "imguralbumbot", "wikitextbot", "youtubefactsbot", "timezone_bot", "totesmessenger", "autotldr", "image_linker_bot", "photoshoprequestbot"})  # fmt: skip
_BOT_NAME = re.compile(r"(?:[a-z0-9_-]Bot|BOT|(?:^|[_-])bot)(?:[_-]?\d*\Z|[_-])")
_BOT_FLAIR = re.compile(r"\bbot\b", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_MEDIA_ID = re.compile(r"[a-z0-9]{10,20}\Z")
_STICKER = re.compile(r"(?:giphy|emote|sticker|emoji)\|")
_RELATIVE = re.compile(r"/?(?:r|u|user|wiki|message|comments|gallery)/|[/#]")


def is_bot(author: str | None, flair: str | None = None) -> bool:
    """Whether a name or flair says that a program wrote this."""
    name = author or ""
    return name.lower() in _BOTS or bool(_BOT_NAME.search(name)) or bool(flair and _BOT_FLAIR.search(flair))


def submission_links(submission: Submission) -> list[Link]:
    """Every address of a request, in order: gallery, then the linked address, then those in the text; one row a picture."""
    media = {item.media_id: item for item in submission.media}
    drafts = [_of_media(item) for item in submission.media] if submission.is_gallery else []
    if submission.url and not _is_itself(submission):
        drafts.extend(
            replace(draft, fallback=draft.fallback or submission.preview) for draft in _of_address(submission.url)
        )
    if submission.is_gallery and not submission.media:
        address = f"https://www.reddit.com/gallery/{submission.id}"
        drafts.append(
            _Draft(address, AddressTarget(AddressKind.ALBUM, address, "reddit", Verdict.GONE, "the gallery is deleted"))
        )
    drafts.extend(_of_text(submission.selftext, media))
    if not submission.is_gallery:
        drafts.extend(_of_media(item) for item in submission.media)
    verdict = _author_verdict(submission.author, None, deleted=submission.deleted_by_author)
    return list(_number(drafts, submission.id, None, Role.SOURCE, submission.author, verdict))


def comment_links(comment: Comment, requester: str | None) -> list[Link]:
    """Every address of a comment, in order; those of `requester` (or of who Reddit says submitted) are their own."""
    media = {item.media_id: item for item in comment.media}
    drafts = [*_of_text(comment.body, media), *(_of_media(item) for item in comment.media)]
    own = comment.is_submitter is True or (requester is not None and comment.author == requester)
    role = Role.REQUESTERS_OWN if own else Role.CANDIDATE
    verdict = _author_verdict(comment.author, comment.author_flair, deleted=comment.deleted_by_author)
    return list(_number(drafts, comment.submission_id, comment.id, role, comment.author, verdict))


def _author_verdict(author: str | None, flair: str | None, *, deleted: bool) -> Verdict | None:
    if deleted:
        return Verdict.DELETED_BY_AUTHOR
    return Verdict.BOT if is_bot(author, flair) else None


def _is_itself(submission: Submission) -> bool:
    """Whether `url` only leads back to the submission or to the gallery whose pictures are known."""
    return (
        submission.is_self
        or re.search(rf"/(?:comments|gallery)/{re.escape(submission.id)}\b", submission.url) is not None
    )


def _number(
    drafts: Iterable[_Draft],
    submission_id: str,
    comment_id: str | None,
    role: Role,
    author: str | None,
    verdict: Verdict | None,
) -> Iterator[Link]:
    merged: dict[str, _Draft] = {}
    for draft in drafts:
        key = picture_key(draft.target.canonical)
        merged[key] = _merge(merged[key], draft) if key in merged else draft
    for position, draft in enumerate(merged.values()):
        yield Link(
            submission_id, comment_id, position, draft.url, draft.target.canonical, host_of(draft.target.canonical),
            draft.target.kind, role, draft.target.reason or verdict, author, draft.caption, draft.fallback, draft.width, draft.height,
        )  # fmt: skip


def _merge(first: _Draft, again: _Draft) -> _Draft:
    """The first mention, with what only a later mention of the same picture knows."""
    return replace(
        first,
        # what the archive says of an upload (its true extension, or that it failed) beats what a text says
        target=again.target if again.width and not first.width else first.target,
        caption=first.caption or again.caption,
        fallback=first.fallback or again.fallback,
        width=first.width or again.width,
        height=first.height or again.height,
    )


def _of_media(item: Media) -> _Draft:
    if item.sticker or _STICKER.match(item.media_id):
        name = item.media_id.replace("|", ":", 1) if "|" in item.media_id else f"{item.sticker}:{item.media_id}"
        return _Draft(
            name, AddressTarget(AddressKind.REACTION, name, "reddit", Verdict.NOT_AN_IMAGE, "a reaction"), item.caption
        )
    address = picture_address(item.media_id, item.address, item.mime)
    target = AddressTarget(AddressKind.IMAGE, address, "reddit")
    if item.kind == "RedditVideo":
        address = f"https://v.redd.it/{item.media_id}"
        target = AddressTarget(AddressKind.VIDEO, address, "reddit", Verdict.NOT_AN_IMAGE, "a video")
    elif item.status not in {"valid", ""}:
        target = replace(target, reason=Verdict.GONE, why=f"the upload's status is {item.status}")
    elif item.kind == "AnimatedImage":
        target = replace(target, reason=Verdict.ANIMATED, why="Reddit says that it moves")
    return _Draft(address, target, item.caption, item.address, item.width, item.height)


def _of_text(text: str, media: dict[str, Media]) -> Iterator[_Draft]:
    for found in find_links(text):
        if found.inline and (item := media.get(found.address)):
            draft = _of_media(item)
            yield replace(draft, caption=draft.caption or _caption(found))
        elif _STICKER.match(found.address):
            name = found.address.replace("|", ":", 1)
            yield _Draft(name, AddressTarget(AddressKind.REACTION, name, "reddit", Verdict.NOT_AN_IMAGE, "a reaction"))
        elif found.inline and _MEDIA_ID.match(found.address):
            address = f"https://i.redd.it/{found.address}.jpg"
            yield _Draft(address, AddressTarget(AddressKind.IMAGE, address, "reddit"), _caption(found))
        else:
            yield from _of_found(found)


def _caption(found: FoundAddress) -> str | None:
    return None if found.inline and found.text in {"img", "gif"} else found.text


def _of_found(found: FoundAddress) -> Iterator[_Draft]:
    address = found.address
    if not address or (not found.explicit and not _is_picture_like(address)):
        return
    if _RELATIVE.match(address):
        target = AddressTarget(
            AddressKind.NAVIGATION,
            f"https://www.reddit.com/{address.lstrip('/')}",
            "reddit",
            Verdict.NOT_AN_IMAGE,
            "a place on Reddit",
        )
        yield _Draft(address, target, found.text)
    elif address.lower().startswith(("mailto:", "tel:")):
        yield _Draft(
            address,
            AddressTarget(AddressKind.NAVIGATION, address, "policy", Verdict.NOT_AN_IMAGE, "a person"),
            found.text,
        )
    elif _SCHEME.match(address) or "/" in address or "." in address:
        written = address if _SCHEME.match(address) else f"https://{address}"
        yield from (replace(draft, caption=found.text) for draft in _of_address(written, address))


def _is_picture_like(address: str) -> bool:
    """Whether a host and path that merely stand in the text mean a picture: a known host, or a picture's extension."""
    target = classify(f"https://{address}")
    return target.kind in {
        AddressKind.IMAGE,
        AddressKind.ALBUM,
        AddressKind.PAGE,
        AddressKind.FILE,
        AddressKind.SHORTLINK,
        AddressKind.VIDEO,
    } or address.lower().endswith(tuple(f".{extension}" for extension in IMAGE_EXTENSIONS))


def _of_address(address: str, written: str | None = None) -> Iterator[_Draft]:
    target = classify(address)
    if target.pictures:
        yield from (_Draft(written or address, classify(picture)) for picture in target.pictures)
    else:
        yield _Draft(written or address, target)
