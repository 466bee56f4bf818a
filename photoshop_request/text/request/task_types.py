"""Classify the edits that a text asks for, with a confidence and the words that show it. A text may have several.

The taxonomy is data, in `taxonomy.toml`. Tests measure F1 by task type, a third of it on held-out sentences.
"""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from photoshop_request.text.word_patterns import WordPatterns, lower_case, word_set, word_splitter


class TaskType(StrEnum):
    """Task type: one of PSR's fifteen verbs, two jobs that the communities name themselves, or `UNCLEAR`."""

    ADD = "add"
    ADJUST = "adjust"
    APPLY = "apply"
    CLONE = "clone"
    CROP = "crop"
    DELETE = "delete"
    REPLACE = "replace"
    TRANSFORM = "transform"
    MOVE = "move"
    MERGE = "merge"
    SUPER_RESOLUTION = "super-resolution"
    RE_COLOR = "re-color"
    RELIGHT = "relight"
    ZOOM = "zoom"
    SPECIALIZED = "specialized"
    RESTORE = "restore"
    COLOURISE = "colourise"
    UNCLEAR = "unclear"
    """No rule matched."""


@dataclass(frozen=True, slots=True)
class TaskScore:
    """Hold one task type of a text."""

    task: TaskType
    confidence: float
    """0 to 1, or 0 for `UNCLEAR`."""
    start: int
    """The evidence is `text[start:end]`, from the rule with the highest confidence."""
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    task: TaskType
    confidence: float
    keywords: frozenset[str]
    needs: frozenset[str]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Taxonomy:
    rules: dict[str, tuple[_Rule, ...]]
    """By keyword."""
    never: WordPatterns
    hidden: re.Pattern[str]
    """The patterns of `never` as one."""
    threshold: float


_split_words = word_splitter("&:'-")
_split_bare = word_splitter("")
_MAX_LETTERS = 2_000
"""Maximum letters to read, because patterns with look-ahead take quadratic time. Of 974 real instructions the longest
has 763 letters."""
_UNCLEAR = (TaskScore(TaskType.UNCLEAR, 0.0, 0, 0),)


def task_types(text: str) -> tuple[TaskScore, ...]:
    """Return the task types of an instruction, highest confidence first, or `UNCLEAR` alone if no rule matches."""
    taxonomy = _taxonomy()
    lower = lower_case(text[:_MAX_LETTERS].replace("\u2019", "'"))
    bare = frozenset(_split_bare(lower))
    if taxonomy.never.occur_in(lower, bare):
        lower = taxonomy.hidden.sub(lambda match: "\x00" * len(match.group()), lower)
    keywords = (word for word in _split_words(lower) if word in taxonomy.rules)
    scores: dict[TaskType, TaskScore] = {}
    for rule in dict.fromkeys(rule for word in keywords for rule in taxonomy.rules[word]):
        if (not rule.needs or not rule.needs.isdisjoint(bare)) and (match := rule.pattern.search(lower)):
            scores[rule.task] = _combined(scores.get(rule.task), rule, match)
    above = [score for score in scores.values() if score.confidence >= taxonomy.threshold]
    return tuple(sorted(above, key=lambda score: (-score.confidence, score.task))) or _UNCLEAR


def _combined(before: TaskScore | None, rule: _Rule, match: re.Match[str]) -> TaskScore:
    """Return the score of a task type with one more rule: confidences a and b make 1 - (1-a)(1-b)."""
    start, end = match.span()
    if before is None:
        return TaskScore(rule.task, rule.confidence, start, end)
    confidence = round(1 - (1 - before.confidence) * (1 - rule.confidence), 4)
    if rule.confidence > before.confidence:
        return TaskScore(rule.task, confidence, start, end)
    return TaskScore(rule.task, confidence, before.start, before.end)


@cache
def _taxonomy() -> _Taxonomy:
    data = tomllib.loads(files(__package__).joinpath("taxonomy.toml").read_text(encoding="utf-8"))
    macros: dict[str, str] = data["macros"]

    def expanded(pattern: str) -> str:
        for _ in range(2):  # a macro may use another
            for name, value in macros.items():
                pattern = pattern.replace(f"<{name}>", value)
        return pattern

    rules: dict[str, tuple[_Rule, ...]] = {}
    for name, task in data["tasks"].items():
        for row in task["rules"]:
            keywords, needs = word_set(row["keywords"]), word_set(row.get("needs", ""))
            rule = _Rule(TaskType(name), row["confidence"], keywords, needs, re.compile(expanded(row["pattern"])))
            for keyword in keywords:
                rules[keyword] = (*rules.get(keyword, ()), rule)
    never = [(row["keywords"], expanded(row["pattern"])) for row in data["never"]["patterns"]]
    hidden = re.compile("|".join(pattern for _, pattern in never))
    return _Taxonomy(rules, WordPatterns(*never), hidden, data["threshold"])
