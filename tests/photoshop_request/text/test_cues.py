"""A pattern that is skipped must not have matched: cues are checked against texts made from the patterns themselves."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from photoshop_request.text.cues import Cued, cued, has_part, occurs
from photoshop_request.text.request import ask_patterns, chitchat, details, not_requests, task_types, trim
from photoshop_request.text.words import bare_words, splitter, starts_of

_RULES = {
    "detail": (details._FLUFF, details._DIRECTIVE, details._POSITION, details._LIKED),
    "question": (not_requests._QUESTION,),
    "never": (task_types._taxonomy().never,),
    **{each.rule.value: (each.patterns,) for each in chitchat._NOISE},
}
_words = splitter("'+")


def _occurs(rule: Cued, low: str) -> bool:
    return occurs(rule, low, bare_words(low, frozenset(_words(low))))


@pytest.mark.parametrize("name", _RULES)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    data=st.data(),
    before=st.sampled_from(["", "'", "so ", "x-", '"']),
    after=st.sampled_from(["", "'", " it", "-y", "."]),
)
def test_whatever_a_pattern_matches_has_one_of_its_cues(
    name: str, data: st.DataObject, before: str, after: str
) -> None:
    """Cues only save the search: they never change whether a pattern fits."""
    cues, find = data.draw(st.sampled_from([pair for rule in _RULES[name] for pair in rule.patterns]))
    made = data.draw(st.from_regex(find, alphabet=st.characters(codec="ascii")))
    low = f"{before}{made}{after}".lower()
    fits = find.match(low) if find.pattern.startswith("^") else find.search(low)
    assume(fits)
    assert _occurs(cued((cues, find.pattern)), low)


_NEEDS = {rule.pattern: rule.needs for rules in task_types._taxonomy().rules.values() for rule in rules if rule.needs}
_PARTS = (
    (ask_patterns._FUNNY_IF, ask_patterns._FUNNY),
    (ask_patterns._WANTS_STATE, ask_patterns._TO_BE),
    (ask_patterns._PICTURE_OF, ask_patterns._PICTURES),
    (trim._CLAUSE, trim._CLAUSE_PARTS),
)
_MANY = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@_MANY
@given(data=st.data())
def test_what_a_task_rule_needs_is_in_whatever_it_matches(data: st.DataObject) -> None:
    """`needs` in the taxonomy never changes which rules fire."""
    pattern = data.draw(st.sampled_from(list(_NEEDS)))
    low = data.draw(st.from_regex(pattern, alphabet=st.characters(codec="ascii"))).lower()
    assume(pattern.search(low))
    assert not _NEEDS[pattern].isdisjoint(splitter("")(low))


@_MANY
@given(data=st.data())
def test_parts_are_in_whatever_their_pattern_matches(data: st.DataObject) -> None:
    """A part of the text that is looked for first never hides a match."""
    pattern, parts = data.draw(st.sampled_from(_PARTS))
    text = " ".join(data.draw(st.from_regex(pattern)).split())
    assume(pattern.search(text))
    assert has_part(text, parts)


@_MANY
@given(data=st.data())
def test_purposes_have_one_of_their_words(data: st.DataObject) -> None:
    """Whatever is taken off as an occasion or a reason has a word of the list."""
    low = data.draw(st.from_regex(trim._PURPOSE, alphabet=st.characters(codec="ascii"))).lower()
    assume(trim._PURPOSE.search(low))
    assert not trim._PURPOSE_WORDS.isdisjoint(splitter("")(low)) or has_part(low, trim._PURPOSE_PARTS)


@_MANY
@given(data=st.data(), before=st.sampled_from(["", "'", "so ", "x-", '"', "x"]))
def test_asking_is_found_where_a_search_finds_it(data: st.DataObject, before: str) -> None:
    """To try a pattern at known words gives what a search over all letters gives."""
    ask = data.draw(st.sampled_from(ask_patterns._ASKS))
    made = st.from_regex(ask.pattern, alphabet=st.characters(codec="ascii"))
    low = (before + data.draw(made) + " " + data.draw(made)).lower()
    tokens = splitter("'+-")(low)
    words = frozenset(splitter("'+")(low))
    wanted = [
        found.end()
        for each in ask_patterns._ASKS
        if not words.isdisjoint(each.cues)
        for found in each.pattern.finditer(low)
    ]
    assert ask_patterns.ends_of_asking(low, words, tokens, starts_of(low, tokens)) == list(dict.fromkeys(wanted))


def test_without_a_cue_nothing_is_tried() -> None:
    """A wrong cue hides a match, which is what the test above would show."""
    assert _occurs(cued(("leaf", r"\bleaf\b")), "the leaf's edge")
    assert not _occurs(cued(("twig", r"\bleaf\b")), "the leaf's edge")


@pytest.mark.parametrize(
    ("cues", "pattern", "fits", "fits_not"),
    [
        ("leaf", r"\bleaf\b", "a 'leaf'", "leaves"),
        ("apolog*", r"\bapolog\w+", "apologies", "sorry"),
        ("*", r"^\W*leaf", "(leaf", "a leaf"),
    ],
)
def test_kinds_of_cues(cues: str, pattern: str, fits: str, fits_not: str) -> None:
    """A word, a part of the text, and no condition; an anchored pattern looks at the beginning only."""
    assert _occurs(cued((cues, pattern)), fits)
    assert not _occurs(cued((cues, pattern)), fits_not)


@given(st.text(alphabet="ab1'+- .é\u00df", max_size=40))
def test_words_and_where_they_begin(text: str) -> None:
    """Both ways of splitting agree, and each word lies where it is said to begin."""
    for signs in ("", "'", "'+-"):
        split = splitter(signs)
        words = split(text)
        assert split(text + " \u20ac") == words
        assert all(text.startswith(word, start) for word, start in zip(words, starts_of(text, words), strict=True))
