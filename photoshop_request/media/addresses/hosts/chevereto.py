"""Hosts that run Chevereto or resemble it: a page about one picture names the original in `og:image`."""

import re

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, no_picture, one_page
from photoshop_request.media.addresses.hosts.opengraph import og_images
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, Url

_NAME = "chevereto"
_ID = re.compile(r"(?:[\w-]*[.-])?[A-Za-z0-9]{4,}\Z")
_SITE_PAGES = frozenset({"about", "api", "explore", "login", "page", "plugin", "signup", "upload", "user"})
_RESIZED = re.compile(r"\.(?:md|th)(?=\.\w+\Z)")


def _classify(url: Url) -> AddressTarget:
    if url.extension in IMAGE_EXTENSIONS and url.host not in {"ibb.co", "imgbb.com"}:
        # x.md.jpg and x.th.jpg are smaller copies of x.jpg
        path = _RESIZED.sub("", url.path) if not url.host.endswith("ibb.co") else url.path
        return AddressTarget(AddressKind.IMAGE, f"https://{url.host}{path}", _NAME)
    host = url.host.removeprefix("www.")
    match url.parts:
        case ("album" | "a", name, *_):
            return AddressTarget(AddressKind.ALBUM, f"https://{host}/{url.parts[0]}/{name}", _NAME)
        case ("i" | "image" | "img", name, *_) if _ID.match(name):
            return AddressTarget(AddressKind.PAGE, f"https://{host}/{url.parts[0]}/{name}", _NAME)
        case (name,) if host == "ibb.co" and _ID.match(name) and name not in _SITE_PAGES:
            return AddressTarget(AddressKind.PAGE, f"https://ibb.co/{name}", _NAME)
        case _:
            return no_picture(url, _NAME, "not about one picture")


def _identity(url: Url) -> str | None:
    site = _FILE_HOSTS.get(url.host, url.host.removeprefix("www."))
    if url.host in _FILE_HOSTS:
        return f"{site}/{url.stem}"
    if url.host in {"i.ibb.co", "thumb.ibb.co", "image.ibb.co"} and len(url.parts) > 1:
        return f"ibb.co/file/{url.parts[0]}"  # a folder holds one file, under the name it was uploaded with
    if url.parts[:1] in {("i",), ("image",), ("img",)} and len(url.parts) > 1:
        return f"{site}/{re.split('[.-]', url.parts[1])[-1]}"  # the title stands before the id
    return None


_FILE_HOSTS = {"iili.io": "freeimage.host", "i.lensdump.com": "lensdump.com"}
"""Hosts of files that are named as their pages."""
_DOMAINS = ("ibb.co", "imgbb.com", "freeimage.host", "iili.io", "lensdump.com", "jpg.fish", "jpg.church", "imglike.com", "img.kiwi", "imageride.com")  # fmt: skip
FAMILY = HostFamily(_NAME, _DOMAINS, _classify, one_page(og_images), identity=_identity)
