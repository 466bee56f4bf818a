"""User names of every shape, the forms in which texts spell them, and a search for them."""

import random
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

_SYLLABLES = ("zor", "vex", "qui", "bly", "kra", "dwo", "gnu", "fex", "ylo", "phu", "xan", "jiq")
_SEPARATORS = re.compile(r"[\\_-]+")


def made_names(count: int, seed: int = 0) -> list[str]:
    """Return different names: letters only, with digits, hyphens and underscores, at their ends too, up to 26 letters."""
    numbers = random.Random(seed)
    names: dict[str, str] = {}
    while len(names) < count:
        word = "".join(numbers.choices(_SYLLABLES, k=numbers.choice((2, 3, 3, 4))))
        other = "".join(numbers.choices(_SYLLABLES, k=numbers.choice((1, 2, 4))))
        shape = numbers.choice(
            ("{w}", "{w}", "{W}{O}", "{w}_{o}", "{W}-{o}", "{w}{d}", "{w}_{d}", "_{w}_", "{w}-{o}_", "-{w}_{d}")
        )
        name = shape.format(w=word, W=word.title(), o=other, O=other.title(), d=numbers.randrange(10, 9999))
        names.setdefault(_folded(name), name)
    return list(names.values())


def made_forms(name: str) -> list[str]:
    """Return texts that hold a name, as people write it in Reddit's Markdown."""
    escaped = name.replace("_", "\\_")
    encoded = "".join(f"%{ord(letter):02X}" if letter in "_-" else letter for letter in name)
    coded = "".join(f"%{ord(letter):02x}" for letter in name)
    return [
        name,
        name.upper(),
        f"{name.lower()} did it",
        f"Thanks {name}!",
        f"{name}'s version, {name}s, the {name}s' and @{name}",
        f'-{name} and _{name}_ and **{name}**, ({name}) "{name}" ~{name}~ {name}:',
        f"by {escaped}, {escaped}'s",
        f"u/{name} /u/{name} U/{name.upper()} u/{escaped} user/{name} /user/{name}/",
        f"r/u_{name} /r/u_{escaped}",
        f"https://www.reddit.com/user/{name} https://old.reddit.com/u/{name}/comments/ reddit.com/r/u_{name}",
        f"https://www.reddit.com/message/compose?to={name}&subject=hi",
        f"https://www.reddit.com/message/compose/?to=%2Fu%2F{name}",
        f"[message](https://www.reddit.com/message/compose?subject=a&to=/u/{name})",
        f"https://www.reddit.com/search?q=author:{name} https://www.reddit.com/search?q=author%3A{coded}",
        f"https://i.postimg.cc/abcdef/{name}-edit.jpg and https://example.com/x/img_{name}_2.png",
        f"https://i.postimg.cc/abcdef/{encoded}.jpg https://example.com/{coded}.jpg https://example.com/{quote(coded)}",
        f"https://www.flickr.com/photos/{name}/123 https://www.facebook.com/{name} https://facebook.com/{name}.x.1?a=b",
        f"https://{name.strip('-_').replace('_', '-')}.deviantart.com/art/x-1 www.deviantart.com/{name}/art/x-1",
        f"instagram.com/{name} https://x.com/{name}/status/1 https://www.youtube.com/@{name} https://imgur.com/user/{name}",
        f"{name}, {name}.jpg, IMG_{name}_final.png, {name}{'edit' if name[-1].isdigit() else '2'}.jpg",
        f"{'2' if name[0].isalpha() else 'x '}{name}",
    ]  # fmt: skip


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Return the names in a text in any of these forms: percent-encoded, escaped, without markup, in any case."""
    readable = _folded(unquote(unquote(text)))
    return [name for name in names if _folded(name) in readable]


def _folded(text: str) -> str:
    return _SEPARATORS.sub("", text.lower())
