"""Read labelled pairs, classify them and count errors."""

import csv
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from photoshop_request.edits.compare import Comparison, compare
from photoshop_request.edits.prepare import prepare
from photoshop_request.verdicts import Verdict

LABELS = ("edit", "same", "unrelated")
VERDICTS = (*LABELS, "shot")


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold one row of pairs.csv."""

    before: Path | bytes
    after: Path | bytes
    label: str
    kind: str
    origin: str

    @property
    def second_shot(self) -> bool:
        """Return True for two shots of one scene, which are reported separately."""
        return "other_shot" in self.kind


@dataclass(frozen=True, slots=True)
class ClassifiedPair:
    """Hold a pair with its comparison."""

    pair: Pair
    comparison: Comparison
    verdict: str
    """One of `VERDICTS`."""
    seconds: float
    """CPU time, with reading and decoding."""


def read(folder: Path) -> list[Pair]:
    with (folder / "pairs.csv").open(encoding="utf-8", newline="") as file:
        return [
            Pair(folder / row["before"], folder / row["after"], *(row[k] for k in ("label", "kind", "origin")))
            for row in csv.DictReader(file)
        ]


def classify(pair: Pair) -> ClassifiedPair:
    start = time.process_time()
    comparison = compare(pair.before, pair.after)
    seconds = time.process_time() - start
    return ClassifiedPair(pair, comparison, name_of(comparison.verdict), seconds)


def name_of(verdict: Verdict) -> str:
    """Return the name, one of `VERDICTS`, under which a verdict is counted."""
    return {"same_image": "same", "collage": "edit", "second_shot": "shot"}.get(str(verdict), str(verdict))


def table(classified: list[ClassifiedPair]) -> str:
    counts = Counter(("shot" if j.pair.second_shot else j.pair.label, j.verdict) for j in classified)
    lines = [f"{'truth / verdict':20}" + "".join(f"{verdict:>12}" for verdict in VERDICTS)]
    for row in VERDICTS:
        name = "other shot of scene" if row == "shot" else row
        lines.append(f"{name:20}" + "".join(f"{counts[row, verdict]:12}" for verdict in VERDICTS))
    return "\n".join(lines)


def second_shots(classified: list[ClassifiedPair]) -> str:
    """Return how many second shots of each origin are told from edits."""
    told, all_shots = Counter[str](), Counter[str]()
    for j in classified:
        if j.pair.second_shot:
            all_shots[j.pair.origin] += 1
            told[j.pair.origin] += j.verdict in {"unrelated", "shot"}
    found = ", ".join(f"{origin} {told[origin]} of {count}" for origin, count in all_shots.most_common())
    return f"second shots told apart: {found or 'none in these pairs'}"


def scores(classified: list[ClassifiedPair]) -> dict[str, float]:
    """Return F1 and recall per class without second shots, and the recall of second shots."""
    plain = [j for j in classified if not j.pair.second_shot]
    result: dict[str, float] = {}
    for label in LABELS:
        correct = sum(j.pair.label == label == j.verdict for j in plain)
        true = sum(j.pair.label == label for j in plain)
        predicted = sum(j.verdict == label for j in plain)
        result[f"f1_{label}"] = round(2 * correct / max(1, true + predicted), 4)
        result[f"recall_{label}"] = round(correct / max(1, true), 4)
    shots = [j.verdict in {"unrelated", "shot"} for j in classified if j.pair.second_shot]
    result["recall_second_shots"] = round(sum(shots) / max(1, len(shots)), 4)
    result["edits_lost_as_second_shots"] = sum(j.verdict == "shot" for j in plain)
    result["doubtful_edits"] = sum(j.comparison.second_shot_doubt for j in plain)
    small = [j for j in plain if j.pair.label == "edit" and _small(j)]
    result["edits_under_2_percent"] = len(small)
    result["recall_edits_under_2_percent"] = round(sum(j.verdict == "edit" for j in small) / max(1, len(small)), 4)
    origins = Counter(j.pair.origin for j in plain)
    correct_of = Counter(j.pair.origin for j in plain if j.verdict == j.pair.label)
    worst = min(origins, key=lambda origin: correct_of[origin] / origins[origin])
    result["worst_origin"] = round(correct_of[worst] / origins[worst], 4)
    return result


def _small(j: ClassifiedPair) -> bool:
    """Return True for an edit under 2 % of the area. A faint filter over the whole picture is no small edit."""
    return j.comparison.changed_fraction < 0.02 and not j.pair.kind.startswith("global_")


def same_frame_seconds(rows: list[Pair], count: int = 40) -> float:
    """Return the CPU seconds to compare two decoded pictures of the same frame, without cached features."""
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
