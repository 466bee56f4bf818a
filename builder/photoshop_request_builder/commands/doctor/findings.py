"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    NOTE = "note"
    """Something that many runs do not need is not there."""
    BAD = "bad"
    """A run will fail, or its result cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    """What was looked at: `python`, `packages`, `disk`, `credentials`, `network`, `corpus`."""
    state: State
    detail: str
    """What was found; never a secret's value."""
    advice: str = ""
    """What to do, where it is not ok."""
