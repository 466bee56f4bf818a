"""Find names of erased things in texts and raw JSON, and leave words alone."""

import json

import pytest

from photoshop_request_builder.store.scrubber import Scrubber, hide_words
from photoshop_request_builder.store.tombstones import TombstoneTarget, parse_target


def scrubber(*words: str) -> Scrubber:
    targets = [parse_target(word) for word in words]
    return Scrubber(target for target in targets if isinstance(target, TombstoneTarget))


FOUND = [
    ("t3_coffee", ["t3_coffee", "https://redd.it/coffee", "reddit.com/r/X/COMMENTS/COFFEE/t/", "/gallery/coffee", "coffee"]),
    ("t1_k0abc12", ["t1_k0abc12", "/r/X/comments/1abc23/a_title/k0abc12/", "/comments/1abc23/comment/K0ABC12?context=3"]),
    ("u/Sunny", ["u/sunny", "/U/Sunny's", "https://www.reddit.com/user/SUNNY/", "r/u_sunny", "compose?to=sunny", "Sunny", "@sunny"]),
    ("u/Some_Body-1", ["u/some_body-1", r"u/some\_body-1", "thanks u/SOME_BODY-1!"]),
    ("https://i.redd.it/abc123def456.jpg", ["https://preview.redd.it/t-v0-abc123def456.png?s=1", "abc123def456", "![img](abc123def456)"]),
    ("https://imgur.com/Hello", ["https://i.imgur.com/Hello.jpg", "imgur.com/gallery/a-title-Hello", "https://imgur.com/a/Hello"]),
    ("https://pictures.org/a%20b/x.jpg", ["http://www.pictures.org/a%20b/x.jpg", "https://pictures.org/a b/x.jpg"]),
]  # fmt: skip
LEFT = [
    ("t3_coffee", ["coffee please", "a coffee", "https://site.org/coffee", "t3_coffee2", "more_coffee", "t1_coffees"]),
    ("t1_k0abc12", ["k0abc12x", "/comments/k0abc12x", "at k0abc12"]),
    (
        "u/Sunny",
        ["Sunny day", "a sunny day", "flickr.com/sunny/1", "u/sunny_2", "u/sunny-two", "u/notsunny", "x_sunny"],
    ),
    ("https://imgur.com/Hello", ["Hello there", "well-Hello", "https://i.imgur.com/Hello2.jpg", "(Hello)"]),
    ("https://pictures.org/x.jpg", ["https://pictures.org/x.jpg2", "https://other.org/x.jpg", "x.jpg"]),
]


@pytest.mark.parametrize(("word", "text"), [(word, text) for word, texts in FOUND for text in texts])
def test_a_name_is_found_in_any_form(word: str, text: str) -> None:
    """In the text, in a line of JSON, and in JSON within JSON. The JSON stays valid."""
    scrub = scrubber(word)
    for written in (text, json.dumps({"body": text}), json.dumps({"body": f"a\n{text}"}).replace("/", "\\/")):
        if written == text or text not in {"coffee", "Sunny", "abc123def456"} or "\\n" not in written:
            assert scrub.finds(written), written
        assert not scrub.finds(scrub(written))
    assert isinstance(json.loads(scrub(json.dumps({"body": text}))), dict)


@pytest.mark.parametrize(("word", "text"), [(word, text) for word, texts in LEFT for text in texts])
def test_words_stay(word: str, text: str) -> None:
    """Change no word that happens to be an id or a name."""
    scrub = scrubber(word)
    assert scrub(text) == text
    assert scrub(json.dumps({"body": text})) == json.dumps({"body": text})


def test_names_of_a_thread_go_as_words() -> None:
    """In every case, beside Markdown and behind an escape of JSON."""
    texts = ["thanks bob!", "**Bob**", "_bob_", json.dumps("a\nbob's"), "u/bob"]
    assert [hide_words(["bob"], text) for text in texts] == [
        "thanks [user]!",
        "**[user]**",
        "_[user]_",
        json.dumps("a\n[user]'s"),
        "u/[user]",
    ]
    assert hide_words(["bob"], "bobby, notbob") == "bobby, notbob"
