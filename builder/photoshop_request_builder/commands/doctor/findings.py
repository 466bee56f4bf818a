"""Result of a check."""

from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    """Severity of a finding."""

    OK = "ok"
    NOTE = "note"
    """Something is missing that many runs do not need."""
    BAD = "bad"
    """A run will fail, or its result cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check."""

    check: str
    """`python`, `packages`, `disk`, `credentials`, `network` or `corpus`."""
    state: CheckState
    detail: str
    """Never contains the value of a secret."""
    advice: str = ""
    """Next step, unless the state is `ok`."""
