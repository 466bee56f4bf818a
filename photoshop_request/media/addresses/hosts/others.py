"""Hosts whose addresses only want another spelling, or a page's `og:image`: a few lines each."""

import re

from photoshop_request.media.addresses.hosts.opengraph import og_images
from photoshop_request.media.addresses.hosts.target import Family, Kind, Picture, Secrets, Step, Target
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILIES"]

_STACK_THUMBNAIL = re.compile(r"([A-Za-z0-9]{5}|[A-Za-z0-9]{8})[sbtmlh]\Z")


def _no(url: Url, name: str, why: str, kind: Kind = Kind.NAVIGATION) -> Target:
    return Target(kind, url.https(query=False), name, Verdict.NOT_AN_IMAGE, why)


def _stack(url: Url) -> Target:
    """Stack Exchange moved its pictures from imgur to a host of its own in 2024, ids unchanged."""
    if len(url.parts) != 1 or url.extension not in IMAGE_EXTENSIONS:
        return _no(url, "stack", "not a picture")
    found = _STACK_THUMBNAIL.match(url.stem)
    return Target(Kind.IMAGE, f"https://i.sstatic.net/{found.group(1) if found else url.stem}.{url.extension}", "stack")


def _twitter(url: Url) -> Target:
    """Any size of a posted picture is asked for as the original."""
    if url.parts[:1] != ("media",) or len(url.parts) != 2:
        video = "video" in url.path or url.extension in VIDEO_EXTENSIONS
        return _no(url, "twitter", "a video" if video else "a profile's picture", Kind.VIDEO if video else Kind.OTHER)
    name, _, _ = url.name.partition(":")
    stem, _, extension = name.partition(".")
    asked = (url.argument("format") or extension).lower()
    extension = asked if asked in IMAGE_EXTENSIONS else "jpg"  # whatever stood there, it is served as that
    return Target(Kind.IMAGE, f"https://pbs.twimg.com/media/{stem}?format={extension}&name=orig", "twitter")


def _imgflip(url: Url) -> Target:
    match url.parts:
        case ("i", name) if url.host != "i.imgflip.com":
            return Target(Kind.IMAGE, f"https://i.imgflip.com/{name.partition('.')[0]}.jpg", "imgflip")
        case (name,) if url.host == "i.imgflip.com" and url.extension in IMAGE_EXTENSIONS:
            return Target(Kind.IMAGE, f"https://i.imgflip.com/{name}", "imgflip")
        case ("gif", *_):
            return _no(url, "imgflip", "a moving picture", Kind.VIDEO)
        case _:
            return _no(url, "imgflip", "a template or a tool")


def _vidble(url: Url) -> Target:
    if url.extension in IMAGE_EXTENSIONS:
        path = re.sub(r"_(?:med|sqr)(?=\.\w+\Z)", "", url.path)
        return Target(Kind.IMAGE, f"https://www.vidble.com{path}", "vidble")
    match url.parts:
        case ("album", name):
            return Target(Kind.ALBUM, f"https://www.vidble.com/album/{name}", "vidble")
        case ("show", name) | (name,):
            return Target(Kind.PAGE, f"https://www.vidble.com/show/{name}", "vidble")
        case _:
            return _no(url, "vidble", "not about one picture")


def _vidble_steps(target: Target, _secrets: Secrets) -> list[Step]:
    return [Step(target.canonical, _vidble_read if target.kind is Kind.ALBUM else og_images)]


def _vidble_read(page: str) -> list[Picture]:
    names = dict.fromkeys(re.findall(r"(?:https?:)?//(?:www\.)?vidble\.com/(\w+\.(?:jpe?g|png|gif|webp))", page))
    return [Picture(f"https://www.vidble.com/{name}") for name in names] or og_images(page)


def _discord(url: Url) -> Target:
    """Since December 2023 an attachment answers only to its signature, and only for a day."""
    if url.extension not in IMAGE_EXTENSIONS:
        return _no(url, "discord", "not a picture", Kind.OTHER)
    if not url.argument("hm"):
        return Target(Kind.DEAD, url.https(query=False), "discord", Verdict.GONE, "an attachment without its signature")
    address = url.with_arguments(("ex", "is", "hm")).replace(url.host, "cdn.discordapp.com", 1)
    return Target(Kind.IMAGE, address, "discord")


def _wikia(url: Url) -> Target:
    """Fandom's pictures carry their size and version after the file's name."""
    found = re.match(r"(/[^/]+/images/./../[^/]+\.(\w+))(?:/revision/latest)?", url.path)
    if not found or found.group(2).lower() not in IMAGE_EXTENSIONS:
        return _no(url, "wikia", "not a picture", Kind.OTHER)
    return Target(Kind.IMAGE, f"https://static.wikia.nocookie.net{found.group(1)}/revision/latest", "wikia")


FAMILIES = (
    Family("stack", ("i.stack.imgur.com", "i.sstatic.net"), _stack),
    Family("twitter", ("pbs.twimg.com", "video.twimg.com"), _twitter),
    Family("imgflip", ("imgflip.com",), _imgflip),
    Family("vidble", ("vidble.com",), _vidble, _vidble_steps),
    Family("discord", ("cdn.discordapp.com", "media.discordapp.net"), _discord),
    Family("wikia", ("wikia.nocookie.net",), _wikia),
)
