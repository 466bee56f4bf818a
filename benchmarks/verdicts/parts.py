"""Make composites and pairs that must not pass for them, and count what the comparison finds.

Subjects and photos are divided as in `known_masks`: the development half set the thresholds of `[part]`. Composites of
irregular pieces of photos show what happens to other subjects than those of one origin.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from multiprocessing.pool import Pool

import cv2
import known_masks
import numpy as np
import shared_marks
from composites import composite
from made import blob, encode
from pairs import Pair

from photoshop_request.edits.compare import compare
from photoshop_request.edits.parts import find_parts
from photoshop_request.edits.prepare import PreparedPicture, prepare
from photoshop_request.verdicts import Verdict

HALVES = known_masks.HALVES
COMPOSITES = ("composite", "composite of a piece")
_FEW = {"composite": 40, "composite of a piece": 20, "unrelated": 100, "another cut-out": 100}
_FULL = {"composite": 240, "composite of a piece": 120, "unrelated": 2000, "another cut-out": 2000}
_MARKS = (8, 34)
"""Pairs of each kind of `shared_marks`, few and full."""
_LARGE = 60
"""Pixels of a part, at a longer side of 512, from which it counts as large: the root of its area."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Hold what was found in one pair."""

    half: str
    kind: str
    large: bool
    edit: bool
    """The verdict is `edit`."""
    part: bool
    """A part was found, whatever the frames say."""


def score(rows: list[Pair], pool: Pool, halves: tuple[str, ...] = HALVES, *, full: bool = False) -> list[Scored]:
    """Return what was found in the made pairs of each kind, and in the real pairs of other objects."""
    counts = (_FULL if full else _FEW) | {kind.__name__: _MARKS[full] for kind in shared_marks.KINDS}
    jobs = [
        (tuple(rows), half, kind, number)
        for half in halves
        for kind, count in counts.items()
        for number in range(count)
    ]
    jobs += [(tuple(rows), "real", "ukbench", number) for number, _ in enumerate(_ukbench(rows))]
    return pool.starmap(_scored, jobs, chunksize=8)


def figures(scored: list[Scored]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the number of pairs and the fractions taken for edits, and by a part, by half and kind."""
    groups: defaultdict[str, defaultdict[str, list[Scored]]] = defaultdict(lambda: defaultdict(list))
    marks = {kind.__name__ for kind in shared_marks.KINDS}
    for one in scored:
        groups[one.half][one.kind].append(one)
        if one.kind in COMPOSITES and one.large:
            groups[one.half][f"{one.kind}, large"].append(one)
        if one.kind in marks:
            groups[one.half]["shared marks"].append(one)
    return {
        half: {
            kind: {
                "pairs": len(members),
                "edit": round(sum(one.edit for one in members) / len(members), 4),
                "part": round(sum(one.part for one in members) / len(members), 4),
            }
            for kind, members in kinds.items()
        }
        for half, kinds in groups.items()
    }


def table(scored: list[Scored]) -> str:
    """Return the figures as lines of text."""
    lines = [f"{'parts of made pairs':40}{'pairs':>6}{'edit':>10}{'part':>10}"]
    for half, kinds in figures(scored).items():
        for kind, values in kinds.items():
            lines.append(f"{half + ': ' + kind:40}{values['pairs']:6}{values['edit']:10.4f}{values['part']:10.4f}")
    return "\n".join(lines)


def _scored(rows: tuple[Pair, ...], half: str, kind: str, number: int) -> Scored:
    source, edit, large = _pair(rows, half, kind, number)
    source, edit = prepare(source), prepare(edit)
    # two prepared photos are compared with many others, so only parts are looked for
    is_edit = kind not in _FULL or kind in COMPOSITES
    verdict = compare(source, edit).verdict if is_edit else None
    return Scored(half, kind, large, verdict is Verdict.EDIT, bool(find_parts(source, edit)))


def _pair(
    rows: tuple[Pair, ...], half: str, kind: str, number: int
) -> tuple[bytes | PreparedPicture, bytes | PreparedPicture, bool]:
    if kind == "ukbench":
        pair = _ukbench(rows)[number]
        return pair.before.read_bytes(), pair.after.read_bytes(), False
    rng = np.random.default_rng([HALVES.index(half), sum(map(ord, kind)), number])
    photos, offset = known_masks.different_photos(rows, half), HALVES.index(half)
    first, second = rng.choice(len(photos), 2, replace=False)
    if kind == "unrelated":
        return _prepared(rows, half, int(first)), _prepared(rows, half, int(second)), False
    if kind == "composite of a piece":
        solid = cv2.GaussianBlur(blob(photos[first].shape, rng, rng.uniform(0.08, 0.25)).astype(np.float32), (0, 0), 1)
        made = composite(photos[first], solid, photos[second], rng)
        return made.source, made.edit, made.side >= _LARGE
    if kind in {"composite", "another cut-out"}:
        subjects = known_masks.subjects(rows)[offset::2]
        if kind == "another cut-out":
            pairs = list(permutations(range(len(subjects)), 2))
            other, chosen = pairs[number % len(pairs)]
            return _subject(rows, half, other), _pasted(rows, half, chosen, number // len(pairs) % 8), False
        made = composite(*subjects[number % len(subjects)], photos[first], rng)
        return made.source, made.edit, made.side >= _LARGE
    make = next(one for one in shared_marks.KINDS if one.__name__ == kind)
    one, other = make((photos[first], photos[second]), rng)
    return encode(one, int(rng.integers(75, 95))), encode(other, int(rng.integers(60, 93))), False


@cache
def _prepared(rows: tuple[Pair, ...], half: str, index: int) -> PreparedPicture:
    return prepare(encode(known_masks.different_photos(rows, half)[index], 90))


@cache
def _subject(rows: tuple[Pair, ...], half: str, index: int) -> PreparedPicture:
    return prepare(encode(known_masks.subjects(rows)[HALVES.index(half) :: 2][index][0], 90))


@cache
def _pasted(rows: tuple[Pair, ...], half: str, index: int, number: int) -> PreparedPicture:
    rng = np.random.default_rng([7, index, number])
    photos = known_masks.different_photos(rows, half)
    subject = known_masks.subjects(rows)[HALVES.index(half) :: 2][index]
    return prepare(composite(*subject, photos[int(rng.integers(len(photos)))], rng).edit)


def _ukbench(rows: tuple[Pair, ...] | list[Pair]) -> list[Pair]:
    return [row for row in rows if row.kind == "ukbench_other_object"]
