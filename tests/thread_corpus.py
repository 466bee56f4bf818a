"""Make whole corpora of a few made requests: dumps, picture hosts and runs, without the command line."""

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image
from quiet import QUIET
from servers.hosts import reply
from servers.threaded import served

from photoshop_request.media.http.rate_limits import Rate
from photoshop_request_builder.commands.run import run_fetch, run_ingest, run_stages
from photoshop_request_builder.stages.fetch import FetchSettings
from photoshop_request_builder.store.corpus import Corpus

BEGIN = 1_700_000_000
FAST = Rate(500.0, 16)


def photo(seed: int) -> Image.Image:
    """Return a made photo with coarse shapes, texture and noise. Equal seeds give equal pixels."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (5, 6, 3), np.uint8)).resize((288, 216), Image.Resampling.BICUBIC)
    pixels = np.asarray(coarse, float) + random.normal(0, 6, (216, 288, 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def edited(seed: int) -> Image.Image:
    """Return the photo with one patch, far from its source by its hashes. Two alike would count as a watermark."""
    picture = photo(seed).copy()
    picture.paste((250, 240, 20), (20, 20, 170, 150))
    return picture


def encode(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """Return the bytes of a file."""
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def post(number: str, picture: str, utc: int = BEGIN, **changes: Any) -> dict[str, Any]:
    """Return a submission that shows the picture at an address, as a dump holds it."""
    return {
        "id": number, "title": f"Please remove the {number}tree", "selftext": f"Also remove the {number}bush.",
        "author": f"asker{number}", "subreddit": "PhotoshopRequest", "created_utc": utc, "score": 9, "num_comments": 2,
        "permalink": f"/r/PhotoshopRequest/comments/{number}/t/", "url": picture, "is_self": False, "over_18": False,
        "retrieved_on": utc + 3600, **changes,
    }  # fmt: skip


def comment(number: str, request: str, body: str, utc: int = BEGIN + 100, **changes: Any) -> dict[str, Any]:
    """Return a comment under a submission."""
    return {
        "id": number, "link_id": f"t3_{request}", "parent_id": f"t3_{request}", "body": body, "author": f"solver{number}",
        "subreddit": "PhotoshopRequest", "created_utc": utc, "score": 3, "is_submitter": False,
        "retrieved_on": utc + 3600, **changes,
    }  # fmt: skip


def again(thing: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a later observation of a submission or comment."""
    return {**thing, "retrieved_on": thing["retrieved_on"] + 86_400, **changes}


@dataclass
class Runs:
    """A corpus, its picture hosts and its runs."""

    corpus: Corpus
    folder: Path
    pictures: dict[str, bytes] = field(default_factory=dict)
    """Address -> file."""
    requests: set[str] = field(default_factory=set)
    """Addresses requested in the last run."""

    def run(self, *things: dict[str, Any]) -> None:
        """Read one more dump, fetch, compare and build."""
        dump = self.folder / f"dump{len(list(self.folder.glob('dump*')))}.jsonl"
        dump.write_text("".join(json.dumps(thing) + "\n" for thing in things))
        run_ingest(self.corpus, [str(dump)] if things else [], reporter=QUIET)
        routes = {address: reply(data, "image/png") for address, data in self.pictures.items()}
        with served(routes) as hosts:
            run_fetch(self.corpus, FetchSettings(mirror=hosts.base, other=FAST, rates=_RATES), reporter=QUIET)
            self.requests = {request.url for request in hosts.requests}
        for command in ("pair", "build"):
            run_stages(command, self.corpus, reporter=QUIET)

    def rows(self, config: str) -> list[dict[str, Any]]:
        """Return the rows of a config in the published files."""
        files = sorted(Path(self.corpus.root, "dataset", config).glob("*.parquet"))
        return [row for file in files for row in pq.read_table(file).to_pylist()]

    def edits(self) -> set[str]:
        """Return the comments of the published triplets."""
        return {row["comment_id"] for row in self.rows("triplets")}


_RATES = {"i.redd.it": FAST, "redd.it": FAST}
