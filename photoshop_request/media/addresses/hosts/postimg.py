"""Postimages: the page's id is not the file's, so a page needs one request. Its download link is the original."""

import re

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, no_picture, one_page
from photoshop_request.media.addresses.hosts.opengraph import links_with, og_images
from photoshop_request.media.addresses.outcomes import PictureLink
from photoshop_request.media.addresses.url import Url

_NAME = "postimg"
_SERVER = re.compile(r"(s\d+)\.postim(?:g|ages?)\.\w+\Z")
_ID = re.compile(r"[A-Za-z0-9]{4,}\Z")


def _classify(url: Url) -> AddressTarget:
    if server := _SERVER.match(url.host):
        # postimg lost its .org name in April 2018; the files moved to .cc under the same names
        return AddressTarget(AddressKind.IMAGE, url.https(query=False, host=f"{server.group(1)}.postimg.cc"), _NAME)
    if url.host == "i.postimg.cc" and len(url.parts) == 2:
        return AddressTarget(AddressKind.IMAGE, url.https(query=False), _NAME)
    match url.parts:
        case ("gallery", name, *_) if _ID.match(name):
            return AddressTarget(AddressKind.ALBUM, f"https://postimg.cc/gallery/{name}", _NAME)
        case ("image", name, *_) | (name,) | (name, _) if _ID.match(name):
            return AddressTarget(AddressKind.PAGE, f"https://postimg.cc/{name}", _NAME)
        case _:
            return no_picture(url, _NAME, "not about one picture")


def _read(page: str) -> list[PictureLink]:
    return links_with(page, "id", "download") or og_images(page)


def _read_gallery(page: str) -> list[PictureLink]:
    thumbnails = re.findall(r'"(https://i\.postimg\.cc/[A-Za-z0-9]+/[^"/]+)"', page)
    return [PictureLink(url) for url in dict.fromkeys(thumbnails)] or og_images(page)


def _identity(url: Url) -> str | None:
    # a folder holds one file, under the name it was uploaded with
    return f"file/{url.parts[0]}" if len(url.parts) == 2 and url.parts[0] != "gallery" else None


_DOMAINS = ("postimg.cc", "postimg.org", "postimages.org", "postimage.org", "postimg.io", "pixxxels.cc")
FAMILY = HostFamily(_NAME, _DOMAINS, _classify, one_page(_read, album=_read_gallery), identity=_identity)
