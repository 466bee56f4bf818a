"""Generate r/PhotoshopRequest at any size as two archives, from a seed.

At scale 1 it is as large as the real one by 2025: 90,000 requests, 330,000 edits, 1.5 million comments. Requests combine
the tests' labelled sentences with greetings, stories and thanks. Half of the solvers' links lead to Reddit's own
pictures, the others to imgur (pictures, pages, albums), pages of other hosts and stored files. Every picture's name
begins with its request and its number there. `pictures.py` draws it from them.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from made_dumps import COMMENT_KEYS, SUBMISSION_KEYS, SUBREDDIT, write_zst

REQUESTS, EDITS, COMMENTS = 90_000, 330_000, 1_500_000
"""Approximate size of the subreddit up to 2025."""
_BEGIN, _SPAN = 1_357_000_000, 400_000_000
"""The years 2013 to 2025 in Unix seconds."""
_LABELLED = (
    Path(__file__).resolve().parents[2] / "tests" / "photoshop_request" / "text" / "request" / "labelled_requests.tsv"
)
_FLAIRS = (None, "Free", "Paid", "Free - No AI", "Solved", "Paid - $10", None, "Free")
_OPENINGS = (
    "",
    "",
    "Hi everyone! ",
    "Hello, first time posting here. ",
    "Hey all, ",
    "Not sure if this is possible, but ",
)
_STORIES = (
    "",
    "This is the only picture that we have of him. ",
    "My grandmother passed away last week and we would like to print this for the service. ",
    "It was taken on our trip last summer, and it is the best one of all of us. ",
    "My sister is getting married in June and this would be a gift. We found the photo in an old box in the attic. ",
    "I tried it myself in an app on my phone, but it looks awful. ",
)
_ENDINGS = (
    "",
    "",
    " Thank you!",
    " Thanks in advance, you are the best!",
    " Will tip $10 for the best one.",
    " Please keep the rest as it is.",
)
_TALK = (
    "That is amazing work.",
    "Haha, I love this one!",
    "Do you have a picture with a higher resolution? This one is quite small and it will not look good in print.",
    "You could also try to take the light from the left, it would look more natural that way.",
    "I am sorry for your loss.",
    "[deleted]",
    "Following this, I have a similar picture from my own wedding.",
    "What a beautiful dog!",
    "Great job, but the shadow under the chair is still there.",
    "See https://en.wikipedia.org/wiki/Photograph_manipulation for how people did it before they had computers.",
    "There is a tutorial here: https://www.youtube.com/watch?v=abcdefghijk",
    "r/picrequests may help too",
)
_THANKS = (
    "Thank you so much!",
    "Solved! This is perfect, thank you.",
    "Wow, that is exactly what I wanted. Solved!",
    "I love it, sending you a tip.",
)
_WISHES = (
    "Could you make it a bit brighter?",
    "Can you also remove the shadow on the wall?",
    "Is it possible to keep the hat?",
)
_HEADS = ("Here you go: ", "How is this? ", "My attempt ", "[Here](", "", "Tried my best. ")


@dataclass(frozen=True, slots=True)
class Size:
    """The size to generate."""

    requests: int
    edits: int
    comments: int

    @classmethod
    def of(cls, scale: float) -> "Size":
        """Return the size at a scale; 1 is the whole subreddit."""
        return cls(round(REQUESTS * scale), round(EDITS * scale), round(COMMENTS * scale))


def write_archives(folder: Path, size: Size) -> tuple[Path, Path]:
    """Write submissions and comments as `.zst` files in `folder`, unless they exist."""
    posts, replies = folder / f"{SUBREDDIT}_submissions.zst", folder / f"{SUBREDDIT}_comments.zst"
    sentences = [line.split("\t")[1] for line in _LABELLED.read_text().splitlines()]
    write_zst(posts, (_line(thing) for thing in _submissions(size, sentences)))
    write_zst(replies, (_line(thing) for thing in _comments(size)))
    return posts, replies


def _submissions(size: Size, sentences: list[str]) -> Iterator[dict[str, Any]]:
    for number in range(size.requests):
        chance = random.Random(f"post {number}")
        asked = chance.choices(sentences, k=chance.choice((1, 1, 1, 2, 3)))
        story = chance.choice(_OPENINGS) + chance.choice(_STORIES)
        text = story + " ".join(asked[1:]) + chance.choice(_ENDINGS) if chance.random() < 0.7 else ""
        post = _post(number)
        thing = {
            **SUBMISSION_KEYS,
            "id": post,
            "name": f"t3_{post}",
            "author": _requester(number),
            "created_utc": _time(number, size),
            "title": asked[0],
            "score": int(chance.lognormvariate(2.5, 1.6)),
            "num_comments": size.comments // max(1, size.requests),
            "upvote_ratio": round(chance.betavariate(9, 1), 2),
            "link_flair_text": chance.choice(_FLAIRS),
            "subreddit": SUBREDDIT,
            "subreddit_id": "t5_2tecy",
            "permalink": f"/r/{SUBREDDIT}/comments/{post}/{'_'.join(asked[0].lower().split())[:50]}/",
            "retrieved_on": _BEGIN + _SPAN + number,
        }
        yield thing | _sources(number, text, chance)


def _sources(number: int, text: str, chance: random.Random) -> dict[str, Any]:
    """Return the fields with the request's pictures: on Reddit, in a gallery, on imgur, or in the text."""
    kind = chance.choices(("picture", "gallery", "imgur", "text"), (60, 15, 15, 10))[0]
    if kind == "picture":
        return {"url": f"https://i.redd.it/{_media(number, 0)}.jpg", "selftext": text}
    if kind == "imgur":
        return {"url": f"https://i.imgur.com/{picture_key(number, 0)}.jpg", "selftext": text}
    if kind == "text":
        address = f"https://imgur.com/{picture_key(number, 0)}"
        return {"url": "", "selftext": f"{text}\n\n[The picture]({address})", "is_self": True}
    names = [_media(number, place) for place in range(chance.choice((2, 2, 3)))]
    items = [{"media_id": name, "id": place} for place, name in enumerate(names)]
    url = f"https://www.reddit.com/gallery/{_post(number)}"
    return {
        "url": url,
        "selftext": text,
        "is_gallery": True,
        "gallery_data": {"items": items},
        "media_metadata": _metadata(names),
    }


