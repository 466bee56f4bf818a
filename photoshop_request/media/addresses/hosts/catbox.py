"""Catbox: files under their own host, albums as pages of links to them."""

import re

from photoshop_request.media.addresses.hosts.family import (
    AddressKind,
    AddressTarget,
    HostFamily,
    PageStep,
    PictureLink,
    Secrets,
)
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "catbox"
_FILE = re.compile(r"https://files\.catbox\.moe/\w+\.(?:\w+)")


def _classify(url: Url) -> AddressTarget:
    if url.host == "files.catbox.moe":
        if url.extension in IMAGE_EXTENSIONS:
            return AddressTarget(AddressKind.IMAGE, url.https(query=False), _NAME)
        return AddressTarget(
            AddressKind.VIDEO, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "a video or another file"
        )
    match url.parts:
        case ("c", name):
            return AddressTarget(AddressKind.ALBUM, f"https://catbox.moe/c/{name}", _NAME)
        case _:
            return AddressTarget(
                AddressKind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "not a file or an album"
            )


def _read(page: str) -> list[PictureLink]:
    files = dict.fromkeys(_FILE.findall(page))
    return [PictureLink(url) for url in files if url.rpartition(".")[2].lower() in IMAGE_EXTENSIONS]


def _steps(target: AddressTarget, _secrets: Secrets) -> list[PageStep]:
    return [PageStep(target.canonical, _read)]


FAMILY = HostFamily(_NAME, ("catbox.moe",), _classify, _steps)
