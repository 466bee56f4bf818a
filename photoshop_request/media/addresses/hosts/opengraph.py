"""Reading the picture that a page says it is about (Open Graph, https://ogp.me).

Pages come from strangers: tags are found by expressions that take linear time, whatever a page holds.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from photoshop_request.media.addresses.hosts.family import PictureLink

__all__ = ["links_with", "load_json", "og_images"]

_TAG = re.compile(r"<(meta|a)\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,100})\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")


def _tags(page: str, wanted: str) -> Iterator[dict[str, str]]:
    for tag in _TAG.finditer(page):
        if tag.group(1).lower() == wanted:
            yield {
                name.lower(): html.unescape(double or single or bare)
                for name, double, single, bare in _ATTRIBUTE.findall(tag.group(2))
            }


def og_images(page: str) -> list[PictureLink]:
    """The pictures a page names as its own, in order, each once: `og:image`, else `twitter:image`."""
    said = [
        (tag.get("property") or tag.get("name") or "", tag.get("content", "").strip()) for tag in _tags(page, "meta")
    ]
    for names in ({"og:image", "og:image:url", "og:image:secure_url"}, {"twitter:image", "twitter:image:src"}):
        found = dict.fromkeys(content for name, content in said if name.lower() in names and content)
        if found:
            return [PictureLink(url) for url in found]
    return []


def links_with(page: str, attribute: str, value: str) -> list[PictureLink]:
    """Where the page's links with this attribute and value lead, in order."""
    return [PictureLink(link["href"]) for link in _tags(page, "a") if link.get(attribute) == value and link.get("href")]


def load_json(text: str) -> Any:
    """What a stranger's JSON says; None when it is none, also when it is nested to break its reader."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
