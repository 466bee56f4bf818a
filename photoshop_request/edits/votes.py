"""Find the similarities on which matches of SIFT features agree.

Each match votes for one similarity, by the position, size and direction of its two key points. Matches of one part vote
for nearly the same one.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import Features


_NORM = 512
"""Norm of a descriptor. Whole numbers up to it have exact products in float32."""
_RATIO = 0.85
"""Largest ratio of the distances to the nearest and the second nearest descriptor."""
_FARTHEST = 0.5 * _NORM**2
"""Largest squared distance of two descriptors that match. Unrelated ones differ by up to 2 * `_NORM`**2."""
_SCALES = (0.15, 6.0)
"""Least and largest scale of a part, in pixels of the working pictures."""
_TOLERANCES = (6.0, 4.0, 3.0, 3.0)
"""Pixels by which a match may miss the similarity, in each round of its fit."""
_CELL = 2.0
"""Pixels. Of several matches that start or end in one cell, the best one counts."""
_MIRROR = np.arange(128).reshape(4, 4, 8)[::-1][:, :, -np.arange(8) % 8].ravel()
"""Order of a descriptor's numbers in the mirrored picture."""


@dataclass(frozen=True, slots=True)
class Votes:
    """Hold a similarity and the matches that agree with it."""

    matrix: "NDArray[np.float64]"
    """Pixels of the working edit to pixels of the working source, whose centers are whole numbers. Shape (2, 3)."""
    start: "NDArray[np.float64]"
    """Points of the edit, shape (n, 2)."""
    end: "NDArray[np.float64]"
    """Points of the source, shape (n, 2)."""


def mirrored(features: "Features", width: int) -> "Features":
    """Return the features of the mirrored picture of that width, without searching it."""
    points = features.points * np.array([-1, 1], np.float32) + np.array([width - 1, 0], np.float32)
    return replace(features, points=points, descriptors=features.descriptors[:, _MIRROR], angles=180 - features.angles)


def agreeing_votes(of_source: "Features", of_edit: "Features", most: int, groups: int = 2) -> list[Votes]:
    """Return the similarities with the most votes, disjoint, best first. `most`: matches that vote."""
    if min(len(of_source.points), len(of_edit.points)) < 4:
        return []
    at_source, at_edit, ratios = _matches(_roots(of_source), _roots(of_edit), most)
    if len(ratios) < 3:
        return []
    p, q = (_complex(x.points[at]) for x, at in ((of_edit, at_edit), (of_source, at_source)))
    grow = np.log(of_source.sizes[at_source] / of_edit.sizes[at_edit]).astype(np.float64)
    turn = np.deg2rad((of_source.angles[at_source] - of_edit.angles[at_edit]).astype(np.float64))
    votes = np.exp(grow + 1j * turn)
    usable = (np.abs(votes) > _SCALES[0]) & (np.abs(votes) < _SCALES[1])
    agrees = _agreement(p, q, votes) & usable[:, None] & usable
    weights = np.rint(10 * np.clip((0.9 - ratios) / 0.3, 0.1, 1)).astype(np.float32)
    free, found = usable.copy(), []
    for _ in range(groups):
        first = int((agrees[:, free].astype(np.float32) @ weights[free]).argmax())
        supporters = agrees[first] & free
        fit = _fitted(p, q, votes, supporters, usable)
        free &= ~agrees[first]
        if fit is None:
            continue
        (a, b), members = fit
        free[members] = False
        matrix = np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
        found.append(Votes(matrix, _pairs(p[members]), _pairs(q[members])))
    return sorted(found, key=lambda one: -len(one.start))


def _roots(features: "Features") -> "NDArray[np.float32]":
    """Return the square roots of the descriptors (RootSIFT, Arandjelović and Zisserman 2012), as whole numbers."""
    rows = np.asarray(features.descriptors, np.float32)
    return np.asarray(np.rint(_NORM * np.sqrt(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1))), np.float32)


