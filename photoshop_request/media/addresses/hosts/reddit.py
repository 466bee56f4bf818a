"""Reddit's own hosts. Full-size pictures are at `i.redd.it/<id>.<ext>`.

If nothing tells the ending, the canonical address is `i.redd.it/<id>`, which stands for all endings.
"""

import re

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, no_picture
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, Url, parse
from photoshop_request.verdicts import Verdict

_NAME = "reddit"
_ID = re.compile(r"[a-z0-9]{6,20}\Z")
_ENDINGS = ("jpg", "png", "jpeg", "webp", "gif")
"""Endings of uploads, the most frequent first."""


def picture_address(media_id: str, signed: str | None = None, mime: str = "") -> str:
    """Return the full-size address of an upload, with the ending of its signed address or its mime, if either tells it."""
    url = parse(signed) if signed else None
    if url and url.extension in IMAGE_EXTENSIONS:
        return f"https://i.redd.it/{media_id}.{url.extension}"
    ending = mime.rpartition("/")[2].lower()
    # files of both endings have the mime of JPEG, in either spelling
    return f"https://i.redd.it/{media_id}" + ("" if ending in {"", "jpg", "jpeg"} else f".{ending}")


def _classify(url: Url) -> AddressTarget:
    if url.host in {"i.redd.it", "preview.redd.it"}:
        return _picture(url)
    if url.host in {"external-preview.redd.it", "i.reddituploads.com"}:
        # the signature in the query is part of the name
        return AddressTarget(AddressKind.IMAGE, url.https(), _NAME)
    if url.host == "v.redd.it":
        return no_picture(url, _NAME, "a video", AddressKind.VIDEO)
    if url.host.endswith(("redditmedia.com", "redditstatic.com")):
        detail = "a thumbnail, an icon or an emoji"
        return AddressTarget(AddressKind.OTHER, url.https(), _NAME, Verdict.NOT_AN_IMAGE, detail)
    if url.host.endswith("amazonaws.com"):
        address, detail = url.https(query=False), "Reddit's upload bucket, never public for long"
        return AddressTarget(AddressKind.DEAD, address, _NAME, Verdict.GONE, detail)
    return _page(url)


def _picture(url: Url) -> AddressTarget:
    if len(url.parts) != 1:
        return no_picture(url, _NAME, "an award or an emote", AddressKind.REACTION)
    # preview.redd.it/some-title-v0-<id>.jpg: only the part after the last dash names the picture
    media_id = url.stem.rpartition("-")[2]
    if not _ID.match(media_id):
        return no_picture(url, _NAME, "not a picture's id", AddressKind.OTHER)
    if url.extension in VIDEO_EXTENSIONS:
        address = f"https://i.redd.it/{media_id}.{url.extension}"
        return AddressTarget(AddressKind.VIDEO, address, _NAME, Verdict.NOT_AN_IMAGE, "a video")
    ending = f".{url.extension}" if url.extension in IMAGE_EXTENSIONS else ""
    return AddressTarget(AddressKind.IMAGE, f"https://i.redd.it/{media_id}{ending}", _NAME)


def _spellings(url: Url) -> tuple[str, ...]:
    is_open = url.host == "i.redd.it" and len(url.parts) == 1 and not url.extension
    return tuple(f"{url.https()}.{ending}" for ending in _ENDINGS) if is_open else ()


def _page(url: Url) -> AddressTarget:
    if "video" in url.parts[:3] and url.parts[:1] == ("link",):
        return no_picture(url, _NAME, "a video", AddressKind.VIDEO)
    if url.parts[:1] == ("gallery",):
        return no_picture(url, _NAME, "a gallery, looked up in the archive by its id")
    return no_picture(url, _NAME, "a thread, a person, a rule or a wiki page")


def _identity(url: Url) -> str | None:
    if url.host in {"i.redd.it", "external-preview.redd.it", "i.reddituploads.com"} and len(url.parts) == 1:
        return url.stem.lower()
    if url.host == "v.redd.it" and url.parts:
        return url.parts[0].lower()
    # reddit.com/link/POST/video/ID/player
    return url.parts[3].lower() if "video" in url.parts[2:3] and len(url.parts) > 3 else None


_DOMAINS = ("redd.it", "reddit.com", "reddituploads.com", "redditmedia.com", "redditstatic.com", "reddit-uploaded-media.s3-accelerate.amazonaws.com", "reddit-uploaded-media.s3.amazonaws.com")  # fmt: skip
FAMILY = HostFamily(_NAME, _DOMAINS, _classify, identity=_identity, spellings=_spellings)
