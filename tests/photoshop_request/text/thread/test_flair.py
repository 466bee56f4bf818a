"""Test the terms in flair and title tags."""

import pytest

from photoshop_request.text.thread.flair import AI_FLAIRS_SINCE, Terms, terms

NEW = AI_FLAIRS_SINCE
OLD = AI_FLAIRS_SINCE - 1


@pytest.mark.parametrize(
    ("flair", "title", "created", "expected"),
    [
        ("Free :snoo:", "Remove the ladder", NEW, Terms(paid=False, ai_allowed=None, solved=False)),
        ("Paid - NO AI :no-ai:", "Remove the ladder", NEW, Terms(paid=True, ai_allowed=False, solved=False)),
        ("Paid - AI OK :yes-ai:", "Remove the ladder", NEW, Terms(paid=True, ai_allowed=True, solved=False)),
        ("Paid - NO AI :no-ai:", "Remove the ladder", OLD, Terms(paid=True, ai_allowed=None, solved=False)),
        ("Solved \u2705", "Remove the ladder", NEW, Terms(paid=None, ai_allowed=None, solved=True)),
        ("Unsolved", "Remove the ladder", NEW, Terms(paid=None, ai_allowed=None, solved=False)),
        (None, "[Paid] Remove the ladder", OLD, Terms(paid=True, ai_allowed=None, solved=False)),
        (None, "[$20] Remove the ladder [no AI]", OLD, Terms(paid=True, ai_allowed=False, solved=False)),
        (None, "Remove the free ladder, it was paid with $5", OLD, Terms(paid=None, ai_allowed=None, solved=False)),
        (None, "Remove the ladder (solved)", OLD, Terms(paid=None, ai_allowed=None, solved=True)),
        ("Free", "[Paid] Remove the ladder", NEW, Terms(paid=False, ai_allowed=None, solved=False)),
    ],
)
def test_terms(flair, title, created, expected):
    """Flair overrides tags, tags stand in brackets, and flairs before 1 August 2025 say nothing about AI."""
    assert terms(flair, title, created) == expected