def _matches(
    source: "NDArray[np.float32]", edit: "NDArray[np.float32]", most: int
) -> "tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]":
    """Return rows of source and edit that match in either direction, and their ratios, best first."""
    distances = np.asarray(cv2.gemm(edit, source, -2, np.empty(0, np.float32), 0, flags=cv2.GEMM_2_T))
    distances += np.einsum("ij,ij->i", edit, edit)[:, None]
    distances += np.einsum("ij,ij->i", source, source)
    found = []
    for table in (distances, distances.T):
        rows, nearest = np.arange(len(table)), table.argmin(axis=1)
        first = table[rows, nearest].copy()
        table[rows, nearest] = np.inf
        ratio = np.sqrt(first.astype(np.float64) / np.maximum(table.min(axis=1), 1))
        table[rows, nearest] = first
        good = (ratio < _RATIO) & (first < _FARTHEST)
        found.append(np.stack([rows[good], nearest[good], ratio[good]]))
    pairs = np.concatenate([found[0], found[1][[1, 0, 2]]], axis=1)
    order = np.lexsort((pairs[1], pairs[0], pairs[2]))
    pairs = pairs[:, order]
    _, once = np.unique(pairs[0] * len(source) + pairs[1], return_index=True)
    pairs = pairs[:, np.sort(once)[:most]]
    return pairs[1].astype(np.intp), pairs[0].astype(np.intp), pairs[2]


def _agreement(
    p: "NDArray[np.complex128]", q: "NDArray[np.complex128]", votes: "NDArray[np.complex128]"
) -> "NDArray[np.bool_]":
    """Mark in row i the matches that the vote of match i explains, shape (n, n)."""
    step = p[None] - p[:, None]
    miss = np.abs(votes[:, None] * step - (q[None] - q[:, None]))
    allowed = 4 + 0.12 * np.minimum(np.abs(step) * np.abs(votes)[:, None], 150)
    return np.asarray((miss < allowed) & _alike(votes[None], votes[:, None], 0.45, 0.45))


def _alike(
    votes: "NDArray[np.complex128]", other: "NDArray[np.complex128] | complex", grow: float, turn: float
) -> "NDArray[np.bool_]":
    """Mark the votes whose scale and direction differ by less than a factor of exp(`grow`) and `turn` radians."""
    apart = votes / other
    return np.asarray((np.abs(np.log(np.abs(apart))) < grow) & (np.abs(np.angle(apart)) < turn))


def _fitted(
    p: "NDArray[np.complex128]",
    q: "NDArray[np.complex128]",
    votes: "NDArray[np.complex128]",
    supporters: "NDArray[np.bool_]",
    usable: "NDArray[np.bool_]",
) -> "tuple[tuple[complex, complex], NDArray[np.intp]] | None":
    """Fit q = a * p + b on the supporters. Return (a, b) and the unique members, or None if fewer than 3 remain."""
    members, fit = np.flatnonzero(supporters), None
    for tolerance in _TOLERANCES:
        members = _unique(p, q, members)
        if len(members) < 3:
            return None
        mean_p, mean_q = p[members].mean(), q[members].mean()
        centred = p[members] - mean_p
        energy = (np.abs(centred) ** 2).sum()
        if energy < 1e-6:
            return None
        a = (np.conj(centred) * (q[members] - mean_q)).sum() / energy
        if abs(a) < 1e-3:
            return None
        fit = (complex(a), complex(mean_q - a * mean_p))
        miss = np.abs(a * p + fit[1] - q)
        members = np.flatnonzero((miss < tolerance * np.maximum(1, np.abs(a))) & _alike(votes, a, 0.5, 0.4) & usable)
    members = _unique(p, q, members)
    return None if len(members) < 3 or fit is None else (fit, members)


def _unique(
    p: "NDArray[np.complex128]", q: "NDArray[np.complex128]", members: "NDArray[np.intp]"
) -> "NDArray[np.intp]":
    """Keep the first match of each cell in the edit and in the source."""
    for x in (p, q):
        cells = np.floor(_pairs(x[members]) / _CELL).astype(np.int64)
        members = members[np.sort(np.unique(cells[:, 0] * 100_000 + cells[:, 1], return_index=True)[1])]
    return members


def _complex(points: "NDArray[np.float32]") -> "NDArray[np.complex128]":
    return points[:, 0].astype(np.float64) + 1j * points[:, 1].astype(np.float64)


def _pairs(x: "NDArray[np.complex128]") -> "NDArray[np.float64]":
    return np.stack([x.real, x.imag], axis=1)
