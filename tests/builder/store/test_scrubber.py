"""Find names of erased things in texts and raw JSON, and leave words alone."""

import json

import pytest
from made_names import made_forms, made_names, names_in

from photoshop_request_builder.store.scrubber import Scrubber, name_scrubber, scrub_line
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
    """In every case, beside Markdown, in file names and behind an escape of JSON. A common word goes behind a mark only."""
    hide = name_scrubber(frozenset(["bobo"]))
    texts = [
        "thanks bobo!",
        "**Bobo**",
        "_bobo_",
        "the bobos'",
        "bobolink, notbobo",
        "u/bobo",
        "u/rob",
        "BOBO2.jpg",
        "img_bobo_1.png",
    ]
    assert [hide(text) for text in texts] == [
        "thanks [user]!",
        "**[user]**",
        "_[user]_",
        "the [user]'",
        "bobolink, notbobo",
        "u/[user]",
        "u/rob",
        "[user]2.jpg",
        "img_[user]_1.png",
    ]
    assert name_scrubber(frozenset(["bob"]))("thanks bob, u/bob and @bob") == "thanks bob, u/[user] and [user]"
    assert json.loads(scrub_line(json.dumps({"body": "a\nbobo's"}).encode(), hide)) == {"body": "a\n[user]'s"}


def test_names_of_a_thread_go_in_every_form() -> None:
    """In texts, lists and percent-encoded addresses, at any depth. The line stays valid."""
    for name in made_names(300):
        line = json.dumps({"title": name, "more": [{"texts": made_forms(name)}]}).encode()
        scrubbed = scrub_line(line, name_scrubber(frozenset([name])))
        assert isinstance(json.loads(scrubbed), dict)
        assert names_in(scrubbed.decode(), [name]) == []


@pytest.mark.parametrize("name", ["permalink", "author", "body", "media_metadata", "s", "e", "Red"])
def test_a_user_called_like_a_key_renames_none(name: str) -> None:
    """Only their mentions go, in the thread and elsewhere."""
    post = {
        "author": "other",
        "permalink": "/r/X/",
        "body": f"by u/{name}",
        "media_metadata": {"x": {"s": {"u": "y"}, "e": "z"}},
    }
    expected = post | {"body": "by u/[user]"}
    line = json.dumps(post).encode()
    assert json.loads(scrub_line(line, name_scrubber(frozenset([name])))) == expected
    scrub = scrubber(f"u/{name}")
    assert json.loads(scrub(line.decode())) == expected
    assert not scrub.finds(json.dumps(expected))


def test_percent_encoded_mentions_go_everywhere() -> None:
    """Also in the threads of others, and in JSON."""
    scrub = scrubber("u/Some_Body")
    for address in ("compose?to=%2Fu%2Fsome%5Fbody", "search?q=author%3A%73ome_body", "user%2FSome_Body"):
        line = json.dumps({"body": f'"https://www.reddit.com/{address}"'})
        assert scrub.finds(line)
        assert names_in(json.loads(scrub(line))["body"], ["somebody"]) == []


def test_a_line_without_a_name_keeps_its_bytes() -> None:
    """Spaces and letters that are not UTF-8 too."""
    line = b'{"a" :  "\xff \\u00e9", "b": 1.50}'
    assert scrub_line(line, name_scrubber(frozenset(["bob"]))) == line
