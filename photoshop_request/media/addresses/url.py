"""An address taken apart once, so that host modules only look at its pieces."""

import functools
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

__all__ = ["IMAGE_EXTENSIONS", "VIDEO_EXTENSIONS", "Url", "ascii_only", "join", "parse"]

IMAGE_EXTENSIONS = frozenset(
    {"jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif"}
)
VIDEO_EXTENSIONS = frozenset({"gifv", "mp4", "webm", "mov", "m4v", "avi", "mkv"})
_SAFE_PATH = "/%:@!$&'()*+,;=-._~|"
_SAFE_QUERY = _SAFE_PATH + "?"
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Url:
    """An http(s) address: lower-case host (IPv6 in brackets), no port, no fragment in `https`."""

    host: str
    path: str
    query: str
    fragment: str

    @property
    def parts(self) -> tuple[str, ...]:
        """Path pieces between slashes, empty ones left out."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def name(self) -> str:
        """The last path piece, or an empty string."""
        return self.parts[-1] if self.parts else ""

    @property
    def stem(self) -> str:
        """`name` without its extension."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def extension(self) -> str:
        """Lower-case extension of `name` without the dot, or an empty string."""
        head, dot, tail = self.name.rpartition(".")
        return tail.lower() if dot and head else ""

    def argument(self, name: str) -> str | None:
        """The first value of a query argument."""
        return next((value for key, value in parse_qsl(self.query) if key == name), None)

    def https(self, *, query: bool = True, host: str | None = None) -> str:
        """The address over https, without fragment."""
        tail = f"?{self.query}" if query and self.query else ""
        return f"https://{host or self.host}{self.path or '/'}{tail}"

    def with_arguments(self, keep: tuple[str, ...], **more: str) -> str:
        """The address with only the arguments `keep` (in that order) and then `more`."""
        kept = [(key, value) for key in keep if (value := self.argument(key))]
        return f"https://{self.host}{self.path}?{urlencode([*kept, *more.items()])}"


@functools.lru_cache(maxsize=4096)
def parse(address: str) -> Url | None:
    """Takes an http(s) address apart; None when it is not one (the policy says why, not this)."""
    try:
        pieces = urlsplit(address)
        host = (pieces.hostname or "").rstrip(".").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    if pieces.scheme.lower() not in {"http", "https"} or not host:
        return None
    host = f"[{host}]" if ":" in host else host
    return Url(host, _percent(pieces.path, _SAFE_PATH), _percent(pieces.query, _SAFE_QUERY), pieces.fragment)


def join(base: str, reference: str) -> str:
    """Where a reference on a page or in a redirect leads; what cannot be joined comes back as it is, to be refused.

    Bytes of a header that are not UTF-8, which Python holds as halves of surrogate pairs, are percent-encoded.
    """
    reference = _HALF.sub(lambda half: f"%{ord(half[0]) & 0xFF:02X}", reference)
    try:
        return urljoin(base, reference.strip().replace(" ", "%20"))
    except ValueError:
        return reference


def ascii_only(address: str) -> str:
    """An http(s) address as it goes over the wire; what is percent-encoded already, signatures too, stays as it is."""
    url = parse(address)
    return url.https().replace("https", address.partition(":")[0].lower(), 1) if url else address


def _percent(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="replace")
