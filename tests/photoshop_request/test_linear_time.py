"""Every public function that reads texts takes linear time, whatever the text holds."""

import json
import time
from collections.abc import Callable, Sequence

import pytest
from made_records import COMMENT, SUBMISSION
from msgspec.structs import replace
from multidict import CIMultiDict, CIMultiDictProxy
from nasty_texts import GENERATORS

from photoshop_request.media.addresses import url as urls
from photoshop_request.media.addresses.hosts import FAMILIES, classify, picture_key, spellings
from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, Secrets
from photoshop_request.media.addresses.hosts.opengraph import links_with, og_images
from photoshop_request.media.addresses.hosts.reddit import picture_address
from photoshop_request.media.addresses.links import comment_links, is_bot, submission_links
from photoshop_request.media.addresses.markdown import find_links
from photoshop_request.media.addresses.people import personal_host, published_address
from photoshop_request.media.addresses.policy import ip_refusal, refusal
from photoshop_request.media.http.opt_outs import OUR_NAME, header_opt_out, page_opt_out
from photoshop_request.media.http.robots import parse_robots
from photoshop_request.reddit import fields
from photoshop_request.reddit.json_documents import is_document, read_documents
from photoshop_request.reddit.parse import parse
from photoshop_request.reddit.records import Comment
from photoshop_request.text import usernames
from photoshop_request.text.bare_names import bare_name_filter
from photoshop_request.text.language import language
from photoshop_request.text.model.answer import read_answer
from photoshop_request.text.model.prompt import RequestWords, is_suspicious, request_words
from photoshop_request.text.plain_text import Line, plain_lines, plain_title
from photoshop_request.text.request.instruction import instruction
from photoshop_request.text.request.request_sentences import request_sentences
from photoshop_request.text.request.stems import stems_of
from photoshop_request.text.request.task_types import task_types
from photoshop_request.text.sentences import Section, split_sentences
from photoshop_request.text.thread.acceptance import acceptances
from photoshop_request.text.thread.ai_words import says_ai
from photoshop_request.text.thread.comment_text import asks_for_more, instruction_in, plain_text
from photoshop_request.text.thread.conversations import conversation
from photoshop_request.text.thread.flair import terms
from photoshop_request.text.thread.participants import Edit
from photoshop_request.text.thread.turns import turns
from photoshop_request.text.thread.watermark_words import asks_for_drawing, watermark_prior

MAX_GROWTH = 2.5
"""Processor time at 2n over that at n."""
MIN_SECONDS = 0.05
"""Shorter times are not compared."""
MAX_SECONDS = 1.0
"""Processor time for 1 MB."""
_ROBOTS_BYTES = 512 * 1024
"""A longer robots.txt is cut."""
_WORDS = RequestWords("remove", "remove the man")
_EDITS = [Edit("c1", "solver", "t3_1abcd2", 1_700_000_100, 1, "picture")]
_OBJECT = {"id": "abc", "subreddit": "PhotoshopRequest", "created_utc": 1_500_000_000}


def _thread(text: str) -> list[Comment]:
    under_edit = replace(COMMENT, id="c2", author="asker", parent_id="t1_c1", body=text, created_utc=1_700_000_200)
    return [COMMENT, under_edit]


def _line(**texts: str) -> bytes:
    return json.dumps(_OBJECT | texts).encode()


def _answer(text: str) -> str:
    return json.dumps({"instruction": text, "is_edit_request": True, "needs_more_than_the_source": False})


def _pages(family: HostFamily) -> Callable[[str], object]:
    def read(page: str) -> object:
        found: list[object] = [family.interstitial(page)] if family.interstitial else []
        for kind in (AddressKind.ALBUM, AddressKind.PAGE) if family.steps else ():
            steps = family.steps(AddressTarget(kind, f"https://{family.domains[0]}/a/abcde", family.name), Secrets())
            found += [step.read(page) for step in steps]
        return found

    return read


