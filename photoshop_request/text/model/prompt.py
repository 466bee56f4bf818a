"""Prompt a language model for an instruction.

Reddit users' texts are untrusted. They are sent as one JSON object between two marker lines. The marker is a digest of
the object, so no text can contain the marker that ends it. User names and addresses are not sent.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from photoshop_request.text.plain_text import plain_lines, plain_title
from photoshop_request.text.usernames import username_filter, without_usernames

PROMPT_VERSION = "rewrite-1"
"""Version of the prompt, `prompts/<version>.md`. A changed text is a new version."""
LONGEST_REQUEST = 8000
"""Maximum characters of a request that is sent. The longest of 974 real requests has 3,562."""

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
    """Hold the texts of a request as they are sent."""

    title: str
    text: str
    captions: tuple[str, ...] = ()
    clarifications: tuple[str, ...] = ()

    def joined(self) -> str:
        """Return all texts, one per line."""
        return "\n".join(part for part in (self.title, self.text, *self.captions, *self.clarifications) if part)


def request_words(
    title: str,
    selftext: str,
    captions: Iterable[str] = (),
    clarifications: Iterable[str] = (),
    *,
    names: Iterable[str] = (),
) -> RequestWords:
    """Return the texts to send, without markup, addresses and user names. `names` are all user names of the thread."""
    hidden = username_filter(names, "someone")

    def one_line(markdown: str) -> str:
        return hidden(plain_title(without_usernames(markdown)))

    def lines(markdown: str) -> str:
        plain = plain_lines(without_usernames(markdown))
        return hidden("\n".join(f"{line.marker} {line.text}".strip() for line in plain))

    return RequestWords(
        one_line(title),
        lines(selftext),
        tuple(filter(None, map(one_line, captions))),
        tuple(filter(None, map(lines, clarifications))),
    )


def is_suspicious(words: RequestWords) -> bool:
    """Return True if a request addresses a language model rather than an editor. It is not sent then."""
    return bool(_SUSPICIOUS.search(words.joined()))


def messages(words: RequestWords, pictures: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the chat that asks for an instruction. `pictures` are `data:` URLs of the request's pictures."""
    body = json.dumps(asdict(words), ensure_ascii=False, indent=1)
    marker = hashlib.blake2b(body.encode(), digest_size=8).hexdigest()
    text = f"<<<request {marker}\n{body}\nrequest {marker}>>>"
    content: Any = text
    if pictures:
        images = [{"type": "image_url", "image_url": {"url": url}} for url in pictures]
        content = [{"type": "text", "text": text}, *images]
    return [{"role": "system", "content": prompt()}, {"role": "user", "content": content}]


def question_key(model: str, words: RequestWords, pictures: Sequence[str] = ()) -> str:
    """Return a hash of the question: model, prompt, texts and the pictures' SHA-256. Answers are stored by it."""
    parts = [model, PROMPT_VERSION, prompt(), messages(words)[1]["content"], list(pictures)]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


@cache
def prompt() -> str:
    """Return the system prompt."""
    return files(__package__).joinpath("prompts", f"{PROMPT_VERSION}.md").read_text(encoding="utf-8")
