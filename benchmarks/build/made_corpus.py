"""Make a corpus of generated requests and pictures of given sizes, ready for the stage `build`.

Pictures are random bytes after a JPEG header: building never decodes them.
"""

import hashlib
import json
import random
from pathlib import Path

import pyarrow as pa

from photoshop_request_builder.commands.run import run_ingest, run_stages
from photoshop_request_builder.engine.running import Reporter
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, create_corpus

EDITS = 3
"""Edits per request. With its source, a request has four pictures."""


def make(folder: Path, pictures: int, size: int, reporter: Reporter, *, shards: int = 64) -> Corpus:
    """Make a corpus with `pictures` files of about `size` bytes each, ready for `prepare`."""
    folder.mkdir(parents=True)
    dice = random.Random(1)
    requests = pictures // (EDITS + 1)
    corpus = create_corpus(folder / "corpus", shards=shards)
    _write_archives(folder, requests)
    run_ingest(corpus, [str(folder / name) for name in ("s.jsonl", "c.jsonl")], reporter=reporter)
    for shard in range(corpus.shards):
        links = storage.read_table(corpus.fs, corpus.shard_path(shard, "links")).to_pylist()
        rows = [_candidate(corpus, link, size, dice) for link in links]
        sources = {row["submission_id"]: row for row in rows if row["comment_id"] is None}
        for row in rows:
            if row["comment_id"]:
                source = sources[row["submission_id"]]
                row |= {"verdict": "edit", "source_url": source["url"], "source_sha256": source["sha256"]}
        for name, schema in (("pictures", tables.PICTURES), ("candidates", tables.CANDIDATES)):
            table = pa.Table.from_pylist(rows, schema=schema)
            storage.write_table(corpus.fs, corpus.shard_path(shard, name), table, "made up")
    return corpus


def prepare(corpus: Corpus, reporter: Reporter) -> None:
    """Run all stages, so that only what is measured runs later."""
    run_stages("build", corpus, reporter=reporter)


def _write_archives(folder: Path, requests: int) -> None:
    with (folder / "s.jsonl").open("w") as posts, (folder / "c.jsonl").open("w") as comments:
        for number in range(requests):
            post = f"{number:06x}"
            base = {"subreddit": "PhotoshopRequest", "created_utc": 1_600_000_000 + number * 1000, "score": 5}
            picture = f"https://i.redd.it/{post}source.jpg"
            words = {"title": f"Please remove the person on the left {number}", "selftext": "", "url": picture}
            numbers = {"num_comments": EDITS, "upvote_ratio": 0.9, "permalink": f"/r/PhotoshopRequest/comments/{post}/"}
            posts.write(
                json.dumps({"id": post, "name": f"t3_{post}", "author": f"asker{number}", **base, **words, **numbers})
                + "\n"
            )
            for edit in range(EDITS):
                one = f"{number * EDITS + edit:06x}z"
                body = f"Here you go https://i.redd.it/{post}edit{edit}.jpg"
                parent = {"link_id": f"t3_{post}", "parent_id": f"t3_{post}", "permalink": ""}
                comments.write(
                    json.dumps(
                        {"id": one, "name": f"t1_{one}", "author": f"solver{edit}", "body": body, **base, **parent}
                    )
                    + "\n"
                )


def _candidate(corpus: Corpus, link: dict[str, object], size: int, dice: random.Random) -> dict[str, object]:
    data = b"\xff\xd8\xff\xe0" + dice.randbytes(int(size * dice.uniform(0.5, 1.5)))
    digest = hashlib.sha256(data).hexdigest()
    path = Path(corpus.image_path(digest, "jpg"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {
        **{name: link[name] for name in ("submission_id", "comment_id", "position", "host", "role", "author")},
        "index": 0,
        "link": link["url"],
        "url": link["canonical"],
        "state": "ok",
        "sha256": digest,
        "extension": "jpg",
        "bytes": len(data),
        "retrieved_via": "host",
        "solver_comment_utc": 1_700_000_000 if link["comment_id"] else None,
        "width": 1000,
        "height": 800,
        "phash": f"{dice.getrandbits(64):016x}",
        "dhash": f"{dice.getrandbits(64):016x}",
        "flat": False,
        "hash_version": 1,
        "phash_distance": 6,
        "changed_fraction": dice.random(),
    }
