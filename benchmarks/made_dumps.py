"""Made dumps for the benchmarks: the keys of real ones, invented words, long windows.

They contain no real text. Sizes, proportion of the subreddit and compression are those of monthly files.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import zstandard

SUBREDDIT = "PhotoshopRequest"
_OTHERS = ["AskReddit", "funny", "pics", "gaming", "worldnews", "aww", "photoshopbattles", "u_somebody"]
COMMENT_KEYS = {
    "all_awardings": [], "approved_at_utc": None, "archived": False, "associated_award": None, "awarders": [],
    "author_flair_background_color": None, "author_flair_css_class": None, "author_flair_richtext": [],
    "author_flair_template_id": None, "author_flair_text": None, "author_flair_text_color": None,
    "author_flair_type": "text", "author_patreon_flair": False, "author_premium": False, "banned_at_utc": None,
    "can_gild": True, "can_mod_post": False, "collapsed": False, "collapsed_because_crowd_control": None,
    "collapsed_reason": None, "comment_type": None, "controversiality": 0, "distinguished": None, "edited": False,
    "gilded": 0, "gildings": {}, "is_submitter": False, "likes": None, "locked": False, "mod_note": None,
    "mod_reason_by": None, "mod_reason_title": None, "mod_reports": [], "no_follow": True, "num_reports": None,
    "removal_reason": None, "report_reasons": None, "saved": False, "score_hidden": False, "send_replies": True,
    "stickied": False, "subreddit_type": "public", "top_awarded_type": None, "total_awards_received": 0,
    "treatment_tags": [], "user_reports": [],
}  # fmt: skip
SUBMISSION_KEYS = {
    "allow_live_comments": False, "category": None, "clicked": False, "content_categories": None,
    "contest_mode": False, "discussion_type": None, "domain": "i.redd.it", "downs": 0, "hidden": False,
    "hide_score": False, "is_crosspostable": True, "is_meta": False, "is_original_content": False,
    "is_reddit_media_domain": True, "is_robot_indexable": True, "is_self": False, "is_video": False,
    "link_flair_background_color": "", "link_flair_css_class": None, "link_flair_richtext": [],
    "link_flair_text": "Free", "link_flair_text_color": "dark", "link_flair_type": "text", "media": None,
    "media_embed": {}, "media_only": False, "num_crossposts": 0, "over_18": False, "parent_whitelist_status": "all_ads",
    "pinned": False, "post_hint": "image", "pwls": 6, "quarantine": False, "removed_by_category": None,
    "secure_media": None, "secure_media_embed": {}, "selftext": "", "spoiler": False, "suggested_sort": None,
    "thumbnail_height": 105, "thumbnail_width": 140, "view_count": None, "visited": False, "whitelist_status": "all_ads",
    "wls": 6,
}  # fmt: skip


def comments(count: int, *, every: int = 1, seed: int = 1) -> Iterator[bytes]:
    """Yield `count` comments as lines, one in `every` from the subreddit."""
    chance = random.Random(seed)
    words = _words(chance)
    authors = [_author(chance) for _ in range(20_000)]
    # comments next to each other are often in the same thread, so most of their keys repeat
    threads = {name: [_thread(chance, words, name) for _ in range(20)] for name in (SUBREDDIT, *_OTHERS)}
    for number in range(count):
        subreddit = SUBREDDIT if number % every == every // 2 else chance.choice(_OTHERS)
        if number % 5 == 0:
            threads[subreddit][chance.randrange(20)] = _thread(chance, words, subreddit)
        thread = chance.choice(threads[subreddit])
        record = chance.choice(authors) | {
            "body": _text(chance, words, 6, 60), "created_utc": 1_500_000_000 + number, "id": f"c{number:x}",
            "link_id": thread["link_id"], "name": f"t1_c{number:x}", "parent_id": thread["link_id"],
            "permalink": f"{thread['permalink']}c{number:x}/", "retrieved_on": 1_600_000_000 + number,
            "score": chance.getrandbits(5), "subreddit": subreddit, "subreddit_id": f"t5_{len(subreddit):x}",
            "subreddit_name_prefixed": f"r/{subreddit}",
        }  # fmt: skip
        yield _line(record | COMMENT_KEYS)


def submissions(count: int, *, every: int = 1, seed: int = 2) -> Iterator[bytes]:
    """Yield `count` submissions as lines, one in `every` from the subreddit."""
    chance = random.Random(seed)
    words = _words(chance)
    for number in range(count):
        subreddit = SUBREDDIT if number % every == every // 2 else chance.choice(_OTHERS)
        picture = f"{chance.getrandbits(60):x}"
        sizes = [
            {"url": f"https://preview.redd.it/{picture}.jpg?width={width}&amp;s={chance.getrandbits(128):x}", "width": width,
             "height": width}
            for width in (108, 216, 320, 640)
        ]  # fmt: skip
        record = {
            "author": f"user{chance.getrandbits(20):x}", "author_fullname": f"t2_{chance.getrandbits(34):x}",
            "created_utc": 1_500_000_000 + number, "id": f"s{number:x}", "name": f"t3_s{number:x}",
            "num_comments": chance.getrandbits(6),
            "permalink": f"/r/{subreddit}/comments/s{number:x}/{'_'.join(chance.choices(words, k=4))}/",
            "preview": {"images": [{"source": sizes[-1], "resolutions": sizes, "variants": {}, "id": picture}],
                        "enabled": True},
            "retrieved_on": 1_600_000_000 + number, "score": chance.getrandbits(8), "subreddit": subreddit,
            "subreddit_id": f"t5_{len(subreddit):x}", "subreddit_name_prefixed": f"r/{subreddit}",
            "thumbnail": f"https://b.thumbs.redditmedia.com/{picture}.jpg", "title": _text(chance, words, 5, 15),
            "upvote_ratio": 0.5 + chance.random() / 2, "url": f"https://i.redd.it/{picture}.jpg",
        }  # fmt: skip
        yield _line(record | COMMENT_KEYS | SUBMISSION_KEYS)


def write_zst(path: Path, lines: Iterator[bytes]) -> int:
    """Compress `lines` with the window of monthly files, unless `path` exists. Return the decompressed size in bytes."""
    note = path.with_suffix(".size")
    if path.exists() and note.exists():
        return int(note.read_text())
    size = 0
    settings = zstandard.ZstdCompressionParameters.from_level(6, window_log=31, enable_ldm=True)
    with path.open("wb") as file, zstandard.ZstdCompressor(compression_params=settings).stream_writer(file) as out:
        for line in lines:
            out.write(line + b"\n")
            size += len(line) + 1
    note.write_text(str(size))
    return size


def _author(chance: random.Random) -> dict[str, object]:
    return {
        "author": f"user{chance.getrandbits(20):x}",
        "author_created_utc": chance.getrandbits(30),
        "author_fullname": f"t2_{chance.getrandbits(34):x}",
    }


def _thread(chance: random.Random, words: list[str], subreddit: str) -> dict[str, str]:
    post = f"{chance.getrandbits(30):x}"
    title = "_".join(chance.choices(words, k=5))
    return {"link_id": f"t3_{post}", "permalink": f"/r/{subreddit}/comments/{post}/{title}/"}


def _words(chance: random.Random) -> list[str]:
    letters = "etaoinshrdlucmfwyp"
    return ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(4000)]


def _text(chance: random.Random, words: list[str], least: int, most: int) -> str:
    # cubed, so that some words are much more frequent than others, as in language
    count = chance.randint(least, most)
    return " ".join(words[int(len(words) * chance.random() ** 3)] for _ in range(count))


def _line(record: dict[str, object]) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
