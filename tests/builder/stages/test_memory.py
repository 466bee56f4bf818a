"""Run hostile pictures through the stages' own code in a process, and measure its memory."""

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile_pictures import saved, scene
from PIL import Image

from photoshop_request_builder.store.corpus import Corpus, create_corpus

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of memory is read from /proc"),
]
LIMIT = 1_500_000_000
"""Bytes."""

_PAIR = """
import json, sys
from photoshop_request_builder.stages import pair
from photoshop_request_builder.store.corpus import open_corpus
folder, rows = sys.argv[1:]
pictures = pair._Pictures(open_corpus(folder))
for row in pair._candidates_of(pictures, json.load(open(rows))):
    print(row["comment_id"], row["verdict"], row["detail"])
"""
_INSPECT = """
import asyncio, sys
from pathlib import Path
from photoshop_request.media.files.sandbox import make_inspector
from photoshop_request.media.http.body import Body
async def inspect_all(file):
    inspect = make_inspector()
    body = Body(None, file, file.stat().st_size, b"", b"")
    print(await asyncio.gather(*(inspect(body) for _ in range(8))))
asyncio.run(inspect_all(Path(sys.argv[1])))
"""


def peak_of(program: str, *arguments: Path) -> tuple[str, int]:
    """Run Python code. Return what it prints, and the largest sum of memory of all its processes."""
    command = [sys.executable, "-W", "ignore", "-c", program, *map(str, arguments)]
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = max(peak, sum(_resident(number) for number in (process.pid, *_children(process.pid))))
            time.sleep(0.01)
        assert process.stdout
        return process.stdout.read(), peak


def _children(number: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _resident(number: int) -> int:
    try:
        return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * 4096
    except (FileNotFoundError, ProcessLookupError):
        return 0


class Thread:
    """The rows and files of one request."""

    def __init__(self, folder: Path) -> None:
        self.corpus: Corpus = create_corpus(folder / "corpus", shards=1)
        self.rows: list[dict[str, Any]] = []

    def post(self, role: str, data: bytes) -> None:
        """Post a picture: `source`, `own` or `candidate`."""
        extension = "png" if data.startswith(b"\x89") else "jpg"
        sha256 = hashlib.sha256(data).hexdigest()
        path = Path(self.corpus.image_path(sha256, extension))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        number = len(self.rows)
        place = {"submission_id": "a", "position": number, "index": 0, "url": f"https://i.redd.it/{number}.jpg"}
        file = {"sha256": sha256, "extension": extension, "reason": None, "detail": None}
        whose = {"comment_id": None if role == "source" else f"c{number}", "role": role, "author": role}
        self.rows.append({**place, **file, **whose, "solver_comment_utc": number})

    def peak(self) -> tuple[list[str], int]:
        """Compare the pictures. Return the lines of the candidates, and the peak of memory."""
        rows = Path(self.corpus.root, "rows.json")
        rows.write_text(json.dumps(self.rows))
        printed, peak = peak_of(_PAIR, Path(self.corpus.root), rows)
        return printed.splitlines(), peak


def edited(image: Image.Image, number: int) -> Image.Image:
    pixels = np.asarray(image).copy()
    side = image.width // 10
    pixels[side * number : side * (number + 1), :side, :3] = 200
    return Image.fromarray(pixels)


def test_pair_holds_few_pictures_of_a_requester(tmp_path: Path) -> None:
    """50 pictures of 12 megapixels took 2.5 GB."""
    thread = Thread(tmp_path)
    for number in range(50):
        thread.post("source" if number < 20 else "own", saved(scene(4000, 3000, number), "JPEG"))
    for number in (0, 19):
        thread.post("candidate", saved(edited(scene(4000, 3000, number), 1), "JPEG"))
    lines, peak = thread.peak()
    assert [line.split()[1] for line in lines[50:]] == ["edit", "edit"]
    assert peak < LIMIT


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pair_compares_the_largest_pictures(tmp_path: Path, kind: str) -> None:
    """Each takes 760 MB to decode, and two are compared at full size."""
    thread = Thread(tmp_path)
    images = [scene(12_032, 9_024, seed) for seed in range(2)]
    if kind == "PNG":
        for image in images:
            image.putalpha(200)
    options = {"progressive": True} if kind == "JPEG" else {"compress_level": 1}
    for role, image in (("source", images[0]), ("own", images[1]), ("candidate", edited(images[0], 1))):
        thread.post(role, saved(image, kind, **options))
    lines, peak = thread.peak()
    assert lines[2].split()[1] == "edit"
    assert peak < LIMIT


def test_fetch_decodes_one_suspicious_picture_at_a_time(tmp_path: Path) -> None:
    """A few kilobytes of AVIF take hundreds of megabytes."""
    file = tmp_path / "picture.avif"
    file.write_bytes(saved(Image.new("RGB", (7_000, 6_500)), "AVIF", speed=10))
    printed, peak = peak_of(_INSPECT, file)
    assert json.loads(printed.replace("None", "null")) == [None] * 8
    assert peak < LIMIT
