"""Hosts that are never requested: closed, unsupported, or without edited pictures."""

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

_DEAD = {
    "tinypic.com": "closed in September 2019; ids were used again",
    "photobucket.com": "answers with its own art or a blurred copy since 2017",
    "imageshack.us": "mostly gone; kept files answer with adverts",
    "imageshack.com": "mostly gone; kept files answer with adverts",
    "yfrog.com": "gone with ImageShack",
    "twitpic.com": "closed in 2014",
    "minus.com": "gone",
    "min.us": "gone",
    "sli.mg": "gone",
    "imgh.us": "gone",
    "dbr.ee": "gone",
    "ge.tt": "gone",
    "filedropper.com": "gone",
    "imageupload.co.uk": "gone",
    "photo-host.org": "gone",
    "abload.de": "closed in June 2024",
    "plus.google.com": "closed in 2019",
    "litter.catbox.moe": "deletes after at most 72 hours",
    "litterbox.catbox.moe": "deletes after at most 72 hours",
    "wetransfer.com": "deletes after days",
    "we.tl": "deletes after days",
}
_UNSUPPORTED = {
    "photos.app.goo.gl": "Google Photos answers with a program only",
    "photos.google.com": "Google Photos answers with a program only",
    "1drv.ms": "OneDrive wants a token since 2025",
    "onedrive.live.com": "OneDrive wants a token since 2025",
    "prnt.sc": "refuses programs",
    "prntscr.com": "refuses programs",
    "jmp.sh": "answers with a program only",
    "jumpshare.com": "answers with a program only",
    "mediafire.com": "an archive host",
    "mega.nz": "encrypted in the browser",
    "mega.co.nz": "encrypted in the browser",
    "ufile.io": "an archive host",
    "facebook.com": "wants an account",
    "instagram.com": "wants an account",
    "icloud.com": "answers with a program only",
}
_VIDEO = {
    "youtube.com": "", "youtu.be": "", "vimeo.com": "", "streamable.com": "", "redgifs.com": "", "gfycat.com": "closed in September 2023",
    "tiktok.com": "", "dailymotion.com": "", "twitch.tv": "", "liveleak.com": "", "vocaroo.com": "sound",
}  # fmt: skip
_REACTION = {"giphy.com": "", "tenor.com": "", "emote.reddit": "", "gifbin.com": "", "reactiongifs.com": ""}
_NAVIGATION = {
    "google.com": "a search or a service", "bing.com": "a search", "duckduckgo.com": "a search", "tineye.com": "a search",
    "wikipedia.org": "an article", "wikimedia.org": "an article", "wolframalpha.com": "a calculation", "github.com": "a program",
    "dafont.com": "a font", "myfonts.com": "a font", "1001fonts.com": "a font", "fontsquirrel.com": "a font",
    "shutterstock.com": "stock pictures", "istockphoto.com": "stock pictures", "gettyimages.com": "stock pictures",
    "adobe.com": "a program", "gimp.org": "a program", "paypal.com": "money", "paypal.me": "money", "venmo.com": "money",
    "cash.app": "money", "ko-fi.com": "money", "buymeacoffee.com": "money", "patreon.com": "money", "amazon.com": "a shop",
    "ebay.com": "a shop", "etsy.com": "a shop", "fiverr.com": "a shop", "twitter.com": "a person", "x.com": "a person",
    "remindmebot.com": "a bot", "xkcd.com": "a comic", "urbandictionary.com": "an article",
}  # fmt: skip


def _family(name: str, kind: AddressKind, reason: Verdict, details: dict[str, str], default: str) -> HostFamily:
    """Return a family that gives every address one kind and reason. `details` maps a domain to its detail."""

    def classify(url: Url) -> AddressTarget:
        detail = next((text for domain, text in details.items() if f".{url.host}".endswith(f".{domain}")), "")
        return AddressTarget(kind, url.https(), name, reason, detail or default)

    return HostFamily(name, tuple(details), classify)


FAMILIES = (
    _family("dead", AddressKind.DEAD, Verdict.GONE, _DEAD, "the host is gone"),
    _family("unsupported", AddressKind.OTHER, Verdict.UNSUPPORTED_HOST, _UNSUPPORTED, "no way in without an account"),
    _family("video", AddressKind.VIDEO, Verdict.NOT_AN_IMAGE, _VIDEO, "a video"),
    _family("reaction", AddressKind.REACTION, Verdict.NOT_AN_IMAGE, _REACTION, "a reaction gif"),
    _family("navigation", AddressKind.NAVIGATION, Verdict.NOT_AN_IMAGE, _NAVIGATION, "never a picture of an edit"),
)
