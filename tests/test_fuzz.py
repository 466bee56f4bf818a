"""Fuzz each target briefly. `python tests/fuzzing.py` runs longer."""

import pytest
from fuzzing import TARGETS, fuzz
from hypothesis import settings


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks(name: str) -> None:
    fuzz(name, settings(max_examples=150))
