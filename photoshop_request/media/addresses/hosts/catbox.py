"""Catbox: files under their own host, albums as pages of links to them."""

import re

from photoshop_request.media.addresses.hosts.target import Family, Kind, Picture, Secrets, Step, Target
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "catbox"
_FILE = re.compile(r"https://files\.catbox\.moe/\w+\.(?:\w+)")


def _classify(url: Url) -> Target:
    if url.host == "files.catbox.moe":
        if url.extension in IMAGE_EXTENSIONS:
            return Target(Kind.IMAGE, url.https(query=False), _NAME)
        return Target(Kind.VIDEO, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "a video or another file")
    match url.parts:
        case ("c", name):
            return Target(Kind.ALBUM, f"https://catbox.moe/c/{name}", _NAME)
        case _:
            return Target(
                Kind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "not a file or an album"
            )


def _read(page: str) -> list[Picture]:
    files = dict.fromkeys(_FILE.findall(page))
    return [Picture(url) for url in files if url.rpartition(".")[2].lower() in IMAGE_EXTENSIONS]


def _steps(target: Target, _secrets: Secrets) -> list[Step]:
    return [Step(target.canonical, _read)]


FAMILY = Family(_NAME, ("catbox.moe",), _classify, _steps)
