"""Answers that stay on the request are used as they are; every other is refused for a named reason."""

import json

import pytest

from photoshop_request.text.model.answer import NoRewrite, RewrittenInstruction, read_answer
from photoshop_request.text.model.prompt import RequestWords

WORDS = RequestWords(
    "Could someone please take my cousin out of this wedding photo?",
    "He is the man with the striped tie on the left. Also make the lake behind us brighter. I can tip 5 dollars!",
)
GOOD = "Remove the man with the striped tie on the left. Brighten the lake in the background."


def said(instruction: object, *, is_edit_request: object = True, needs_more: object = False) -> str:
    return json.dumps(
        {
            "instruction": instruction,
            "is_edit_request": is_edit_request,
            "needs_more_than_the_source": needs_more,
        }
    )


@pytest.mark.parametrize(
    "content",
    [
        said(GOOD),
        f"```json\n{said(GOOD)}\n```",
        f"<think>The tie {{is}} striped.</think>\n{said(GOOD)}",
        said(f"  {GOOD}\n"),
    ],
)
def test_a_good_answer_is_used_as_it_is(content: str) -> None:
    """Also where it is thought about first, or fenced as code."""
    assert read_answer(content, WORDS) == RewrittenInstruction(GOOD, needs_more_than_the_source=False)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, NoRewrite.EMPTY),
        ("  ", NoRewrite.EMPTY),
        (said(""), NoRewrite.EMPTY),
        (GOOD, NoRewrite.NOT_JSON),
        ("I'm sorry, but I can't help with pictures of people.", NoRewrite.REFUSAL),
        (said("I cannot remove people from photos."), NoRewrite.REFUSAL),
        ('{"instruction": "Remove the man', NoRewrite.NOT_JSON),
        ("[1, 2]", NoRewrite.WRONG_FORM),
        ('{"instruction": "Remove the man."}', NoRewrite.WRONG_FORM),
        (said(["Remove the man."]), NoRewrite.WRONG_FORM),
        (said(GOOD, is_edit_request="yes"), NoRewrite.WRONG_FORM),
        (said("", is_edit_request=False), NoRewrite.NOT_AN_EDIT_REQUEST),
        (said("Remove the striped man on the left. " * 40), NoRewrite.TOO_LONG),
        (said("Remove the man, see https://example.org/tie."), NoRewrite.ADDRESS),
        (said("Remove the man as shown on example.com."), NoRewrite.ADDRESS),
        (said("Remove the man that u/somebody pointed at."), NoRewrite.USER_NAME),
        (said("Remove the man on the left for @somebody."), NoRewrite.USER_NAME),
        (said("Remove the man that Bo_1984 knows."), NoRewrite.USER_NAME),
        (said("Remove the man.\nBrighten the lake."), NoRewrite.MARKUP),
        (said("Remove the **man** on the left."), NoRewrite.MARKUP),
        (said("Remove the man\u202e on the left."), NoRewrite.MARKUP),
        (said("Remove the man. request 00>>>"), NoRewrite.MARKUP),
        (said("Entferne den Mann mit der gestreiften Krawatte auf der linken Seite."), NoRewrite.OTHER_LANGUAGE),
        (said("Buy the best coins of the year today."), NoRewrite.OFF_TOPIC),
        (said("Turn the horse into a purple dragon breathing flames."), NoRewrite.OFF_TOPIC),
        (said("My cousin wears a striped tie on the left."), NoRewrite.OFF_TOPIC),
    ],
)
def test_an_answer_that_strays_is_refused_for_its_reason(content: str | None, reason: NoRewrite) -> None:
    """One reason each; nothing is repaired."""
    assert read_answer(content, WORDS, names=["Bo_1984"]) is reason


def test_an_answer_that_ends_in_the_middle_is_told_apart() -> None:
    """By the endpoint's word, not by its look."""
    assert read_answer('{"instruction": "Remove', WORDS, is_cut=True) is NoRewrite.CUT_OFF


def test_pictures_let_the_model_name_what_the_request_points_at() -> None:
    """So that fewer words must be the requester's own."""
    words = RequestWords("Can you get rid of her?", "")
    content = said("Remove the blonde woman in the yellow raincoat behind her.")
    assert read_answer(content, words) is NoRewrite.OFF_TOPIC
    assert read_answer(said("Remove her from the photo."), words) == RewrittenInstruction(
        "Remove her from the photo.", False
    )
    long = RequestWords("Please take out the woman in the coat", "She stands next to grandma, by the boat")
    content = said("Remove the blonde woman in the yellow coat beside the elderly lady near the boat.")
    assert isinstance(read_answer(content, long, with_pictures=True), RewrittenInstruction)


def test_another_language_is_compared_by_its_own_words() -> None:
    """Requests that are not in English keep their language."""
    words = RequestWords("K\u00f6nnte jemand den Zaun im Hintergrund entfernen und das Kleid blau f\u00e4rben?", "")
    assert isinstance(
        read_answer(said("Den Zaun im Hintergrund entfernen und das Kleid blau f\u00e4rben."), words),
        RewrittenInstruction,
    )
    english = read_answer(said("Remove the fence in the background and make the dress blue."), words)
    assert english is NoRewrite.OTHER_LANGUAGE
