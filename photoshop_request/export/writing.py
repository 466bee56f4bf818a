"""Write pictures and lists of an export, and count written rows, left-out rows, pictures and bytes."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from photoshop_request.errors import InputError
from photoshop_request.media.files.decode import EXTENSIONS, sniff
from photoshop_request.path_names import path_part
from photoshop_request.reddit.fields import is_id

Row = Mapping[str, Any]
"""A row of a config, its pictures undecoded: `{"bytes": …, "path": …}`."""
Image = Mapping[str, Any]

FOLDER_KINDS = frozenset({"JPEG", "PNG", "WEBP"})
"""Formats that trainers find if they collect pictures by file extension."""
PILLOW_KINDS = frozenset(EXTENSIONS) - {"HEIF"}
"""Formats that Pillow opens without plugins."""
_IDS = (
    "submission_id",
    "comment_id",
    "chosen_comment_id",
    "rejected_comment_id",
    "before_comment_id",
    "after_comment_id",
)
"""Columns with ids, in any config."""


class LeftOut(StrEnum):
    """Name the reason why a row is not in an export."""

    INVALID_ID = "invalid_id"
    """An id is missing or is not one of Reddit's: file names are made of ids."""
    NO_PICTURE = "no_picture"
    """A picture is missing, or is only a path or an address, which is never opened."""
    NO_INSTRUCTION = "no_instruction"
    INVALID_MESSAGES = "invalid_messages"
    """The chat is empty or incomplete, or its number of `image` parts is not its number of pictures."""
    SECOND_SOURCE = "needs_second_source"
    """The edit combines two pictures and the format takes one."""
    UNREADABLE = "picture_format"
    """The trainer cannot read this format: HEIC, and in folders all but JPEG, PNG and WebP."""
    TIE = "tie"
    """Neither edit is preferred."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """Say which rows a format can hold."""

    images: tuple[str, ...] = ("source_image", "edited_image")
    """Columns with the pictures that the trainer opens."""
    kinds: frozenset[str] = PILLOW_KINDS
    """Picture formats that the trainer reads."""
    takes_several_sources: bool = False

    def unmet(self, row: Row) -> LeftOut | None:
        """Return the reason why the format cannot hold the row, or None."""
        if not all(is_id(row[name]) for name in _IDS if name in row):
            return LeftOut.INVALID_ID
        if "margin" in row and not (row["margin"] and 0 < row["margin"] < math.inf):
            return LeftOut.TIE
        if not all(one_line(row[name]) for name in ("instruction", "first_instruction") if name in row):
            return LeftOut.NO_INSTRUCTION
        if row.get("second_source_image") and not self.takes_several_sources:
            return LeftOut.SECOND_SOURCE
        if "messages" in row and not _has_messages(row):
            return LeftOut.INVALID_MESSAGES
        return self._unmet_by_pictures(row)

    def _unmet_by_pictures(self, row: Row) -> LeftOut | None:
        images = [image for name in self.images for image in ((row[name] or []) if name == "images" else [row[name]])]
        opened = [*images, *(controls(row)[1:] if self.takes_several_sources else [])]
        if not all(map(_has_bytes, [*opened, *([row["change_mask"]] if row.get("change_mask") else [])])):
            return LeftOut.NO_PICTURE
        return None if all(sniff(bytes_of(image)) in self.kinds for image in opened) else LeftOut.UNREADABLE


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """Count the rows of an export: `rows` is the sum of `written` and `left_out`."""

    rows: int
    written: int
    left_out: Mapping[LeftOut, int]
    pictures: int
    bytes: int
    """Size of the pictures."""
    shortened: int = 0
    """Written rows without their last reference images, because the format holds fewer."""


@dataclass(slots=True)
class Export:
    """Write an export to a folder, and count rows, pictures and bytes."""

    source: Iterable[Row]
    requirements: Requirements
    folder: Path
    root: Path
    """Absolute folder for the paths in lists. `folder` will be moved there."""
    written: int = 0
    pictures: int = 0
    bytes: int = 0
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    shortened: int = 0

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Yield the rows that the format can hold, each with its own file stem. Count all others."""
        for number, row in enumerate(self.source):
            if reason := self.requirements.unmet(row):
                self.left_out[reason] += 1
                continue
            yield _stem(number, row), row
            self.written += 1

    def put(self, image: Image, name: str, extension: str | None = None) -> str:
        """Write a picture to `name` and return that path relative to the folder. Add its extension if none is given."""
        full = f"{name}.{extension or extension_of(image)}"
        path = self.folder / full
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes_of(image))
        self.count(image)
        return full

    def put_once(self, image: Image) -> str:
        """Write a picture under its digest, unless it exists: edits of one request share their source."""
        digest = hashlib.sha256(bytes_of(image)).hexdigest()
        full = f"pictures/{digest[:2]}/{digest}"
        if (self.folder / f"{full}.{extension_of(image)}").exists():
            return f"{full}.{extension_of(image)}"
        return self.put(image, full)

    def put_once_absolute(self, image: Image) -> str:
        """Write a picture as `put_once` does, and return its absolute path."""
        return str(self.root / self.put_once(image))

    def put_caption(self, name: str, row: Row) -> None:
        """Write the caption to the text file `name`, beside its picture."""
        (self.folder / name).write_text(caption(row), encoding="utf-8")

    def count(self, image: Image) -> int:
        """Count a picture that is written by other means, and return its size in bytes."""
        size = len(bytes_of(image))
        self.pictures += 1
        self.bytes += size
        return size

    def first(self, images: Sequence[Image], limit: int) -> Sequence[Image]:
        """Return the first pictures of a row. Count the row as shortened if it has more."""
        self.shortened += len(images) > limit
        return images[:limit]

    def summary(self) -> ExportSummary:
        """Return the counts."""
        rows = self.written + self.left_out.total()
        return ExportSummary(rows, self.written, dict(self.left_out), self.pictures, self.bytes, self.shortened)


