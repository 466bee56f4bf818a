"""Test that published texts contain no user name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_names import made_forms, made_names, names_in

from photoshop_request.text.plain_text import plain_title
from photoshop_request.text.usernames import mentioned_usernames, username_filter, without_usernames

hide = username_filter(["Photo_Wizard99", "sunny", "mira-k", "Enfrozt", "x_99", "_x_", "_Red_", "jon_doe_", "Al"])


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
        ("Enfrozt did it, ENFROZT!", "[user] did it, [user]!"),
        ("enfrozt's, the enfrozts and the enfrozts' work", "[user]'s, the [user] and the [user]' work"),
        ("-x_99 and _x_99_ and IMG_x_99_2.jpg", "-[user] and _[user]_ and IMG_[user]_2.jpg"),
        ("_x_ made x of x", "_[user]_ made x of x"),
        ("by _red_, in red", "by _[user]_, in red"),
        ("by @sunny on a sunny day", "by [user] on a sunny day"),
        ("by jondoe", "by [user]"),
        ("u/ab or u/al, al", "u/[user] or u/[user], al"),
        ("r/u_Some_One and /r/u\\_some\\_one", "u/[user] and u/[user]"),
        ("u/abcdefghijklmnopqrstuvwxyz!", "u/[user]!"),
        ("https://reddit.com/message/compose?to=No_One&a=b", "https://reddit.com/message/compose?to=[user]&a=b"),
        ("https://reddit.com/message/compose/?to=%2Fu%2Fno_one", "https://reddit.com/message/compose/?to=[user]"),
        ("https://reddit.com/message/compose?to=/r/x", "https://reddit.com/message/compose?to=/r/x"),
        ("https://www.flickr.com/photos/a.b/1 is it", "https://flickr.com/[user] is it"),
        ("see some-one.deviantart.com.", "see deviantart.com/[user]."),
        ("[x](https://a.org/%4Dira%2dk.jpg)", "[x](https://a.org/[user].jpg)"),
        ("https://i.redd.it/abcdef123.jpg", "https://i.redd.it/abcdef123.jpg"),
        ("https://drive.google.com/file/u/0/d/abcdefghij/view", "https://drive.google.com/file/u/0/d/abcdefghij/view"),
        ("https://a.org/my%20photo.jpg", "https://a.org/my%20photo.jpg"),
    ],
)
def test_names_are_hidden_and_words_are_not(text: str, hidden: str) -> None:
    """Mentions are hidden, and names of the thread that cannot be words."""
    assert hide(text) == hidden


def test_hiding_twice_changes_nothing() -> None:
    """The placeholder is no name."""
    assert hide(hide("u/sunny, Photo_Wizard99")) == hide("u/sunny, Photo_Wizard99")


@pytest.mark.parametrize("before", ["", "a ", "(", "https://www.reddit.com/", "x, "])
def test_no_form_of_any_name_is_left(before: str) -> None:
    """Neither in a text as written nor in the plain text that is made of it before names are hidden."""
    names = made_names(600)
    hide_all = username_filter(names)
    for name in names:
        for form in made_forms(name):
            text = before + form
            assert not names_in(hide_all(text), [name]), text
            assert not names_in(hide_all(plain_title(without_usernames(text))), [name]), text


def test_names_in_every_form_are_hidden_without_the_thread() -> None:
    """Mentions and profiles of people who wrote nothing in the thread."""
    marked = ("u/", "U/", "r/u_", "/user/", "compose", "flickr", "facebook", "deviantart", "instagram")
    hide_marked = username_filter([])
    for name in made_names(100):
        for form in made_forms(name):
            if any(mark in form for mark in marked):
                assert not names_in(hide_marked(form), [name]), form


_SIGNS = st.text(alphabet="ab_-\\ u/@.:%5F'sx9", max_size=30)


@given(_SIGNS, _SIGNS, st.text(alphabet="abx_-9", min_size=3, max_size=20))
def test_a_name_is_hidden_between_any_signs(before: str, after: str, name: str) -> None:
    """Unless a letter or digit touches it, which makes it a part of another word."""
    if not name.strip("-_") or not any(sign.isdigit() for sign in name.strip("-_")):
        return
    hidden = username_filter([name])(f"{before} {name}. {after}")
    assert f" {name}. " not in hidden


def test_a_long_mention_is_taken_out_whole() -> None:
    """Old names have more than 20 letters."""
    assert without_usernames("thanks /u/abcdefghijklmnopqrstuvwxyz, and u/ab") == "thanks , and "
    assert mentioned_usernames("u/Abcdefghijklmnopqrstuvwxyz") == {"abcdefghijklmnopqrstuvwxyz"}


def test_common_words_stay() -> None:
    """A user called Red, Photo or Background does not change the instructions of their thread."""
    text = "Remove the red car from the background of this photo, and a man's shadow. Thanks to the wizards!"
    names = ["Red", "Photo", "background", "CAR", "man", "wizards", "Thanks", "shadow", "a", "of"]
    assert username_filter(names)(text) == text


def test_an_underscore_of_a_file_name_is_no_emphasis() -> None:
    """Otherwise a plain text would glue a name to the next word."""
    assert plain_title("IMG_mira_final.png and x_y_ too") == "IMG_mira_final.png and x_y_ too"
    assert plain_title("the _red_ one") == "the red one"
