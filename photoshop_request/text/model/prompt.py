"""Asks a language model for an instruction: what is sent, in which words, and what makes two questions the same.

What Reddit's users wrote is untrusted. It travels as one JSON object between two marker lines, and the marker is a
digest of that very object, so that no text can hold the marker that ends it. User names and addresses do not travel.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from photoshop_request.text.plain import plain_lines, plain_title
from photoshop_request.text.usernames import username_pattern, without_usernames

__all__ = [
    "LONGEST_REQUEST",
    "PROMPT_VERSION",
    "RequestWords",
    "is_suspicious",
    "messages",
    "prompt",
    "question_key",
    "request_words",
]

PROMPT_VERSION = "rewrite-1"
"""The prompt in force, `prompts/<version>.md`. Another wording is another version."""
LONGEST_REQUEST = 8000
"""Characters. What is longer is a manual or an attack; of 974 real requests the longest has 3,562."""

_SUSPICIOUS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|prompts?|rules|guidelines)\b"
    r"|\bsystem (?:prompt|message)\b"
    r"|\byou are (?:now )?(?:an? )?(?:ai|assistant|language model|chatgpt|llm)\b"
    r"|\b(?:respond|reply|answer|output)\b.{0,20}\b(?:exactly|nothing but|json|verbatim|(?:only )?with the (?:word|text|phrase))\b"
    r"|<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?inst\]|\bis_edit_request\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class RequestWords:
    """The words of a request as they are sent."""

    title: str
    text: str
    captions: tuple[str, ...] = ()
    clarifications: tuple[str, ...] = ()

    def joined(self) -> str:
        """All of it, one part a line."""
        return "\n".join(part for part in (self.title, self.text, *self.captions, *self.clarifications) if part)


def request_words(
    title: str,
    selftext: str,
    captions: Iterable[str] = (),
    clarifications: Iterable[str] = (),
    *,
    names: Iterable[str] = (),
) -> RequestWords:
    """The words to send: without markup, addresses and user names. `names` are those of everybody in the thread."""
    hidden = username_pattern(names)

    def line(text: str) -> str:
        bare = plain_title(without_usernames(text))
        return hidden.sub("someone", bare) if hidden else bare

    def lines(text: str) -> str:
        found = "\n".join(f"{each.marker} {each.text}".strip() for each in plain_lines(without_usernames(text)))
        return hidden.sub("someone", found) if hidden else found

    return RequestWords(
        line(title),
        lines(selftext),
        tuple(text for caption in captions if (text := line(caption))),
        tuple(text for comment in clarifications if (text := lines(comment))),
    )


def is_suspicious(words: RequestWords) -> bool:
    """Whether a request speaks to a language model rather than to an editor; such a one is not sent at all."""
    return bool(_SUSPICIOUS.search(words.joined()))


def messages(words: RequestWords, pictures: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The chat that asks for an instruction. `pictures` are `data:` addresses of the request's own pictures."""
    body = json.dumps(asdict(words), ensure_ascii=False, indent=1)
    marker = hashlib.blake2b(body.encode(), digest_size=8).hexdigest()
    text = f"<<<request {marker}\n{body}\nrequest {marker}>>>"
    content: Any = text
    if pictures:
        shown = [{"type": "image_url", "image_url": {"url": address}} for address in pictures]
        content = [{"type": "text", "text": text}, *shown]
    return [{"role": "system", "content": prompt()}, {"role": "user", "content": content}]


def question_key(model: str, words: RequestWords, pictures: Sequence[str] = ()) -> str:
    """What makes two questions the same: the model, the prompt to the letter, the words, the pictures' SHA-256."""
    made_of = [model, PROMPT_VERSION, prompt(), messages(words)[1]["content"], list(pictures)]
    return hashlib.blake2b(json.dumps(made_of).encode(), digest_size=16).hexdigest()


@cache
def prompt() -> str:
    """The system prompt in force."""
    return files(__package__).joinpath("prompts", f"{PROMPT_VERSION}.md").read_text(encoding="utf-8")
