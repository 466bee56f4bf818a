"""Compare the confidence of verdicts with how often they are right."""

import numpy as np
from pairs import ClassifiedPair

BINS = 10
"""Bins of equal width from 0.5 to 1."""


def is_right(classified: ClassifiedPair) -> bool:
    """Return True if the verdict is that of the label."""
    return classified.verdict == classified.pair.label


def figures(classified: list[ClassifiedPair]) -> dict[str, object]:
    """Return the Brier score, and for each bin its lower edge, pairs, mean confidence and fraction that is right."""
    confidence = np.array([one.comparison.confidence for one in classified])
    right = np.array([is_right(one) for one in classified])
    of_bin = np.clip(((confidence - 0.5) * 2 * BINS).astype(int), 0, BINS - 1)
    return {
        "brier": round(float(((confidence - right) ** 2).mean()), 4),
        "bins": [
            {
                "from": round(0.5 + number / 2 / BINS, 2),
                "pairs": int(inside.sum()),
                "confidence": round(float(confidence[inside].mean()), 3),
                "right": round(float(right[inside].mean()), 3),
            }
            for number in range(BINS)
            if (inside := of_bin == number).any()
        ],
    }


def table(classified: list[ClassifiedPair]) -> str:
    """Return the figures as lines of text."""
    found = figures(classified)
    lines = [f"Brier score {found['brier']} on {len(classified)} pairs", "confidence   pairs     mean    right"]
    lines += [
        f"from {one['from']:.2f}   {one['pairs']:7}  {one['confidence']:7.3f}  {one['right']:7.3f}"
        for one in found["bins"]
    ]
    return "\n".join(lines)
