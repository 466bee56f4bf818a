"""Addresses in text as people write it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.media.addresses.markdown import find_links

CASES = [
    ("nothing here", []),
    ("https://a.com/b.jpg", ["https://a.com/b.jpg"]),
    ("Done!  \nhttps://a.com/b.jpg", ["https://a.com/b.jpg"]),
    ("see https://a.com/b.jpg, and http://a.com/c.png.", ["https://a.com/b.jpg", "http://a.com/c.png"]),
    ("(https://a.com/b.jpg)", ["https://a.com/b.jpg"]),
    ("https://a.com/b_(c).jpg", ["https://a.com/b_(c).jpg"]),
    ("(https://a.com/b_(c))", ["https://a.com/b_(c)"]),
    ("https://a.com/b.jpg!", ["https://a.com/b.jpg"]),
    ('"https://a.com/b.jpg"', ["https://a.com/b.jpg"]),
    ("**https://a.com/b.jpg**", ["https://a.com/b.jpg"]),
    ("*https://a.com/b.jpg*", ["https://a.com/b.jpg"]),
    ("~~https://a.com/b.jpg~~", ["https://a.com/b.jpg"]),
    (">!https://a.com/b.jpg!<", ["https://a.com/b.jpg"]),
    ("[words](https://a.com/b.jpg)", ["https://a.com/b.jpg"]),
    ("[words]( https://a.com/b.jpg )", ["https://a.com/b.jpg"]),
    ("[words](<https://a.com/b c.jpg>)", ["https://a.com/b c.jpg"]),
    ('[words](https://a.com/b.jpg "title")', ["https://a.com/b.jpg"]),
    ("[words](https://a.com/b_(c).jpg)", ["https://a.com/b_(c).jpg"]),
    ("[a [nested] word](https://a.com/b.jpg)", ["https://a.com/b.jpg"]),
    ("[one](https://a.com/1.jpg) [two](https://a.com/2.jpg)", ["https://a.com/1.jpg", "https://a.com/2.jpg"]),
    ("[https://a.com/b.jpg](https://a.com/b.jpg)", ["https://a.com/b.jpg"]),
    ("[![small](https://a.com/s.jpg)](https://a.com/b.jpg)", ["https://a.com/s.jpg", "https://a.com/b.jpg"]),
    ("[broken]( has a little", []),
    ("[](https://a.com/b.jpg)", ["https://a.com/b.jpg"]),
    ("<https://a.com/b.jpg>", ["https://a.com/b.jpg"]),
    ("![img](abc123def456)", ["abc123def456"]),
    ("![gif](giphy|AbC123)", ["giphy|AbC123"]),
    ("![img](emote|t5_abc|123)", ["emote|t5_abc|123"]),
    ("[words][1]\n\n[1]: https://a.com/b.jpg", ["https://a.com/b.jpg"]),
    ("[words]\n\n[words]: <https://a.com/b.jpg> 'title'", ["https://a.com/b.jpg"]),
    ("[Two  Words][]\n\n[two words]: https://a.com/b.jpg", ["https://a.com/b.jpg"]),
    ("[1]: https://a.com/unused.jpg", ["https://a.com/unused.jpg"]),
    (r"https://a.com/b\_c\_d.jpg", ["https://a.com/b_c_d.jpg"]),
    (r"[words](https://a.com/b\_c.jpg)", ["https://a.com/b_c.jpg"]),
    ("https://a.com/b.jpg?x=1&amp;y=2", ["https://a.com/b.jpg?x=1&y=2"]),
    ("https://a.com/b\u200b.jpg\u200b", ["https://a.com/b.jpg"]),
    ("\ufeffhttps://a.com/b.jpg", ["https://a.com/b.jpg"]),
    ("imgur.com/AbCdE12", ["imgur.com/AbCdE12"]),
    ("at i.imgur.com/AbCdE.jpg.", ["i.imgur.com/AbCdE.jpg"]),
    ("www.imgur.com/AbCdE", ["www.imgur.com/AbCdE"]),
    ("https://imgur.com/a/AbCdE[/img]", ["https://imgur.com/a/AbCdE"]),
    ("https://a.com/b.jpg](https://a.com/c.jpg)", ["https://a.com/b.jpg", "https://a.com/c.jpg"]),
    ("[edit](javascript:alert(1)//x.jpg)", ["javascript:alert(1)//x.jpg"]),
    ("[edit](http://[::1]/a.jpg)", ["http://[::1]/a.jpg"]),
    ("[rules](/r/x/wiki)", ["/r/x/wiki"]),
    ("`https://a.com/b.jpg`", ["https://a.com/b.jpg"]),
    ("a.b", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_addresses_are_found_in_order(text: str, expected: list[str]) -> None:
    """Find the address in every form of markdown, clean and in order."""
    assert [found.address for found in find_links(text)] == expected


def test_link_texts_and_titles_are_kept() -> None:
    """Keep the text of a link and the title of an inline picture."""
    words, title = find_links('[My **try**](https://a.com/b.jpg) ![img](abc123def456 "the second one")')
    assert (words.text, words.inline) == ("My **try**", False)
    assert (title.text, title.inline) == ("the second one", True)


@given(st.text(alphabet="[]()<>!\\\"' \nab:/.h|_*", max_size=300))
def test_any_text_is_read(text: str) -> None:
    """Find no more characters than the text has."""
    assert sum(len(found.address) for found in find_links(text)) <= 3 * len(text)


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "[a](",
        "[a]((",
        "(",
        "http://(",
        "a.b/",
        "[[",
        "\\[",
        "![[x](y)",
        "[a](b(c(d)",
        "<a:",
        "a.a-",
        "[a]: ",
        "[a](b 'c",
        "[a](b (c",
        ")",
        "[b](c)",
        "[b](x[y\\)",
        "[b](c) ![",
    ],
)
def test_hostile_texts_take_linear_time(piece: str) -> None:
    """Read a text of Reddit's maximum length, made of one unfinished part, in well under a second."""
    text = ("http://a" if piece == ")" else "[") + piece * (40_000 // len(piece))
    start = time.process_time()
    find_links(text)
    assert time.process_time() - start < 2


def test_links_after_an_unclosed_bracket_are_found() -> None:
    """Find each of 40 links after a bracket that nothing closes."""
    assert len(find_links("[" + "[b](c)" * 40)) == 40


def test_brackets_inside_the_text_of_a_link() -> None:
    """Find a link whose text holds a link to an address with escaped brackets."""
    found = find_links(r"[see [b](https://a.com/x_\(y\).jpg)](https://a.com/z.jpg)")
    assert [link.address for link in found] == ["https://a.com/x_(y).jpg", "https://a.com/z.jpg"]
