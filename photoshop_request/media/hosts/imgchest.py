"""Image Chest: a post of one or more pictures, told as JSON inside the page."""

import html
import json
import re

from photoshop_request.media.hosts.opengraph import og_images
from photoshop_request.media.hosts.target import Family, Kind, Picture, Secrets, Step, Target
from photoshop_request.media.hosts.url import IMAGE_EXTENSIONS, Url
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
    try:
        files = json.loads(html.unescape(found.group(1)))["props"]["post"]["files"] if found else []
        return [Picture(file["link"], file.get("description") or None) for file in files] or og_images(page)
    except (ValueError, KeyError, TypeError):
        return og_images(page)


def _steps(target: Target, _secrets: Secrets) -> list[Step]:
    return [Step(target.canonical, _read)]


FAMILY = Family(_NAME, ("imgchest.com",), _classify, _steps)
