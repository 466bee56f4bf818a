"""Image Chest: a post of one or more pictures, listed as JSON inside the page."""

import html
import re

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, no_picture, one_page
from photoshop_request.media.addresses.hosts.opengraph import load_json, og_images
from photoshop_request.media.addresses.outcomes import PictureLink
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, Url

_NAME = "imgchest"
_DATA = re.compile(r'data-page="([^"]*)"')


def _classify(url: Url) -> AddressTarget:
    if url.host == "cdn.imgchest.com" and url.extension in IMAGE_EXTENSIONS:
        return AddressTarget(AddressKind.IMAGE, url.https(query=False), _NAME)
    match url.parts:
        case ("p", name, *_):
            return AddressTarget(AddressKind.ALBUM, f"https://imgchest.com/p/{name}", _NAME)
        case _:
            return no_picture(url, _NAME, "not a post")


def _read(page: str) -> list[PictureLink]:
    data = load_json(html.unescape(match.group(1))) if (match := _DATA.search(page)) else None
    try:
        files = data["props"]["post"]["files"] if data else []
        links = [PictureLink(str(file["link"]), str(file.get("description") or "") or None) for file in files]
    except (KeyError, TypeError, AttributeError):
        links = []
    return links or og_images(page)


FAMILY = HostFamily(_NAME, ("imgchest.com",), _classify, one_page(_read))
