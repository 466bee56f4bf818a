"""Make a corpus for the viewer: candidates with verdicts and small pictures."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from photoshop_request.edits.mask import to_png
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, create_corpus, shard_of

HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>\u2028{{ 7 * 7 }}"
"""Must stay text on every page."""
EDITS = 4
"""Verdicts of a request's five candidates. The fifth is dropped: re-upload, unrelated or gone in turn."""
TASKS = ("delete", "colourise", "restore")


def make_corpus(folder: Path, requests: int, *, shards: int = 4, side: int = 160) -> Corpus:
    """Make five candidates a request, `side` by 3/4 `side` pixels. Request 0 has a hostile title."""
    corpus = create_corpus(folder, shards=shards)
    rows: dict[int, dict[str, list[dict[str, Any]]]] = {
        shard: {name: [] for name in ("submissions", "comments", "candidates", "texts", "splits")}
        for shard in range(shards)
    }
    for number in range(requests):
        name = f"r{number:05d}"
        for table, row in _request(corpus, number, name, side):
            rows[shard_of(name, shards)][table].append(row)
    for shard, of_shard in rows.items():
        for table, made in of_shard.items():
            schema = getattr(tables, table.upper())
            path = corpus.shard_path(shard, table)
            storage.write_table(corpus.fs, path, pa.Table.from_pylist(made, schema=schema), "made")
    return corpus


def change(corpus: Corpus, table: str, key: str, value: str, **changes: Any) -> None:
    """Change the rows of `table` whose `key` is `value`."""
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, table)
        found = storage.read_table(corpus.fs, path)
        if value not in found.column(key).to_pylist():
            continue
        rows = [{**row, **(changes if row[key] == value else {})} for row in found.to_pylist()]
        storage.write_table(corpus.fs, path, pa.Table.from_pylist(rows, schema=found.schema), "changed")


def _request(corpus: Corpus, number: int, name: str, side: int) -> Iterator[tuple[str, dict[str, Any]]]:
    title = HOSTILE if number == 0 else f"Request {number}: please take the dot away, u/solver1"
    yield (
        "submissions",
        {
            "id": name,
            "author": "asker",
            "title": title,
            "score": number,
            "over_18": number == 3,
            "deleted_by_author": False,
        },
    )
    asked = HOSTILE if number == 0 else f"Take the dot of photo {number} away."
    task = TASKS[number % len(TASKS)]
    yield "texts", {"submission_id": name, "instruction": asked, "is_edit_request": number != 4, "task_types": [task]}
    yield "splits", {"submission_id": name, "cluster": name, "split": "train"}
    picture = _photo(number, side)
    source = _keep(corpus, picture)
    common = {"submission_id": name, "position": 0, "index": 0, "host": "i.redd.it", "extension": "jpg", "bytes": 1}
    common |= {"width": side, "height": side * 3 // 4}
    yield "candidates", {**common, "role": "source", "sha256": source}
    for place in range(EDITS + 1):
        comment = f"c{number:05d}{place}"
        yield (
            "comments",
            {
                "id": comment,
                "submission_id": name,
                "author": f"solver{place}",
                "score": place * 10,
                "deleted_by_author": False,
            },
        )
        found = _candidate(corpus, picture, source, number, place)
        yield "candidates", {**common, "role": "candidate", "author": f"solver{place}", "comment_id": comment, **found}


def _candidate(corpus: Corpus, picture: Any, source: str, number: int, place: int) -> dict[str, Any]:
    compared = {"source_sha256": source, "matrix": [1.0, 0, 0, 0, 1.0, 0], "confidence": 0.98765, "method": "frames"}
    if place < EDITS:
        edit, mask = picture.copy(), np.zeros(picture.shape[:2], np.uint8)
        spot = (20 + place * 30, 40)
        cv2.circle(edit, spot, 12, (0, 0, 255), -1)
        cv2.circle(mask, spot, 12, 255, -1)
        png = to_png(mask.astype(np.bool_), (mask.shape[1], mask.shape[0]))
        figures = {"locality": 0.2 * (place + 1), "changed_fraction": 0.03, "watermark": False, "change_mask": png}
        return {"sha256": _keep(corpus, edit), "verdict": "edit", **compared, **figures}
    turn = number % 3
    if turn == 0:
        return {"sha256": source, "verdict": "same_image", **compared, "locality": 1.0}
    if turn == 1:
        return {"sha256": _keep(corpus, _photo(number + 10**6, 120)), "verdict": "unrelated", "source_sha256": source}
    return {"verdict": "gone", "reason": "gone", "detail": "404", "extension": None, "width": None, "height": None}


def _photo(seed: int, side: int) -> Any:
    noise = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), np.uint8)
    return cv2.resize(noise, (side, side * 3 // 4), interpolation=cv2.INTER_CUBIC)


def _keep(corpus: Corpus, pixels: Any) -> str:
    data = cv2.imencode(".jpg", pixels)[1].tobytes()
    sha256 = hashlib.sha256(data).hexdigest()
    path = Path(corpus.image_path(sha256, "jpg"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return sha256
