"""Image Chest: a post of one or more pictures, told as JSON inside the page."""

import html
import re

from photoshop_request.media.addresses.hosts.family import (
    AddressKind,
    AddressTarget,
    HostFamily,
    PageStep,
    PictureLink,
    Secrets,
)
from photoshop_request.media.addresses.hosts.opengraph import load_json, og_images
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "imgchest"
_DATA = re.compile(r'data-page="([^"]*)"')


def _classify(url: Url) -> AddressTarget:
    if url.host == "cdn.imgchest.com" and url.extension in IMAGE_EXTENSIONS:
        return AddressTarget(AddressKind.IMAGE, url.https(query=False), _NAME)
    match url.parts:
        case ("p", name, *_):
            return AddressTarget(AddressKind.ALBUM, f"https://imgchest.com/p/{name}", _NAME)
        case _:
            return AddressTarget(
                AddressKind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "not a post"
            )


def _read(page: str) -> list[PictureLink]:
    found = _DATA.search(page)
    said = load_json(html.unescape(found.group(1))) if found else None
    try:
        files = said["props"]["post"]["files"] if said else []
        return [
            PictureLink(str(file["link"]), str(file.get("description") or "") or None) for file in files
        ] or og_images(page)
    except (KeyError, TypeError, AttributeError):
        return og_images(page)


def _steps(target: AddressTarget, _secrets: Secrets) -> list[PageStep]:
    return [PageStep(target.canonical, _read)]


FAMILY = HostFamily(_NAME, ("imgchest.com",), _classify, _steps)
