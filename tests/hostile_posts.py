"""Posts that attack: their texts, ids, fields and addresses. Each post of an archive carries attacks of several kinds."""

import json
import random
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import zstandard
from nasty_texts import GENERATORS
from servers.hostile import DOMAIN

SUBREDDIT = "PhotoshopRequest"
BEGIN = 1_330_000_000
"""2012, before the first honest post: percentiles of a month compare its own posts only."""
FAST = ("busy", "loop", "inside", "robots", "gone")
"""First labels of hosts that `servers.hostile` plays."""
SLOW = ("oddheader", "reset", "drip", "driphead", "silent", "robotsilent", "endless", "endlesspage", "gzipped")
"""As `FAST`, but each address costs seconds. They stand in the first posts only."""
_SLOW_LINKS = 700
ADDRESSES = (
    "http://127.0.0.1/a.jpg",
    "http://169.254.169.254/a.jpg",
    "http://[::ffff:127.0.0.1]/a.jpg",
    "http://0177.0.0.1/a.jpg",
    "http://localhost/a.jpg",
    "http://user:word@example.org/a.jpg",
    "http://example.org:22/a.jpg",
    "file:///etc/passwd.jpg",
    "javascript:alert(1)//a.jpg",
    "data:image/png;base64,iVBORw0KGgo=",
    "http://example.org/" + "a/" * 5_000 + "b.jpg",
    "http://exa\u0000mple.org/a.jpg",
    "http://" + "a." * 200 + "org/a.jpg",
    "http://xn--/a.jpg",
    "https://i.redd.it/../../../etc/passwd.jpg",
    "https://i.redd.it/%2e%2e%2fa.jpg",
    "https://imgur.com/a/" + "a" * 3_000,
)
BAD_IDS: tuple[Any, ...] = ("../../../outside", "/etc/passwd", "a/b", "a" * 5_000, "", None, 7, 1e300, [], {"a": 1}, "\u0000", "con", "a\nb")  # fmt: skip
_BAD_VALUES: tuple[Any, ...] = (None, -1, 2**70, 1e308, [], {}, [[[[]]]], True, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "9" * 5_000)  # fmt: skip
_FIELDS = ("score", "created_utc", "author", "num_comments", "upvote_ratio", "link_flair_text", "gallery_data", "media_metadata", "preview", "crosspost_parent_list", "edited", "over_18", "url", "permalink", "title")  # fmt: skip


def write_archives(folder: Path, posts: int, bodies: Sequence[str]) -> list[Path]:
    """Write archives of that many posts whose links name `bodies` and every attack, and return the files."""
    submissions, comments, bombs = (folder / f"hostile_{name}.zst" for name in ("submissions", "comments", "bombs"))
    _write(submissions, chain(_submissions(posts, bodies), _masses(bodies)))
    _write(comments, _comments(posts, bodies))
    _write(bombs, _bombs())
    return [submissions, comments, bombs]


def address(number: int, bodies: Sequence[str]) -> str:
    """Return the address of an attack. Hosts are few, so that each of them is asked many times."""
    chance = random.Random(f"address {number}")
    if chance.random() < 0.05:
        return picture(number, chance.choice(bodies))
    if chance.random() < 0.2:
        return chance.choice(ADDRESSES)
    attacks = FAST + SLOW if number < _SLOW_LINKS else FAST
    return f"https://{chance.choice(attacks)}.{number % 3}.{DOMAIN}/{number}.jpg"


def picture(number: int, body: str) -> str:
    """Return an address that sends a body."""
    return f"https://body.{number % 7}.{DOMAIN}/{body}/{number}.jpg"


def _nasty(number: int, length: int) -> str:
    kinds = list(GENERATORS.values())
    return kinds[number % len(kinds)](length)


def _submissions(posts: int, bodies: Sequence[str]) -> Iterator[bytes]:
    for number in range(posts):
        length = 40_000 if number % 100 == 0 else 1_000
        thing: dict[str, Any] = {
            "id": f"att{number:x}",
            "subreddit": SUBREDDIT,
            "author": f"attacker_{number % 50}",
            "created_utc": BEGIN + number * 60,
            "title": f"Please remove the man {_nasty(number, 200)}"[:300],
            "selftext": f"Please remove the man. {address(number * 10, bodies)}\n\n{_nasty(number, length)}",
            "is_self": True,
            "url": address(number * 10 + 5, bodies),
            "permalink": f"/r/{SUBREDDIT}/comments/att{number:x}/{_nasty(number, 50)}/",
            "score": 1,
            "num_comments": 3,
            "link_flair_text": _nasty(number, 64),
        }
        if number % 5 == 0:
            thing[_FIELDS[number // 5 % len(_FIELDS)]] = _BAD_VALUES[number // 5 % len(_BAD_VALUES)]
        if number % 97 == 0:
            thing["id"] = BAD_IDS[number // 97 % len(BAD_IDS)]
        yield json.dumps(thing).encode()


def _masses(bodies: Sequence[str]) -> Iterator[bytes]:
    """A requester with many large pictures, and a solver with many that are near alike."""
    large, near = ([body for body in bodies if body.startswith(kind)] for kind in ("large", "near"))
    common = {"subreddit": SUBREDDIT, "author": "attacker_0", "created_utc": BEGIN, "score": 1}
    for post, sources, edits in (("attmany", large, large), ("attnear", ["scene"], near)):
        links = [picture(at, body) for at, body in enumerate(sources)]
        texts = {"title": "Please remove the man", "selftext": " ".join(links), "is_self": True, "num_comments": 1}
        yield json.dumps({**common, **texts, "id": post}).encode()
        answer = {"id": f"{post}c", "link_id": f"t3_{post}", "parent_id": f"t3_{post}", "author": "attacker_1"}
        body = " ".join(picture(1_000 + at, body) for at, body in enumerate(edits))
        yield json.dumps({**common, **answer, "body": body, "created_utc": BEGIN + 60}).encode()


def _comments(posts: int, bodies: Sequence[str]) -> Iterator[bytes]:
    for number in range(2 * posts):
        post = number % posts
        length = 10_000 if number % 100 == 0 else 500
        thing: dict[str, Any] = {
            "id": f"atc{number:x}",
            "link_id": f"t3_att{post:x}",
            "parent_id": f"t3_att{post:x}" if number < posts else f"t1_atc{post:x}",
            "subreddit": SUBREDDIT,
            "author": f"attacker_{number % 50}",
            "created_utc": BEGIN + post * 60 + 30 + number // posts,
            "body": f"Done: {address(number * 10 + 7, bodies) if number % 4 == 0 else ''} {_nasty(number + 1, length)}",
            "score": 1,
        }
        if number % 97 == 0:
            thing[("id", "link_id", "parent_id")[number // 97 % 3]] = BAD_IDS[number // 97 % len(BAD_IDS)]
        yield json.dumps(thing).encode()


def _bombs() -> Iterator[bytes]:
    yield b'{"id":"attnul","subreddit":"PhotoshopRequest","created_utc":1330000000,"title":"a\\u0000b"}'
    yield from (b"[" * 1_000_000, b'{"a":' * 200_000, b"\xff\xfe" * 1_000, b"{}", b"null", b'"a"')
    yield b'{"id":"attbig","title":"' + b"a" * 20_000_000 + b'"}'
    yield b"\n" * 50_000_000


def _write(path: Path, lines: Iterator[bytes]) -> None:
    with path.open("wb") as file, zstandard.ZstdCompressor(3).stream_writer(file) as out:
        for line in lines:
            out.write(line + b"\n")
