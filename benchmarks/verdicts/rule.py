"""Fit the logistic rule for shared content, and cross-validate it: fit it without one origin and classify that origin."""

from collections import Counter
from dataclasses import replace
from unittest import mock

import numpy as np
import pairs
from numpy.typing import NDArray
from pairs import ClassifiedPair

from photoshop_request.edits import verdict
from photoshop_request.edits.thresholds import Related, thresholds
from photoshop_request.edits.verdict import classify, related_features

FEATURES = ("structure", "detail", "outline")


def fit(
    x: NDArray[np.float64], y: NDArray[np.bool_], ridge: float = 1.0, weight: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return intercept and weights, fitted by Newton's method with a ridge penalty.

    Both classes weigh the same, unless each row has its `weight`.
    """
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    if weight is None:
        weight = np.where(y, 0.5 / y.sum(), 0.5 / (~y).sum()) * len(y)
    penalty = ridge * np.diag([0.0] + [1.0] * x.shape[1])
    beta = np.zeros(z.shape[1])
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(z @ beta, -30, 30)))
        slope = z.T @ (weight * (p - y)) + penalty @ beta
        beta -= np.linalg.solve((z.T * (weight * p * (1 - p))) @ z + penalty + 1e-9 * np.eye(len(beta)), slope)
    scaled = beta[1:] / spread
    return np.concatenate([[beta[0] - scaled @ mean], scaled])


def fitted(classified: list[ClassifiedPair]) -> Related:
    """Return the weights fitted on these pairs."""
    x = np.array([[related_features(one.comparison.evidence)[name] for name in FEATURES] for one in classified])
    y = np.array([one.pair.label != "unrelated" for one in classified])
    intercept, *weights = (float(value) for value in fit(x, y))
    named = dict(zip(FEATURES, weights, strict=True))
    return Related(intercept=intercept, min_probability=thresholds().related.min_probability, **named)


def held_out(classified: list[ClassifiedPair]) -> list[ClassifiedPair]:
    """Return the pairs but second shots, with verdict and confidence by weights fitted without their origin."""
    result = []
    classified = [one for one in classified if not one.pair.second_shot]
    for origin in sorted({one.pair.origin for one in classified}):
        weights = fitted([one for one in classified if one.pair.origin != origin])
        result += [reclassified(one, weights) for one in classified if one.pair.origin == origin]
    return result


def reclassified(one: ClassifiedPair, weights: Related) -> ClassifiedPair:
    """Classify a pair anew by other weights."""
    with mock.patch.object(verdict, "thresholds", return_value=replace(thresholds(), related=weights)):
        result = classify(one.comparison.evidence)
    comparison = replace(one.comparison, verdict=result.verdict, confidence=result.confidence)
    return replace(one, comparison=comparison, verdict=pairs.name_of(result.verdict))


def report(classified: list[ClassifiedPair], held: list[ClassifiedPair]) -> str:
    """Return accuracy by held-out weights, origins with errors, and the weights fitted on all pairs."""
    wrong = Counter(one.pair.origin for one in held if (one.verdict == "unrelated") != (one.pair.label == "unrelated"))
    worst = ", ".join(f"{origin} {count}" for origin, count in wrong.most_common(6))
    weights = fitted([one for one in classified if not one.pair.second_shot])
    named = ", ".join(f"{name} {getattr(weights, name):.2f}" for name in ("intercept", *FEATURES))
    accuracy = 1 - wrong.total() / len(held)
    return f"related or not: accuracy {accuracy:.4f} on {len(held)} pairs; errors: {worst or 'none'}\nfitted on all: {named}"
