"""Hosts that need only another spelling of the address, or a page's `og:image`."""

import re

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, no_picture, one_page
from photoshop_request.media.addresses.hosts.opengraph import og_images
from photoshop_request.media.addresses.outcomes import PictureLink
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

_STACK_THUMBNAIL = re.compile(r"([A-Za-z0-9]{5}|[A-Za-z0-9]{8})[sbtmlh]\Z")


def _stack(url: Url) -> AddressTarget:
    """Classify a picture of Stack Exchange, which left imgur in 2024 and kept the ids."""
    if len(url.parts) != 1 or url.extension not in IMAGE_EXTENSIONS:
        return no_picture(url, "stack", "not a picture")
    stem = thumbnail.group(1) if (thumbnail := _STACK_THUMBNAIL.match(url.stem)) else url.stem
    return AddressTarget(AddressKind.IMAGE, f"https://i.sstatic.net/{stem}.{url.extension}", "stack")


def _twitter(url: Url) -> AddressTarget:
    """Classify a posted picture: every size becomes the original."""
    if url.parts[:1] != ("media",) or len(url.parts) != 2:
        if "video" in url.path or url.extension in VIDEO_EXTENSIONS:
            return no_picture(url, "twitter", "a video", AddressKind.VIDEO)
        return no_picture(url, "twitter", "a profile's picture", AddressKind.OTHER)
    stem, _, extension = url.name.partition(":")[0].partition(".")
    extension = (url.argument("format") or extension).lower()
    # the host serves any picture in any format
    extension = extension if extension in IMAGE_EXTENSIONS else "jpg"
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
            return no_picture(url, "imgflip", "a moving picture", AddressKind.VIDEO)
        case _:
            return no_picture(url, "imgflip", "a template or a tool")


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
            return no_picture(url, "vidble", "not about one picture")


def _read_vidble_album(page: str) -> list[PictureLink]:
    names = dict.fromkeys(re.findall(r"(?:https?:)?//(?:www\.)?vidble\.com/(\w+\.(?:jpe?g|png|gif|webp))", page))
    return [PictureLink(f"https://www.vidble.com/{name}") for name in names] or og_images(page)


def _discord(url: Url) -> AddressTarget:
    """Classify an attachment: since December 2023 it needs its signature, which lasts a day."""
    if url.extension not in IMAGE_EXTENSIONS:
        return no_picture(url, "discord", "not a picture", AddressKind.OTHER)
    if not url.argument("hm"):
        address = url.https(query=False)
        return AddressTarget(AddressKind.DEAD, address, "discord", Verdict.GONE, "an attachment without its signature")
    address = url.with_arguments(("ex", "is", "hm")).replace(url.host, "cdn.discordapp.com", 1)
    return AddressTarget(AddressKind.IMAGE, address, "discord")


def _wikia(url: Url) -> AddressTarget:
    """Classify a picture of Fandom, which appends size and version to the file's name."""
    match = re.match(r"(/[^/]+/images/./../[^/]+\.(\w+))(?:/revision/latest)?", url.path)
    if not match or match.group(2).lower() not in IMAGE_EXTENSIONS:
        return no_picture(url, "wikia", "not a picture", AddressKind.OTHER)
    return AddressTarget(
        AddressKind.IMAGE, f"https://static.wikia.nocookie.net{match.group(1)}/revision/latest", "wikia"
    )


def _stem(url: Url) -> str | None:
    return url.stem if url.extension in IMAGE_EXTENSIONS else None


def _twitter_identity(url: Url) -> str | None:
    return url.name if url.parts[:1] == ("media",) else None


def _vidble_identity(url: Url) -> str | None:
    return url.stem if url.parts[:1] != ("album",) else None


def _without_query(url: Url) -> str | None:
    return url.path


FAMILIES = (
    HostFamily("stack", ("i.stack.imgur.com", "i.sstatic.net"), _stack, identity=_stem),
    HostFamily("twitter", ("pbs.twimg.com", "video.twimg.com"), _twitter, identity=_twitter_identity),
    HostFamily("imgflip", ("imgflip.com",), _imgflip, identity=_stem),
    HostFamily(
        "vidble", ("vidble.com",), _vidble, one_page(og_images, album=_read_vidble_album), identity=_vidble_identity
    ),
    HostFamily("discord", ("cdn.discordapp.com", "media.discordapp.net"), _discord, identity=_without_query),
    HostFamily("wikia", ("wikia.nocookie.net",), _wikia),
)
