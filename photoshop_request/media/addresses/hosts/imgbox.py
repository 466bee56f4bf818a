"""imgbox: thumbnails and originals differ by host and suffix. A page names its original."""

import re

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, no_picture, one_page
from photoshop_request.media.addresses.hosts.opengraph import og_images
from photoshop_request.media.addresses.url import Url

_NAME = "imgbox"
_SERVER = re.compile(r"(?:thumbs|images)(\d*)\.imgbox\.com\Z")
_ID = re.compile(r"[A-Za-z0-9]{6,12}\Z")


def _classify(url: Url) -> AddressTarget:
    if server := _SERVER.match(url.host):
        path = re.sub(r"_[tbo](?=\.\w+\Z)", "_o", url.path)
        return AddressTarget(AddressKind.IMAGE, f"https://images{server.group(1)}.imgbox.com{path}", _NAME)
    if url.host == "i.imgbox.com":
        return AddressTarget(AddressKind.IMAGE, url.https(query=False), _NAME)
    match url.parts:
        case ("g", name) if _ID.match(name):
            return AddressTarget(AddressKind.ALBUM, f"https://imgbox.com/g/{name}", _NAME)
        case (name,) if _ID.match(name):
            return AddressTarget(AddressKind.PAGE, f"https://imgbox.com/{name}", _NAME)
        case _:
            return no_picture(url, _NAME, "not about one picture")


def _identity(url: Url) -> str | None:
    return re.sub(r"_[tbo]\Z", "", url.stem) if url.parts[:1] != ("g",) else None


FAMILY = HostFamily(_NAME, ("imgbox.com",), _classify, one_page(og_images), identity=_identity)
