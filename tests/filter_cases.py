"""Cases for every way to filter rows: `load`, the builder, `export` and `Sampling` must agree on them."""

from typing import Any

from hypothesis import strategies as st
from made_rows import triplet

FILTER_ROWS = [
    triplet(
        0,
        comment_id="low",
        locality=0.9,
        changed_fraction=0.1,
        repaint=0.05,
        edit_kind="precise",
        accepted=True,
        comment_score=1,
        score_percentile=0.2,
        comment_created_utc=100,
        task_types=["delete"],
    ),
    triplet(
        0,
        comment_id="high",
        locality=0.5,
        changed_fraction=0.4,
        repaint=0.95,
        edit_kind="repaint",
        accepted=False,
        comment_score=9,
        score_percentile=0.2,
        comment_created_utc=50,
        task_types=["delete"],
    ),
    triplet(
        1,
        comment_id="late",
        locality=0.5,
        changed_fraction=0.4,
        accepted=False,
        comment_score=5,
        score_percentile=0.9,
        comment_created_utc=300,
        task_types=["delete", "crop"],
    ),
    triplet(
        1,
        comment_id="early",
        locality=0.8,
        changed_fraction=0.2,
        accepted=False,
        comment_score=5,
        score_percentile=0.9,
        comment_created_utc=200,
        task_types=["delete", "crop"],
    ),
    triplet(
        2,
        comment_id="nulls",
        comment_created_utc=1_600_000_000,
        task_types=["add", "super-resolution"],
    ),
]
"""Three requests; the last row has null in most columns."""
EVERY_ROW = ["low", "high", "late", "early", "nulls"]

GOOD: list[tuple[dict[str, Any], list[str]]] = [
    ({}, EVERY_ROW),
    ({"task_types": None, "min_locality": None, "accepted_only": False, "since": None}, EVERY_ROW),
    ({"task_types": []}, EVERY_ROW),
    ({"task_types": ["crop", "zoom"]}, ["late", "early"]),
    ({"task_types": ("super-resolution",)}, ["nulls"]),
    ({"task_types": {"zoom"}}, []),
    ({"min_locality": 0.5}, ["low", "high", "late", "early"]),
    ({"min_locality": 1}, []),
    ({"min_locality": 0}, ["low", "high", "late", "early"]),
    ({"max_changed_fraction": 0.1}, ["low"]),
    ({"max_changed_fraction": 0}, []),
    ({"max_repaint": 0.5}, ["low"]),
    ({"max_repaint": 0.95}, ["low", "high"]),
    ({"edit_kind": "precise"}, ["low"]),
    ({"edit_kind": "repaint"}, ["high"]),
    ({"edit_kind": "unsure"}, []),
    ({"edit_kind": None, "max_repaint": None}, EVERY_ROW),
    ({"accepted_only": True}, ["low"]),
    ({"min_score": 5}, ["high", "late", "early"]),
    ({"min_score": -3}, ["low", "high", "late", "early"]),
    ({"min_score": 0}, ["low", "high", "late", "early"]),
    ({"min_score_percentile": 0.9}, ["late", "early"]),
    ({"since": 200}, ["late", "early", "nulls"]),
    ({"since": 0}, EVERY_ROW),
    ({"until": 200}, ["low", "high"]),
    ({"until": 0}, []),
    ({"since": "2020-01-01", "until": "2021-01-01T01:00+01:00"}, ["nulls"]),
    ({"one_edit_per_request": True}, ["low", "early", "nulls"]),
    ({"one_edit_per_request": True, "max_changed_fraction": 0.4, "until": 100}, ["high"]),
    ({"min_locality": 0.5, "accepted_only": True, "task_types": ["delete"]}, ["low"]),
]
"""Filters, and the comments of `FILTER_ROWS` that they keep."""

_TASKS = "a list of task types; they are add, adjust, "
_TIME = "Unix seconds (an integer) or an ISO date such as 2024-09-30"
BAD: list[tuple[dict[str, Any], str]] = [
    ({"task_types": "delete"}, f"task_types: 'delete' is not {_TASKS}"),
    ({"task_types": ["fly"]}, f"task_types: ['fly'] is not {_TASKS}"),
    ({"task_types": [["delete"]]}, f"task_types: [['delete']] is not {_TASKS}"),
    ({"task_types": 3}, f"task_types: 3 is not {_TASKS}"),
    ({"min_locality": 80}, "min_locality: 80 is not a number from 0 to 1."),
    ({"min_locality": "0.8"}, "min_locality: '0.8' is not a number from 0 to 1."),
    ({"min_locality": True}, "min_locality: True is not a number from 0 to 1."),
    ({"max_changed_fraction": -0.1}, "max_changed_fraction: -0.1 is not a number from 0 to 1."),
    ({"max_changed_fraction": float("nan")}, "max_changed_fraction: nan is not a number from 0 to 1."),
    ({"max_repaint": 2}, "max_repaint: 2 is not a number from 0 to 1."),
    ({"edit_kind": "drawn"}, "edit_kind: 'drawn' is not one of precise, repaint, unsure."),
    ({"edit_kind": ["precise"]}, "edit_kind: ['precise'] is not one of precise, repaint, unsure."),
    ({"min_score_percentile": 50}, "min_score_percentile: 50 is not a number from 0 to 1."),
    ({"min_score": 1.5}, "min_score: 1.5 is not an integer."),
    ({"min_score": 10**30}, f"min_score: {10**30} is not an integer."),
    ({"min_score": "5"}, "min_score: '5' is not an integer."),
    ({"accepted_only": "no"}, "accepted_only: 'no' is not True or False."),
    ({"one_edit_per_request": 1}, "one_edit_per_request: 1 is not True or False."),
    ({"since": 1.5e9}, f"since: 1500000000.0 is not {_TIME}."),
    ({"since": "yesterday"}, f"since: 'yesterday' is not {_TIME}."),
    ({"until": [2024]}, f"until: [2024] is not {_TIME}."),
]
"""Filters that are not allowed, and how the message begins."""

MISSING: list[tuple[str, dict[str, Any], str]] = [
    ("requests", {"min_locality": 0.5}, "min_locality: the config requests has no column locality."),
    ("requests", {"max_changed_fraction": 0.5}, "max_changed_fraction: the config requests has no column changed_"),
    ("requests", {"max_repaint": 0.5}, "max_repaint: the config requests has no column repaint."),
    ("preferences", {"edit_kind": "precise"}, "edit_kind: the config preferences has no column edit_kind."),
    ("turns", {"min_score": 3}, "min_score: the config turns has no column comment_score or score or chosen_score."),
    ("turns", {"task_types": ["add"]}, "task_types: the config turns has no column task_types."),
    ("conversations", {"since": 1}, "since: the config conversations has no column comment_created_utc or created_utc"),
    ("manifest", {"accepted_only": True}, "accepted_only: the config manifest has no column accepted or solved or si"),
    ("preferences", {"one_edit_per_request": True}, "one_edit_per_request: the config preferences has no column "),
]
"""Filters for which a config has no column, and how the message begins."""

ANYTHING = st.one_of(
    st.text(max_size=12),
    st.binary(max_size=4),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.complex_numbers(),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.lists(st.one_of(st.text(max_size=8), st.integers(), st.none(), st.lists(st.integers(), max_size=1)), max_size=3),
    st.just(object),
)


"""Values of many types, few of which a filter allows."""
