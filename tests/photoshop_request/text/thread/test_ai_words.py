"""Read from a solver's comment whether a model made the edit."""

import pytest

from photoshop_request.text.thread.ai_words import says_ai

USED = [
    "used ChatGPT",
    "I used AI for the background, the rest is by hand",
    "Here you go! Made with AI",
    "Photoshop and a little AI",
    "ChatGPT",
    "AI version:",
    "Used generative fill to extend it. https://i.imgur.com/abc.jpg",
    "Ran it through Gemini and fixed the hands",
    "Nano Banana did this one",
    "A mix of Photoshop and Stable Diffusion",
    "With some help from A.I.",
    "Hope you like it. I used Firefly.",
    "AI-generated background, hand painted hair",
    "Full disclosure: this is AI",
    "Not only Photoshop, I used AI too",
    "I don't have much time, so I used ChatGPT",
    "Edited via GPT-4o",
    "**AI** was used",
]
NOT_USED = [
    "",
    "Here you go",
    "no AI used",
    "No AI, all by hand",
    "Done without AI",
    "I didn't use AI",
    "I didn\u2019t use any AI for this",
    "100% AI-free",
    "non-AI version",
    "Never used ChatGPT in my life",
    "Did you use AI?",
    "Those others are AI",
    "Everyone here used AI",
    "I can use AI if you want",
    "You could try ChatGPT",
    "Photoshop instead of AI",
    "> I used ChatGPT\n\nLooks good, mine is by hand",
    "I said I would do it again",
    "Email me at the main address",
    "Removed the rain and the stains",
]


@pytest.mark.parametrize("comment", USED)
def test_a_solver_says_that_a_model_was_used(comment: str) -> None:
    assert says_ai(comment)


@pytest.mark.parametrize("comment", NOT_USED)
def test_denials_offers_questions_and_quotes_do_not_count(comment: str) -> None:
    assert not says_ai(comment)
