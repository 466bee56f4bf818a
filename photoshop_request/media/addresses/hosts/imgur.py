"""Imgur. The host ignores extensions: `i.imgur.com/<id>.jpg` answers with the true file, so pages need no request."""

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
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "imgur"
_ID = re.compile(r"[A-Za-z0-9]{5}(?:[A-Za-z0-9]{2})?\Z")
# Thumbnails are named by a letter after the id; ids have 5 or 7 characters, so only 6 and 8 can end in one.
_THUMBNAIL = re.compile(r"([A-Za-z0-9]{5}|[A-Za-z0-9]{7})[sbtmlhgr]\Z")
_PICTURE_HOSTS = frozenset({"i.imgur.com", "i.imgur.io", "edge.imgur.com"})
_PAGE_HOSTS = frozenset({"imgur.com", "www.imgur.com", "m.imgur.com", "imgur.io", "www.imgur.io", "m.imgur.io"})
_WORDS = frozenset({"a", "about", "account", "apps", "blog", "emerald", "gallery", "help", "hot", "jobs", "memegen", "new", "privacy", "r", "random", "register", "rules", "search", "signin", "t", "topic", "tos", "upload", "user", "vidgif"})  # fmt: skip


def _classify(url: Url) -> AddressTarget:  # noqa: PLR0911 - one return a shape
    if url.host in _PICTURE_HOSTS and len(url.parts) == 1:
        return _named(url.name)
    if url.host not in _PICTURE_HOSTS | _PAGE_HOSTS:
        return _navigation(url, "a person's page, the API or a tracker")
    match url.parts:
        case ("a", slug, *_):
            return _album(url, "a", slug)
        case ("gallery", slug, *_) | ("t" | "topic", _, slug, *_):
            return _album(url, "gallery", slug)
        case ("r", _, name, *_):
            return _named(name)
        case (name, *rest) if name.lower() not in _WORDS and (not rest or rest == ["new"]):
            return _named(name)
        case _:
            return _navigation(url, "not about one picture or album")


def _navigation(url: Url, why: str) -> AddressTarget:
    return AddressTarget(AddressKind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, why)


def _named(name: str) -> AddressTarget:
    return _list(name) if re.search(r"[,&]", name) else _picture(name)


def _picture(name: str) -> AddressTarget:
    stem, _, extension = name.partition(".")
    extension = re.split(r"[^a-z0-9]", extension.lower())[0]
    stem = stem.removesuffix("_d").rpartition("-")[2]
    stem = found.group(1) if (found := _THUMBNAIL.match(stem)) else stem
    if name == "removed.png":
        return AddressTarget(
            AddressKind.IMAGE,
            f"https://i.imgur.com/{name}",
            _NAME,
            Verdict.PLACEHOLDER,
            "the picture that says: removed",
        )
    if not _ID.match(stem):
        return AddressTarget(
            AddressKind.OTHER, f"https://imgur.com/{name}", _NAME, Verdict.NOT_AN_IMAGE, "not a picture's id"
        )
    if extension in VIDEO_EXTENSIONS:
        return AddressTarget(
            AddressKind.VIDEO, f"https://i.imgur.com/{stem}.{extension}", _NAME, Verdict.NOT_AN_IMAGE, "a video"
        )
    return AddressTarget(
        AddressKind.IMAGE, f"https://i.imgur.com/{stem}.{extension if extension in IMAGE_EXTENSIONS else 'jpg'}", _NAME
    )


def _list(names: str) -> AddressTarget:
    pictures = [_picture(name) for name in re.split(r"[,&]", names) if name]
    good = tuple(dict.fromkeys(target.canonical for target in pictures if target.reason is None))
    if not good:
        return AddressTarget(
            AddressKind.OTHER, f"https://imgur.com/{names}", _NAME, Verdict.NOT_AN_IMAGE, "not a list of pictures' ids"
        )
    return AddressTarget(
        AddressKind.ALBUM, f"https://imgur.com/{names}", _NAME, pictures=good, why="a list of pictures"
    )


def _album(url: Url, kind: str, slug: str) -> AddressTarget:
    album_id = slug.rpartition("-")[2].partition(".")[0]
    if not _ID.match(album_id):
        return _navigation(url, "not an album's id")
    return AddressTarget(AddressKind.ALBUM, f"https://imgur.com/{kind}/{album_id}", _NAME)


def _steps(target: AddressTarget, secrets: Secrets) -> list[PageStep]:
    album_id = target.canonical.rpartition("/")[2]
    page = PageStep(target.canonical, og_images)
    if not secrets.imgur_client_id:
        return [page]
    headers = {"Authorization": f"Client-ID {secrets.imgur_client_id}", "Accept": "application/json"}
    asked = [PageStep(f"https://api.imgur.com/3/album/{album_id}/images", _read_api, headers)]
    if "/gallery/" in target.canonical:  # a gallery id may name a single picture
        asked.append(PageStep(f"https://api.imgur.com/3/image/{album_id}", _read_api, headers))
    return [*asked, page]


def _read_api(body: str) -> list[PictureLink]:
    said = load_json(body)
    data = said.get("data") if isinstance(said, dict) else None
    entries = data if isinstance(data, list) else [data]
    return [
        PictureLink(entry["link"], _words(entry.get("description")) or _words(entry.get("title")))
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("link"), str)
    ]


def _words(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


FAMILY = HostFamily(_NAME, ("imgur.com", "imgur.io"), _classify, _steps)
