"""Export threads as chats with pictures, in the forms of TRL and ms-swift."""

from photoshop_request.export.parquet import parquet_rows
from photoshop_request.export.writing import Export, bytes_of, json_lines
from photoshop_request.schema import features
from photoshop_request.text.thread.conversations import Conversation, ms_swift_row


def trl(export: Export) -> None:
    """Write Parquet with `messages` (lists of parts) and `images`, in the order of the `image` parts."""
    from datasets import Features  # a heavy import that few exports need

    kinds = features("conversations")
    schema = Features({name: kinds[name] for name in ("messages", "images")}).arrow_schema
    with parquet_rows(export, schema) as write:
        for _, row in export.rows():
            images = [{"bytes": bytes_of(image), "path": None} for image in row["images"]]
            write({"messages": row["messages"], "images": images}, images)


def ms_swift(export: Export) -> None:
    """Write `train.jsonl`: `messages` with `<image>` in their texts, `images` as absolute paths."""
    with json_lines(export.folder / "train.jsonl") as write:
        for _, row in export.rows():
            images = [export.put_once_absolute(image) for image in row["images"]]
            write(ms_swift_row(Conversation(row.get("solver") or "", list(row["messages"]), images)))
