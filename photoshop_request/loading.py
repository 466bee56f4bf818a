"""The dataset with only the rows and columns that are wanted, chosen while Parquet is read."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from photoshop_request.errors import InputError, NetworkError
from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG, features

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset
    from pyarrow.compute import Expression

__all__ = ["load", "looking_at"]

_TIMES = ("comment_created_utc", "created_utc", "chosen_created_utc")
_ACCEPTED = ("accepted", "solved", "signal")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The selections of a call, by the names they have there; None means: no matter."""

    task_types: Sequence[str] | None
    min_locality: float | None
    max_changed_fraction: float | None
    accepted_only: bool | None
    min_score_percentile: float | None
    since: int | str | None
    until: int | str | None


_NEEDS = {
    "task_types": ("task_types",),
    "min_locality": ("locality",),
    "max_changed_fraction": ("changed_fraction",),
    "accepted_only": _ACCEPTED,
    "min_score_percentile": ("score_percentile",),
    "since": _TIMES,
    "until": _TIMES,
}
"""Selection -> the columns of which a config needs one."""


def load(
    address: str | PathLike[str],
    config: str = DEFAULT_CONFIG,
    split: str = "train",
    *,
    task_types: Sequence[str] | None = None,
    min_locality: float | None = None,
    max_changed_fraction: float | None = None,
    accepted_only: bool = False,
    min_score_percentile: float | None = None,
    since: int | str | None = None,
    until: int | str | None = None,
    streaming: bool = False,
    columns: Sequence[str] | None = None,
) -> "Dataset | IterableDataset":
    """The dataset on the Hub (`org/name`) or in a folder (`CORPUS/dataset`), or the wanted part of it.

    Selections and columns are handed to the Parquet reader: row groups whose statistics rule them out are skipped, and
    other columns are never read. A row where a value that is asked about is null is left out. Without `streaming` the
    wanted rows of all splits are written to the cache of `datasets` once.

    `task_types`: any of these. `min_locality`, `max_changed_fraction`, `min_score_percentile` (the request's, in its
    month): 0 to 1, inclusive. `accepted_only`: edits that the requester took; in `requests`, solved ones; in
    `preferences`, pairs decided by that. `since` (inclusive) and `until` (exclusive): Unix seconds or ISO dates (UTC),
    of the edit's comment, in `requests` of the request, in `preferences` of the preferred edit. `columns`: only these, in
    this order.

    Raises:
        InputError: there is no such dataset, config, split or column, a value cannot be used, or the config has no
            column that a selection looks at.
        NetworkError: the Hub cannot be reached.
    """
    import datasets  # a second, for those who load

    wanted = _Wanted(
        task_types or None,
        min_locality,
        max_changed_fraction,
        accepted_only or None,
        min_score_percentile,
        since,
        until,
    )
    condition = _condition(config, wanted)
    _check_columns(config, columns or ())
    place = fspath(address)
    try:
        with looking_at(place):
            loaded = datasets.load_dataset(
                place,
                config,
                split=split,
                streaming=streaming,
                filters=condition,
                # the card says how many rows there are without a selection
                verification_mode="basic_checks" if condition is None else "no_checks",
                columns=list(columns) if columns else None,
            )
    except ValueError as error:
        if "corresponds to no data" in str(error):  # how `datasets` says that a split has no row
            return _empty(config, columns)
        if "split" not in str(error).lower() and "BuilderConfig" not in str(error):
            raise
        raise InputError(f"{place}: no {config!r} with a split {split!r} there. {error}") from error
    return loaded.select_columns(list(columns)) if columns else loaded


