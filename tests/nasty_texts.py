"""Nasty texts of any length: each repeats something that patterns trip over."""

import random
import re
from collections.abc import Callable
from functools import cache
from itertools import cycle, islice
from pathlib import Path

import photoshop_request

_REPEATED = {
    "opening brackets": "[",
    "links": "[b](c)",
    "unclosed links": "[a](b",
    "unclosed titles": '[a](b "',
    "unclosed round titles": "](a (",
    "escaped brackets in a destination": "[b](x[y\\)",
    "pictures in links": "[![a](b)",
    "pointed brackets": "<",
    "unclosed autolinks": "<http:",
    "round brackets": "(",
    "empty pairs": "( ",
    "list definitions": "[a]: b\n",
    "footnotes": "[a][b] ",
    "addresses": "http://a.b/c ",
    "one long address": "http://a",
    "hosts without scheme": "a.com",
    "glued hosts": "a.b.co/c.jpg,",
    "half glued hosts": ";a-b.c",
    "an address with brackets": "http://a.b/[c",
    "words without blanks": "a.b/\u8c22",
    "hyphens and dots": "a-.",
    "dots": ".",
    "signatures": "-A......! ",
    "full stops": "a. B",
    "question marks": "why? ",
    "exclamation marks": "! a",
    "spaces": " ",
    "newlines": "\n",
    "blank lines": "\n \n",
    "letters": "a",
    "capitals": "Ab",
    "digits": "1",
    "underscores": "_",
    "emphasis": "*a_",
    "stars": "a*",
    "tildes": "~~a",
    "backticks": "`",
    "fences": "```\n",
    "backslashes": "\\",
    "entities": "&amp;",
    "half entities": "&#x200",
    "quotes": '"',
    "quotations": "\n>",
    "nested quotations": "> > ",
    "spoilers": ">!a!<",
    "apostrophes": "'a",
    "smileys": ":) ",
    "emoji": "\U0001f600",
    "invisible signs": "\u200b",
    "user names": "u/ab_c ",
    "half user names": "/u/",
    "half compose links": "/message/compose",
    "mail addresses": "a@b.",
    "table rows": "|a|-\n",
    "nested lists": "  - 1. a\n",
    "headings": "# ",
    "dollars": "$5 ",
    "commas": "a, ",
    "dashes": " - ",
    "tags": "[request] ",
    "nested HTML": '<a href="',
    "meta tags": '<meta property="og:image" content="',
    "JSON": '{"a":[',
    "accents": "\u0130\u00df",
    "thanks": "thanks ",
    "asks": "could you please ",
    "edits": "remove the man and ",
    "asks on lines": "can you remove the man?\n",
    "purposes": "for my mom ",
    "states": "i would like it to ",
    "stories": "i have a picture of this ",
    "prices": "i will pay $5 ",
    "denials": "not the ",
    "and": "and ",
}
_NUMBERED = {
    "different asks": "Please remove thing{0}x and thing{0}y.\n",
    "different details": "The logo{0} should be red.\n",
    "different links": "[b](http://i.imgur.com/a{0}.jpg) ",
    "different hosts": "http://a{0}.com/b ",
}


def _repeated(name: str, length: int) -> str:
    """Return a nasty text of this length, after one unclosed bracket: patterns then look for its end everywhere."""
    if name in _NUMBERED:
        line = _NUMBERED[name]
        return "".join(line.format(number) for number in range(length // len(line) + 1))[:length]
    piece = _REPEATED[name]
    return ("[" + piece * (length // len(piece) + 1))[:length]


@cache
def _rule_words() -> tuple[str, ...]:
    """Return every word that a rule of the text package names, in the order of the alphabet."""
    folder = Path(photoshop_request.__file__).parent / "text"
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in {".py", ".toml"}]
    sources = (path.read_text(encoding="utf-8") for path in paths)
    return tuple(sorted({word for source in sources for word in re.findall(r"(?<![\w\\])[a-z]{2,}\b", source)}))


def _all_rule_words(length: int) -> str:
    """Return the words of all rules, again and again, in an order that a seed fixes."""
    words = list(_rule_words())
    random.Random(1).shuffle(words)
    return " ".join(islice(cycle(words), length // 3 + 1))[:length]


def _repeat(name: str) -> Callable[[int], str]:
    return lambda length: _repeated(name, length)


GENERATORS: dict[str, Callable[[int], str]] = {name: _repeat(name) for name in (*_REPEATED, *_NUMBERED)} | {
    "all words of the rules": _all_rule_words
}
