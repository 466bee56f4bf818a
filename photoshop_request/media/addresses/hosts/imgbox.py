"""imgbox: thumbnails and originals differ by host and suffix; a page names its original."""

import re

from photoshop_request.media.addresses.hosts.opengraph import og_images
from photoshop_request.media.addresses.hosts.target import Family, Kind, Secrets, Step, Target
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "imgbox"
_SERVER = re.compile(r"(?:thumbs|images)(\d*)\.imgbox\.com\Z")
_ID = re.compile(r"[A-Za-z0-9]{6,12}\Z")


def _classify(url: Url) -> Target:
    if server := _SERVER.match(url.host):
        path = re.sub(r"_[tbo](?=\.\w+\Z)", "_o", url.path)
        return Target(Kind.IMAGE, f"https://images{server.group(1)}.imgbox.com{path}", _NAME)
    if url.host == "i.imgbox.com":
        return Target(Kind.IMAGE, url.https(query=False), _NAME)
    match url.parts:
        case ("g", name) if _ID.match(name):
            return Target(Kind.ALBUM, f"https://imgbox.com/g/{name}", _NAME)
        case (name,) if _ID.match(name):
            return Target(Kind.PAGE, f"https://imgbox.com/{name}", _NAME)
        case _:
            return Target(Kind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "not about one picture")


def _steps(target: Target, _secrets: Secrets) -> list[Step]:
    return [Step(target.canonical, og_images)]


FAMILY = Family(_NAME, ("imgbox.com",), _classify, _steps)
