"""Reddit's own hosts. Full-size pictures lie at `i.redd.it/<id>.<ext>`; no request is needed to know it."""

import re

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, Url, parse
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY", "picture_address"]

_NAME = "reddit"
_ID = re.compile(r"[a-z0-9]{6,20}\Z")


def picture_address(media_id: str, signed: str | None, mime: str) -> str:
    """The full-size address of a `media_metadata` entry: the extension is the one in the signed address, else by mime."""
    url = parse(signed) if signed else None
    extension = url.extension if url and url.extension in IMAGE_EXTENSIONS else mime.rpartition("/")[2].lower()
    return f"https://i.redd.it/{media_id}.{extension or 'jpg'}"


def _classify(url: Url) -> AddressTarget:
    if url.host in {"i.redd.it", "preview.redd.it"}:
        return _picture(url)
    if url.host in {"external-preview.redd.it", "i.reddituploads.com"}:
        return AddressTarget(AddressKind.IMAGE, url.https(), _NAME)  # the signature in the query is part of the name
    if url.host == "v.redd.it":
        return AddressTarget(AddressKind.VIDEO, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "a video")
    if url.host.endswith(("redditmedia.com", "redditstatic.com")):
        return AddressTarget(
            AddressKind.OTHER, url.https(), _NAME, Verdict.NOT_AN_IMAGE, "a thumbnail, an icon or an emoji"
        )
    if url.host.endswith("amazonaws.com"):
        return AddressTarget(
            AddressKind.DEAD,
            url.https(query=False),
            _NAME,
            Verdict.GONE,
            "Reddit's upload bucket, never public for long",
        )
    return _page(url)


def _picture(url: Url) -> AddressTarget:
    if len(url.parts) != 1:
        return AddressTarget(
            AddressKind.REACTION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "an award or an emote"
        )
    # preview.redd.it/some-title-v0-<id>.jpg: only what follows the last dash names the picture
    media_id = url.stem.rpartition("-")[2]
    if not _ID.match(media_id):
        return AddressTarget(
            AddressKind.OTHER, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "not a picture's id"
        )
    if url.extension == "mp4":
        return AddressTarget(
            AddressKind.VIDEO, f"https://i.redd.it/{media_id}.mp4", _NAME, Verdict.NOT_AN_IMAGE, "a video"
        )
    return AddressTarget(AddressKind.IMAGE, f"https://i.redd.it/{media_id}.{url.extension or 'jpg'}", _NAME)


def _page(url: Url) -> AddressTarget:
    if url.parts == ("media",) and (inner := url.argument("url")):
        return AddressTarget(AddressKind.NAVIGATION, url.https(), _NAME, Verdict.NOT_AN_IMAGE, "a viewer", wraps=inner)
    if "video" in url.parts[:3] and url.parts[:1] == ("link",):
        return AddressTarget(AddressKind.VIDEO, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "a video")
    why = (
        "a gallery, looked up in the archive by its id"
        if url.parts[:1] == ("gallery",)
        else "a thread, a person, a rule or a wiki page"
    )
    return AddressTarget(AddressKind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, why)


FAMILY = HostFamily(
    _NAME,
    (
        "redd.it",
        "reddit.com",
        "reddituploads.com",
        "redditmedia.com",
        "redditstatic.com",
        "reddit-uploaded-media.s3-accelerate.amazonaws.com",
        "reddit-uploaded-media.s3.amazonaws.com",
    ),
    _classify,
)