def one_line(text: str | None) -> str:
    """Return a text on one line, because some trainers read each line as a caption."""
    return " ".join((text or "").split())


def caption(row: Row) -> str:
    """Return the instruction on one line."""
    return one_line(row["instruction"])


def controls(row: Row) -> list[Image]:
    """Return the pictures that an edit is made from: source, second source, the request's other pictures."""
    second = row.get("second_source_image")
    return [row["source_image"], *([second] if second else []), *(row.get("reference_images") or [])]


def _stem(number: int, row: Row) -> str:
    """Return a unique file name that is not a prefix of another one.

    Raises:
        InputError: an id cannot be part of a file name.
    """
    comment = next((row[name] for name in ("comment_id", "chosen_comment_id") if row.get(name)), None)
    return path_part("-".join([f"{number:07d}", row["submission_id"], *([comment] if comment else [])]))


def _has_messages(row: Row) -> bool:
    messages = row["messages"] or []
    if not all(message and message["role"] and message["content"] and all(message["content"]) for message in messages):
        return False
    parts = [part["type"] for message in messages for part in message["content"]]
    return bool(parts) and parts.count("image") == len(row["images"] or [])


def _has_bytes(image: Any) -> bool:
    """Return whether a picture is not missing. A decoded one is not: `bytes_of` refuses it."""
    return image is not None and (not isinstance(image, Mapping) or bool(image.get("bytes")))


def bytes_of(image: Image) -> bytes:
    """Return the file as published.

    Raises:
        InputError: the picture was decoded, or holds no bytes.
    """
    data = image.get("bytes") if hasattr(image, "get") else None  # decoded pictures have no `get`
    if not data:
        raise InputError('rows need undecoded pictures, {"bytes": …, "path": …}: stream them with .decode(False).')
    return bytes(data)


def extension_of(image: Image) -> str:
    """Return the extension that fits the first bytes, without a dot."""
    return EXTENSIONS[sniff(bytes_of(image)) or "JPEG"]


@contextmanager
def json_lines(path: Path) -> Iterator[Callable[[Any], None]]:
    """Open a JSON Lines file and yield a function that writes a value."""
    with path.open("w", encoding="utf-8") as file:
        yield lambda value: print(json.dumps(value, ensure_ascii=False), file=file)


@contextmanager
def json_list(path: Path) -> Iterator[Callable[[Any], None]]:
    """Open a file with one JSON list, an element per line, and yield a function that writes an element."""
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        separator = "\n"

        def write(value: Any) -> None:
            nonlocal separator
            file.write(separator + json.dumps(value, ensure_ascii=False))
            separator = ",\n"

        yield write
        file.write("\n]\n")
