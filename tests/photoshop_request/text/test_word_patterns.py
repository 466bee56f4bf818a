"""Test that skipping a pattern never hides a match. The texts are generated from the patterns themselves."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from photoshop_request.text.request import ask_patterns, chitchat, details, not_requests, task_types, trim
from photoshop_request.text.word_patterns import WordPatterns, bare_words, contains_any, word_splitter, word_starts

_PATTERNS = {
    "encouragement": (chitchat._ENCOURAGEMENT,),
    "detail": (details._DIRECTIVE, details._POSITION, details._LIKED),
    "question": (not_requests._QUESTION,),
    "never": (task_types._taxonomy().never,),
    **{rule.kind.value: (rule.patterns,) for rule in chitchat._PATTERNS},
}
_NEEDS = {rule.pattern: rule.needs for rules in task_types._taxonomy().rules.values() for rule in rules if rule.needs}
_PARTS = (
    (ask_patterns._FUNNY_IF, ask_patterns._FUNNY_IF_PARTS),
    (ask_patterns._WANTS_STATE, ask_patterns._WANTS_STATE_PARTS),
    (ask_patterns._PICTURE_OF, ask_patterns._PICTURE_OF_PARTS),
    (trim._CLAUSE_BREAK, trim._CLAUSE_BREAK_PARTS),
)
_ASCII = st.characters(codec="ascii")
_many = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
_split_words = word_splitter("'+")


def _occur(patterns: WordPatterns, lower: str) -> bool:
    return patterns.occur_in(lower, bare_words(lower, frozenset(_split_words(lower))))


@pytest.mark.parametrize("name", _PATTERNS)
@_many
@given(
    data=st.data(),
    before=st.sampled_from(["", "'", "so ", "x-", '"']),
    after=st.sampled_from(["", "'", " it", "-y", "."]),
)
def test_a_match_contains_a_keyword(name: str, data: st.DataObject, before: str, after: str) -> None:
    """Keywords only save time: they never change whether a pattern fits."""
    keywords, find = data.draw(st.sampled_from([pair for group in _PATTERNS[name] for pair in group.patterns]))
    lower = f"{before}{data.draw(st.from_regex(find, alphabet=_ASCII))}{after}".lower()
    assume(find.match(lower) if find.pattern.startswith("^") else find.search(lower))
    assert _occur(WordPatterns((keywords, find.pattern)), lower)


@_many
@given(data=st.data())
def test_a_match_of_a_task_rule_contains_what_it_needs(data: st.DataObject) -> None:
    """`needs` in the taxonomy never changes which rules match."""
    pattern = data.draw(st.sampled_from(list(_NEEDS)))
    lower = data.draw(st.from_regex(pattern, alphabet=_ASCII)).lower()
    assume(pattern.search(lower))
    assert not _NEEDS[pattern].isdisjoint(word_splitter("")(lower))


@_many
@given(data=st.data())
def test_a_match_contains_one_of_its_parts(data: st.DataObject) -> None:
    """A part that is looked for first never hides a match."""
    pattern, parts = data.draw(st.sampled_from(_PARTS))
    text = " ".join(data.draw(st.from_regex(pattern)).split())
    assume(pattern.search(text))
    assert contains_any(text, parts)


@_many
@given(data=st.data())
def test_a_purpose_contains_one_of_its_words(data: st.DataObject) -> None:
    """An occasion or a reason that is trimmed contains a word of the list."""
    lower = data.draw(st.from_regex(trim._PURPOSE, alphabet=_ASCII)).lower()
    assume(trim._PURPOSE.search(lower))
    words = word_splitter("")(lower)
    assert not trim._PURPOSE_WORDS.isdisjoint(words) or contains_any(lower, trim._PURPOSE_PARTS)


@_many
@given(data=st.data(), before=st.sampled_from(["", "'", "so ", "x-", '"', "x"]))
def test_questions_are_found_as_a_search_finds_them(data: st.DataObject, before: str) -> None:
    """Trying a pattern at known words gives the same ends as a search over all letters."""
    question = data.draw(st.sampled_from(ask_patterns._QUESTIONS))
    generated = st.from_regex(question.pattern, alphabet=_ASCII)
    lower = (before + data.draw(generated) + " " + data.draw(generated)).lower()
    tokens = word_splitter("'+-")(lower)
    words = frozenset(_split_words(lower))
    expected = [
        match.end()
        for other in ask_patterns._QUESTIONS
        if not words.isdisjoint(other.keywords)
        for match in other.pattern.finditer(lower)
    ]
    ends = ask_patterns.question_ends(lower, words, tokens, word_starts(lower, tokens))
    assert ends == list(dict.fromkeys(expected))


def test_a_pattern_without_its_keyword_is_not_tried() -> None:
    """A wrong keyword hides a match, so the tests above can fail."""
    assert _occur(WordPatterns(("leaf", r"\bleaf\b")), "the leaf's edge")
    assert not _occur(WordPatterns(("twig", r"\bleaf\b")), "the leaf's edge")


@pytest.mark.parametrize(
    ("keywords", "pattern", "match", "no_match"),
    [
        ("leaf", r"\bleaf\b", "a 'leaf'", "leaves"),
        ("apolog*", r"\bapolog\w+", "apologies", "sorry"),
        ("*", r"^\W*leaf", "(leaf", "a leaf"),
    ],
)
def test_kinds_of_keywords(keywords: str, pattern: str, match: str, no_match: str) -> None:
    """A keyword is a word, a part of the text, or no condition. An anchored pattern is tried at the beginning only."""
    assert _occur(WordPatterns((keywords, pattern)), match)
    assert not _occur(WordPatterns((keywords, pattern)), no_match)


@given(st.text(alphabet="ab1'+- .é\u00df", max_size=40))
def test_words_and_their_starts(text: str) -> None:
    """Both ways of splitting agree, and each word begins at its start."""
    for signs in ("", "'", "'+-"):
        split = word_splitter(signs)
        words = split(text)
        assert split(text + " \u20ac") == words
        assert all(text.startswith(word, start) for word, start in zip(words, word_starts(text, words), strict=True))
