"""Compute a proportion with its confidence interval."""

import math
from dataclasses import dataclass

_Z = 1.96
"""Quantile of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """A proportion with its 95 % interval (Wilson)."""

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """0 to 1, or None if `of` is 0."""
        return self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end, 0 to 1. Wilson's interval (1927) is valid for few cases and near 0 and 1, unlike the normal
        interval.
        """
        if not self.of:
            return 0.0, 1.0
        share, spread = self.right / self.of, _Z**2 / self.of
        middle = (share + spread / 2) / (1 + spread)
        reach = _Z / (1 + spread) * math.sqrt(share * (1 - share) / self.of + spread / (4 * self.of))
        return max(0.0, middle - reach), min(1.0, middle + reach)
