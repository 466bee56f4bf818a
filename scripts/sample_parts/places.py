"""Place pictures at addresses: the address in the post, the canonical address and the response."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

Answer = dict[str, Any]
"""One route: `file`, `redirect`, `html` or `status`. `first` replaces it for the first requests."""

REMOVED = "https://i.imgur.com/removed.png"


@dataclass(frozen=True, slots=True)
class Place:
    """One picture at one address."""

    shown: str
    """Address in the post, before Reddit escapes `&`."""
    url: str | None
    """Canonical address. None for a reaction."""
    routes: dict[str, Answer] = field(default_factory=dict)
    file: str | None = None
    """Name of the picture, with its variant after `@`."""
    media_id: str | None = None
    sticker: bool = False


def short_id(seed: str, length: int, *, small: bool = False) -> str:
    """Return an id in a host's format. The same seed gives the same id."""
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
    """Return a signature like Reddit's for preview addresses: 40 hex digits."""
    return hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()


def imgur(picture: str, *, page: bool = False, scheme: str = "https", first: tuple[int, ...] = ()) -> Place:
    """Place a picture on imgur, linked by its own address or by its page."""
    name = _imgur_id(f"{picture} {page}")
    url = f"https://i.imgur.com/{name}.jpg"
    answer: Answer = {"file": picture} | ({"first": list(first)} if first else {})
    routes = {url: answer}
    if page:
        routes[f"https://imgur.com/{name}"] = {"html": f"<html><title>Imgur</title><img src='{url}'></html>"}
    return Place(f"{scheme}://imgur.com/{name}" if page else f"{scheme}://i.imgur.com/{name}.jpg", url, routes, picture)


def imgur_without(what: str, picture: str) -> Place:
    """Return an imgur address without a picture: `what` is gone, placeholder or html."""
    answers: dict[str, Answer] = {
        "gone": {"status": 404},
        "placeholder": {"redirect": REMOVED},
        "html": {"html": "<html><body>Imgur is temporarily over capacity. Please try again later.</body></html>"},
    }
    url = f"https://i.imgur.com/{_imgur_id(f'{what} {picture}')}.jpg"
    return Place(url, url, {url: answers[what]})


def reddit(picture: str, seed: str = "") -> Place:
    """Place a picture on i.redd.it."""
    name = _media_id(picture + seed)
    url = f"https://i.redd.it/{name}.jpg"
    return Place(url, url, {url: {"file": picture}}, picture, name)


def preview(picture: str, slug: str = "") -> Place:
    """Place a picture on Reddit behind a signed preview address. Newer ones contain the title as `slug`."""
    place = reddit(picture)
    stem = f"{slug}-v0-{place.media_id}" if slug else place.media_id
    shown = f"https://preview.redd.it/{stem}.jpg?width=1080&format=pjpg&auto=webp&s={signature(picture)}"
    return Place(shown, place.url, place.routes, picture, place.media_id)


def inline(picture: str) -> Place:
    """Upload a picture into a comment as `![img](id)`. Only `media_metadata` has its address."""
    place = reddit(picture)
    return Place(f"![img]({place.media_id})", place.url, place.routes, picture, place.media_id)


def giphy(name: str) -> Place:
    """Return a reaction from giphy."""
    return Place(f"![gif](giphy|{name})", None, media_id=f"giphy|{name}", sticker=True)


def forbidden(url: str) -> Place:
    """Return an address that must never be requested."""
    return Place(url, url)
