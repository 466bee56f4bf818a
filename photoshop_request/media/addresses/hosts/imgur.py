"""Imgur. The host ignores extensions: `i.imgur.com/<id>.jpg` answers with any format, so pages need no request."""

import re

from photoshop_request.media.addresses.hosts.family import (
    AddressKind,
    AddressTarget,
    HostFamily,
    PageStep,
    Secrets,
    no_picture,
)
from photoshop_request.media.addresses.hosts.opengraph import load_json, og_images
from photoshop_request.media.addresses.outcomes import PictureLink
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

_NAME = "imgur"
_ID = re.compile(r"[A-Za-z0-9]{5}(?:[A-Za-z0-9]{2})?\Z")
# A letter after the id names a thumbnail. Ids have 5 or 7 characters, so only names of 6 or 8 are thumbnails.
_THUMBNAIL = re.compile(r"([A-Za-z0-9]{5}|[A-Za-z0-9]{7})[sbtmlhgr]\Z")
_PICTURE_HOSTS = frozenset({"i.imgur.com", "i.imgur.io", "edge.imgur.com"})
_PAGE_HOSTS = frozenset({"imgur.com", "www.imgur.com", "m.imgur.com", "imgur.io", "www.imgur.io", "m.imgur.io"})
_SITE_PAGES = frozenset({"a", "about", "account", "apps", "blog", "emerald", "gallery", "help", "hot", "jobs", "memegen", "new", "privacy", "r", "random", "register", "rules", "search", "signin", "t", "topic", "tos", "upload", "user", "vidgif"})  # fmt: skip


def _classify(url: Url) -> AddressTarget:  # noqa: PLR0911 - one return per form of address
    if url.host in _PICTURE_HOSTS and len(url.parts) == 1:
        return _pictures_named(url.name)
    if url.host not in _PICTURE_HOSTS | _PAGE_HOSTS:
        return no_picture(url, _NAME, "a person's page, the API or a tracker")
    match url.parts:
        case ("a", slug, *_):
            return _album(url, "a", slug)
        case ("gallery", slug, *_) | ("t" | "topic", _, slug, *_):
            return _album(url, "gallery", slug)
        case ("r", _, name, *_) | ("download", name, *_):
            return _pictures_named(name)
        case (name, *after) if name.lower() not in _SITE_PAGES and (not after or after == ["new"]):
            return _pictures_named(name)
        case _:
            return no_picture(url, _NAME, "not about one picture or album")


def _pictures_named(name: str) -> AddressTarget:
    return _list(name) if re.search(r"[,&]", name) else _picture(name)


def _picture(name: str) -> AddressTarget:
    stem, _, extension = name.partition(".")
    extension = re.split(r"[^a-z0-9]", extension.lower())[0]
    stem = stem.removesuffix("_d").rpartition("-")[2]
    stem = thumbnail.group(1) if (thumbnail := _THUMBNAIL.match(stem)) else stem
    if name == "removed.png":
        address, detail = f"https://i.imgur.com/{name}", "the picture that says: removed"
        return AddressTarget(AddressKind.IMAGE, address, _NAME, Verdict.PLACEHOLDER, detail)
    if not _ID.match(stem):
        return _not_an_image(AddressKind.OTHER, f"https://imgur.com/{name}", "not a picture's id")
    if extension in VIDEO_EXTENSIONS:
        return _not_an_image(AddressKind.VIDEO, f"https://i.imgur.com/{stem}.{extension}", "a video")
    extension = extension if extension in IMAGE_EXTENSIONS else "jpg"
    return AddressTarget(AddressKind.IMAGE, f"https://i.imgur.com/{stem}.{extension}", _NAME)


def _list(names: str) -> AddressTarget:
    targets = [_picture(name) for name in re.split(r"[,&]", names) if name]
    pictures = tuple(dict.fromkeys(target.canonical for target in targets if target.reason is None))
    address = f"https://imgur.com/{names}"
    if not pictures:
        return _not_an_image(AddressKind.OTHER, address, "not a list of pictures' ids")
    return AddressTarget(AddressKind.ALBUM, address, _NAME, pictures=pictures, detail="a list of pictures")


def _not_an_image(kind: AddressKind, address: str, detail: str) -> AddressTarget:
    return AddressTarget(kind, address, _NAME, Verdict.NOT_AN_IMAGE, detail)


def _album(url: Url, kind: str, slug: str) -> AddressTarget:
    album_id = slug.rpartition("-")[2].partition(".")[0]
    if not _ID.match(album_id):
        return no_picture(url, _NAME, "not an album's id")
    return AddressTarget(AddressKind.ALBUM, f"https://imgur.com/{kind}/{album_id}", _NAME)


def _steps(target: AddressTarget, secrets: Secrets) -> list[PageStep]:
    page = PageStep(target.canonical, og_images)
    if not secrets.imgur_client_id:
        return [page]
    album_id = target.canonical.rpartition("/")[2]
    headers = {"Authorization": f"Client-ID {secrets.imgur_client_id}", "Accept": "application/json"}
    # a gallery id may name a single picture
    calls = [f"album/{album_id}/images", *([f"image/{album_id}"] if "/gallery/" in target.canonical else [])]
    return [*(PageStep(f"https://api.imgur.com/3/{call}", _read_api, headers) for call in calls), page]


def _read_api(body: str) -> list[PictureLink]:
    response = load_json(body)
    data = response.get("data") if isinstance(response, dict) else None
    entries = data if isinstance(data, list) else [data]
    return [
        PictureLink(entry["link"], _text(entry.get("description")) or _text(entry.get("title")))
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("link"), str)
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _identity(url: Url) -> str | None:
    # a gallery's id may name an album or a single picture
    is_named = len(url.parts) == 1 or url.parts[:1] in {("a",), ("gallery",)}
    return url.stem if is_named and _ID.match(url.stem) else None


FAMILY = HostFamily(_NAME, ("imgur.com", "imgur.io"), _classify, _steps, identity=_identity)
