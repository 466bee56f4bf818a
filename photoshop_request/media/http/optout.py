"""Hosts that ask not to be used for training: `X-Robots-Tag: noai`, `noimageai`."""

from collections.abc import Iterable

__all__ = ["opted_out"]

_TAGS = frozenset({"noai", "noimageai"})
# Tags with a value after their colon; before any other colon stands the name of the program that is meant.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_NAMES = frozenset({"photoshop-request", "*"})


def opted_out(values: Iterable[str]) -> str | None:
    """The tag that asks it, of all values of the header; tags meant for other programs do not count."""
    for value in values:
        meant = True
        for part in value.lower().split(","):
            name, colon, rest = part.partition(":")
            if colon and name.strip() not in _VALUED:
                meant = name.strip() in _NAMES
            tag = (rest if colon else name).strip()
            if meant and tag in _TAGS:
                return tag
    return None
