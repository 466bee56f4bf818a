"""Short links: one request tells where they lead; then the address is looked at again."""

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "shorteners"


def _classify(url: Url) -> AddressTarget:
    if not url.parts:
        return AddressTarget(
            AddressKind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "the shortener itself"
        )
    if url.host == "goo.gl" and url.parts[0] in {"photos", "maps"}:
        return AddressTarget(
            AddressKind.OTHER, url.https(query=False), _NAME, Verdict.UNSUPPORTED_HOST, f"Google {url.parts[0]}"
        )
    return AddressTarget(AddressKind.SHORTLINK, url.https(query=False), _NAME)


FAMILY = HostFamily(
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
