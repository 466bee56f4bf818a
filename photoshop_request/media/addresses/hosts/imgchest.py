"""Image Chest: a post of one or more pictures, told as JSON inside the page."""

import html
import re

from photoshop_request.media.addresses.hosts.opengraph import load_json, og_images
from photoshop_request.media.addresses.hosts.target import Family, Kind, Picture, Secrets, Step, Target
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "imgchest"
_DATA = re.compile(r'data-page="([^"]*)"')


def _classify(url: Url) -> Target:
    if url.host == "cdn.imgchest.com" and url.extension in IMAGE_EXTENSIONS:
        return Target(Kind.IMAGE, url.https(query=False), _NAME)
    match url.parts:
        case ("p", name, *_):
            return Target(Kind.ALBUM, f"https://imgchest.com/p/{name}", _NAME)
        case _:
            return Target(Kind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "not a post")


def _read(page: str) -> list[Picture]:
    found = _DATA.search(page)
    said = load_json(html.unescape(found.group(1))) if found else None
    try:
        files = said["props"]["post"]["files"] if said else []
        return [Picture(str(file["link"]), str(file.get("description") or "") or None) for file in files] or og_images(
            page
        )
    except (KeyError, TypeError, AttributeError):
        return og_images(page)


def _steps(target: Target, _secrets: Secrets) -> list[Step]:
    return [Step(target.canonical, _read)]


FAMILY = Family(_NAME, ("imgchest.com",), _classify, _steps)
