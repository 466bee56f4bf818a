"""TaskType types, measured on sentences written for these tests. `held_out_requests.tsv` was never used to write a rule."""

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.text.request.task_types import TaskType, task_types

HERE = Path(__file__).parent
PSR = (
    "add adjust apply clone crop delete replace transform move merge super-resolution re-color relight zoom specialized"
)


def labelled(name: str) -> list[tuple[set[str], str]]:
    rows = [line.split("\t") for line in (HERE / name).read_text(encoding="utf-8").splitlines()]
    return [(set(labels.split(",")), sentence) for labels, sentence in rows]


def f1_by_label(rows: list[tuple[set[str], str]]) -> dict[str, float]:
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for labels, sentence in rows:
        predicted = {score.task.value for score in task_types(sentence)}
        right.update(labels & predicted)
        wrong.update(labels ^ predicted)
    return {task.value: 2 * right[task] / max(1, 2 * right[task] + wrong[task]) for task in TaskType}


def macro_f1(rows: list[tuple[set[str], str]]) -> float:
    scores = f1_by_label(rows)
    return sum(scores.values()) / len(scores)


def test_task_types_are_a_closed_list():
    """PSR's fifteen verbs, restore, colourise, and unclear."""
    assert {task.value for task in TaskType} == {*PSR.split(), "restore", "colourise", "unclear"}


def test_every_label_has_examples():
    """There are at least 400 sentences and 19 for each label. No held-out sentence is among them."""
    rows, held_out = labelled("labelled_requests.tsv"), labelled("held_out_requests.tsv")
    assert len(rows) >= 400
    counts = Counter(label for labels, _ in rows for label in labels)
    assert set(counts) == {task.value for task in TaskType}
    assert min(counts.values()) >= 19
    assert not {sentence for _, sentence in rows} & {sentence for _, sentence in held_out}


def test_macro_f1_on_the_labelled_sentences():
    """The rules were tuned on these sentences."""
    assert macro_f1(labelled("labelled_requests.tsv")) >= 0.95


def test_macro_f1_on_the_held_out_sentences():
    """No rule was tuned on these sentences, so this is the figure to trust."""
    rows = labelled("held_out_requests.tsv")
    assert macro_f1(rows) >= 0.85
    assert min(f1_by_label(rows).values()) >= 0.6


@pytest.mark.parametrize(
    "sentence",
    [
        "I used remove.bg and it failed",
        "Here is the background story",
        "Please don't crop anything",
        "My mother moved to Spain",
        "You restored my faith in people",
        "We met on a zoom call",
        "He was a clone trooper",
        "The mods removed my last post",
        "I will add a tip",
        "I have already removed the wires",
        "",
        "???",
    ],
)
def test_words_that_only_look_like_edits(sentence):
    """Hard negatives are unclear."""
    assert [score.task for score in task_types(sentence)] == [TaskType.UNCLEAR]


@pytest.mark.parametrize(
    ("text", "task", "evidence"),
    [
        ("Hi! Could you REMOVE the bin", TaskType.DELETE, "REMOVE"),
        ("I\u2019d love it if you zoomed in", TaskType.ZOOM, "zoomed"),
        ("\u0130stanbul: please colorize", TaskType.COLOURISE, "colorize"),
    ],
)
def test_evidence_is_a_span_of_the_text(text, task, evidence):
    """The span points into the text, whatever its case and signs."""
    (score,) = task_types(text)
    assert (score.task, text[score.start : score.end]) == (task, evidence)


def test_the_highest_confidence_comes_first():
    """Two rules give a task type more confidence than one."""
    scores = task_types("Colorize and restore this torn picture")
    assert [score.confidence for score in scores] == sorted((score.confidence for score in scores), reverse=True)
    (once,) = task_types("Restore this")
    twice = next(score for score in scores if score.task is TaskType.RESTORE)
    assert twice.confidence > once.confidence


@pytest.mark.parametrize("words", ["a ", "put a b ", "make me look ", "give him a "])
def test_long_texts_are_quick(words):
    """One long post cannot stall a run."""
    start = time.process_time()
    task_types(words * 50_000)
    assert time.process_time() - start < 5


@given(st.text(max_size=200))
def test_any_text_gets_labels(text):
    """There is at least one label, each label occurs once, and spans lie inside the text."""
    scores = task_types(text)
    assert scores
    assert len({score.task for score in scores}) == len(scores)
    assert all(0 <= score.start <= score.end <= len(text) and 0 <= score.confidence <= 1 for score in scores)
