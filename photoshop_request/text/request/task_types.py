"""What kinds of edit a text asks for: many labels or none, each with its confidence and the words that show it.

The taxonomy is data, in `taxonomy.toml`; how well it does is measured in the tests, label by label, on sentences of which
a third was never looked at while the rules were written.
"""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from photoshop_request.text.cues import Cued, cued, occurs
from photoshop_request.text.lexicon import words_of
from photoshop_request.text.words import splitter

__all__ = ["TaskScore", "TaskType", "task_types"]


class TaskType(StrEnum):
    """The closed list of labels: PSR's verbs, two of the communities' own, and `UNCLEAR`."""

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
    """No rule fired: never a guess."""


@dataclass(frozen=True, slots=True)
class TaskScore:
    """One label of a text."""

    task: TaskType
    confidence: float
    """0 to 1, of the rules; 0 for `UNCLEAR`."""
    start: int
    """The evidence is `text[start:end]`, of the surest rule."""
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    task: TaskType
    confidence: float
    cues: frozenset[str]
    needs: frozenset[str]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Taxonomy:
    rules: dict[str, tuple[_Rule, ...]]
    """By cue."""
    never: Cued
    hidden: re.Pattern[str]
    """The patterns of `never` as one."""
    threshold: float


_words = splitter("&:'-")
_bare = splitter("")
_READ = 2_000
"""Letters that are read. The longest of 974 real instructions has 763, and patterns that look ahead take quadratic time."""
_UNCLEAR = (TaskScore(TaskType.UNCLEAR, 0.0, 0, 0),)


def task_types(text: str) -> tuple[TaskScore, ...]:
    """The kinds of edit that an instruction asks for, the surest first; `UNCLEAR` alone when no rule fires."""
    taxonomy = _taxonomy()
    head = text[:_READ]
    low = head.lower() if head.isascii() else _lower(head)
    bare = frozenset(_bare(low))
    if occurs(taxonomy.never, low, bare):
        low = taxonomy.hidden.sub(lambda found: "\x00" * len(found.group()), low)
    called = dict.fromkeys(rule for word in _words(low) if word in taxonomy.rules for rule in taxonomy.rules[word])
    found: dict[TaskType, TaskScore] = {}
    for rule in called:
        if rule.needs and rule.needs.isdisjoint(bare):
            continue
        match = rule.pattern.search(low)
        if match:
            found[rule.task] = _surer(found.get(rule.task), rule, match)
    sure = [each for each in found.values() if each.confidence >= taxonomy.threshold]
    return tuple(sorted(sure, key=lambda each: (-each.confidence, each.task))) or _UNCLEAR


def _surer(before: TaskScore | None, rule: _Rule, match: re.Match[str]) -> TaskScore:
    start, end = match.span()
    if before is None:
        return TaskScore(rule.task, rule.confidence, start, end)
    both = round(1 - (1 - before.confidence) * (1 - rule.confidence), 4)
    if rule.confidence > before.confidence:
        return TaskScore(rule.task, both, start, end)
    return TaskScore(rule.task, both, before.start, before.end)


def _lower(text: str) -> str:
    """Lower case of the same length, with straight apostrophes: spans stay those of the text."""
    low = text.replace("\u2019", "'").lower()
    return low if len(low) == len(text) else "".join(sign.lower() if sign.isascii() else sign for sign in text)


@cache
def _taxonomy() -> _Taxonomy:
    data = tomllib.loads(files(__package__).joinpath("taxonomy.toml").read_text(encoding="utf-8"))
    macros: dict[str, str] = data["macros"]

    def expanded(pattern: str) -> str:
        for _ in range(2):  # a macro may use another
            for name, value in macros.items():
                pattern = pattern.replace(f"<{name}>", value)
        return pattern

    by_cue: dict[str, list[_Rule]] = {}
    for name, task in data["tasks"].items():
        for each in task["rules"]:
            cues, needs = words_of(each["cues"]), words_of(each.get("needs", ""))
            rule = _Rule(TaskType(name), each["confidence"], cues, needs, re.compile(expanded(each["pattern"])))
            for cue in rule.cues:
                by_cue.setdefault(cue, []).append(rule)
    never = [(each["cues"], expanded(each["pattern"])) for each in data["never"]["patterns"]]
    hidden = re.compile("|".join(pattern for _, pattern in never))
    return _Taxonomy({cue: tuple(rules) for cue, rules in by_cue.items()}, cued(*never), hidden, data["threshold"])