def _comments(size: Size) -> Iterator[dict[str, Any]]:
    count = 0
    for number in range(size.requests):
        chance = random.Random(f"thread {number}")
        edits = size.edits * (number + 1) // size.requests - size.edits * number // size.requests
        rest = size.comments * (number + 1) // size.requests - size.comments * number // size.requests - edits
        utc = _time(number, size)
        posted: list[tuple[str, str]] = []
        for turn in range(edits + rest):
            utc += int(chance.lognormvariate(6, 1.2))
            thing = _base(number, count, utc, chance)
            if turn == 0:
                words = {
                    "author": "AutoModerator",
                    "body": "Thank you for posting! Please mark the request when it is solved.",
                    "stickied": True,
                }
            elif turn <= edits:
                solver = f"solver{int(chance.paretovariate(1.1) * 20) % 20_000}"
                posted.append((thing["id"], solver))
                words = {"author": solver, **_edit(number, 9 + turn, chance)}
            else:
                words = _talk(number, posted, chance)
            yield thing | words
            count += 1


def _talk(number: int, posted: list[tuple[str, str]], chance: random.Random) -> dict[str, Any]:
    """Return a comment without an edit: by the request's author to a solver, or by somebody."""
    if posted and chance.random() < 0.25:
        body = chance.choice(_THANKS if chance.random() < 0.7 else _WISHES)
        answer = chance.choice(posted)[0]
        return {"author": _requester(number), "is_submitter": True, "body": body, "parent_id": f"t1_{answer}"}
    # the last three, with a link to no picture, are rare
    body = chance.choice(_TALK[:-3] if chance.random() < 0.95 else _TALK[-3:])
    return {"author": "[deleted]" if body == "[deleted]" else f"user{chance.randrange(200_000)}", "body": body}


def _edit(number: int, place: int, chance: random.Random) -> dict[str, Any]:
    """Return a comment with a picture. Hosts are as frequent as since 2017."""
    key, media = picture_key(number, place), _media(number, place)
    addresses = {
        "comment": "",
        "i.redd.it": f"https://i.redd.it/{media}.png",
        "preview": f"https://preview.redd.it/{media}.jpg?width=1080&amp;format=pjpg&amp;auto=webp&amp;s={chance.getrandbits(128):x}",
        "imgur": f"https://i.imgur.com/{key}.{chance.choice(('jpg', 'png'))}",
        "page": f"https://imgur.com/{key}",
        "album": f"https://imgur.com/a/{key}",
        "ibb": f"https://ibb.co/{key}",
        "postimg": f"https://postimg.cc/{key}",
        "drive": f"https://drive.google.com/file/d/{key}-of-a-stored-file/view?usp=sharing",
        "dropbox": f"https://www.dropbox.com/s/{key}xxxxxxxx/edit.jpg?dl=0",
    }
    host = chance.choices(tuple(addresses), (30, 8, 12, 22, 10, 5, 5, 3, 3, 2))[0]
    if host == "comment":
        return {"body": f"{chance.choice(_HEADS[:3])}\n\n![img]({media})", "media_metadata": _metadata([media])}
    head = chance.choice(_HEADS)
    return {"body": head + addresses[host] + (")" if head.endswith("(") else "")}


def _base(number: int, count: int, utc: int, chance: random.Random) -> dict[str, Any]:
    post, one = _post(number), f"k{count:06x}"
    return {
        **COMMENT_KEYS,
        "id": one,
        "name": f"t1_{one}",
        "author_fullname": f"t2_{chance.getrandbits(34):x}",
        "created_utc": utc,
        "link_id": f"t3_{post}",
        "parent_id": f"t3_{post}",
        "permalink": f"/r/{SUBREDDIT}/comments/{post}/words_of_the_title/{one}/",
        "retrieved_on": _BEGIN + _SPAN + count,
        "score": int(chance.lognormvariate(1.2, 1.1)),
        "subreddit": SUBREDDIT,
        "subreddit_id": "t5_2tecy",
    }


def picture_key(number: int, place: int) -> str:
    """Return the name of a picture: five hex digits of its request, two decimal digits of its place (10 and up: edits)."""
    return f"{number:05x}{place:02d}"


def _media(number: int, place: int) -> str:
    return f"{picture_key(number, place)}reddit"


def _metadata(names: list[str]) -> dict[str, Any]:
    return {
        name: {"e": "Image", "id": name, "m": "image/jpg", "s": {"u": f"https://preview.redd.it/{name}.jpg?width=120&amp;s=ab", "x": 120, "y": 90}, "status": "valid"}
        for name in names
    }  # fmt: skip


def _post(number: int) -> str:
    return f"q{number:05x}"


def _requester(number: int) -> str:
    # every tenth requester asks again
    return f"asker{number if number % 10 else number // 7}"


def _time(number: int, size: Size) -> int:
    return _BEGIN + _SPAN * number // max(1, size.requests)


def _line(thing: dict[str, Any]) -> bytes:
    return json.dumps(thing, sort_keys=True, separators=(",", ":")).encode()
