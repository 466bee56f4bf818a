"""Which pairs may be mirrored."""

from typing import Any

import pytest

from photoshop_request.training.flips import may_flip


@pytest.mark.parametrize(
    ("instruction", "allowed"),
    [
        ("Remove the man.", True),
        ("Make the sky brighter, and the rest darker.", True),
        ("Remove the man on the left.", False),
        ("Take out the person to my RIGHT.", False),
        ("Rotate it clockwise.", False),
        ("Mirror the picture.", False),
        ("Change the text on the shirt.", False),
        ("Add our names at the bottom.", False),
        ('Let it say "Happy Birthday".', False),
        ("Remove the watermark.", False),
        ("Fix the typo on the poster.", False),
        ("Blur the license plate.", False),
        ("Design something with the assigned colours.", True),
        ("", True),
    ],
)
def test_not_where_a_side_or_writing_is_spoken_of(instruction: str, allowed: bool) -> None:
    """Whole words alone count."""
    assert may_flip({"instruction": instruction, "language": "en"}) is allowed


@pytest.mark.parametrize(("language", "allowed"), [("en", True), ("und", True), (None, True), ("es", False)])
def test_not_in_a_language_whose_words_for_sides_are_unknown(language: Any, allowed: bool) -> None:
    """Izquierda is a side too."""
    assert may_flip({"instruction": "Quita al hombre.", "language": language}) is allowed
