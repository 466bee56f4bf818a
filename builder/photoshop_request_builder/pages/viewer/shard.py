"""Make the viewer's folder of one shard: small pictures, card data as scripts, and the index entries."""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.publication import INPUTS, read_policy
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.pages.viewer.cards import LISTED, card, read_requests, score
from photoshop_request_builder.pages.viewer.previews import write_pictures
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, table_contents

VERSION = 3
CHUNK = 64
"""Candidates per script file. A page of 50 adjacent cards needs at most two files."""
PART = "part.json"
"""File with the shard's index entries and fingerprint. It is written last."""
_READS = ("candidates", "comments", *INPUTS)


def plan(corpus: Corpus, out: Path) -> list[Job[None]]:
    """Return a job for each shard with a missing or outdated folder."""
    return [
        Job(f"shard {shard:05d}", partial(run, corpus, out, shard, fingerprint))
        for shard, fingerprint in _stale(corpus, out)
    ]


def drop_stale(corpus: Corpus, out: Path) -> None:
    """Remove outdated folders immediately, so that they show nothing that was taken down."""
    for shard, _ in _stale(corpus, out):
        shutil.rmtree(folder_of(out, shard), ignore_errors=True)


def _stale(corpus: Corpus, out: Path) -> Iterator[tuple[int, str]]:
    rule = {**dataclasses.asdict(read_policy(corpus)), "figures": list(LISTED)}
    for shard in shown_shards(corpus):
        fingerprint = storage.fingerprint("view", VERSION, {**rule, **table_contents(corpus, shard, _READS)})
        if _fingerprint(folder_of(out, shard)) != fingerprint:
            yield shard, fingerprint


def shown_shards(corpus: Corpus) -> list[int]:
    """Return the shards whose candidates are compared."""
    return [shard for shard in range(corpus.shards) if corpus.fs.exists(corpus.shard_path(shard, "candidates"))]


def default_folder(corpus: Corpus) -> Path | None:
    """Return the viewer's default folder, or None for a corpus in object storage, since pages open only from disk."""
    return Path(corpus.path("report", "view")).absolute() if corpus.is_local else None


def folder_of(out: Path, shard: int) -> Path:
    """Return the folder of one shard."""
    return out / "shards" / f"{shard:05d}"


def run(corpus: Corpus, out: Path, shard: int, fingerprint: str) -> None:
    """Make the folder of one shard. The old folder stays until the new one is complete.

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
    for request in read_requests(corpus, shard):
        hidden += request.hidden
        for index, pictures in enumerate(write_pictures(corpus, request, folder, total)):
            row, withheld = request.candidates[index], request.withheld.get(index)
            cards.append(card(request, index, pictures))
            is_edit = row["verdict"] == Verdict.EDIT
            states.append("d" if not is_edit else "w" if withheld else "k")
            reasons.append(withheld or row["verdict"])
            tasks.append(cards[-1]["tasks"])
            scores.append(score(request, index))
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
    """Encode lists of words as lists of indexes into a sorted list of distinct words."""
    words = sorted({word for row in values for word in row})
    code = {word: number for number, word in enumerate(words)}
    return {f"{name}_names": words, f"{name}s": [[code[word] for word in row] for row in values]}


def _write_chunk(folder: Path, shard: int, chunk: int, cards: list[dict[str, Any]]) -> None:
    # ASCII only, so that no line separator, surrogate or byte order mark can break the script
    text = json.dumps(cards, ensure_ascii=True, separators=(",", ":"))
    (folder / f"cards-{chunk}.js").write_text(f'viewer.cards("{shard:05d}/{chunk}",{text});\n', encoding="ascii")


def _fingerprint(folder: Path) -> str | None:
    try:
        fingerprint: str = json.loads((folder / PART).read_text(encoding="utf-8"))["fingerprint"]
    except (OSError, ValueError, KeyError):
        return None
    return fingerprint
