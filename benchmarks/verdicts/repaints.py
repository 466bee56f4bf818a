"""Score the kinds of edits: precise ones and repaints, each also as hosts change them.

The rule is fitted anew without each origin, and that origin is scored by it, so no figure is of pictures that took part in
their fit. Intervals are bootstrapped over origins.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.pool import Pool
from pathlib import Path

import numpy as np
from made import Pixels, encode, resize
from numpy.typing import NDArray
from pairs import Pair, read
from PIL import Image
from rule import fit

from photoshop_request.edits.align import align
from photoshop_request.edits.compare import compare
from photoshop_request.edits.prepare import prepare
from photoshop_request.edits.repaint import (
    Detail,
    edit_kind,
    measure_detail,
    repaint_features,
    repaint_probability,
)
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.verdicts import Verdict

PRECISE = frozenset(
    [
        "background_removal",
        "background_replace_ai",
        "colorize_ai",
        "composite",
        "ghost_mannequin",
        "global_filter_bright",
        "global_filter_dark",
        "global_filter_high-contrast",
        "global_filter_high-saturation",
        "global_filter_hue",
        "global_filter_sharpen-a-little",
        "global_filter_sharpen-a-lot",
        "grayscale",
        "human_global",
        "human_local",
        "local_ai",
        "magicbrush_multiturn",
        "object_added",
        "object_change",
        "object_removal_ai",
        "object_replace_ai",
        "recolor",
        "retouch",
        "shadow_reflection",
        "small_object_changes",
        "small_paint_over",
        "small_region_change",
        "text_removal_ai",
        "watermark_added",
        "watermark_removal_ai",
    ]
)
"""Kinds that keep the source's pixels where nothing was asked for."""
_REPAINTED = "stepfun-ai/Step1X-Edit"
"""Origin of the pairs of which each `ai_edit` is a repaint."""
STEPS: dict[str, Callable[[Pixels], bytes] | None] = {
    "as it is": None,
    "quality 85": lambda edit: encode(edit, 85),
    "cropped": lambda edit: encode(
        edit[_of(edit, 0, 0.05) : _of(edit, 0, 0.98), _of(edit, 1, 0.03) : _of(edit, 1, 0.93)], 90
    ),
    "half size, quality 70": lambda edit: encode(resize(edit, 0.5), 70),
}
"""Changes of a host, the same for both kinds."""
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold one edit after one step."""

    origin: str
    kind: str
    step: str
    photo: bool
    """True in the set of repaints, whose photos are told from drawings."""
    repaint: bool
    """The truth."""
    verdict: str
    detail: Detail | None
    claims: dict[str, str]
    """Probability `0` and `1` -> the kind that the other signals would allow."""


def read_and_score(folder: Path | None, rows: list[Pair], pool: Pool, per_origin: int) -> list[Drawn]:
    """Return the labelled edits of `folder` and `rows` after each step, at most `per_origin` of an origin.

    Return nothing without a folder.
    """
    if folder is None:
        return []
    with (folder / "pairs.csv").open(encoding="utf-8", newline="") as file:
        photos = {folder / row["after"] for row in csv.DictReader(file) if row["domain"] == "photo"}
    count: Counter[str] = Counter()
    jobs = []
    for row in (*read(folder), *rows):
        repaint = row.kind == "repaint_ai" or (row.kind == "ai_edit" and row.origin == _REPAINTED)
        if row.label != "edit" or not (repaint or row.kind in PRECISE) or count[row.origin] >= per_origin:
            continue
        count[row.origin] += 1
        jobs += [(row, step, row.after in photos, repaint) for step in STEPS]
    return pool.starmap(_drawn, jobs, chunksize=4)


def out_of_sample(scored: list[Drawn]) -> NDArray[np.float64]:
    """Return the probability of each edit by the rule fitted without its origin. NaN without one."""
    probability = np.full(len(scored), np.nan)
    details = {
        n: one.detail
        for n, one in enumerate(scored)
        if one.detail and one.verdict == Verdict.EDIT and repaint_probability(one.detail) is not None
    }
    known = np.array(list(details))
    x = np.array([list(repaint_features(detail).values()) for detail in details.values()])
    y = np.array([scored[n].repaint for n in known])
    origins = np.array([scored[n].origin for n in known])
    for origin in set(origins.tolist()):
        held = origins == origin
        beta = fit(x[~held], y[~held], weight=_weights(y[~held], origins[~held]))
        probability[known[held]] = 1 / (1 + np.exp(-(beta[0] + x[held] @ beta[1:])))
    return probability


def figures(scored: list[Drawn]) -> dict[str, dict[str, float]]:
    """Return by step the AUC of all edits and of photos with an interval, and counts of claims."""
    if not scored:
        return {}
    probability, result = out_of_sample(scored), {}
    for step in STEPS:
        of_step = [n for n, one in enumerate(scored) if one.step == step and not np.isnan(probability[n])]
        photos = [n for n in of_step if scored[n].photo]
        low, high = _interval(scored, probability, photos)
        result[step] = {
            "edits": len(of_step),
            "auc": _auc(scored, probability, of_step),
            "auc_of_photos": _auc(scored, probability, photos),
            "auc_of_photos_low": low,
            "auc_of_photos_high": high,
            **_claims(scored, probability, of_step),
            **{f"photos_{name}": value for name, value in _claims(scored, probability, photos).items()},
        }
    return result


def table(scored: list[Drawn]) -> str:
    """Return the figures as text, with the errors of each origin, or nothing without edits."""
    if not scored:
        return ""
    lines = [
        f"{'precise edits and repaints':28}{'edits':>6}{'AUC':>7}{'photos':>8}{'interval':>14}{'claims':>8}{'wrong':>7}{'unsure':>8}"
    ]
    for step, of_step in figures(scored).items():
        interval = f"{of_step['auc_of_photos_low']:.2f} to {of_step['auc_of_photos_high']:.2f}"
        lines.append(
            f"{step:28}{of_step['edits']:6}{of_step['auc']:7.3f}{of_step['auc_of_photos']:8.3f}{interval:>14}"
            f"{of_step['claims']:8}{of_step['wrong']:7}{of_step['unsure']:8.2f}"
        )
    probability = out_of_sample(scored)
    by_origin: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for n, one in enumerate(scored):
        by_origin[one.origin][_outcome(one, probability[n])] += 1
    for origin, counts in sorted(by_origin.items(), key=lambda item: -item[1]["wrong"]):
        lines.append(f"  {origin:40} right {counts['right']:4} wrong {counts['wrong']:4} unsure {counts['unsure']:4}")
    return "\n".join(lines)


def _of(pixels: Pixels, axis: int, share: float) -> int:
    return int(pixels.shape[axis] * share)


def _drawn(row: Pair, step: str, photo: bool, repaint: bool) -> Drawn:
    change = STEPS[step]
    if change is None:
        after = prepare(row.after)
    else:
        with Image.open(row.after) as image:
            after = prepare(change(np.asarray(image.convert("RGB"))))
    before = prepare(row.before)
    verdict = compare(before, after).verdict
    alignment = align(before, after)
    detail = measure_detail(before, after, alignment)
    claims = {str(p): str(edit_kind(float(p), detail, after, alignment)) for p in (0, 1)}
    return Drawn(row.origin, row.kind, step, photo, repaint, str(verdict), detail, claims)


def _outcome(one: Drawn, probability: float) -> str:
    limits = thresholds().repaint
    claim = "unsure"
    if probability <= limits.precise:
        claim = one.claims["0"]
    elif probability >= limits.repaint:
        claim = one.claims["1"]
    if claim == "unsure":
        return claim
    return "right" if (claim == "repaint") == one.repaint else "wrong"


def _claims(scored: list[Drawn], probability: NDArray[np.float64], chosen: list[int]) -> dict[str, float]:
    counts = Counter(_outcome(scored[n], probability[n]) for n in chosen)
    return {
        "claims": counts["right"] + counts["wrong"],
        "wrong": counts["wrong"],
        "unsure": round(counts["unsure"] / max(1, len(chosen)), 4),
    }


def _weights(y: NDArray[np.bool_], origins: NDArray[np.str_]) -> NDArray[np.float64]:
    """Let an origin weigh as the square root of its edits of a class, and both classes the same."""
    weight = np.zeros(len(y))
    for label in (True, False):
        for origin in set(origins[y == label].tolist()):
            mine = (y == label) & (origins == origin)
            weight[mine] = 1 / np.sqrt(mine.sum())
        weight[y == label] *= len(y) / 2 / weight[y == label].sum()
    return weight


def _auc(scored: list[Drawn], probability: NDArray[np.float64], chosen: list[int]) -> float:
    drawn = probability[[n for n in chosen if scored[n].repaint]]
    kept = probability[[n for n in chosen if not scored[n].repaint]]
    if not len(drawn) or not len(kept):
        return float("nan")
    return round(float((drawn[:, None] > kept).mean() + 0.5 * (drawn[:, None] == kept).mean()), 4)


def _interval(scored: list[Drawn], probability: NDArray[np.float64], chosen: list[int]) -> tuple[float, float]:
    """Return the 2.5th and 97.5th percentile of the AUC over origins drawn with replacement."""
    rng = np.random.default_rng(0)
    by_origin: defaultdict[str, list[int]] = defaultdict(list)
    for n in chosen:
        by_origin[scored[n].origin].append(n)
    names = sorted(by_origin)
    areas = []
    for _ in range(_RESAMPLES if names else 0):
        drawn = [n for index in rng.integers(0, len(names), len(names)) for n in by_origin[names[index]]]
        areas.append(_auc(scored, probability, drawn))
    known = [area for area in areas if not np.isnan(area)]
    return (
        (round(float(np.percentile(known, 2.5)), 4), round(float(np.percentile(known, 97.5)), 4))
        if known
        else (0.0, 1.0)
    )
