"""Short links: one request tells where they lead; then the address is looked at again."""

from photoshop_request.media.addresses.hosts.target import Family, Kind, Target
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "shorteners"


def _classify(url: Url) -> Target:
    if not url.parts:
        return Target(Kind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "the shortener itself")
    if url.host == "goo.gl" and url.parts[0] in {"photos", "maps"}:
        return Target(Kind.OTHER, url.https(query=False), _NAME, Verdict.UNSUPPORTED_HOST, f"Google {url.parts[0]}")
    return Target(Kind.SHORTLINK, url.https(query=False), _NAME)


FAMILY = Family(
    _NAME,
    (
        "bit.ly",
        "j.mp",
        "t.co",
        "tinyurl.com",
        "goo.gl",
        "is.gd",
        "v.gd",
        "ow.ly",
        "buff.ly",
        "tiny.cc",
        "rb.gy",
        "cutt.ly",
    ),
    _classify,
)
