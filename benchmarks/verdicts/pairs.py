"""Labelled pairs: reading, judging, counting."""

import csv
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from photoshop_request.edits.compare import Comparison, compare
from photoshop_request.edits.prepare import prepare

LABELS = ("edit", "same", "unrelated")


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled row."""

    before: Path
    after: Path
    label: str
    kind: str
    origin: str

    @property
    def second_shot(self) -> bool:
        """Two shots of one scene: reported apart."""
        return "other_shot" in self.kind


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with what was said of it."""

    pair: Pair
    comparison: Comparison
    verdict: str
    seconds: float
    """Of processor time, reading and decoding included."""


def read(folder: Path) -> list[Pair]:
    with (folder / "pairs.csv").open(encoding="utf-8", newline="") as file:
        return [
            Pair(folder / row["before"], folder / row["after"], *(row[k] for k in ("label", "kind", "origin")))
            for row in csv.DictReader(file)
        ]


def judge(pair: Pair) -> Judged:
    start = time.process_time()
    comparison = compare(pair.before, pair.after)
    seconds = time.process_time() - start
    name = {"same_image": "same", "collage": "edit"}.get(str(comparison.verdict), str(comparison.verdict))
    return Judged(pair, comparison, name, seconds)


def table(judged: list[Judged]) -> str:
    counts = Counter(("shot" if j.pair.second_shot else j.pair.label, j.verdict) for j in judged)
    lines = [f"{'truth / verdict':20}" + "".join(f"{label:>12}" for label in LABELS)]
    for row in (*LABELS, "shot"):
        name = "other shot of scene" if row == "shot" else row
        lines.append(f"{name:20}" + "".join(f"{counts[row, label]:12}" for label in LABELS))
    return "\n".join(lines)


def figures(judged: list[Judged]) -> dict[str, float]:
    """F1 and recall per class without the second shots, which are reported apart."""
    plain = [j for j in judged if not j.pair.second_shot]
    out: dict[str, float] = {}
    for label in LABELS:
        right = sum(j.pair.label == label == j.verdict for j in plain)
        true = sum(j.pair.label == label for j in plain)
        said = sum(j.verdict == label for j in plain)
        out[f"f1_{label}"] = round(2 * right / max(1, true + said), 4)
        out[f"recall_{label}"] = round(right / max(1, true), 4)
    shots = [j.verdict == "unrelated" for j in judged if j.pair.second_shot]
    out["recall_second_shots"] = round(sum(shots) / max(1, len(shots)), 4)
    small = [j for j in plain if j.pair.label == "edit" and _small(j)]
    out["edits_under_2_percent"] = len(small)
    out["recall_edits_under_2_percent"] = round(sum(j.verdict == "edit" for j in small) / max(1, len(small)), 4)
    origins = Counter(j.pair.origin for j in plain)
    right_of = Counter(j.pair.origin for j in plain if j.verdict == j.pair.label)
    worst = min(origins, key=lambda origin: right_of[origin] / origins[origin])
    out["worst_origin"] = round(right_of[worst] / origins[worst], 4)
    return out


def _small(j: Judged) -> bool:
    """Whether little of the area changed; a filter over the whole picture that hardly shows is no small edit."""
    return j.comparison.changed_fraction < 0.02 and not j.pair.kind.startswith("global_")


def same_frame_seconds(rows: list[Pair], count: int = 40) -> float:
    """Processor seconds of one comparison of decoded pictures of the same frame, features of neither computed before."""
    spent, done = 0.0, 0
    for row in rows:
        if row.label != "edit" or done >= count:
            continue
        before, after = prepare(row.before), prepare(row.after)
        start = time.process_time()
        comparison = compare(before, after)
        if comparison.method == "identity" and comparison.alignment_quality > 0.6:
            spent += time.process_time() - start
            done += 1
    return spent / max(1, done)
