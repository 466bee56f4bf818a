"""Test that chit-chat is recognized and left out of instructions."""

import pytest
from made_records import SUBMISSION
from msgspec.structs import replace

from photoshop_request.text.plain_text import Line
from photoshop_request.text.request.chitchat import ChitChat, chitchat
from photoshop_request.text.request.instruction import instruction
from photoshop_request.text.sentences import Section, split_sentences

SENTENCES = [
    (ChitChat.GREETING, "Hi everyone!"),
    (ChitChat.THANKS, "Thank you all so much in advance!"),
    (ChitChat.THANKS, "It would be hugely appreciated."),
    (ChitChat.PAYMENT, "I can pay 15 dollars through PayPal."),
    (ChitChat.PAYMENT, "Will tip $20 for the best one"),
    (ChitChat.GENERIC_HELP, "Any help at all is welcome."),
    (ChitChat.POINTER, "Here is the original picture:"),
    (ChitChat.AVAILABILITY, "I can send a higher resolution scan."),
    (ChitChat.APOLOGY, "Sorry if this is the wrong sub."),
    (ChitChat.SKILL, "I have no skills whatsoever."),
    (ChitChat.CONTACT, "Just PM me."),
    (ChitChat.VOTES, "Upvotes for all!"),
    (ChitChat.STORY, "It would mean the world to her."),
]


@pytest.mark.parametrize(("kind", "text"), SENTENCES)
def test_chitchat_is_left_out(kind: ChitChat, text: str) -> None:
    """Each sentence has its kind, and the ask beside it is untouched."""
    (sentence,) = split_sentences([Line(text)], Section.BODY)
    assert chitchat(sentence.lower, sentence.words, sentence.bare_words) is kind
    post = replace(SUBMISSION, title="Please remove the ladder", selftext=text)
    assert instruction(post).text == "Remove the ladder."


def test_every_kind_has_an_example() -> None:
    """No kind is unused."""
    assert {kind for kind, _ in SENTENCES} == set(ChitChat)


def test_an_ask_is_no_chitchat() -> None:
    """A plain ask has no kind."""
    (sentence,) = split_sentences([Line("Remove the ladder")], Section.BODY)
    assert chitchat(sentence.lower, sentence.words, sentence.bare_words) is None
