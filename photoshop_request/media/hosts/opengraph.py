"""Reading the picture that a page says it is about (Open Graph, https://ogp.me)."""

from html.parser import HTMLParser

from photoshop_request.media.hosts.target import Picture

__all__ = ["links_with", "og_images"]


class _Head(HTMLParser):
    """Collects what `<meta>` and `<a>` say; broken HTML is no error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.meta: list[tuple[str, str]] = []
        self.anchors: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta" and values.get("content"):
            self.meta.append((values.get("property") or values.get("name") or "", values["content"]))
        elif tag == "a" and values.get("href"):
            self.anchors.append(values)


def _parse(html: str) -> _Head:
    head = _Head()
    head.feed(html)
    return head


def og_images(html: str) -> list[Picture]:
    """The pictures a page names as its own, in order, each once: `og:image`, else `twitter:image`."""
    meta = _parse(html).meta
    for names in ({"og:image", "og:image:url", "og:image:secure_url"}, {"twitter:image", "twitter:image:src"}):
        found = dict.fromkeys(content.strip() for name, content in meta if name.lower() in names)
        if found:
            return [Picture(url) for url in found]
    return []


def links_with(html: str, attribute: str, value: str) -> list[Picture]:
    """Where the page's links with this attribute and value lead, in order."""
    return [Picture(link["href"]) for link in _parse(html).anchors if link.get(attribute) == value]
