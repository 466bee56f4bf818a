"""Read the picture that a page is about (Open Graph, https://ogp.me).

Pages are untrusted input: the expressions that find tags take linear time on any page.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from photoshop_request.media.addresses.outcomes import PictureLink

_TAG = re.compile(r"<(meta|a)\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([\w:.-]{1,100}+)\s{0,20}+=\s{0,20}+(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")


def og_images(page: str) -> list[PictureLink]:
    """Return the pictures that a page names as its own, in order, without repeats: `og:image`, else `twitter:image`."""
    metas = [
        ((tag.get("property") or tag.get("name") or "").lower(), tag.get("content", "").strip())
        for tag in meta_tags(page)
    ]
    for names in ({"og:image", "og:image:url", "og:image:secure_url"}, {"twitter:image", "twitter:image:src"}):
        if urls := dict.fromkeys(content for name, content in metas if name in names and content):
            return [PictureLink(url) for url in urls]
    return []


def meta_tags(page: str) -> Iterator[dict[str, str]]:
    """Yield the attributes of every meta tag of a page, in order, with names in lower case."""
    return _tags(page, "meta")


def links_with(page: str, attribute: str, value: str) -> list[PictureLink]:
    """Return the targets of the page's links that have this attribute and value, in order."""
    return [PictureLink(link["href"]) for link in _tags(page, "a") if link.get(attribute) == value and link.get("href")]


def load_json(text: str) -> Any:
    """Return the value of untrusted JSON, or None if it is invalid or nested too deeply."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _tags(page: str, name: str) -> Iterator[dict[str, str]]:
    for tag in _TAG.finditer(page):
        if tag.group(1).lower() == name:
            yield {
                key.lower(): html.unescape(double or single or bare)
                for key, double, single, bare in _ATTRIBUTE.findall(tag.group(2))
            }
