"""Threads as chats with pictures: TRL's form and ms-swift's."""

from collections.abc import Iterable
from pathlib import Path

from photoshop_request.export.parquet import parquet_parts
from photoshop_request.export.writing import (
    PILLOW_KINDS,
    ExportSummary,
    LeftOut,
    Row,
    Tally,
    bytes_of,
    json_lines,
    readable,
)
from photoshop_request.schema import features
from photoshop_request.text.thread.conversations import Conversation, ms_swift_row

__all__ = ["ms_swift", "trl"]


def trl(rows: Iterable[Row], out: Path) -> ExportSummary:
    """Parquet with `messages` (lists of parts) and `images`, in the order of the `image` parts."""
    from datasets import Features  # a heavy import that few exports need

    kinds = features("conversations")
    schema = Features({name: kinds[name] for name in ("messages", "images")}).arrow_schema
    tally = Tally(out)
    with parquet_parts(out / "data", "train", schema) as write:
        for _, row in tally.kept(rows, _why_not):
            images = [{"bytes": bytes_of(image), "path": None} for image in row["images"]]
            write({"messages": row["messages"], "images": images}, sum(len(bytes_of(each)) for each in images))
            for image in images:
                tally.count(image)
    return tally.summary()


def ms_swift(rows: Iterable[Row], out: Path, paths_under: Path | None = None) -> ExportSummary:
    """`train.jsonl`: `messages` with string contents and `<image>` in them, `images` as absolute paths.

    They lie below `paths_under` if the folder will move there.
    """
    tally = Tally(out)
    root = (paths_under or out).absolute()
    with json_lines(out / "train.jsonl") as write:
        for _, row in tally.kept(rows, _why_not):
            images = [str(root / tally.put_once(image)) for image in row["images"]]
            write(ms_swift_row(Conversation(row.get("solver") or "", list(row["messages"]), images)))
    return tally.summary()


def _why_not(row: Row) -> LeftOut | None:
    return None if readable(row["images"], PILLOW_KINDS) else LeftOut.UNREADABLE
