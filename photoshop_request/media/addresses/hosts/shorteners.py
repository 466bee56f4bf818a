"""Short links: one request gives the address behind them, which is then classified."""

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, no_picture
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

_NAME = "shorteners"


def _classify(url: Url) -> AddressTarget:
    if not url.parts:
        return no_picture(url, _NAME, "the shortener itself")
    address = url.https(query=False)
    if url.host == "goo.gl" and url.parts[0] in {"photos", "maps"}:
        return AddressTarget(AddressKind.OTHER, address, _NAME, Verdict.UNSUPPORTED_HOST, f"Google {url.parts[0]}")
    return AddressTarget(AddressKind.SHORTLINK, address, _NAME)


_DOMAINS = ("bit.ly", "j.mp", "t.co", "tinyurl.com", "goo.gl", "is.gd", "v.gd", "ow.ly", "buff.ly", "tiny.cc", "rb.gy", "cutt.ly")  # fmt: skip
FAMILY = HostFamily(_NAME, _DOMAINS, _classify)
