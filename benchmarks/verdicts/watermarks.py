"""Score the verdict on watermarks: marks drawn over edits and over their sources, and what people ask to add.

Edits are divided by their source into a development half, on which `[watermark]` was fitted, and a held-out half. The
kinds in `LEFT_OUT` took no part in the fit. A mark counts if 60 % of its area changed visibly.
"""

import zlib
from collections import defaultdict
from dataclasses import dataclass
from multiprocessing.pool import Pool

import marks
import numpy as np
from made import Pixels, encode
from pairs import ClassifiedPair, Pair
from PIL import Image

from photoshop_request import Comparison, compare
from photoshop_request.edits.watermark_rule import Prior, has_watermark

HALVES = ("development", "held out")
LEFT_OUT = frozenset({"outlined", "alternating", "logo_tiled", "meme", "sign", "rain", "source_bears_it"})
_BASES = frozenset(
    {"magicbrush_multiturn", "object_removal_ai", "object_replace_ai", "background_replace_ai", "ai_edit"}
)
_BY_HAND = frozenset({"recolor", "background_removal", "ghost_mannequin", "retouch", "shadow_reflection"})
_LONGEST = 1400
_VISIBLE = 0.6


@dataclass(frozen=True, slots=True)
class Marked:
    """Hold one made edit and its score."""

    half: str
    kind: str
    group: str
    """`over source`, `over edit`, `asked for` or `repeated`."""
    score: float | None
    visible: bool


def score(rows: list[Pair], pool: Pool, halves: tuple[str, ...], number: int) -> list[Marked]:
    """Return the scores of `number` made edits of each kind and group."""
    jobs = []
    for half in halves:
        bases = tuple(
            row for row in rows if row.label == "edit" and row.kind in _BASES | _BY_HAND and _half(row) == half
        )
        for group, makers in (("over source", marks.MARKS), ("over edit", marks.MARKS)):
            jobs += [(bases, group, kind, n) for kind in range(len(makers)) for n in range(number)]
        jobs += [(bases, "asked for", kind, n) for kind in range(len(marks.ASKED) + 1) for n in range(5 * number)]
        jobs += [(bases, "repeated", kind, n) for kind in range(len(marks.REPEATED)) for n in range(number)]
    return pool.starmap(_scored, jobs, chunksize=4)


def figures(classified: list[ClassifiedPair], scored: list[Marked]) -> dict[str, dict[str, dict[str, list[int]]]]:
    """Return [taken for a watermark, counted] by half, group and kind. Faint marks are groups of their own."""
    counts: defaultdict[str, defaultdict[str, defaultdict[str, list[int]]]]
    counts = defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: [0, 0])))

    def count(half: str, group: str, kind: str, *, taken: bool) -> None:
        for name in (kind, "all"):
            cell = counts[half][group][name]
            cell[0], cell[1] = cell[0] + taken, cell[1] + 1

    for one in classified:
        if one.pair.label == "edit" and one.pair.kind != "watermark_added":
            count(_half(one.pair), "clean", "clean", taken=one.comparison.watermark)
    for made in scored:
        group = made.group if made.visible else f"{made.group}, faint"
        count(made.half, group, made.kind, taken=has_watermark(made.score))
        if made.group == "repeated":
            count(
                made.half,
                "repeated, with the request's words",
                made.kind,
                taken=has_watermark(made.score, Prior.ASKED_FOR),
            )
    return {half: {group: dict(kinds) for group, kinds in groups.items()} for half, groups in counts.items()}


def table(classified: list[ClassifiedPair], scored: list[Marked]) -> str:
    """Return the figures as lines of text. A star marks kinds that were left out of the fit."""
    lines = [f"{'taken for a watermark':60}{'taken':>8}{'of':>6}"]
    for half, groups in figures(classified, scored).items():
        for group, kinds in groups.items():
            for kind, (taken, total) in kinds.items():
                star = "*" if kind in LEFT_OUT else ""
                lines.append(f"{f'{half}: {group}: {kind}{star}':60}{taken:8}{total:6}")
    return "\n".join(lines)


def _half(row: Pair) -> str:
    return HALVES[zlib.crc32(f"images/{row.before.name}".encode()) % 2]


def _scored(bases: tuple[Pair, ...], group: str, kind: int, number: int) -> Marked:
    rng = np.random.default_rng([zlib.crc32(group.encode()), kind, number])
    row = bases[int(rng.integers(len(bases)))]
    before, after = _load(row, "before"), _load(row, "after")
    if group == "asked for" and kind == len(marks.ASKED):
        return Marked(_half(row), "source_bears_it", group, _bearing(before, after, rng).watermark_score, visible=True)
    makers = {"asked for": marks.ASKED, "repeated": marks.REPEATED}.get(group, marks.MARKS)
    over_source = group == "over source" if makers is marks.MARKS else bool(number % 2)
    under = before if over_source else after
    drawn, opacity = makers[kind](under, rng)
    area = opacity > 30
    seen = (np.abs(drawn.astype(int) - under).max(axis=2) > 8) & area
    found = compare(encode(before, 95), encode(drawn, int(rng.choice([75, 85, 88, 93]))))
    is_seen = bool(seen.sum() >= _VISIBLE * max(1, area.sum()))
    return Marked(_half(row), makers[kind].__name__, group, found.watermark_score, visible=is_seen)


def _bearing(before: Pixels, after: Pixels, rng: marks.Rng) -> Comparison:
    """Compare a source that bears a mark with its edit, which keeps it, or lacks it if the frame changed."""
    make = marks.MARKS[int(rng.integers(len(marks.MARKS)))]
    state = rng.bit_generator.state
    source, _ = make(before, rng)
    rng.bit_generator.state = state
    edit = make(after, rng)[0] if before.shape == after.shape else before
    return compare(encode(source, 92), encode(edit, 88))


def _load(row: Pair, which: str) -> Pixels:
    image = Image.open(row.before if which == "before" else row.after).convert("RGB")
    image.thumbnail((_LONGEST, _LONGEST))
    return np.asarray(image)
