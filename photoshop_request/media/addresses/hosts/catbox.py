"""Catbox: files have their own host. Albums are pages with links to files."""

import re

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, no_picture, one_page
from photoshop_request.media.addresses.outcomes import PictureLink
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, Url

_NAME = "catbox"
_FILE = re.compile(r"https://files\.catbox\.moe/\w+\.(?:\w+)")


def _classify(url: Url) -> AddressTarget:
    if url.host == "files.catbox.moe":
        if url.extension in IMAGE_EXTENSIONS:
            return AddressTarget(AddressKind.IMAGE, url.https(query=False), _NAME)
        return no_picture(url, _NAME, "a video or another file", AddressKind.VIDEO)
    match url.parts:
        case ("c", name):
            return AddressTarget(AddressKind.ALBUM, f"https://catbox.moe/c/{name}", _NAME)
        case _:
            return no_picture(url, _NAME, "not a file or an album")


def _read(page: str) -> list[PictureLink]:
    files = dict.fromkeys(_FILE.findall(page))
    return [PictureLink(url) for url in files if url.rpartition(".")[2].lower() in IMAGE_EXTENSIONS]


def _identity(url: Url) -> str | None:
    return url.stem if url.host == "files.catbox.moe" else None


FAMILY = HostFamily(_NAME, ("catbox.moe",), _classify, one_page(_read), identity=_identity)
