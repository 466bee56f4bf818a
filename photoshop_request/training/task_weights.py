"""How often to draw a request of each task type in training, from how often each was asked for."""

import math
from collections.abc import Mapping
from enum import StrEnum

__all__ = ["Policy", "sampling_weights"]


class Policy(StrEnum):
    """How far to bend the distribution that people made."""

    NATURAL = "natural"
    """As often as it was asked for."""
    BALANCED = "balanced"
    """Each type equally often."""
    TEMPERATURE = "temperature"
    """In between: shares to the power of 1 / temperature, made to sum to 1 again."""


def sampling_weights(
    counts: Mapping[str, int], policy: Policy | str = Policy.NATURAL, *, temperature: float = 2.0
) -> dict[str, float]:
    """The weight of one request of each type, so that drawing with these weights gives the shares of the policy.

    `counts` are requests per type; types without a request get no weight. Weights average 1 over the requests, so
    `NATURAL` gives 1.0 to each. `temperature` is used by `TEMPERATURE` alone: 1 is natural, infinity is balanced.
    A request with several types takes the largest of their weights.

    Raises:
        ValueError: a negative count, an unknown policy, or a temperature below 1.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("counts cannot be negative")
    if temperature < 1:
        raise ValueError("temperature is 1 (natural) or more; infinity is balanced")
    total = sum(counts.values())
    power = {Policy.NATURAL: 1.0, Policy.BALANCED: 0.0, Policy.TEMPERATURE: 1.0 / temperature}[Policy(policy)]
    bent = {task: (count / total) ** power for task, count in counts.items() if count}
    share = math.fsum(bent.values())
    return {task: value / share * total / counts[task] for task, value in bent.items()}
