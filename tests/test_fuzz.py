"""A moment of fuzzing for each target; `python tests/fuzzing.py` goes on for as long as one likes."""

import pytest
from fuzzing import TARGETS, fuzz
from hypothesis import settings


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks(name: str) -> None:
    fuzz(name, settings(max_examples=150))
