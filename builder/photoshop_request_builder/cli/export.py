"""The command `export`."""

import re
from pathlib import Path
from typing import Annotated

import typer

from photoshop_request.export import FORMATS, ExportSummary
from photoshop_request_builder.cli.console import data, progress, say
from photoshop_request_builder.commands import export as exporting


def export(
    corpus: Annotated[
        str, typer.Argument(metavar="CORPUS", help="A corpus, a dataset's folder, or its name on the Hub (ORG/NAME).")
    ],
    form: Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to make; it must be new or empty.")],
    split: Annotated[str, typer.Option("--split", help="train, validation or test.")] = "train",
    task_type: Annotated[
        list[str] | None, typer.Option("--task-type", help="Only this kind of edit; may be given several times.")
    ] = None,
    min_locality: Annotated[
        float | None, typer.Option("--min-locality", help="At least this share of blocks stayed bit-close, 0 to 1.")
    ] = None,
    max_changed_fraction: Annotated[
        float | None, typer.Option("--max-changed-fraction", help="At most this share of the area changed, 0 to 1.")
    ] = None,
    accepted_only: Annotated[bool, typer.Option("--accepted-only", help="Only edits that the requester took.")] = False,
    min_score_percentile: Annotated[
        float | None, typer.Option("--min-score-percentile", help="The request's score in its month, 0 to 1.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="Posted at or after this date: 2024-09-30.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Posted before this date.")] = None,
) -> None:
    """Write the dataset in the format of a trainer.

    Pictures are copied byte for byte. Rows that the format cannot hold are skipped and counted. OUT appears when it is
    complete. If you interrupt the command, it starts again from the first row.

    Example: photoshop-request export CORPUS imagefolder OUT --min-locality 0.8
    """
    kind = exporting.format_of(form)
    dataset = exporting.dataset_of(corpus)
    wanted = {
        "task_types": task_type,
        "min_locality": min_locality,
        "max_changed_fraction": max_changed_fraction,
        "accepted_only": accepted_only,
        "min_score_percentile": min_score_percentile,
        "since": since,
        "until": until,
    }
    with progress("export", exporting.rows_in(dataset, kind.config, split), "rows") as advance:
        done = exporting.export(dataset, kind, out, split=split, wanted=wanted, advance=advance)
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
        data.print(f"shortened   {done.shortened:,} rows, without their last reference images")
    data.print(f"written to  {out}")
    data.print(f"read by     {kind.trainer}: {flags}")
    if kind.absolute:
        say("It holds absolute paths: export it again rather than moving it.")
