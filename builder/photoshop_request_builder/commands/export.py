"""Write an export to a temporary folder, and rename it when it is complete."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from photoshop_request.errors import CorpusError, InputError
from photoshop_request.export import FORMATS, ExportSummary, Format
from photoshop_request.loading import damaged, find_damage, load
from photoshop_request.rows import RowFilter
from photoshop_request_builder.store.storage import explain_disk_errors


def format_of(name: str) -> Format:
    """Return the format of this name.

    Raises:
        InputError: there is no such format.
    """
    if name not in FORMATS:
        raise InputError(f"format: {name!r} is not one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def dataset_of(address: str) -> str:
    """Return the address for `load`: the dataset folder of a corpus, or `address` itself for a folder or a Hub name.

    Raises:
        CorpusError: the corpus holds no dataset yet.
        InputError: the address lies in object storage.
    """
    if "://" in address:
        raise InputError(f"{address}: export reads from a folder or the Hub. Copy CORPUS/dataset here, or publish it.")
    corpus = Path(address)
    if not (corpus / "corpus.toml").exists():
        return address
    if not (corpus / "dataset").is_dir():
        raise CorpusError(f"{address}: no dataset has been built yet. Build it: photoshop-request build {address}")
    return str(corpus / "dataset")


def rows_in(dataset: str, config: str, split: str) -> int | None:
    """Return the rows of a folder's files before any filter, from their footers. None for a dataset on the Hub."""
    from pyarrow import parquet as pq  # needed only for the progress bar

    files = list(Path(dataset, config).glob(f"{split}-*.parquet"))
    return sum(pq.read_metadata(file).num_rows for file in files) if files else None


def export(
    dataset: str,
    export_format: Format,
    out: Path,
    *,
    split: str,
    filters: RowFilter,
    advance: Callable[[float], None],
) -> ExportSummary:
    """Write the selected rows to `out`, which appears when it is complete. Remove leftovers of a stopped run.

    `advance` is called once per row.

    Raises:
        InputError: `out` is not empty, or there is no row to write.
        StorageError: no space, or no permission.
    """
    out = out.absolute()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out}: output folder is not empty. Name a new folder, or remove this one.")
    rows = load(
        dataset, export_format.config, split, streaming=True, columns=export_format.columns, **asdict(filters)
    ).decode(enable=False)
    part = out.with_name(f".{out.name}.part")
    with explain_disk_errors(str(out)):
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            done = export_format.write(_reported(rows, advance), part, paths_under=out)
            _check(done)
            part.rename(out)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    return done


def _reported(rows: Any, advance: Callable[[float], None]) -> Iterator[Mapping[str, Any]]:
    number = 0
    try:
        for number, row in enumerate(rows, 1):  # noqa: B007 - the message counts the rows
            yield row
            advance(1)
    except OSError as error:
        if damage := find_damage(error):
            raise damaged(f"after row {number:,}", damage) from error
        raise
    except (ValueError, NotImplementedError) as error:  # of Arrow, or of a text that is not UTF-8
        raise InputError(f"after row {number:,}: the dataset holds a value of another type ({error}).") from error


def _check(done: ExportSummary) -> None:
    """Raise `InputError` if nothing was written."""
    if not done.rows:
        raise InputError("no rows match. Loosen the filters.")
    if not done.written:
        why = ", ".join(f"{reason} {count:,}" for reason, count in done.left_out.items())
        raise InputError(f"the format cannot hold any of the {done.rows:,} rows ({why}). Choose another format.")
