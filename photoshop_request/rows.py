"""Select rows of a config: one set of filters for `load`, the builder, `export` and `Sampling`."""

import datetime as dt
import math
import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import reduce
from itertools import groupby
from numbers import Integral, Real
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

from photoshop_request.edits.figures import EditKind
from photoshop_request.errors import InputError
from photoshop_request.schema import CONFIGS

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.compute import Expression


PREFERENCE_COLUMNS = ("submission_id", "accepted", "comment_score", "comment_created_utc")
"""Columns that `best_edits` reads."""
_NUMBER = "row number"
_INT64 = 2**63
_FRACTION = "a number from 0 to 1"
_TIME = "Unix seconds (an integer) or an ISO date such as 2024-09-30"


def _fraction(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) <= 1:
        raise ValueError(_FRACTION)
    return float(value)


def _integer(value: Any, allowed: str = "an integer") -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or not -_INT64 <= int(value) < _INT64:
        raise ValueError(allowed)
    return int(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("True or False")  # noqa: TRY004 - `active` turns it into an InputError
    return value


def _unix_seconds(value: Any) -> int:
    """Return Unix seconds. A date without a time zone is in UTC."""
    if not isinstance(value, str):
        return _integer(value, _TIME)
    try:
        parsed = dt.datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(_TIME) from None
    return math.ceil((parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)).timestamp())


def _edit_kind(value: Any) -> str:
    if value not in get_args(EditKind):
        raise ValueError(f"one of {', '.join(get_args(EditKind))}")
    return str(value)


def _task_types(value: Any) -> tuple[str, ...]:
    from photoshop_request.text.request.task_types import TaskType  # reads the taxonomy

    is_list = isinstance(value, Collection) and not isinstance(value, (str, bytes, Mapping))
    if not is_list or not all(isinstance(task, str) and task in set(TaskType) for task in value):
        raise ValueError(f"a list of task types; they are {', '.join(TaskType)}")
    return tuple(map(str, value))


def _is_accepted(cell: Any, _: Any, column: str) -> Any:
    return cell == ("accepted" if column == "signal" else True)


def _has_any(cell: Any, values: Sequence[str], _: str) -> Any:
    """Match lists that hold one of `values`. Parquet filters cannot search lists, so they match joined text."""
    if isinstance(cell, list):
        return not set(values).isdisjoint(cell)
    from pyarrow import compute as pc  # imported here to keep `import photoshop_request.rows` fast

    either = "|".join(value.replace("-", r"\-") for value in values)
    return pc.match_substring_regex(pc.binary_join(cell, "\n"), rf"(?:^|\n)(?:{either})(?:\n|$)")


def _compare(operation: Callable[[Any, Any], Any]) -> "Condition":
    return lambda cell, value, _: operation(cell, value)


Condition = Callable[[Any, Any, str], Any]
"""Function of a cell, the filter's value and the column's name. It returns True for rows to keep. For an Arrow field in
place of the cell it returns an Arrow expression."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Describe one argument that selects rows."""

    meaning: str
    """Help text of the command's option, with unit and range."""
    columns: tuple[str, ...]
    """The filter reads the first of these that a config has. Without a `condition` it reads all of them."""
    parse: Callable[[Any], Any]
    """Return the value to compare with, or raise a `ValueError` that says what is allowed."""
    condition: Condition | None
    """None for a filter that compares rows with each other."""


_SCORES = ("comment_score", "score", "chosen_score")
_TIMES = ("comment_created_utc", "created_utc", "chosen_created_utc")


@dataclass(kw_only=True)
class RowFilter:
    """Select the rows that meet every filter. Rows with null in a column that a filter reads are left out.

    None, False and an empty list switch a filter off. `min_score`, `since` and `until` read the edit's comment. In
    `requests` they read the request, in `preferences` the preferred edit.
    """

    task_types: Annotated[
        Sequence[str] | None,
        Filter("Keep rows with at least one of these task types.", ("task_types",), _task_types, _has_any),
    ] = None
    min_locality: Annotated[
        float | None,
        Filter("Minimum locality, 0 to 1; near 1 is a local edit.", ("locality",), _fraction, _compare(operator.ge)),
    ] = None
    max_changed_fraction: Annotated[
        float | None,
        Filter(
            "Maximum fraction of the area that changed, 0 to 1.",
            ("changed_fraction",),
            _fraction,
            _compare(operator.le),
        ),
    ] = None
    max_repaint: Annotated[
        float | None,
        Filter(
            "Maximum probability of a repaint, 0 to 1; near 0 is a precise edit.",
            ("repaint",),
            _fraction,
            _compare(operator.le),
        ),
    ] = None
    edit_kind: Annotated[
        str | None,
        Filter(
            "Keep edits of this kind: precise, repaint or unsure.", ("edit_kind",), _edit_kind, _compare(operator.eq)
        ),
    ] = None
    accepted_only: Annotated[
        bool,
        Filter(
            "Keep edits that the requester accepted; in `requests`, solved ones.",
            ("accepted", "solved", "signal"),
            _flag,
            _is_accepted,
        ),
    ] = False
    min_score: Annotated[
        int | None, Filter("Minimum score of the comment with the edit.", _SCORES, _integer, _compare(operator.ge))
    ] = None
    min_score_percentile: Annotated[
        float | None,
        Filter(
            "Minimum percentile of the request's score within its month, 0 to 1.",
            ("score_percentile",),
            _fraction,
            _compare(operator.ge),
        ),
    ] = None
    since: Annotated[
        int | str | None,
        Filter(
            "Keep edits posted at or after this time: 2024-09-30 (UTC).", _TIMES, _unix_seconds, _compare(operator.ge)
        ),
    ] = None
    until: Annotated[
        int | str | None,
        Filter("Keep edits posted before this time: 2024-09-30 (UTC).", _TIMES, _unix_seconds, _compare(operator.lt)),
    ] = None
    one_edit_per_request: Annotated[
        bool,
        Filter(
            "Keep one edit per request: the accepted one, else the highest score, else the earliest.",
            PREFERENCE_COLUMNS,
            _flag,
            None,
        ),
    ] = False

    def active(self) -> dict[str, Any]:
        """Return the filters that are set, by name, each with the value to compare with.

        Raises:
            InputError: a value is not allowed.
        """
        values: dict[str, Any] = {}
        for name, row_filter in FILTERS.items():
            given = getattr(self, name)
            if given is None:
                continue
            try:
                value = row_filter.parse(given)
            except ValueError as error:
                raise InputError(f"{name}: {given!r} is not {error}.") from None
            if value is not False and value != ():  # 0 is a limit
                values[name] = value
        return values


