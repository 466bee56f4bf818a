"""List the pictures that a submission or a comment links to: one row per address, in order, with role and reason."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from photoshop_request.media.addresses.hosts import classify, host_of, picture_key, spellings
from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget
from photoshop_request.media.addresses.hosts.reddit import picture_address
from photoshop_request.media.addresses.markdown import FoundAddress, find_links
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS
from photoshop_request.reddit.records import DELETED, Comment, Media, Submission
from photoshop_request.reddit.removals import RemovedBy, removed_by
from photoshop_request.verdicts import Verdict


class Role(StrEnum):
    """Role of a picture in the request."""

    SOURCE = "source"
    CANDIDATE = "candidate"
    REQUESTERS_OWN = "requesters_own"
    """The requester's picture in a comment: a further source, never an edit."""


@dataclass(frozen=True, slots=True)
class Link:
    """Describe one address in a submission (`comment_id` is None) or a comment."""

    submission_id: str
    comment_id: str | None
    position: int
    """Number in the order of display, from 0."""
    url: str
    """Address as written, unescaped. Media without an address have a name such as `giphy:ID`."""
    canonical: str
    host: str
    """Host name of `canonical`."""
    kind: AddressKind
    role: Role
    reason: Verdict | None
    """Reason not to fetch the address, or None if it may be fetched."""
    author: str | None
    caption: str | None
    """Caption of the gallery item or inline picture, or the text of the link."""
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
_PICTURE_KINDS = frozenset({AddressKind.IMAGE, AddressKind.ALBUM, AddressKind.PAGE, AddressKind.FILE, AddressKind.SHORTLINK, AddressKind.VIDEO})  # fmt: skip
_RELATIVE = re.compile(r"(?!//)(?:/?(?:r|u|user|wiki|message|comments|gallery)/|[/#])")


def is_bot(author: str | None, flair: str | None = None) -> bool:
    """Return True if the user name or flair is that of a bot."""
    name = author or ""
    return name.lower() in _BOTS or bool(_BOT_NAME.search(name)) or bool(flair and _BOT_FLAIR.search(flair))


def submission_links(submission: Submission) -> list[Link]:
    """Return every address of a request, one row per picture: the gallery, the linked address, then the text."""
    media = {item.media_id: item for item in submission.media}
    drafts = [_media_draft(item) for item in submission.media] if submission.is_gallery else []
    if submission.url and not _links_to_itself(submission):
        drafts.extend(
            replace(draft, fallback=draft.fallback or submission.preview) for draft in _address_drafts(submission.url)
        )
    if submission.is_gallery and not submission.media:
        address = f"https://www.reddit.com/gallery/{submission.id}"
        drafts.append(_Draft(address, AddressTarget(AddressKind.ALBUM, address, "reddit", Verdict.GONE)))
    drafts.extend(_text_drafts(submission.selftext, media))
    if not submission.is_gallery:
        drafts.extend(_media_draft(item) for item in submission.media)
    verdict = _post_verdict(submission)
    return list(_numbered(drafts, submission.id, None, Role.SOURCE, submission.author, verdict))


def comment_links(comment: Comment, requester: str | None) -> list[Link]:
    """Return every address of a comment, in order.

    The role is `REQUESTERS_OWN` if `requester` wrote the comment or Reddit marks it `is_submitter`.
    """
    media = {item.media_id: item for item in comment.media}
    drafts = [*_text_drafts(comment.body, media), *(_media_draft(item) for item in comment.media)]
    own = comment.is_submitter is True or (requester is not None and comment.author == requester)
    role = Role.REQUESTERS_OWN if own else Role.CANDIDATE
    verdict = _post_verdict(comment, comment.author_flair)
    return list(_numbered(drafts, comment.submission_id, comment.id, role, comment.author, verdict))


_REMOVED = {RemovedBy.AUTHOR: Verdict.DELETED_BY_AUTHOR, RemovedBy.LAW: Verdict.REMOVED_BY_LAW}


def _post_verdict(post: Submission | Comment, flair: str | None = None) -> Verdict | None:
    """Return the reason that holds for every address of a post. Pictures that moderators removed are fetched."""
    by = removed_by(post.removed_by_category, deleted_by_author=post.deleted_by_author)
    return _REMOVED.get(by) if by in _REMOVED else Verdict.BOT if is_bot(post.author, flair) else None


