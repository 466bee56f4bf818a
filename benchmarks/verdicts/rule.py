"""The logistic rule for shared content, fitted without one origin at a time: does it hold for pictures it never saw?"""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pairs
from numpy.typing import NDArray

from photoshop_request.edits.align import Alignment
from photoshop_request.edits.evidence import Evidence
from photoshop_request.edits.grain import UNMEASURED, measure_noise
from photoshop_request.edits.prepare import prepare
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.edits.verdict import related_features


def with_noise(j: pairs.Judged) -> Evidence:
    """The evidence with noise measured where the verdict did not hang on it, as a fit needs it everywhere."""
    seen = j.comparison
    if seen.evidence.noise != UNMEASURED:
        return seen.evidence
    alignment = Alignment(np.array(seen.matrix).reshape(2, 3), seen.method, seen.alignment_quality)
    noise = measure_noise(prepare(j.pair.before), prepare(j.pair.after), alignment)
    return replace(seen.evidence, noise=noise)


def fit(x: NDArray[np.float64], y: NDArray[np.bool_], ridge: float = 1.0) -> NDArray[np.float64]:
    """Intercept and weights; classes weigh the same; Newton's method on the ridge-penalised likelihood."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    weight = np.where(y, 0.5 / y.sum(), 0.5 / (~y).sum()) * len(y)
    penalty = ridge * np.diag([0.0] + [1.0] * x.shape[1])
    beta = np.zeros(z.shape[1])
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(z @ beta, -30, 30)))
        slope = z.T @ (weight * (p - y)) + penalty @ beta
        beta -= np.linalg.solve((z.T * (weight * p * (1 - p))) @ z + penalty + 1e-9 * np.eye(len(beta)), slope)
    scaled = beta[1:] / spread
    return np.concatenate([[beta[0] - scaled @ mean], scaled])


def leave_one_origin_out(judged: list[pairs.Judged]) -> str:
    plain = [j for j in judged if not j.pair.second_shot]
    features = [related_features(with_noise(j)) for j in plain]
    x = np.array([list(each.values()) for each in features])
    y = np.array([j.pair.label != "unrelated" for j in plain])
    origins = np.array([j.pair.origin for j in plain])
    least = thresholds().related.least
    wrong: Counter[str] = Counter()
    for origin in sorted(set(origins)):
        held = origins == origin
        beta = fit(x[~held], y[~held])
        said = beta[0] + x[held] @ beta[1:] > math.log(least / (1 - least))
        wrong[origin] += int((said != y[held]).sum())
    share = 1 - wrong.total() / len(plain)
    worst = ", ".join(f"{origin} {count}" for origin, count in wrong.most_common(4) if count)
    weights = ", ".join(
        f"{name} {value:.2f}" for name, value in zip(("intercept", *features[0]), fit(x, y), strict=True)
    )
    return f"related or not: {share:.4f} right of {len(plain)}; wrong: {worst or 'none'}\non all real pairs: {weights}"
