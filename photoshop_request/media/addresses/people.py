"""Recognize addresses that name a person: profiles, and pictures in a folder or under a host of that name."""

import re
from collections.abc import Callable
from urllib.parse import unquote

from photoshop_request.media.addresses.hosts import classify, family_of

# Hosts whose addresses begin with a name, or hold the number of a profile.
_OF_PEOPLE = frozenset({"facebook.com", "fb.com", "fb.me", "m.me", "messenger.com", "instagram.com", "instagr.am", "threads.net", "threads.com", "twitter.com", "x.com", "bsky.app", "tiktok.com", "linkedin.com", "pinterest.com", "pin.it", "snapchat.com", "t.me", "telegram.me", "vk.com", "ok.ru", "myspace.com", "paypal.com", "paypal.me", "venmo.com", "cash.app", "cash.me", "ko-fi.com", "buymeacoffee.com", "patreon.com", "fiverr.com", "upwork.com", "linktr.ee", "about.me", "onlyfans.com", "github.com", "gitlab.com", "twitch.tv", "soundcloud.com", "medium.com", "gravatar.com", "plus.google.com", "profiles.google.com", "picasaweb.google.com", "photobucket.com", "behance.net", "dribbble.com", "artstation.com", "500px.com", "vsco.co", "keybase.io"})  # fmt: skip
# Hosts that give each person a subdomain.
_SUBDOMAINS = frozenset({"deviantart.com", "imgur.com", "imgbb.com", "minus.com", "gyazo.com", "tumblr.com", "blogspot.com", "wordpress.com", "livejournal.com", "github.io", "smugmug.com", "zenfolio.com", "carrd.co", "wixsite.com", "weebly.com", "myportfolio.com", "pixieset.com", "neocities.org", "bandcamp.com", "substack.com", "newgrounds.com", "jimdo.com", "webs.com", "square.site", "squarespace.com"})  # fmt: skip
_BY_AUTHOR = re.compile(r"_by_[\w-]+")
_PATHS = {
    # the numbers of `deviation` and `view` name a picture, all other paths begin with a name
    "deviantart.com": re.compile(r"\A/(?!(?:deviation|view|art)/)[^/]+"),
    "deviantart.net": _BY_AUTHOR,
    "wixmp.com": _BY_AUTHOR,
    "flickr.com": re.compile(r"/photos/[^/]+"),
    "imageshack.com": re.compile(r"/user/[^/]+"),
    "twitpic.com": re.compile(r"/photos/[^/]+"),
    "lensdump.com": re.compile(r"\A/(?!(?:i|a|album)/)[^/.]+[/.]?\Z"),
    "freeimage.host": re.compile(r"\A/(?!(?:i|a|album|image)/)[^/.]+[/.]?\Z"),
    "jumpshare.com": re.compile(r"\A/(?!(?:[vbs]|share)/)[^/]+/?\Z"),
    "giphy.com": re.compile(r"/channel/[^/]+"),
    "youtube.com": re.compile(r"/(?:c|channel)/[^/]+"),
    "vimeo.com": re.compile(r"\A/(?!\d|channels|groups|ondemand|album|showcase)[^/]+"),
    "dailymotion.com": re.compile(r"\A/(?!(?:video|embed|playlist)/)[^/]+"),
    "etsy.com": re.compile(r"/shop/[^/]+"),
    "ebay.com": re.compile(r"/str/[^/]+"),
    "twimg.com": re.compile(r"/profile_"),
    "reddit.com": re.compile(r"/r/u_[^/]+|\A(?s:(?>.*?/message/compose).*)[?&]to=(?!/?r/).|author(?::|=)."),
}
"""Domain -> paths that hold a name, in lower case and with the query."""
_ON_ANY_HOST = re.compile(
    r"/(?:u|users?|usr|people|persons?|profiles?|members?|authors?|accounts?)/(?!\d{1,2}(?:/|\Z))[^/?]"
    r"|/[@~][^/?]|/user(?:_talk)?:|[?&](?:user|username|user_name|author|profile|member)=."
)
_PARTS = re.compile(r"(?:[a-z][a-z0-9+.-]*+://)?(?:[^/?#@]*+@)?([^/?#:@]++)(?::\d*+)?(.*)", re.IGNORECASE | re.DOTALL)
"""Host and path of an address, with or without a scheme."""
_SERVICE = re.compile(
    r"(?:(?:www|old|new|np|amp|m|mobile|i|s|a|b|img|image|images|thumbs|th|fc|pre|orig|farm|live|lh|dl|cdn|api|edge|file|files|media"
    r"|preview|external-preview|static|backend|images-wixmp-[0-9a-f]+)-?)?\d*"
)
"""Labels of a host that name a server, not a person."""
_MAX_LABELS = 6
"""Labels of a host that are read, from its end."""


def personal_host(address: str) -> str | None:
    """Return the host of an address that names a person, without the name, or None if the address names nobody."""
    parts = _PARTS.match(address)
    if parts is None:
        return None
    host, path = parts[1].lower().rstrip("."), parts[2].lower()
    path = unquote(unquote(path)) if "%" in path else path
    labels = host.split(".")[-_MAX_LABELS:]
    for start in range(len(labels)):
        domain = ".".join(labels[start:])
        if domain in _SUBDOMAINS and not all(map(_SERVICE.fullmatch, labels[:start])):
            return domain
        if (domain in _OF_PEOPLE and path.strip("/")) or (domain in _PATHS and _PATHS[domain].search(path)):
            return domain
    return host if _ON_ANY_HOST.search(path) else None


def published_address(address: str, hide_names: Callable[[str], str]) -> str | None:
    """Return an address if it leads to a picture and names nobody, else None.

    Any other address may be a profile. `hide_names` removes the user names of a thread from a text.
    """
    if classify(address).reason is not None or personal_host(address):
        return None
    readable = unquote(unquote(address))
    return address if hide_names(readable) == readable else None


def published_host(host: str) -> str | None:
    """Return the name of a known host without labels that may name a person. Return None for hosts of unknown kinds."""
    domain = next((domain for domain in family_of(host).domains if f".{host}".endswith(f".{domain}")), None)
    if domain is None:
        return None
    labels = host.removesuffix(domain).rstrip(".").split(".")
    return host if all(map(_SERVICE.fullmatch, labels)) or host == domain else domain
