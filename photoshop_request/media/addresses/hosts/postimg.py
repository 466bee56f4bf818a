"""Postimages. The page's id is not the file's, so a page needs one request; its download link is the original."""

import re

from photoshop_request.media.addresses.hosts.family import (
    AddressKind,
    AddressTarget,
    HostFamily,
    PageStep,
    PictureLink,
    Secrets,
)
from photoshop_request.media.addresses.hosts.opengraph import links_with, og_images
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "postimg"
_SERVER = re.compile(r"(s\d+)\.postim(?:g|ages?)\.\w+\Z")
_ID = re.compile(r"[A-Za-z0-9]{4,}\Z")


def _classify(url: Url) -> AddressTarget:
    if server := _SERVER.match(url.host):
        # the .org name was lost in April 2018; files moved to .cc under the same names
        return AddressTarget(AddressKind.IMAGE, url.https(query=False, host=f"{server.group(1)}.postimg.cc"), _NAME)
    if url.host == "i.postimg.cc" and len(url.parts) == 2:
        return AddressTarget(AddressKind.IMAGE, url.https(query=False), _NAME)
    match url.parts:
        case ("gallery", name, *_) if _ID.match(name):
            return AddressTarget(AddressKind.ALBUM, f"https://postimg.cc/gallery/{name}", _NAME)
        case ("image", name, *_) | (name,) | (name, _) if _ID.match(name):
            return AddressTarget(AddressKind.PAGE, f"https://postimg.cc/{name}", _NAME)
        case _:
            return AddressTarget(
                AddressKind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "not about one picture"
            )


def _read(page: str) -> list[PictureLink]:
    return links_with(page, "id", "download") or og_images(page)


def _read_gallery(page: str) -> list[PictureLink]:
    thumbnails = re.findall(r'"(https://i\.postimg\.cc/[A-Za-z0-9]+/[^"/]+)"', page)
    return [PictureLink(url) for url in dict.fromkeys(thumbnails)] or og_images(page)


def _steps(target: AddressTarget, _secrets: Secrets) -> list[PageStep]:
    return [PageStep(target.canonical, _read_gallery if target.kind is AddressKind.ALBUM else _read)]


FAMILY = HostFamily(
    _NAME,
    ("postimg.cc", "postimg.org", "postimages.org", "postimage.org", "postimg.io", "pixxxels.cc"),
    _classify,
    _steps,
)
