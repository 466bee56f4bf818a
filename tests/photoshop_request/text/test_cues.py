"""A pattern that is skipped must not have matched: cues are checked against texts made from the patterns themselves."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from photoshop_request.text import details, noise, questions, tasks
from photoshop_request.text.cues import Cued, cued, occurs
from photoshop_request.text.words import bare_words, splitter, starts_of

_RULES = {
    "detail": (details._FLUFF, details._DIRECTIVE, details._POSITION, details._LIKED),
    "question": (questions._QUESTION,),
    "never": (tasks._taxonomy().never,),
    **{each.rule.value: (each.patterns,) for each in noise._NOISE},
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
