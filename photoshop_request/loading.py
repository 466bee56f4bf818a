"""Load the dataset, or selected rows and columns of it, from a folder or the Hub."""

import glob
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photoshop_request.errors import InputError, NetworkError, PhotoshopRequestError
from photoshop_request.rows import PREFERENCE_COLUMNS, RowFilter, best_edits, config_columns, row_condition, select_rows
from photoshop_request.schema import DEFAULT_CONFIG, SPLITS, features

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Dataset, IterableDataset


def load(
    address: str | PathLike[str],
    config: str = DEFAULT_CONFIG,
    split: str = "train",
    *,
    task_types: Sequence[str] | None = None,
    min_locality: float | None = None,
    max_changed_fraction: float | None = None,
    max_repaint: float | None = None,
    edit_kind: str | None = None,
    accepted_only: bool = False,
    min_score: int | None = None,
    min_score_percentile: float | None = None,
    since: int | str | None = None,
    until: int | str | None = None,
    one_edit_per_request: bool = False,
    streaming: bool = False,
    columns: Sequence[str] | None = None,
) -> "Dataset | IterableDataset":
    """Return the dataset on the Hub (`org/name`) or in a folder (`CORPUS/dataset`), or its selected rows.

    The Parquet reader applies filters and `columns`: it skips row groups whose statistics rule them out and never
    reads other columns. Without `streaming`, `datasets` writes the selected rows of all splits to its cache once.

    - `task_types`: keep rows with any of these task types.
    - `min_locality`, `max_changed_fraction`: fractions, 0 to 1, inclusive.
    - `max_repaint`: probability, 0 to 1, inclusive, that a model drew the whole picture anew.
    - `edit_kind`: `precise`, `repaint` or `unsure`.
    - `accepted_only`: keep edits that the requester accepted. In `requests` it keeps solved requests, in `preferences`
      pairs that acceptance decided.
    - `min_score`: minimum upvotes minus downvotes.
    - `min_score_percentile`: minimum percentile of the request's score within its month, 0 to 1, inclusive.
    - `since` (inclusive), `until` (exclusive): Unix seconds or ISO dates (UTC).
    - `one_edit_per_request`: of the edits that all other filters keep, keep the accepted edit, else the edit with the
      highest score, else the earliest. A stream compares consecutive rows of a request, as published files order them.
    - `columns`: return only these, in this order.

    Scores and times are those of the edit's comment. In `requests` they are those of the request, in `preferences`
    those of the preferred edit. Rows with null in a column that a filter reads are left out.

    Raises:
        InputError: there is no such dataset, config, split or column, a value is not allowed, the config has no
            column for a filter, a file or a column is not one of this dataset, or a file is damaged. A damaged file in a
            stream raises Arrow's OSError when its rows are reached.
        NetworkError: the Hub cannot be reached.
    """
    import datasets  # takes a second to import

    known = config_columns(config)
    active = RowFilter(
        task_types=task_types,
        min_locality=min_locality,
        max_changed_fraction=max_changed_fraction,
        max_repaint=max_repaint,
        edit_kind=edit_kind,
        accepted_only=accepted_only,
        min_score=min_score,
        min_score_percentile=min_score_percentile,
        since=since,
        until=until,
        one_edit_per_request=one_edit_per_request,
    ).active()
    condition = row_condition(active, known, f"the config {config}")
    names = list(columns) if columns else list(known)
    if unknown := [name for name in names if name not in known]:
        raise InputError(f"columns: the config {config} has no column {', '.join(unknown)}.")
    one_each = "one_edit_per_request" in active
    read = list(dict.fromkeys([*names, *PREFERENCE_COLUMNS])) if one_each else names
    place = fspath(address)
    try:
        with dataset_errors(place):
            loaded = datasets.load_dataset(
                **_source(place, config),
                split=split,
                streaming=streaming,
                filters=condition,
                # the card states the number of rows without filters
                verification_mode="basic_checks" if condition is None else "no_checks",
                columns=read if columns else None,
                **verified(),
            )
    except ValueError as error:
        if "corresponds to no data" in str(error):  # raised by `datasets` for a split without rows
            return _empty(config, names)
        if "split" not in str(error).lower() and "BuilderConfig" not in str(error):
            raise InputError(f"{place}: not readable as a dataset ({error}).") from error
        raise InputError(f"{place}: config {config!r} has no split {split!r}. {error}") from error
    except Exception as error:  # a stranger's card and files raise nearly anything
        if damage := find_damage(error):
            raise damaged(place, damage) from error
        if isinstance(error, OSError | MemoryError | PhotoshopRequestError) or isinstance(error.__cause__, OSError):
            raise
        raise InputError(f"{place}: not readable as a dataset ({error.__cause__ or error}).") from error
    if loaded.features is not None:
        needed = [*(names if columns else ()), *(PREFERENCE_COLUMNS if one_each else ())]
        _check_columns(loaded.features.arrow_schema, config, needed, place)
    if one_each:
        loaded = _one_each_of_stream(loaded) if streaming else _one_each(loaded)
    return loaded.select_columns(names) if columns else loaded


