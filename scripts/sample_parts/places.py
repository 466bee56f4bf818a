"""Where a picture of the sample lies: the address people see, the address it is known by, and what answers there."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

Answer = dict[str, Any]
"""One route: `file`, `redirect`, `html` or `status`, and `first`: what the first requests get instead."""

REMOVED = "https://i.imgur.com/removed.png"


@dataclass(frozen=True, slots=True)
class Place:
    """One picture at one address."""

    shown: str
    """As written in a post, before Reddit escapes `&`."""
    url: str | None
    """The canonical address; None for what has none (a reaction)."""
    routes: dict[str, Answer] = field(default_factory=dict)
    file: str | None = None
    """The picture's name, with its variant after `@`."""
    media_id: str | None = None
    sticker: bool = False


def short_id(seed: str, length: int, *, small: bool = False) -> str:
    """An id that looks like a host's own, always the same for the same seed."""
    letters = "0123456789abcdefghijklmnopqrstuvwxyz" + ("" if small else "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    number = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=16).digest())
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(letters))
        digits.append(letters[digit])
    return "".join(digits)


def _imgur_id(seed: str) -> str:
    return "Dm" + short_id(f"imgur {seed}", 5)


def _media_id(seed: str) -> str:
    return "demo" + short_id(f"reddit {seed}", 9, small=True)


def signature(seed: str) -> str:
    """What Reddit signs a preview address with: 40 hex digits."""
    return hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()


def imgur(picture: str, *, page: bool = False, scheme: str = "https", first: tuple[int, ...] = ()) -> Place:
    """On imgur, shown as the picture's address or as the address of its page."""
    name = _imgur_id(f"{picture} {page}")
    url = f"https://i.imgur.com/{name}.jpg"
    answer: Answer = {"file": picture} | ({"first": list(first)} if first else {})
    routes = {url: answer}
    if page:
        routes[f"https://imgur.com/{name}"] = {"html": f"<html><title>Imgur</title><img src='{url}'></html>"}
    return Place(f"{scheme}://imgur.com/{name}" if page else f"{scheme}://i.imgur.com/{name}.jpg", url, routes, picture)


def imgur_without(what: str, picture: str) -> Place:
    """An imgur address that gives no picture: `what` is gone, placeholder or html."""
    answers: dict[str, Answer] = {
        "gone": {"status": 404},
        "placeholder": {"redirect": REMOVED},
        "html": {"html": "<html><body>Imgur is temporarily over capacity. Please try again later.</body></html>"},
    }
    url = f"https://i.imgur.com/{_imgur_id(f'{what} {picture}')}.jpg"
    return Place(url, url, {url: answers[what]})


def reddit(picture: str, seed: str = "") -> Place:
    """Uploaded to Reddit, shown by its i.redd.it address."""
    name = _media_id(picture + seed)
    url = f"https://i.redd.it/{name}.jpg"
    return Place(url, url, {url: {"file": picture}}, picture, name)


def preview(picture: str, slug: str = "") -> Place:
    """Uploaded to Reddit, shown by its signed preview address; `slug` is the post's title in newer ones."""
    place = reddit(picture)
    stem = f"{slug}-v0-{place.media_id}" if slug else place.media_id
    shown = f"https://preview.redd.it/{stem}.jpg?width=1080&format=pjpg&auto=webp&s={signature(picture)}"
    return Place(shown, place.url, place.routes, picture, place.media_id)


def inline(picture: str) -> Place:
    """Uploaded into a comment, shown as `![img](id)`; its address is in `media_metadata` alone."""
    place = reddit(picture)
    return Place(f"![img]({place.media_id})", place.url, place.routes, picture, place.media_id)


def giphy(name: str) -> Place:
    """A reaction from giphy."""
    return Place(f"![gif](giphy|{name})", None, media_id=f"giphy|{name}", sticker=True)


def forbidden(url: str) -> Place:
    """An address that must never be requested."""
    return Place(url, url)
