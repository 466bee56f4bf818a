"""Write Reddit objects in the formats of three periods (old, middle, new)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .places import Place, signature
from .threads import Reply, Request

SUBREDDIT = "PhotoshopRequest"
Json = dict[str, Any]
Sizes = Mapping[str, tuple[int, int]]
"""Width and height of every picture by its name."""


def when(text: str) -> int:
    """Return `2014-03-09 17:20` (UTC) as Unix seconds."""
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp())


def escape(text: str) -> str:
    """Escape text as Reddit does."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _signed(media_id: str, options: str) -> str:
    return f"https://preview.redd.it/{media_id}.jpg?{options}&amp;s={signature(media_id + options)}"


def media_metadata(shown: Sequence[Place], sizes: Sizes) -> Json:
    """Return `media_metadata` of uploads, in alphabetical order as in newer archives."""
    entries: Json = {}
    for place in sorted(shown, key=lambda place: place.media_id or ""):
        media_id = place.media_id
        if media_id is None:
            continue
        if place.sticker:
            gif = "https://external-preview.redd.it/demo.gif?width=200&amp;height=150&amp;s=" + signature(media_id)
            entries[media_id] = {
                "status": "valid",
                "e": "AnimatedImage",
                "m": "image/gif",
                "ext": "https://giphy.com/gifs/" + media_id.split("|")[1],
                "s": {"y": 150, "x": 200, "gif": gif, "mp4": gif.replace(".gif?", ".gif?format=mp4&amp;")},
                "t": "giphy",
                "id": media_id,
            }
            continue
        width, height = sizes[place.file or ""]
        small = {
            "y": round(height * 320 / width),
            "x": 320,
            "u": _signed(media_id, "width=320&amp;crop=smart&amp;auto=webp"),
        }
        full = {"y": height, "x": width, "u": _signed(media_id, f"width={width}&amp;format=pjpg&amp;auto=webp")}
        entries[media_id] = {"status": "valid", "e": "Image", "m": "image/jpg", "p": [small], "s": full, "id": media_id}
    return entries


def _preview(place: Place, sizes: Sizes) -> Json:
    width, height = sizes[place.file or ""]
    url = _signed(place.media_id or "", "auto=webp")
    source = {"url": url, "width": width, "height": height}
    return {"images": [{"source": source, "resolutions": [], "variants": {}, "id": signature(url)}], "enabled": True}


def submission(request: Request, sizes: Sizes) -> Json:
    """Return the post as an archive line."""
    at = when(request.posted)
    year = int(request.posted[:4])
    slug = "_".join("".join(c if c.isalnum() else " " for c in request.title.lower()).split()[:7])
    permalink = f"/r/{SUBREDDIT}/comments/{request.id}/{slug}/"
    first = request.pictures[0]
    here = f"https://www.reddit.com{permalink}"
    url = {"link": first.shown, "text": here, "gallery": f"https://www.reddit.com/gallery/{request.id}"}[request.form]
    row: Json = {
        "id": request.id,
        "name": f"t3_{request.id}",
        "subreddit": SUBREDDIT,
        "subreddit_id": "t5_2tecy",
        "author": request.author,
        "author_flair_text": None,
        "title": escape(request.title),
        "selftext": escape(request.text.format(first.shown)),
        "is_self": request.form == "text",
        "domain": {"link": url.split("/")[2], "text": f"self.{SUBREDDIT}", "gallery": "reddit.com"}[request.form],
        "url": url,
        "permalink": permalink,
        "score": request.score,
        "num_comments": len(request.replies),
        "link_flair_text": request.flair,
        "over_18": False,
        "stickied": False,
        "distinguished": None,
        "edited": False,
        "archived": year < 2024,
        "media": None,
        "thumbnail": "self" if request.form == "text" else "default",
    }
    if year < 2016:
        return row | {
            "created_utc": str(at),
            "created": float(at + 28800),
            "ups": request.score,
            "downs": 0,
            "selftext_html": None,
            "media_embed": {},
            "secure_media": None,
            "banned_by": None,
            "retrieved_on": at + 2_600_000,
        }
    row |= {
        "created_utc": at,
        "upvote_ratio": round(0.99 - 4 / (request.score + 20), 2),
        "is_video": False,
        "locked": False,
        "spoiler": False,
        "num_crossposts": 0,
        "subreddit_type": "public",
        "removed_by_category": None,
        "retrieved_on" if year < 2021 else "retrieved_utc": at + 1_300_000,
    }
    if request.form == "gallery":
        pairs = zip(request.pictures, request.captions, strict=True)
        items = [{"caption": escape(text), "media_id": p.media_id, "id": 600 + n} for n, (p, text) in enumerate(pairs)]
        row |= {
            "is_gallery": True,
            "gallery_data": {"items": items},
            "media_metadata": media_metadata(request.pictures, sizes),
        }
    elif request.form == "text":
        row["media_metadata"] = media_metadata(request.pictures, sizes)
    elif first.media_id:
        row |= {"post_hint": "image", "preview": _preview(first, sizes), "is_reddit_media_domain": True}
    if year >= 2018:
        row["url_overridden_by_dest"] = url
    return dict(sorted(row.items())) if year >= 2023 else row


def comment(request: Request, reply: Reply, ids: Mapping[str, str], at: int, sizes: Sizes) -> Json:
    """Return the comment as an archive line. `ids` maps names of comments to ids."""
    year = int(request.posted[:4])
    bot = reply.author == "AutoModerator"
    row: Json = {
        "id": ids[reply.name],
        "name": f"t1_{ids[reply.name]}",
        "link_id": f"t3_{request.id}",
        "parent_id": f"t1_{ids[reply.under]}" if reply.under else f"t3_{request.id}",
        "subreddit": SUBREDDIT,
        "subreddit_id": "t5_2tecy",
        "author": reply.author,
        "author_flair_text": None,
        "body": escape(reply.text.format(reply.place.shown) if reply.place else reply.text),
        "score": reply.score,
        "controversiality": 0,
        "distinguished": "moderator" if bot else None,
        "stickied": bot,
        "edited": False,
        "gilded": 0,
    }
    if year < 2016:
        return row | {
            "created_utc": str(at),
            "ups": reply.score,
            "downs": 0,
            "score_hidden": False,
            "archived": True,
            "retrieved_on": at + 2_600_000,
        }
    row |= {
        "created_utc": at if year != 2019 else float(at),
        "permalink": f"/r/{SUBREDDIT}/comments/{request.id}/_/{ids[reply.name]}/",
        "retrieved_on" if year < 2021 else "retrieved_utc": at + 1_300_000,
    }
    if year >= 2018:
        row |= {"is_submitter": reply.author == request.author, "send_replies": True, "no_follow": False}
    if reply.place and ("preview.redd.it" in reply.place.shown or reply.place.shown.startswith("![")):
        row["media_metadata"] = media_metadata([reply.place], sizes)
    return dict(sorted(row.items())) if year >= 2023 else row
