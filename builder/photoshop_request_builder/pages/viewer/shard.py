"""view: the tables of a shard -> a folder of small pictures, scripts with what to tell of each, and an index of them."""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from fsspec.implementations.local import LocalFileSystem

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.publication import INPUTS, read_policy
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.pages.viewer.cards import LISTED, card, requests, score
from photoshop_request_builder.pages.viewer.previews import write_pictures
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, table_contents

__all__ = ["CHUNK", "PART", "default_folder", "drop_stale", "folder_of", "plan", "run", "shown_shards"]

VERSION = 2
CHUNK = 64
"""Candidates a script file: a page of 50 that lie together needs two at most."""
PART = "part.json"
"""Written last: what the index needs to know of the shard, and its fingerprint."""
_READS = ("candidates", "comments", *INPUTS)


def plan(corpus: Corpus, out: Path) -> list[Job[None]]:
    """The shards whose pages are missing or made from something else."""
    return [
        Job(f"shard {shard:05d}", partial(run, corpus, out, shard, made_of)) for shard, made_of in _stale(corpus, out)
    ]


def drop_stale(corpus: Corpus, out: Path) -> None:
    """Remove the pages that `plan` would make again: what was taken down must not lie there until then."""
    for shard, _ in _stale(corpus, out):
        shutil.rmtree(folder_of(out, shard), ignore_errors=True)


def _stale(corpus: Corpus, out: Path) -> Iterator[tuple[int, str]]:
    rule = {**dataclasses.asdict(read_policy(corpus)), "figures": list(LISTED)}
    for shard in shown_shards(corpus):
        made_of = storage.fingerprint("view", VERSION, {**rule, **table_contents(corpus, shard, _READS)})
        if _fingerprint(folder_of(out, shard)) != made_of:
            yield shard, made_of


def shown_shards(corpus: Corpus) -> list[int]:
    """The shards whose candidates have been judged."""
    return [shard for shard in range(corpus.shards) if corpus.fs.exists(corpus.shard_path(shard, "candidates"))]


def default_folder(corpus: Corpus) -> Path | None:
    """Where the viewer of a corpus is made; None for one in object storage, from where no page opens."""
    return Path(corpus.path("report", "view")).absolute() if isinstance(corpus.fs, LocalFileSystem) else None


def folder_of(out: Path, shard: int) -> Path:
    """Where the pages of one shard lie."""
    return out / "shards" / f"{shard:05d}"


def run(corpus: Corpus, out: Path, shard: int, fingerprint: str) -> None:
    """Make the folder of one shard anew; what was there before stays until the new one is whole.

    Raises:
        StorageError: no space or no permission.
    """
    final = folder_of(out, shard)
    making = final.with_name(f"{final.name}.part")
    with storage.explain_disk_errors(str(final)):
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        part = _write(corpus, making, shard)
        (making / PART).write_text(json.dumps({"fingerprint": fingerprint, **part}), encoding="utf-8")
        shutil.rmtree(final, ignore_errors=True)
        making.replace(final)


def _write(corpus: Corpus, folder: Path, shard: int) -> dict[str, Any]:
    states, reasons, tasks, scores, localities = [], [], [], [], []
    cards: list[dict[str, Any]] = []
    hidden = total = 0
    for request in requests(corpus, shard):
        hidden += request.hidden
        for place, pictures in enumerate(write_pictures(corpus, request, folder, total)):
            row, withheld = request.candidates[place], request.withheld.get(place)
            cards.append(card(request, place, pictures))
            is_edit = row["verdict"] == Verdict.EDIT
            states.append("d" if not is_edit else "w" if withheld else "k")
            reasons.append(withheld or row["verdict"])
            tasks.append(cards[-1]["tasks"])
            scores.append(score(request, place))
            localities.append(None if row["locality"] is None else round(row["locality"], 3))
            if len(cards) == CHUNK:
                _write_chunk(folder, shard, total // CHUNK, cards)
                cards = []
            total += 1
    if cards:
        _write_chunk(folder, shard, total // CHUNK, cards)
    return {
        "shard": f"{shard:05d}",
        "hidden": hidden,
        "states": "".join(states),
        **_coded("reason", [[reason] for reason in reasons]),
        **_coded("task", tasks),
        "scores": scores,
        "localities": localities,
    }


def _coded(name: str, values: list[list[str]]) -> dict[str, Any]:
    """Lists of words as lists of places in a sorted list of the different ones."""
    words = sorted({word for each in values for word in each})
    place = {word: number for number, word in enumerate(words)}
    return {f"{name}_names": words, f"{name}s": [[place[word] for word in each] for each in values]}


def _write_chunk(folder: Path, shard: int, chunk: int, cards: list[dict[str, Any]]) -> None:
    # ASCII only: no line separator, stray surrogate or byte order mark can change what a browser reads
    text = json.dumps(cards, ensure_ascii=True, separators=(",", ":"))
    (folder / f"cards-{chunk}.js").write_text(f'viewer.cards("{shard:05d}/{chunk}",{text});\n', encoding="ascii")


def _fingerprint(folder: Path) -> str | None:
    try:
        found: str = json.loads((folder / PART).read_text(encoding="utf-8"))["fingerprint"]
    except (OSError, ValueError, KeyError):
        return None
    return found
