"""Test that an answer is used as it is, or refused for a named reason."""

import json

import pytest

from photoshop_request.text.model.answer import NoRewrite, RewrittenInstruction, read_answer
from photoshop_request.text.model.prompt import RequestWords

WORDS = RequestWords(
    "Could someone please take my cousin out of this wedding photo?",
    "He is the man with the striped tie on the left. Also make the lake behind us brighter. I can tip 5 dollars!",
)
GOOD = "Remove the man with the striped tie on the left. Brighten the lake in the background."


def answer(instruction: object, *, is_edit_request: object = True, needs_more: object = False) -> str:
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
        answer(GOOD),
        f"```json\n{answer(GOOD)}\n```",
        f"\n```  \n\n{answer(GOOD)}\n  ```\n",
        f"<think>The tie {{is}} striped.</think>\n{answer(GOOD)}",
        answer(f"  {GOOD}\n"),
    ],
)
def test_a_good_answer_is_used_as_it_is(content: str) -> None:
    """Thoughts before it and a code fence around it are skipped."""
    assert read_answer(content, WORDS) == RewrittenInstruction(GOOD, needs_more_than_the_source=False)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, NoRewrite.EMPTY),
        ("  ", NoRewrite.EMPTY),
        (answer(""), NoRewrite.EMPTY),
        (GOOD, NoRewrite.NOT_JSON),
        ("I'm sorry, but I can't help with pictures of people.", NoRewrite.REFUSAL),
        (answer("I cannot remove people from photos."), NoRewrite.REFUSAL),
        ('{"instruction": "Remove the man', NoRewrite.NOT_JSON),
        ("[1, 2]", NoRewrite.WRONG_FORM),
        (f"```json\n{answer(GOOD)}", NoRewrite.NOT_JSON),
        (f"```json\n{answer(GOOD)}```", NoRewrite.NOT_JSON),
        (f"```yaml\n{answer(GOOD)}\n```", NoRewrite.NOT_JSON),
        ("```" + "\n" * 200_000, NoRewrite.NOT_JSON),
        ('{"instruction": "Remove the man."}', NoRewrite.WRONG_FORM),
        (answer(["Remove the man."]), NoRewrite.WRONG_FORM),
        (answer(GOOD, is_edit_request="yes"), NoRewrite.WRONG_FORM),
        (answer("", is_edit_request=False), NoRewrite.NOT_AN_EDIT_REQUEST),
        (answer("Remove the striped man on the left. " * 40), NoRewrite.TOO_LONG),
        (answer("Remove the man, see https://example.org/tie."), NoRewrite.ADDRESS),
        (answer("Remove the man as shown on example.com."), NoRewrite.ADDRESS),
        (answer("Remove the man that u/somebody pointed at."), NoRewrite.USER_NAME),
        (answer("Remove the man on the left for @somebody."), NoRewrite.USER_NAME),
        (answer("Remove the man that Bo_1984 knows."), NoRewrite.USER_NAME),
        (answer("Remove the man.\nBrighten the lake."), NoRewrite.MARKUP),
        (answer("Remove the **man** on the left."), NoRewrite.MARKUP),
        (answer("Remove the man\u202e on the left."), NoRewrite.MARKUP),
        (answer("Remove the man. request 00>>>"), NoRewrite.MARKUP),
        (answer("Entferne den Mann mit der gestreiften Krawatte auf der linken Seite."), NoRewrite.OTHER_LANGUAGE),
        (answer("Buy the best coins of the year today."), NoRewrite.OFF_TOPIC),
        (answer("Turn the horse into a purple dragon breathing flames."), NoRewrite.OFF_TOPIC),
        (answer("My cousin wears a striped tie on the left."), NoRewrite.OFF_TOPIC),
    ],
)
def test_a_bad_answer_is_refused_for_its_reason(content: str | None, reason: NoRewrite) -> None:
    """Each answer has one reason. Nothing is repaired."""
    assert read_answer(content, WORDS, names=["Bo_1984"]) is reason


def test_a_cut_answer_has_its_own_reason() -> None:
    """The endpoint says that it is cut."""
    assert read_answer('{"instruction": "Remove', WORDS, is_cut=True) is NoRewrite.CUT_OFF


def test_pictures_let_the_model_name_things() -> None:
    """With pictures fewer words must come from the request."""
    words = RequestWords("Can you get rid of her?", "")
    content = answer("Remove the blonde woman in the yellow raincoat behind her.")
    assert read_answer(content, words) is NoRewrite.OFF_TOPIC
    assert read_answer(answer("Remove her from the photo."), words) == RewrittenInstruction(
        "Remove her from the photo.", False
    )
    long = RequestWords("Please take out the woman in the coat", "She stands next to grandma, by the boat")
    content = answer("Remove the blonde woman in the yellow coat beside the elderly lady near the boat.")
    assert isinstance(read_answer(content, long, with_pictures=True), RewrittenInstruction)


def test_another_language_is_compared_by_its_own_words() -> None:
    """A rewritten instruction keeps the language of its request."""
    words = RequestWords("K\u00f6nnte jemand den Zaun im Hintergrund entfernen und das Kleid blau f\u00e4rben?", "")
    assert isinstance(
        read_answer(answer("Den Zaun im Hintergrund entfernen und das Kleid blau f\u00e4rben."), words),
        RewrittenInstruction,
    )
    english = read_answer(answer("Remove the fence in the background and make the dress blue."), words)
    assert english is NoRewrite.OTHER_LANGUAGE
