"""Expect a watermark from what was written."""

import pytest

from photoshop_request.edits.watermark_rule import Prior
from photoshop_request.text.thread.watermark_words import asks_for_drawing, watermark_prior


@pytest.mark.parametrize(
    ("request_text", "comment", "paid", "prior"),
    [
        ("Remove the man", "Here you go", False, Prior.NEUTRAL),
        ("Remove the man", "Here you go", True, Prior.EXPECTED),
        ("Remove the man", "Watermarked preview, DM me for the full file", False, Prior.EXPECTED),
        ("Remove the man", "I'll send it without the water-mark once you pay", False, Prior.EXPECTED),
        ("Remove the man", "Done! https://paypal.me/abc", False, Prior.EXPECTED),
        ("Remove the man", "Clean version after payment", True, Prior.EXPECTED),
        ("Remove the watermark please", "Removed the watermark", False, Prior.NEUTRAL),
        ("Remove the watermark please", "The watermark is gone", False, Prior.NEUTRAL),
        ("Brighten it", "Also cleaned up that watermark", False, Prior.NEUTRAL),
        ("Can you put us behind a chain-link fence?", "Sure", False, Prior.ASKED_FOR),
        ("Add the text 'Happy birthday'", "Sure", True, Prior.ASKED_FOR),
        ("Add our logo", "Here is a watermarked version", False, Prior.EXPECTED),
        ("", "", False, Prior.NEUTRAL),
    ],
)
def test_the_solvers_words_count_before_the_request_and_payment(
    request_text: str, comment: str, paid: bool, prior: Prior
) -> None:
    assert watermark_prior(request_text, comment, paid=paid) is prior


@pytest.mark.parametrize("verb", ["Add", "Please put", "Could you write", "insert", "cover it with"])
@pytest.mark.parametrize(
    "thing", ["a caption", "my logo", "some text", "a checkerboard pattern", "rain", "bars", "a meme quote"]
)
def test_asking_for_any_drawing_is_recognized(verb: str, thing: str) -> None:
    assert asks_for_drawing(f"{verb} {thing}.")


@pytest.mark.parametrize(
    "text",
    [
        "Remove the text in the corner",
        "Get rid of the fence",
        "Please take out the logo on his shirt",
        "Make him smile. There is a fence behind us.",
        "Make me look better without the text",
    ],
)
def test_taking_a_drawing_away_is_no_wish_for_one(text: str) -> None:
    assert not asks_for_drawing(text)
