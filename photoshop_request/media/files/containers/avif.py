"""Strip AVIF: all items and boxes but those of the primary picture, and all bytes that it does not use.

Offsets stay valid, because kept bytes keep their place. A box or item that is left out keeps its size, but its content
is zeros and its type unknown to readers. Specifications: ISO/IEC 14496-12 (boxes), 23008-12 (items), AVIF 1.1.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from photoshop_request.media.files.containers import Stripped, UnreadableContainerError

_COPIED = frozenset(
    b"ftyp pitm iloc iref ipma colr ispe pixi pasp av1C auxC clap irot imir clli mdcv cclv a1op a1lx lsel".split()
)
_HEADERS = {b"meta": 4, b"hdlr": 24, b"iinf": 0, b"iprp": 0, b"ipco": 0, b"mdat": 0, b"idat": 0}
"""Boxes whose content is copied in part -> bytes copied from its start. The name of the handler is left out."""
_ITEM_NAMES = frozenset({b"", b"Color", b"Alpha"})
"""Names of items that encoders write. Other names are left out."""
_UNKNOWN, _EMPTY = b"skip", frozenset({b"free", b"skip"})


class _Item(NamedTuple):
    start: int
    """Offset of its entry in the list of items."""
    kind: int
    """Offset of its type."""
    end: int
    number: int


class _Box(NamedTuple):
    name: bytes
    start: int
    content: int
    """Offset of the content."""
    end: int


def strip(data: bytes, exif: bytes = b"") -> Stripped:  # noqa: ARG001 - properties turn the picture, not EXIF
    """Return the file without metadata, and the content of the items and boxes left out.

    Raises:
        UnreadableContainerError: the boxes are damaged, or hold an animation.
    """
    top = list(_boxes(data, 0, len(data)))
    meta = _only(top, b"meta")
    inner = list(_boxes(data, meta.content + 4, meta.end))
    iinf, iprp = _only(inner, b"iinf"), _only(inner, b"iprp")
    of_iprp = list(_boxes(data, iprp.content, iprp.end))
    ipco = _only(of_iprp, b"ipco")
    kept = bytearray(max(box.end for box in top if box.name in {b"meta", b"mdat"}))
    dropped = _copy_boxes(data, kept, [*top, *inner, *of_iprp, *_boxes(data, ipco.content, ipco.end)])
    dropped += _copy_items(data, kept, inner, iinf)
    return (data, []) if kept == data else (bytes(kept), [*dropped, b""])


def _copy_boxes(data: bytes, kept: bytearray, boxes: list[_Box]) -> list[bytes]:
    """Copy the boxes that a decoder needs. Make those unknown that it does not, and return their content."""
    dropped = []
    for box in boxes:
        content = data[box.content : box.end]
        if box.start >= len(kept):
            dropped.append(content)
            continue
        kept[box.start : box.content] = data[box.start : box.content]
        if box.name in _COPIED:
            kept[box.content : box.end] = content
        elif box.name in _HEADERS:
            part = content[: _HEADERS[box.name]]
            kept[box.content : box.content + len(part)] = part
        elif box.name not in _EMPTY or content.strip(b"\0"):
            kept[box.start + 4 : box.start + 8] = _UNKNOWN
            dropped.append(content)
    return dropped


def _copy_items(data: bytes, kept: bytearray, meta: list[_Box], iinf: _Box) -> list[bytes]:
    """Copy the items of the primary picture without their names. Return the type and content of all others."""
    start = iinf.content + (8 if data[iinf.content] else 6)
    kept[iinf.content : start] = data[iinf.content : start]
    items = {item.number: item for item in (_item_of(data, box) for box in _boxes(data, start, iinf.end))}
    picture = _items_of_picture(data, meta)
    for item in items.values():
        end = item.end if data[item.kind + 4 : item.end].rstrip(b"\0") in _ITEM_NAMES else item.kind + 4
        kept[item.start : end] = data[item.start : end]
        if item.number not in picture:
            kept[item.kind : item.kind + 4] = _UNKNOWN
    dropped, budget = [], 2 * len(data)
    for number, first, end in _extents(data, meta):
        budget -= end - first
        if end > len(kept) or budget < 0 or number not in items:
            raise UnreadableContainerError("overlapping or cut items in AVIF")
        if number in picture:
            kept[first:end] = data[first:end]
        else:
            kind = items[number].kind
            dropped.append(data[kind : kind + 4] + data[first:end])
    return dropped


def _number(data: bytes, start: int, size: int) -> int:
    if start + size > len(data):
        raise UnreadableContainerError("cut AVIF")
    return int.from_bytes(data[start : start + size], "big")


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    """Yield the boxes between two offsets."""
    while start < end:
        size, name, content = _number(data, start, 4), data[start + 4 : start + 8], start + 8
        if size == 1:
            size, content = _number(data, start + 8, 8), start + 16
        stop = start + size if size else end
        if not content <= stop <= end:
            raise UnreadableContainerError("cut AVIF")
        yield _Box(name, start, content, stop)
        start = stop


def _only(boxes: list[_Box], name: bytes) -> _Box:
    found = [box for box in boxes if box.name == name]
    if len(found) != 1:
        raise UnreadableContainerError(f"{len(found)} boxes {name.decode()} in AVIF")
    return found[0]


def _item_of(data: bytes, infe: _Box) -> _Item:
    version = _number(data, infe.content, 1)
    size_of_id = {2: 2, 3: 4}.get(version, 0)
    if infe.name != b"infe" or not size_of_id or infe.content + size_of_id + 10 > infe.end:
        raise UnreadableContainerError("other items in AVIF")
    return _Item(infe.start, infe.content + 6 + size_of_id, infe.end, _number(data, infe.content + 4, size_of_id))


def _items_of_picture(data: bytes, meta: list[_Box]) -> set[int]:
    """Return the primary item, the items that it is derived from, and their auxiliary items (alpha)."""
    pitm = _only(meta, b"pitm")
    primary = _number(data, pitm.content + 4, 4 if data[pitm.content] else 2)
    links: dict[int, list[int]] = {}
    for iref in (box for box in meta if box.name == b"iref"):
        size = 4 if data[iref.content] else 2
        for box in _boxes(data, iref.content + 4, iref.end):
            first = _number(data, box.content, size)
            for number in range(_number(data, box.content + size, 2)):
                other = _number(data, box.content + size + 2 + number * size, size)
                if box.name == b"dimg":
                    links.setdefault(first, []).append(other)
                elif box.name == b"auxl":
                    links.setdefault(other, []).append(first)
    found, pending = {primary}, deque([primary])
    while pending:
        new = set(links.get(pending.popleft(), ())) - found
        found |= new
        pending.extend(new)
    return found


def _extents(data: bytes, meta: list[_Box]) -> Iterator[tuple[int, int, int]]:
    """Yield item, start and end of each extent of the items."""
    at = _only(meta, b"iloc").content
    idat = next((box.content for box in meta if box.name == b"idat"), 0)
    version, sizes = _number(data, at, 1), _number(data, at + 4, 2)
    of_offset, of_length, of_base, of_index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    size_of_id = 2 if version < 2 else 4
    count, at = _number(data, at + 6, size_of_id), at + 6 + size_of_id
    for _ in range(count):
        item, at = _number(data, at, size_of_id), at + size_of_id
        method = 0
        if version:
            method, at = _number(data, at, 2) & 15, at + 2
        base, extents = _number(data, at + 2, of_base), _number(data, at + 2 + of_base, 2)
        if method > 1:
            raise UnreadableContainerError("items within items of AVIF")
        base += idat * method
        at += 4 + of_base
        for _ in range(extents):
            at += of_index if version else 0
            start, length = base + _number(data, at, of_offset), _number(data, at + of_offset, of_length)
            at += of_offset + of_length
            if not length:
                raise UnreadableContainerError("item without length in AVIF")
            yield item, start, start + length