READERS: dict[str, Callable[[str], object]] = {
    "find_links": find_links,
    "find_links of an address": lambda text: find_links(f"https://web.archive.org/web/{text}"),
    "comment_links": lambda text: comment_links(replace(COMMENT, body=text), "asker"),
    "submission_links": lambda text: submission_links(replace(SUBMISSION, selftext=text)),
    "submission_links of an address": lambda text: submission_links(replace(SUBMISSION, is_self=False, url=text)),
    "is_bot": lambda text: is_bot(text, text),
    "classify": lambda text: (classify(text), classify(f"https://{text}")),
    "classify of a redirect": lambda text: classify(f"https://www.google.com/url?q={text}"),
    "spellings": lambda text: spellings(AddressTarget(AddressKind.IMAGE, f"https://i.redd.it/{text}", "reddit")),
    "picture_address": lambda text: picture_address(text, text, text),
    "picture_key": picture_key,
    "refusal": lambda text: (refusal(text), refusal(f"https://{text}"), ip_refusal(text)),
    "url": lambda text: (urls.parse(text), urls.join("https://a.com/b", text), urls.ascii_only(text)),
    "og_images": og_images,
    "page_opt_out": page_opt_out,
    "header_opt_out": lambda text: header_opt_out(CIMultiDictProxy(CIMultiDict({"X-Robots-Tag": text}))),
    "parse_robots": lambda text: parse_robots(f"User-agent: *\n{text[:_ROBOTS_BYTES]}"),
    "parse_robots of a rule": lambda text: parse_robots(f"User-agent: *\nDisallow: /{text[:_ROBOTS_BYTES]}").can_fetch(
        "https://a.org/" + text[:8000], OUR_NAME
    ),
    "links_with": lambda text: links_with(text, "id", "download"),
    "unescape": fields.unescape,
    "is_placeholder": fields.is_placeholder,
    "is_deleted_mark": fields.is_deleted_mark,
    "mark_category": fields.mark_category,
    "bare_id": fields.bare_id,
    "parse": lambda text: parse(text.encode()),
    "parse of a submission": lambda text: parse(_line(title=text, selftext=text)),
    "parse of a comment": lambda text: parse(_line(body=text, link_id="t3_abc", parent_id=text)),
    "parse of a crosspost": lambda text: parse(
        json.dumps(_OBJECT | {"title": "a", "crosspost_parent_list": [{"url": text, "selftext": text}]}).encode()
    ),
    "parse of escapes": lambda text: parse(b'{"title": "' + text.replace("a", "\\u0000").encode() + b'"}'),
    "parse of a path": lambda text: parse(_line(permalink=text, body="")),
    "read_documents": lambda text: (is_document(text.encode()), _documents(text)),
    "read_documents of an array": lambda text: _documents('[{"a": ' + text),
    "read_documents of a string": lambda text: _documents('{"data": ["' + text),
    "personal_host": personal_host,
    "personal_host of a Reddit path": lambda text: personal_host(f"https://www.reddit.com/{text}"),
    "published_address": lambda text: published_address(f"https://{text}", str),
    "bare_name_filter": bare_name_filter(["ab_c", "x-1", "a1b2c3", "somebody_else", "abc"], "[user]"),
    "bare_name_filter of the text": lambda text: bare_name_filter([text], "[user]"),
    "mentioned_usernames": usernames.mentioned_usernames,
    "without_usernames": usernames.without_usernames,
    "in_encoded_addresses": lambda text: usernames.in_encoded_addresses(text, str.lower),
    "in_encoded_addresses of an escaped text": lambda text: usernames.in_encoded_addresses(f"a.com/%{text}", str.lower),
    "username_filter": usernames.username_filter(["ab_c", "x-1", "somebody_else"]),
    "language": language,
    "plain_lines": plain_lines,
    "plain_title": plain_title,
    "split_sentences": lambda text: list(split_sentences(plain_lines(text), Section.BODY)),
    "split_sentences of a title": lambda text: list(split_sentences([Line(plain_title(text))], Section.TITLE)),
    "stems_of": stems_of,
    "task_types": task_types,
    "request_sentences": lambda text: request_sentences(replace(SUBMISSION, title=text, selftext="a"), []),
    "instruction": lambda text: instruction(replace(SUBMISSION, title="remove", selftext=text)),
    "instruction of a title": lambda text: instruction(replace(SUBMISSION, title=text, flair=text)),
    "instruction of a comment": lambda text: instruction(SUBMISSION, [replace(COMMENT, body=text)]),
    "plain_text": plain_text,
    "instruction_in": instruction_in,
    "asks_for_more": asks_for_more,
    "says_ai": says_ai,
    "says_ai of its words": lambda text: says_ai("used " * (len(text) // 5) + text + " not ai" * 9),
    "terms": lambda text: terms(text, text, 1_800_000_000),
    "watermark_prior": lambda text: watermark_prior(text, text, paid=False),
    "asks_for_drawing": asks_for_drawing,
    "acceptances": lambda text: acceptances(replace(SUBMISSION, flair=text), _thread(text), _EDITS),
    "turns": lambda text: turns(SUBMISSION, _thread(text), _EDITS),
    "conversation": lambda text: conversation(SUBMISSION, _thread(text), "solver", {"c1": ["picture"]}),
    "read_answer": lambda text: read_answer(text, _WORDS),
    "read_answer in a fence": lambda text: read_answer(f"```{text}", _WORDS),
    "read_answer after thoughts": lambda text: read_answer(f"<think>{text}", _WORDS, is_cut=True),
    "read_answer in JSON": lambda text: read_answer(_answer(text), _WORDS),
    "request_words": lambda text: request_words(text, text, [text], [text], names=["ab_c"]),
    "is_suspicious": lambda text: is_suspicious(RequestWords("", text)),
    **{f"pages of {family.name}": _pages(family) for family in FAMILIES if family.steps or family.interstitial},
}


def _documents(text: str) -> list[object]:
    """Read JSON documents in blocks, as from an archive."""
    data = text.encode()
    return list(read_documents(data[at : at + 4096] for at in range(0, len(data), 4096)))


def _seconds(read: Callable[[str], object], text: str, *, enough: float) -> float:
    """Return the processor time of the best of three tries. Time below `enough` needs no other try."""
    best = float("inf")
    for _ in range(3):
        for cache in (classify, refusal, urls.parse):
            cache.cache_clear()
        start = time.process_time()
        read(text)
        best = min(best, time.process_time() - start)
        if best <= enough:
            break
    return best


def _grown(read: Callable[[str], object], make: Callable[[int], str]) -> str | None:
    """Return the length at which time more than doubles, or None. Stops there, before it takes minutes."""
    before = 0.0
    for length in (1_562, 3_125, 6_250, 12_500, 25_000, 50_000, 100_000):
        seconds = _seconds(read, make(length), enough=MIN_SECONDS)
        if seconds > MIN_SECONDS and seconds > MAX_GROWTH * max(before, MIN_SECONDS / MAX_GROWTH):
            before = _seconds(read, make(length // 2), enough=0)
            seconds = _seconds(read, make(length), enough=MAX_GROWTH * before)
            if seconds > MAX_GROWTH * before:
                return f"{before:.3f} s to {seconds:.3f} s at {length:,} letters"
        before = seconds
    return None


def _failures(found: Sequence[tuple[str, str | None]]) -> list[str]:
    return [f"{name}: {fault}" for name, fault in found if fault]


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_time_grows_linearly(name: str) -> None:
    """Read texts of 1.5 kB to 100 kB: twice the text takes at most 2.5 times as long."""
    READERS[name]("please remove the man, https://i.imgur.com/abcde.jpg")
    assert not _failures([(kind, _grown(READERS[name], make)) for kind, make in GENERATORS.items()])


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_a_megabyte_takes_at_most_a_second(name: str) -> None:
    """Read 1 MB of each nasty text."""
    READERS[name]("s'il vous pla\u00eet enlevez la personne, https://i.imgur.com/abcde.jpg")
    found = []
    for kind, make in GENERATORS.items():
        seconds = _seconds(READERS[name], make(1_000_000), enough=MAX_SECONDS)
        found.append((kind, f"{seconds:.1f} s" if seconds > MAX_SECONDS else None))
    assert not _failures(found)
