"""Parse, join and encode http(s) addresses."""

import functools
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

IMAGE_EXTENSIONS = frozenset(
    {"jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif"}
)
VIDEO_EXTENSIONS = frozenset({"gifv", "mp4", "webm", "mov", "m4v", "avi", "mkv"})
_SAFE_PATH = "/%:@!$&'()*+,;=-._~|"
_SAFE_QUERY = _SAFE_PATH + "?"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Url:
    """Hold the parts of an http(s) address without its port. The host is in lower case, IPv6 in brackets."""

    host: str
    path: str
    query: str
    fragment: str

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the parts of the path between slashes, without empty parts."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def name(self) -> str:
        """Return the last part of the path, or an empty string."""
        return self.parts[-1] if self.parts else ""

    @property
    def stem(self) -> str:
        """Return `name` without its extension."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def extension(self) -> str:
        """Return the lower-case extension of `name` without the dot, or an empty string."""
        head, dot, tail = self.name.rpartition(".")
        return tail.lower() if dot and head else ""

    def argument(self, name: str) -> str | None:
        """Return the first value of a query argument."""
        return next((value for key, value in parse_qsl(self.query) if key == name), None)

    def https(self, *, query: bool = True, host: str | None = None) -> str:
        """Return the address with https and without a fragment."""
        tail = f"?{self.query}" if query and self.query else ""
        return f"https://{host or self.host}{self.path or '/'}{tail}"

    def with_arguments(self, keep: tuple[str, ...], **more: str) -> str:
        """Return the address with the arguments `keep`, in that order, and then `more`."""
        arguments = [(key, value) for key in keep if (value := self.argument(key))]
        return f"https://{self.host}{self.path}?{urlencode([*arguments, *more.items()])}"


@functools.lru_cache(maxsize=4096)
def parse(address: str) -> Url | None:
    """Return the parts of an http(s) address, or None if it is not one. `policy.refusal` explains why."""
    try:
        split = urlsplit(address)
        host = (split.hostname or "").rstrip(".").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    if split.scheme.lower() not in {"http", "https"} or not host:
        return None
    host = f"[{host}]" if ":" in host else host
    return Url(host, _percent(split.path, _SAFE_PATH), _percent(split.query, _SAFE_QUERY), split.fragment)


def join(base: str, reference: str) -> str:
    """Return the address of a reference on a page or in a redirect. Return the reference itself if joining fails.

    Bytes of a header that are not UTF-8, which Python holds as lone surrogates, are percent-encoded.
    """
    reference = _SURROGATE.sub(lambda surrogate: f"%{ord(surrogate[0]) & 0xFF:02X}", reference)
    try:
        return urljoin(base, reference.strip().replace(" ", "%20"))
    except ValueError:
        return reference


def ascii_only(address: str) -> str:
    """Return an http(s) address in ASCII, as it is sent. Percent-encoded parts, such as signatures, stay unchanged."""
    url = parse(address)
    return url.https().replace("https", address.partition(":")[0].lower(), 1) if url else address


def _percent(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="replace")
