"""Make the embedded sample of `photoshop-request demo`: composed threads over freely licensed photos.

The photos come with three packages; in an environment that has this project:

    pip install scikit-image==0.26.0 scikit-learn==1.9.1 matplotlib==3.11.2
    python scripts/make_sample.py

The edits are made by `sample_parts/edits.py`, the threads are written in `sample_parts/threads.py`. The same versions
of these packages, of opencv-python-headless, Pillow and zstandard give the same files, byte for byte.
"""

import argparse
import io
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from PIL import Image
from sample_parts import edits, shapes, tools
from sample_parts.photos import PHOTOS, Picture
from sample_parts.places import REMOVED, Place, short_id
from sample_parts.sources import sources_text
from sample_parts.threads import REQUESTS, Request

SAMPLE = Path(__file__).resolve().parents[1] / "builder/photoshop_request_builder/commands/demo/sample"
QUALITY = 88
WINDOW_LOG = 28
"""Log of the window size, 256 MB: like real dumps, it exceeds the default limit of decompressors (128 MB)."""

Json = dict[str, Any]


def main() -> None:
    """Write the sample folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=SAMPLE, help="default: %(default)s")
    folder: Path = parser.parse_args().folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "files").mkdir(parents=True)
    made = edits.make_all()
    files = {name: jpeg(made, name) for name in used_pictures()}
    for name, data in files.items():
        file_of(folder, name).write_bytes(data)
    (folder / "files/removed.png").write_bytes(removed_picture())
    sizes = {name: (made[name].shape[1], made[name].shape[0]) for name in files if name in made}
    submissions, comments, truth = compose(sizes)
    (folder / "submissions.zst").write_bytes(dump(submissions))
    (folder / "comments.zst").write_bytes(dump(comments))
    (folder / "truth.jsonl").write_text("".join(json.dumps(row) + "\n" for row in truth))
    (folder / "routes.json").write_text(json.dumps(routes(), indent=1) + "\n")
    (folder / "SOURCES.md").write_text(sources_text(PHOTOS))
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {len(files)} pictures, {len(truth)} links, {total / 1e6:.2f} MB")


def places() -> list[Place]:
    """Yield every place of every thread."""
    replies = [reply.place for request in REQUESTS for reply in request.replies if reply.place]
    return [place for request in REQUESTS for place in request.pictures] + replies


def used_pictures() -> list[str]:
    """Return the names of all pictures that have a place."""
    return sorted({place.file for place in places() if place.file})


def file_of(folder: Path, name: str) -> Path:
    """Return the path of a picture file."""
    return folder / "files" / (name.replace("@", "-") + ".jpg")


def jpeg(made: Mapping[str, Picture], name: str) -> bytes:
    """Encode a picture. `@again` gives a smaller re-encoded copy, `@cut` a truncated file."""
    name, _, variant = name.partition("@")
    picture, quality = (tools.resize(made[name], 400), 70) if variant == "again" else (made[name], QUALITY)
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(out, "JPEG", quality=quality, optimize=True)
    data = out.getvalue()
    return data[: len(data) // 3] if variant == "cut" else data


def removed_picture() -> bytes:
    """Draw a placeholder like imgur's for removed pictures."""
    blank = np.full((81, 161, 3), 34, np.uint8)
    text = tools.write(blank, "picture removed\n(placeholder)", (0.5, 0.5), 15, (235, 235, 235))
    out = io.BytesIO()
    Image.fromarray(text).save(out, "PNG", optimize=True)
    return out.getvalue()


def routes() -> Json:
    """Return the response of each address. Files are named by their path in the sample."""
    table: Json = {REMOVED: {"file": "files/removed.png"}}
    for place in places():
        for url, answer in place.routes.items():
            file = {"file": f"files/{answer['file'].replace('@', '-')}.jpg"} if "file" in answer else {}
            table[url] = answer | file
    return dict(sorted(table.items()))


def compose(sizes: Mapping[str, tuple[int, int]]) -> tuple[list[bytes], list[bytes], list[Json]]:
    """Return the lines of both dumps and the truth about every link."""
    submissions, comments, truth = [], [], []
    for request in REQUESTS:
        post = shapes.submission(request, sizes)
        submissions.append(line(post))
        if request.id == "zcollins":
            submissions.append(b'{"id": "zbroken", "title": "Remove the car in the ba')
            later = {"score": 204, "link_flair_text": "Solved ✅", "retrieved_utc": post["retrieved_utc"] + 900_000}
            submissions.append(line(post | later))  # the same post, archived again with newer scores
        urls = [place.url for place in request.pictures]
        truth.append(
            {
                "submission_id": request.id,
                "comment_id": None,
                "url": urls[0],
                "expect": "source",
                "extra_sources": urls[1:],
            }
        )
        for row, link in thread(request, sizes):
            comments.append(line(row))
            truth += [link] if link else []
    first = json.loads(comments[0])
    comments.append(line(first | {"score": 17, "ups": 17, "retrieved_on": first["retrieved_on"] + 900_000}))
    posts, replies = elsewhere()
    return submissions + posts, [*comments[:4], *replies, *comments[4:]], truth


def thread(request: Request, sizes: Mapping[str, tuple[int, int]]) -> Iterable[tuple[Json, Json | None]]:
    """Yield each comment of a request, with the truth about its link if it has one."""
    ids = {reply.name: "z" + short_id(f"{request.id} {reply.name}", 6, small=True) for reply in request.replies}
    at = shapes.when(request.posted)
    for turn, reply in enumerate(request.replies):
        at += 60 if reply.author == "AutoModerator" else 1900 + 977 * turn
        link = None
        if reply.place:
            url, comment_id = reply.place.url, ids[reply.name]
            link = {"submission_id": request.id, "comment_id": comment_id, "url": url, "expect": reply.expect}
        yield shapes.comment(request, reply, ids, at, sizes), link


def elsewhere() -> tuple[list[bytes], list[bytes]]:
    """Return lines of another subreddit, as in dumps of all of Reddit. Nothing of them may be kept or fetched."""
    shared: Json = {"subreddit": "coffee_sample", "created_utc": 1394386000, "score": 4}
    post = shared | {"id": "zother1", "author": "maple_sample", "title": "My morning", "selftext": "", "is_self": False}
    post |= {"url": "https://i.imgur.com/DmOther.jpg", "domain": "i.imgur.com", "num_comments": 1}
    post |= {"permalink": "/r/coffee_sample/comments/zother1/my_morning/"}
    reply = shared | {"id": "zothera", "author": "okapi_sample", "link_id": "t3_zother1", "parent_id": "t3_zother1"}
    reply |= {"body": "Nice crema. Mine: https://i.imgur.com/DmOthr2.jpg"}
    return [line(post), line(post | {"id": "zother2", "title": "My evening"})], [line(reply)]


def line(row: Json) -> bytes:
    """Return a JSON object as a line of a dump, without the newline."""
    return json.dumps(row).encode()


def dump(lines: Iterable[bytes]) -> bytes:
    """Compress lines to a zstd file with a long window."""
    settings = zstandard.ZstdCompressionParameters(
        compression_level=19, window_log=WINDOW_LOG, hash_log=17, chain_log=17, write_content_size=False
    )
    out = io.BytesIO()
    with zstandard.ZstdCompressor(compression_params=settings).stream_writer(out, closefd=False) as writer:
        writer.write(b"\n".join(lines) + b"\n")
    return out.getvalue()


if __name__ == "__main__":
    main()
