"""The command `export`."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from photoshop_request.export import FORMATS, ExportSummary
from photoshop_request.rows import FILTERS, RowFilter
from photoshop_request_builder.cli.console import data, progress, say
from photoshop_request_builder.commands import export as exporting


def _filter(flag: str) -> Any:
    """Return the option of a row filter, with the filter's meaning as its help."""
    return typer.Option(flag, help=FILTERS[flag[2:].replace("-", "_")].meaning)


def export(
    corpus: Annotated[
        str, typer.Argument(metavar="CORPUS", help="A corpus, a dataset's folder, or its name on the Hub (ORG/NAME).")
    ],
    form: Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Output folder, new or empty.")],
    split: Annotated[str, typer.Option("--split", help="train, validation or test.")] = "train",
    task_type: Annotated[
        list[str] | None,
        typer.Option("--task-type", help=f"{FILTERS['task_types'].meaning} Repeat the option for several."),
    ] = None,
    min_locality: Annotated[float | None, _filter("--min-locality")] = None,
    max_changed_fraction: Annotated[float | None, _filter("--max-changed-fraction")] = None,
    max_repaint: Annotated[float | None, _filter("--max-repaint")] = None,
    edit_kind: Annotated[str | None, _filter("--edit-kind")] = None,
    accepted_only: Annotated[bool, _filter("--accepted-only")] = False,
    min_score: Annotated[int | None, _filter("--min-score")] = None,
    min_score_percentile: Annotated[float | None, _filter("--min-score-percentile")] = None,
    since: Annotated[str | None, _filter("--since")] = None,
    until: Annotated[str | None, _filter("--until")] = None,
    one_edit_per_request: Annotated[bool, _filter("--one-edit-per-request")] = False,
) -> None:
    """Write the dataset in the format of a trainer.

    Pictures are copied byte for byte. Rows that the format cannot hold are skipped and counted. OUT appears when it is
    complete. After an interruption, the export starts again from the first row.

    Example: photoshop-request export CORPUS imagefolder OUT --edit-kind precise
    """
    export_format = exporting.format_of(form)
    dataset = exporting.dataset_of(corpus)
    filters = RowFilter(
        task_types=task_type,
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
    )
    with progress("export", exporting.rows_in(dataset, export_format.config, split), "rows") as advance:
        done = exporting.export(dataset, export_format, out, split=split, filters=filters, advance=advance)
    _report(form, out.absolute(), done)


def _report(form: str, out: Path, done: ExportSummary) -> None:
    kind = FORMATS[form]
    flags = re.sub(r"\bOUT\b", lambda _: str(out), kind.flags)
    data.print(
        f"{form}: {done.written:,} of {done.rows:,} rows of {kind.config}, {done.pictures:,} pictures, "
        f"{done.bytes / 1e6:,.1f} MB",
    )
    for reason, count in done.left_out.items():
        data.print(f"left out    {reason} {count:,}")
    if done.shortened:
        data.print(f"shortened   {done.shortened:,} rows, with fewer reference images")
    data.print(f"written to  {out}")
    data.print(f"read by     {kind.trainer}: {flags}")
    if kind.absolute:
        say("The export holds absolute paths. If you move it, export again.")
