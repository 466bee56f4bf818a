"""Test that published texts contain no user name."""

import pytest

from photoshop_request.text.usernames import username_filter

hide = username_filter(["Photo_Wizard99", "sunny", "mira-k"])


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Thanks /u/Photo_Wizard99!", "Thanks u/[user]!"),
        ("u/sunny did this", "u/[user] did this"),
        ("https://www.reddit.com/user/somebody_else", "https://www.reddit.com/u/[user]"),
        ("photo_wizard99 and @mira-k were great", "[user] and [user] were great"),
        ("a sunny day", "a sunny day"),
        ("mira-ko is another", "mira-ko is another"),
        ("thanks u/me-too_2", "thanks u/[user]"),
        ("made by u/some\\_body\\_80s!", "made by u/[user]!"),
        ("Photo\\_Wizard99 was great", "[user] was great"),
        ("make the menu/dinner card green", "make the menu/dinner card green"),
        ("", ""),
    ],
)
def test_names_are_hidden_and_words_are_not(text: str, hidden: str) -> None:
    """Mentions are hidden, and names of the thread that cannot be words."""
    assert hide(text) == hidden


def test_hiding_twice_changes_nothing() -> None:
    """The placeholder is no name."""
    assert hide(hide("u/sunny, Photo_Wizard99")) == hide("u/sunny, Photo_Wizard99")