def verified() -> dict[str, Any]:
    """Return the arguments of `load_dataset` that make it verify the checksum of every page."""
    from pyarrow.dataset import ParquetFragmentScanOptions

    return {"fragment_scan_options": ParquetFragmentScanOptions(page_checksum_verification=True)}


def find_damage(error: BaseException) -> OSError | None:
    """Return the error by which Arrow reports damaged bytes: an OSError that no system call raised."""
    found = (each for each in (error, error.__cause__) if type(each) is OSError and each.errno is None)
    return next(found, None)


def damaged(place: str, error: OSError) -> InputError:
    """Return the error of a damaged file of a dataset."""
    why = str(error).partition("\n")[0]
    return InputError(f"{place}: a file is damaged ({why}). Download it again, or run: photoshop-request run CORPUS")


def _source(place: str, config: str) -> dict[str, Any]:
    """Return the arguments that name the dataset. For a folder such as `g[1]`, which `datasets` takes for a glob, files."""
    if glob.escape(place) == place or not Path(place, config).is_dir():
        return {"path": place, "name": config}
    folder = glob.escape(str(Path(place, config).absolute()))
    splits = {split: f"{folder}/{split}-*.parquet" for split in SPLITS if any(Path(place, config).glob(f"{split}-*"))}
    return {"path": "parquet", "data_files": splits}


def _check_columns(schema: "pa.Schema", config: str, needed: Collection[str], place: str) -> None:
    """Raise `InputError` if a needed column is missing, or a column of the config holds other kinds of values."""
    expected = features(config).arrow_schema
    if missing := [name for name in needed if name not in schema.names]:
        raise InputError(f"{place}: the config {config} of this dataset lacks the column {', '.join(missing)}.")
    known = [name for name in expected.names if name in schema.names]
    if not known:
        raise InputError(f"{place}: the dataset has no column of the config {config}.")
    for name in known:
        if not _is_same_kind(schema.field(name).type, expected.field(name).type):
            raise InputError(
                f"{place}: column {name!r} of {config} holds {schema.field(name).type}, not {expected.field(name).type}. "
                "This dataset was made by another program."
            )


def _is_same_kind(found: "pa.DataType", expected: "pa.DataType") -> bool:
    """Compare two types without their widths. A column of nulls only has the kind of any other."""
    import pyarrow.types as pt

    if pt.is_null(found):
        return True
    if pt.is_list(expected):
        return (pt.is_list(found) or pt.is_large_list(found)) and _is_same_kind(found.value_type, expected.value_type)
    if pt.is_struct(expected):
        return pt.is_struct(found) and all(
            found.get_field_index(field.name) >= 0 and _is_same_kind(found.field(field.name).type, field.type)
            for field in expected
        )
    kinds = (
        (pt.is_string, pt.is_large_string, pt.is_string_view),
        (pt.is_binary, pt.is_large_binary, pt.is_binary_view),
        (pt.is_boolean, pt.is_integer, pt.is_floating),
    )
    return any(any(test(found) for test in kind) and any(test(expected) for test in kind) for kind in kinds)


def _one_each(dataset: "Dataset") -> "Dataset":
    table = dataset.select_columns(list(PREFERENCE_COLUMNS)).with_format("arrow")[:]
    return dataset.select(select_rows(table, {"one_edit_per_request": True}, "the dataset"))


def _one_each_of_stream(stream: "IterableDataset") -> "IterableDataset":
    from datasets import IterableDataset

    kwargs = {"stream": stream.decode(enable=False), "shards": list(range(stream.num_shards))}
    return IterableDataset.from_generator(_best_of_shards, stream.features, kwargs, split=stream.split)


def _best_of_shards(stream: "IterableDataset", shards: list[int]) -> Iterator[dict[str, Any]]:
    """Yield one edit per request. Each file of the dataset is a shard and holds whole requests."""
    for shard in shards:
        yield from best_edits(stream.shard(stream.num_shards, shard))


@contextmanager
def dataset_errors(place: str) -> Iterator[None]:
    """Explain what to do if `datasets` finds nothing at `place` or cannot reach the Hub.

    Raises:
        InputError: there is no dataset.
        NetworkError: the Hub cannot be reached.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(
            f"{place}: no dataset found. Give a Hub name (ORG/NAME; a private one needs a token) or a folder "
            "(CORPUS/dataset)."
        ) from error
    except ConnectionError as error:
        raise NetworkError(f"{place}: the Hub cannot be reached ({error}). Try again later.") from error


def _empty(config: str, columns: Sequence[str]) -> "Dataset":
    from datasets import Dataset, Features

    kinds = features(config)
    return Dataset.from_dict({name: [] for name in columns}, Features({name: kinds[name] for name in columns}))