def _links_to_itself(submission: Submission) -> bool:
    """Return True if `url` leads to the submission itself or to its gallery. Their pictures are listed already."""
    return (
        submission.is_self
        or re.search(rf"/(?:comments|gallery)/{re.escape(submission.id)}\b", submission.url) is not None
    )


def _numbered(
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
    """Return the first mention of a picture, completed by a later one."""
    # an upload's metadata knows its true ending and whether it failed; a text may know the ending
    is_better = (again.width and not first.width) or len(spellings(again.target)) < len(spellings(first.target))
    target = again.target if is_better else first.target
    if Verdict.DELETED_BY_AUTHOR in {first.target.reason, again.target.reason}:
        target = replace(target, reason=Verdict.DELETED_BY_AUTHOR)
    return replace(
        first,
        target=target,
        caption=first.caption or again.caption,
        fallback=first.fallback or again.fallback,
        width=first.width or again.width,
        height=first.height or again.height,
    )


def _media_draft(item: Media) -> _Draft:
    if item.sticker or _STICKER.match(item.media_id):
        name = item.media_id.replace("|", ":", 1) if "|" in item.media_id else f"{item.sticker}:{item.media_id}"
        return _Draft(name, _not_an_image(AddressKind.REACTION, name), item.caption)
    address = picture_address(item.media_id, item.address, item.mime)
    target = AddressTarget(AddressKind.IMAGE, address, "reddit")
    if item.kind == "RedditVideo":
        address = f"https://v.redd.it/{item.media_id}"
        target = _not_an_image(AddressKind.VIDEO, address)
    elif item.status not in {"valid", "unprocessed", ""}:
        target = replace(target, reason=Verdict.GONE)
    elif item.kind == "AnimatedImage":
        target = replace(target, reason=Verdict.ANIMATED)
    if item.status == DELETED:
        target = replace(target, reason=Verdict.DELETED_BY_AUTHOR)
    return _Draft(address, target, item.caption, item.address, item.width, item.height)


def _not_an_image(kind: AddressKind, address: str) -> AddressTarget:
    return AddressTarget(kind, address, "reddit", Verdict.NOT_AN_IMAGE)


def _text_drafts(text: str, media: dict[str, Media]) -> Iterator[_Draft]:
    for link in find_links(text):
        caption = None if link.inline and link.text in {"img", "gif"} else link.text
        if link.inline and (item := media.get(link.address)):
            draft = _media_draft(item)
            yield replace(draft, caption=draft.caption or caption)
        elif _STICKER.match(link.address):
            name = link.address.replace("|", ":", 1)
            yield _Draft(name, _not_an_image(AddressKind.REACTION, name))
        elif link.inline and _MEDIA_ID.match(link.address):
            address = picture_address(link.address)
            yield _Draft(address, AddressTarget(AddressKind.IMAGE, address, "reddit"), caption)
        else:
            yield from _link_drafts(link)


def _link_drafts(link: FoundAddress) -> Iterator[_Draft]:
    address = link.address
    if not address or (not link.explicit and not _is_picture_like(address)):
        return
    if address.lower().startswith(("mailto:", "tel:")):
        yield _Draft(address, _not_an_image(AddressKind.NAVIGATION, address), link.text)
    elif _SCHEME.match(address) or "/" in address or "." in address or address[0] == "#":
        yield from (replace(draft, caption=link.text) for draft in _address_drafts(address))


def _is_picture_like(address: str) -> bool:
    """Return True if a host and path without a scheme names a picture, by a known host or a picture's extension."""
    target = classify(f"https://{address}")
    return target.kind in _PICTURE_KINDS or address.lower().endswith(
        tuple(f".{extension}" for extension in IMAGE_EXTENSIONS)
    )


def _address_drafts(written: str) -> Iterator[_Draft]:
    """Yield a draft per picture of an address, which may lack its scheme or be relative to Reddit."""
    if _RELATIVE.match(written):
        yield _Draft(written, _not_an_image(AddressKind.NAVIGATION, f"https://www.reddit.com/{written.lstrip('/')}"))
        return
    target = classify(written if _SCHEME.match(written) else f"https://{written.removeprefix('//')}")
    targets = [classify(picture) for picture in target.pictures] or [target]
    yield from (_Draft(written, target) for target in targets)
