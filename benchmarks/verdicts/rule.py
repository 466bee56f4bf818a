"""Cross-validate the logistic rule for shared content: fit it without one origin and classify that origin."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pairs
from numpy.typing import NDArray

from photoshop_request.edits.align import Alignment
from photoshop_request.edits.evidence import Evidence
from photoshop_request.edits.grain import UNMEASURED, measure_grain
from photoshop_request.edits.prepare import prepare
from photoshop_request.edits.thresholds import thresholds
from photoshop_request.edits.verdict import related_features


def with_grain(classified: pairs.ClassifiedPair) -> Evidence:
    """Return the evidence with grain, measured now if the verdict did not need it."""
    comparison = classified.comparison
    if comparison.evidence.grain != UNMEASURED:
        return comparison.evidence
    matrix = np.array(comparison.matrix).reshape(2, 3)
    alignment = Alignment(matrix, comparison.method, comparison.alignment_quality)
    grain = measure_grain(prepare(classified.pair.before), prepare(classified.pair.after), alignment)
    return replace(comparison.evidence, grain=grain)


def fit(x: NDArray[np.float64], y: NDArray[np.bool_], ridge: float = 1.0) -> NDArray[np.float64]:
    """Return intercept and weights, fitted by Newton's method with a ridge penalty. Both classes weigh the same."""
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


def leave_one_origin_out(classified: list[pairs.ClassifiedPair]) -> str:
    """Return a report: accuracy without second shots, origins with errors, and the weights fitted on all pairs."""
    plain = [j for j in classified if not j.pair.second_shot]
    features = [related_features(with_grain(j)) for j in plain]
    x = np.array([list(values.values()) for values in features])
    y = np.array([j.pair.label != "unrelated" for j in plain])
    origins = np.array([j.pair.origin for j in plain])
    threshold = thresholds().related.min_probability
    wrong: Counter[str] = Counter()
    for origin in sorted(set(origins)):
        held = origins == origin
        beta = fit(x[~held], y[~held])
        predicted = beta[0] + x[held] @ beta[1:] > math.log(threshold / (1 - threshold))
        wrong[origin] += int((predicted != y[held]).sum())
    accuracy = 1 - wrong.total() / len(plain)
    worst = ", ".join(f"{origin} {count}" for origin, count in wrong.most_common(4) if count)
    weights = ", ".join(
        f"{name} {value:.2f}" for name, value in zip(("intercept", *features[0]), fit(x, y), strict=True)
    )
    return f"related or not: accuracy {accuracy:.4f} on {len(plain)} pairs; errors: {worst or 'none'}\non all real pairs: {weights}"
