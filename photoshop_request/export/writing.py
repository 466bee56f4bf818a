"""What every export shares: pictures written as they are, and a count of everything, also of what is left out."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from photoshop_request.errors import InputError
from photoshop_request.media.files.decode import EXTENSIONS, sniff

__all__ = [
    "FOLDER_KINDS",
    "PILLOW_KINDS",
    "ExportSummary",
    "LeftOut",
    "Row",
    "Tally",
    "bytes_of",
    "caption",
    "controls",
    "extension_of",
    "json_lines",
    "json_list",
    "readable",
    "why_not",
]

Row = Mapping[str, Any]
"""A row of a config, its pictures undecoded: `{"bytes": …, "path": …}`."""

FOLDER_KINDS = frozenset({"JPEG", "PNG", "WEBP"})
"""What trainers look for that collect pictures by file ending."""
PILLOW_KINDS = frozenset(EXTENSIONS) - {"HEIF"}
"""What opens with Pillow and nothing else."""


class LeftOut(StrEnum):
    """Why a row is not in an export."""

    NO_INSTRUCTION = "no_instruction"
    SECOND_SOURCE = "needs_second_source"
    """The edit is put together from two pictures, and the format takes one."""
    UNREADABLE = "picture_format"
    """The trainer reads no pictures of this format (HEIC; in folders, all but JPEG, PNG and WebP)."""
    TIE = "tie"
    """Neither edit is preferred."""


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What became of the rows: `rows` is `written` and everything in `left_out`."""

    rows: int
    written: int
    left_out: Mapping[LeftOut, int]
    pictures: int
    bytes: int
    """Of the pictures."""
    shortened: int = 0
    """Written rows without their last reference images, since the format holds fewer."""


@dataclass(slots=True)
class Tally:
    """Writes pictures below `folder` and counts what an export does."""

    folder: Path
    written: int = 0
    pictures: int = 0
    bytes: int = 0
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    shortened: int = 0

    def first(self, images: Sequence[Mapping[str, Any]], most: int) -> Sequence[Mapping[str, Any]]:
        """As many of a row's pictures as the format holds."""
        self.shortened += len(images) > most
        return images[:most]

    def kept(self, rows: Iterable[Row], reason: Callable[[Row], LeftOut | None]) -> Iterator[tuple[str, Row]]:
        """The rows without a reason to leave them out, each with a file stem of its own."""
        for number, row in enumerate(rows):
            why = reason(row)
            if why:
                self.left_out[why] += 1
                continue
            yield _stem(number, row), row
            self.written += 1

    def put(self, image: Mapping[str, Any], name: str, extension: str | None = None) -> str:
        """Write a picture to `name`, its true extension added if none is given; the name relative to the folder."""
        data = bytes_of(image)
        full = f"{name}.{extension or extension_of(image)}"
        path = self.folder / full
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.count(image)
        return full

    def put_once(self, image: Mapping[str, Any]) -> str:
        """Write a picture under its digest, unless it is there: edits of one request share their source."""
        digest = hashlib.sha256(bytes_of(image)).hexdigest()
        full = f"pictures/{digest[:2]}/{digest}"
        if (self.folder / f"{full}.{extension_of(image)}").exists():
            return f"{full}.{extension_of(image)}"
        return self.put(image, full)

    def count(self, image: Mapping[str, Any]) -> None:
        """Count a picture that was written by other means."""
        self.pictures += 1
        self.bytes += len(bytes_of(image))

    def summary(self) -> ExportSummary:
        """What was done."""
        rows = self.written + self.left_out.total()
        return ExportSummary(rows, self.written, dict(self.left_out), self.pictures, self.bytes, self.shortened)


def why_not(row: Row, images: Iterable[str], kinds: frozenset[str], *, several: bool) -> LeftOut | None:
    """Why a trainer cannot take the row, or None. `several`: whether it takes more than one source."""
    if not caption(row):
        return LeftOut.NO_INSTRUCTION
    if not several and row.get("second_source_image"):
        return LeftOut.SECOND_SOURCE
    shown = [row[name] for name in images] + (controls(row)[1:] if several else [])
    return None if readable(shown, kinds) else LeftOut.UNREADABLE


def readable(images: Iterable[Mapping[str, Any]], kinds: frozenset[str]) -> bool:
    """Whether all pictures are of these formats."""
    return all(sniff(bytes_of(image)) in kinds for image in images)


def caption(row: Row) -> str:
    """The instruction in one line: some trainers take every line for a caption of its own."""
    return " ".join((row["instruction"] or "").split())


def controls(row: Row) -> list[Mapping[str, Any]]:
    """The pictures that an edit is made from: its source, its second source, the request's others."""
    second = row.get("second_source_image")
    return [row["source_image"], *([second] if second else []), *(row.get("reference_images") or [])]


def _stem(number: int, row: Row) -> str:
    """A file name that no other row of the export has, nor begins with."""
    comment = next((row[name] for name in ("comment_id", "chosen_comment_id") if row.get(name)), None)
    return "-".join([f"{number:07d}", row["submission_id"], *([comment] if comment else [])])


def bytes_of(image: Mapping[str, Any]) -> bytes:
    """The file as published.

    Raises:
        InputError: the picture was decoded, or holds no bytes.
    """
    data = image.get("bytes") if hasattr(image, "get") else None  # a decoded picture has neither
    if not data:
        raise InputError('rows need undecoded pictures, {"bytes": …, "path": …}: stream them with .decode(False).')
    return bytes(data)


def extension_of(image: Mapping[str, Any]) -> str:
    """By magic bytes, without dot."""
    return EXTENSIONS[sniff(bytes_of(image)) or "JPEG"]


@contextmanager
def json_lines(path: Path) -> Iterator[Callable[[Any], None]]:
    """A JSON value a line; yields what writes one."""
    with path.open("w", encoding="utf-8") as file:

        def write(value: Any) -> None:
            file.write(json.dumps(value, ensure_ascii=False) + "\n")

        yield write


@contextmanager
def json_list(path: Path) -> Iterator[Callable[[Any], None]]:
    """One JSON list, an element a line; yields what writes an element."""
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        between = "\n"

        def write(value: Any) -> None:
            nonlocal between
            file.write(between + json.dumps(value, ensure_ascii=False))
            between = ",\n"

        yield write
        file.write("\n]\n")
