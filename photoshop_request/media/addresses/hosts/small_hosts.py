"""Hosts whose addresses only want another spelling, or a page's `og:image`: a few lines each."""

import re

from photoshop_request.media.addresses.hosts.family import (
    AddressKind,
    AddressTarget,
    HostFamily,
    PageStep,
    PictureLink,
    Secrets,
)
from photoshop_request.media.addresses.hosts.opengraph import og_images
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILIES"]

_STACK_THUMBNAIL = re.compile(r"([A-Za-z0-9]{5}|[A-Za-z0-9]{8})[sbtmlh]\Z")


def _no(url: Url, name: str, why: str, kind: AddressKind = AddressKind.NAVIGATION) -> AddressTarget:
    return AddressTarget(kind, url.https(query=False), name, Verdict.NOT_AN_IMAGE, why)


def _stack(url: Url) -> AddressTarget:
    """Stack Exchange moved its pictures from imgur to a host of its own in 2024, ids unchanged."""
    if len(url.parts) != 1 or url.extension not in IMAGE_EXTENSIONS:
        return _no(url, "stack", "not a picture")
    found = _STACK_THUMBNAIL.match(url.stem)
    return AddressTarget(
        AddressKind.IMAGE, f"https://i.sstatic.net/{found.group(1) if found else url.stem}.{url.extension}", "stack"
    )


def _twitter(url: Url) -> AddressTarget:
    """Any size of a posted picture is asked for as the original."""
    if url.parts[:1] != ("media",) or len(url.parts) != 2:
        video = "video" in url.path or url.extension in VIDEO_EXTENSIONS
        return _no(
            url,
            "twitter",
            "a video" if video else "a profile's picture",
            AddressKind.VIDEO if video else AddressKind.OTHER,
        )
    name, _, _ = url.name.partition(":")
    stem, _, extension = name.partition(".")
    asked = (url.argument("format") or extension).lower()
    extension = asked if asked in IMAGE_EXTENSIONS else "jpg"  # whatever stood there, it is served as that
    return AddressTarget(
        AddressKind.IMAGE, f"https://pbs.twimg.com/media/{stem}?format={extension}&name=orig", "twitter"
    )


def _imgflip(url: Url) -> AddressTarget:
    match url.parts:
        case ("i", name) if url.host != "i.imgflip.com":
            return AddressTarget(AddressKind.IMAGE, f"https://i.imgflip.com/{name.partition('.')[0]}.jpg", "imgflip")
        case (name,) if url.host == "i.imgflip.com" and url.extension in IMAGE_EXTENSIONS:
            return AddressTarget(AddressKind.IMAGE, f"https://i.imgflip.com/{name}", "imgflip")
        case ("gif", *_):
            return _no(url, "imgflip", "a moving picture", AddressKind.VIDEO)
        case _:
            return _no(url, "imgflip", "a template or a tool")


def _vidble(url: Url) -> AddressTarget:
    if url.extension in IMAGE_EXTENSIONS:
        path = re.sub(r"_(?:med|sqr)(?=\.\w+\Z)", "", url.path)
        return AddressTarget(AddressKind.IMAGE, f"https://www.vidble.com{path}", "vidble")
    match url.parts:
        case ("album", name):
            return AddressTarget(AddressKind.ALBUM, f"https://www.vidble.com/album/{name}", "vidble")
        case ("show", name) | (name,):
            return AddressTarget(AddressKind.PAGE, f"https://www.vidble.com/show/{name}", "vidble")
        case _:
            return _no(url, "vidble", "not about one picture")


def _vidble_steps(target: AddressTarget, _secrets: Secrets) -> list[PageStep]:
    return [PageStep(target.canonical, _vidble_read if target.kind is AddressKind.ALBUM else og_images)]


def _vidble_read(page: str) -> list[PictureLink]:
    names = dict.fromkeys(re.findall(r"(?:https?:)?//(?:www\.)?vidble\.com/(\w+\.(?:jpe?g|png|gif|webp))", page))
    return [PictureLink(f"https://www.vidble.com/{name}") for name in names] or og_images(page)


def _discord(url: Url) -> AddressTarget:
    """Since December 2023 an attachment answers only to its signature, and only for a day."""
    if url.extension not in IMAGE_EXTENSIONS:
        return _no(url, "discord", "not a picture", AddressKind.OTHER)
    if not url.argument("hm"):
        return AddressTarget(
            AddressKind.DEAD, url.https(query=False), "discord", Verdict.GONE, "an attachment without its signature"
        )
    address = url.with_arguments(("ex", "is", "hm")).replace(url.host, "cdn.discordapp.com", 1)
    return AddressTarget(AddressKind.IMAGE, address, "discord")


def _wikia(url: Url) -> AddressTarget:
    """Fandom's pictures carry their size and version after the file's name."""
    found = re.match(r"(/[^/]+/images/./../[^/]+\.(\w+))(?:/revision/latest)?", url.path)
    if not found or found.group(2).lower() not in IMAGE_EXTENSIONS:
        return _no(url, "wikia", "not a picture", AddressKind.OTHER)
    return AddressTarget(
        AddressKind.IMAGE, f"https://static.wikia.nocookie.net{found.group(1)}/revision/latest", "wikia"
    )


FAMILIES = (
    HostFamily("stack", ("i.stack.imgur.com", "i.sstatic.net"), _stack),
    HostFamily("twitter", ("pbs.twimg.com", "video.twimg.com"), _twitter),
    HostFamily("imgflip", ("imgflip.com",), _imgflip),
    HostFamily("vidble", ("vidble.com",), _vidble, _vidble_steps),
    HostFamily("discord", ("cdn.discordapp.com", "media.discordapp.net"), _discord),
    HostFamily("wikia", ("wikia.nocookie.net",), _wikia),
)
