"""Find the opt-outs from training in headers and pages, and the tag `noindex`, which concerns search only."""

import re
from collections.abc import Iterable, Iterator

from multidict import CIMultiDictProxy

from photoshop_request.media.addresses.hosts.opengraph import meta_tags

OUR_NAME = "photoshop-request"
"""Name of this program for robots.txt and X-Robots-Tag: the first word of its user agent."""
NOINDEX = "noindex concerns search only"
"""Detail of a fetched picture or page that search engines shall not list."""
_OPT_OUT_TAGS = frozenset({"noai", "noimageai"})
_NOINDEX_TAGS = frozenset({"noindex", "none"})
_TAGS_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
"""Tags with a value after a colon. A name before any other colon is that of the crawler for which the tags are."""
_CRAWLER = re.compile(r"(?:\*|[a-z_][\w./-]*)\Z")
_ARCHIVED = "X-Archive-Orig-"
"""The Wayback Machine's prefix for the headers of the original answer."""


def header_opt_out(headers: CIMultiDictProxy[str]) -> str | None:
    """Return the header that forbids training, as "name: value", or None. Tags for other crawlers are ignored."""
    for prefix in ("", _ARCHIVED):
        for tag in _robots_tags(headers.getall(f"{prefix}X-Robots-Tag", ())):
            if tag in _OPT_OUT_TAGS:
                return f"X-Robots-Tag: {tag}"
        # W3C TDM Reservation Protocol: 1 means that the rights to text and data mining are reserved
        if any("1" in _values(value) for value in headers.getall(f"{prefix}tdm-reservation", ())):
            return "tdm-reservation: 1"
    return None


def has_noindex(headers: CIMultiDictProxy[str]) -> bool:
    """Return True if an `X-Robots-Tag` header asks search engines not to list the answer."""
    return not _NOINDEX_TAGS.isdisjoint(_robots_tags(headers.getall("X-Robots-Tag", ())))


def page_opt_out(page: str) -> str | None:
    """Return the meta tag of a page that forbids training, as "meta name: value", or None."""
    lower = page.lower()
    if not any(mark in lower for mark in (*_OPT_OUT_TAGS, "tdm-reservation")):
        return None  # as for most pages: searching for tags takes longer
    for tag in meta_tags(page):
        name, content = tag.get("name", "").strip().lower(), tag.get("content", "")
        if name in {"robots", OUR_NAME}:
            found = next((each for each in _robots_tags([content]) if each in _OPT_OUT_TAGS), None)
        else:
            found = "1" if name == "tdm-reservation" and "1" in _values(content) else None
        if found:
            return f"meta {name}: {found}"
    return None


def _robots_tags(headers: Iterable[str]) -> Iterator[str]:
    """Yield the tags of `X-Robots-Tag` values that are for every crawler or for this program, in lower case."""
    for header in headers:
        is_for_us = True
        for part in _values(header):
            name, colon, after = (each.strip() for each in part.partition(":"))
            if not colon or name in _OPT_OUT_TAGS | _NOINDEX_TAGS:
                tag = name
            elif name in _TAGS_WITH_VALUE or not _CRAWLER.match(name):  # a time of day has colons too
                continue
            else:
                is_for_us, tag = name.partition("/")[0] in {OUR_NAME, "*"}, after
            if is_for_us:
                yield tag


def _values(header: str) -> list[str]:
    return [part.strip() for part in re.split("[,;]", header.lower())]
