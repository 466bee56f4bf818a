"""Hosts that name a page's picture by oEmbed (https://oembed.com) without a key: Flickr, Gyazo, DeviantArt."""

import re
from urllib.parse import quote

from photoshop_request.media.addresses.hosts.family import (
    AddressKind,
    AddressTarget,
    HostFamily,
    PageStep,
    Secrets,
    no_picture,
)
from photoshop_request.media.addresses.hosts.opengraph import load_json
from photoshop_request.media.addresses.outcomes import PictureLink
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

_ENDPOINTS = {
    "flickr": "https://www.flickr.com/services/oembed/?format=json&url=",
    "gyazo": "https://api.gyazo.com/api/oembed?url=",
    "deviantart": "https://backend.deviantart.com/oembed?format=json&url=",
}
_GYAZO_ID = re.compile(r"[0-9a-f]{32}\Z")
_BASE58 = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
"""Digits of Flickr's short links (https://www.flickr.com/services/api/misc.urls.html)."""
_DEVIANTART_DOMAINS = ("deviantart.com", "deviantart.net", "wixmp.com", "fav.me", "sta.sh")


def _read(body: str) -> list[PictureLink]:
    data = load_json(body)
    # compared with a tuple: untrusted JSON may hold a list here, which a set cannot look up
    if not isinstance(data, dict) or data.get("type") not in ("photo", "link"):
        return []
    url, title = data.get("url"), data.get("title")
    return [PictureLink(url, title if isinstance(title, str) and title else None)] if isinstance(url, str) else []


def _steps(target: AddressTarget, _secrets: Secrets) -> list[PageStep]:
    return [PageStep(_ENDPOINTS[target.family] + quote(target.canonical, safe=""), _read)]


def _flickr(url: Url) -> AddressTarget:
    if url.host.endswith(("staticflickr.com", "static.flickr.com")):
        return AddressTarget(AddressKind.IMAGE, url.https(query=False), "flickr")
    match url.parts:
        case ("photos", _, "sets" | "albums" | "galleries", *_):
            address = url.https(query=False)
            return AddressTarget(AddressKind.FOLDER, address, "flickr", Verdict.UNSUPPORTED_HOST, "a set of photos")
        case ("photos", user, photo, *_) if photo.isdigit():
            return AddressTarget(AddressKind.PAGE, f"https://www.flickr.com/photos/{user}/{photo}", "flickr")
        case ("p", code) if url.host == "flic.kr":
            return AddressTarget(AddressKind.PAGE, f"https://flic.kr/p/{code}", "flickr")
        case _:
            return no_picture(url, "flickr", "not about one photo")


def _gyazo(url: Url) -> AddressTarget:
    if url.host == "i.gyazo.com" and url.extension in IMAGE_EXTENSIONS:
        return AddressTarget(AddressKind.IMAGE, url.https(query=False), "gyazo")
    if url.extension == "mp4":
        return no_picture(url, "gyazo", "a video", AddressKind.VIDEO)
    if len(url.parts) == 1 and _GYAZO_ID.match(url.stem):
        return AddressTarget(AddressKind.PAGE, f"https://gyazo.com/{url.stem}", "gyazo")
    return no_picture(url, "gyazo", "not about one picture")


def _deviantart(url: Url) -> AddressTarget:
    if url.host.endswith(("wixmp.com", "deviantart.net")) and url.extension in IMAGE_EXTENSIONS:
        # the token in the query is the permission to read
        return AddressTarget(AddressKind.IMAGE, url.https(), "deviantart")
    is_short = url.host in {"fav.me", "sta.sh", "www.sta.sh"} and len(url.parts) == 1
    if is_short or (url.host.endswith("deviantart.com") and {"art", "deviation"} & set(url.parts[:2])):
        return AddressTarget(AddressKind.PAGE, url.https(query=False), "deviantart")
    return no_picture(url, "deviantart", "not about one picture")


def _flickr_identity(url: Url) -> str | None:
    if url.host == "flic.kr" and url.parts[:1] == ("p",):
        return str(_base58(url.name)) if set(url.name) <= set(_BASE58) else None
    if url.parts[:1] == ("photos",):
        return url.name if url.name.isdigit() else None
    number = url.name.partition("_")[0]  # NUMBER_SECRET_SIZE.jpg
    return number if number.isdigit() else None


def _base58(code: str) -> int:
    number = 0
    for digit in code:
        number = number * 58 + _BASE58.index(digit)
    return number


def _gyazo_identity(url: Url) -> str | None:
    return url.stem if len(url.parts) == 1 else None


def _deviantart_identity(url: Url) -> str | None:
    if url.host == "fav.me" and re.fullmatch("d[0-9a-z]+", url.name):
        return str(int(url.name[1:], 36))
    number = re.search(r"(?:-|/deviation/)(\d+)/?\Z", url.path) if url.host.endswith("deviantart.com") else None
    return number[1] if number else None


FAMILIES = (
    HostFamily("flickr", ("flickr.com", "staticflickr.com", "flic.kr"), _flickr, _steps, identity=_flickr_identity),
    HostFamily("gyazo", ("gyazo.com",), _gyazo, _steps, identity=_gyazo_identity),
    HostFamily("deviantart", _DEVIANTART_DOMAINS, _deviantart, _steps, identity=_deviantart_identity),
)
