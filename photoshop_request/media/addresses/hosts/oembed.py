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


FAMILIES = (
    HostFamily("flickr", ("flickr.com", "staticflickr.com", "flic.kr"), _flickr, _steps),
    HostFamily("gyazo", ("gyazo.com",), _gyazo, _steps),
    HostFamily(
        "deviantart", ("deviantart.com", "deviantart.net", "wixmp.com", "fav.me", "sta.sh"), _deviantart, _steps
    ),
)
