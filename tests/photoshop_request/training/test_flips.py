"""Test which pairs may be mirrored."""

from typing import Any

import pytest

from photoshop_request.training.sample import may_flip


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
def test_instructions_with_sides_or_writing_are_not_mirrored(instruction: str, allowed: bool) -> None:
    """Match whole words only."""
    assert may_flip({"instruction": instruction, "language": "en"}) is allowed


@pytest.mark.parametrize(("language", "allowed"), [("en", True), ("und", True), (None, True), ("es", False)])
def test_other_languages_are_not_mirrored(language: Any, allowed: bool) -> None:
    """Mirror nothing in other languages: `izquierda` is a side too."""
    assert may_flip({"instruction": "Quita al hombre.", "language": language}) is allowed