@contextmanager
def looking_at(place: str) -> Iterator[None]:
    """Say what to do where `datasets` finds nothing at `place`, or does not reach the Hub.

    Raises:
        InputError: there is no dataset.
        NetworkError: the Hub cannot be reached.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(
            f"{place}: no dataset there. Give its name on the Hub (ORG/NAME; a private one needs a token) or its folder, "
            "CORPUS/dataset."
        ) from error
    except ConnectionError as error:
        raise NetworkError(f"{place}: the Hub cannot be reached ({error}). Try again later.") from error


def _condition(config: str, wanted: _Wanted) -> "Expression | None":
    """What the Parquet reader keeps; None for everything."""
    from pyarrow import compute as pc  # only who loads pays for it

    found = _columns_for(config, wanted)
    parts: list[Any] = []
    if wanted.task_types:
        parts.append(_any_of(found["task_types"], _task_types(wanted.task_types)))
    if wanted.min_locality is not None:
        parts.append(pc.field("locality") >= _share("min_locality", wanted.min_locality))
    if wanted.max_changed_fraction is not None:
        parts.append(pc.field("changed_fraction") <= _share("max_changed_fraction", wanted.max_changed_fraction))
    if wanted.min_score_percentile is not None:
        parts.append(pc.field("score_percentile") >= _share("min_score_percentile", wanted.min_score_percentile))
    if wanted.accepted_only:
        column = found["accepted_only"]
        parts.append(pc.field(column) == ("accepted" if column == "signal" else True))
    if wanted.since is not None:
        parts.append(pc.field(found["since"]) >= _seconds(wanted.since))
    if wanted.until is not None:
        parts.append(pc.field(found["until"]) < _seconds(wanted.until))
    condition = None
    for part in parts:
        condition = part if condition is None else condition & part
    return condition


def _columns_for(config: str, wanted: _Wanted) -> dict[str, str]:
    """The column that each given selection looks at."""
    if config not in CONFIGS:
        raise InputError(f"there is no config {config!r}; there are {', '.join(CONFIGS)}.")
    has = {column.name for column in CONFIGS[config]}
    found: dict[str, str] = {}
    for name, needs in _NEEDS.items():
        if getattr(wanted, name) is None:
            continue
        column = next((each for each in needs if each in has), None)
        if column is None:
            raise InputError(f"{name}: the config {config} has no column {' or '.join(needs)}. Leave it out.")
        found[name] = column
    return found


def _any_of(column: str, values: Sequence[str]) -> Any:
    """True where the list holds one of `values`: as text, since Parquet filters have no membership of lists."""
    from pyarrow import compute as pc

    either = "|".join(value.replace("-", r"\-") for value in values)
    return pc.match_substring_regex(pc.binary_join(pc.field(column), "\n"), rf"(?:^|\n)(?:{either})(?:\n|$)")


def _task_types(given: Sequence[str]) -> Sequence[str]:
    from photoshop_request.text.request.task_types import TaskType  # reads the taxonomy

    if isinstance(given, str):
        raise InputError(f"task_types: give a list: [{given!r}].")
    if unknown := sorted(set(given) - set(TaskType)):
        raise InputError(f"task_types: there is no {unknown[0]!r}; there are {', '.join(TaskType)}.")
    return [str(each) for each in given]


def _check_columns(config: str, columns: Sequence[str]) -> None:
    if unknown := [name for name in columns if name not in {column.name for column in CONFIGS[config]}]:
        raise InputError(f"columns: the config {config} has no column {', '.join(unknown)}.")


def _empty(config: str, columns: Sequence[str] | None) -> "Dataset":
    from datasets import Dataset, Features

    kinds = {name: features(config)[name] for name in columns or features(config)}
    return Dataset.from_dict({name: [] for name in kinds}, features=Features(kinds))


def _share(name: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise InputError(f"{name}: {value} is not between 0 and 1.")
    return value


def _seconds(moment: int | str) -> int:
    if isinstance(moment, int):
        return moment
    try:
        parsed = dt.datetime.fromisoformat(moment)
    except ValueError:
        raise InputError(f"{moment!r} is not a date. Write 2024-09-30, or Unix seconds.") from None
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)).timestamp())