def _filters_of(declaration: type) -> dict[str, Filter]:
    hints = get_type_hints(declaration, include_extras=True)
    return {field.name: get_args(hints[field.name])[1] for field in fields(declaration)}


FILTERS = _filters_of(RowFilter)
"""Every filter, by the name of its argument."""


def config_columns(config: str) -> dict[str, str]:
    """Return the types of a config's columns, by name.

    Raises:
        InputError: there is no such config.
    """
    if config not in CONFIGS:
        raise InputError(f"config: {config!r} is not one of {', '.join(CONFIGS)}.")
    return {column.name: column.kind for column in CONFIGS[config]}


def _conditions(active: Mapping[str, Any], columns: Collection[str], holder: str) -> list[tuple[Condition, Any, str]]:
    """Return condition, value and column of each filter that looks at single rows.

    Raises:
        InputError: `holder` ("the config requests") has no column for a filter.
    """
    conditions = []
    for name, value in active.items():
        row_filter = FILTERS[name]
        missing = [column for column in row_filter.columns if column not in columns]
        if missing and (not row_filter.condition or len(missing) == len(row_filter.columns)):
            raise InputError(f"{name}: {holder} has no column {' or '.join(missing)}. Leave {name} out.")
        if row_filter.condition:
            column = next(column for column in row_filter.columns if column in columns)
            conditions.append((row_filter.condition, value, column))
    return conditions


def row_condition(active: Mapping[str, Any], columns: Collection[str], holder: str) -> "Expression | None":
    """Return the Arrow expression that rows with these columns must meet, or None without filters.

    Raises:
        InputError: `holder` ("the config requests") has no column for a filter.
    """
    from pyarrow import compute as pc

    conditions = _conditions(active, columns, holder)
    parts = [condition(pc.field(column), value, column) for condition, value, column in conditions]
    return reduce(operator.and_, parts) if parts else None


def select_rows(table: "pa.Table", active: Mapping[str, Any], holder: str) -> list[int]:
    """Return the numbers of the rows that the filters keep, in order.

    Raises:
        InputError: the table, called `holder`, has no column for a filter.
    """
    condition = row_condition(active, table.column_names, holder)
    numbered = table.append_column(_NUMBER, [list(range(table.num_rows))])
    kept = numbered if condition is None else numbered.filter(condition)
    if "one_edit_per_request" not in active:
        return list(kept.column(_NUMBER).to_pylist())
    rows = kept.select([*PREFERENCE_COLUMNS, _NUMBER]).to_pylist()
    rows.sort(key=lambda row: row["submission_id"] or "")  # keeps the order within a request
    return sorted(row[_NUMBER] for row in best_edits(rows))


def select_dicts(rows: Iterable[dict[str, Any]], active: Mapping[str, Any], config: str) -> list[dict[str, Any]]:
    """Return the rows of `config` that the filters keep, in order. Edits of one request must be consecutive.

    Raises:
        InputError: the config has no column for a filter.
    """
    conditions = _conditions(active, config_columns(config), f"the config {config}")
    kept = [
        row
        for row in rows
        if all(row[name] is not None and condition(row[name], value, name) for condition, value, name in conditions)
    ]
    return list(best_edits(kept)) if "one_edit_per_request" in active else kept


def best_edits(rows: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """Yield one row per run of rows of one request: the accepted edit, else the highest score, else the earliest.

    Of equal rows the first is kept. Two rows are held at a time.
    """
    for _, run in groupby(rows, key=lambda row: row["submission_id"]):
        yield max(run, key=_preference)


def _preference(row: Mapping[str, Any]) -> tuple[bool, float, float]:
    score, posted = row["comment_score"], row["comment_created_utc"]
    return bool(row["accepted"]), -math.inf if score is None else score, -math.inf if posted is None else -posted
