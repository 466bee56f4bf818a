"""Seal the files of a corpus with digests, so that no changed bit stays unseen.

A Parquet file carries its seal between its last page and its footer, where no reader looks: a mark, a digest of the
footer and a digest of all bytes before the seal. Page checksums are no substitute: they leave out the headers of pages
and the footer, and cost 12 % of a read. A JSON file carries the digest of its other values as `digest`. Files of 0.1.0
have no seal.
"""

import json
import math
from typing import IO, Any

import xxhash

from photoshop_request.errors import CorpusError

_MARK = b"\x8fsealed\xa9"
_DIGEST = 16
_SEAL = len(_MARK) + 2 * _DIGEST
_END = 8
"""Bytes after the footer: its length and a magic number."""
_CHUNK = 1 << 20
_JSON_KEY = "digest"
_MAX_BENT = 8
"""Bits by which a mark or name may differ and still be a damaged one."""


def damaged(path: str, why: str) -> CorpusError:
    """Return the error of a damaged file of a corpus."""
    return CorpusError(f"{path}: damaged ({why}). Repair it with: photoshop-request doctor CORPUS --deep --repair")


def seal_table(file: IO[bytes]) -> None:
    """Insert the seal into a complete Parquet file, opened for reading and writing."""
    size = file.seek(0, 2)
    file.seek(-_END, 2)
    start = size - tail_length(file.read())
    file.seek(start)
    tail = file.read()
    file.seek(0)
    digest = xxhash.xxh3_128()
    while chunk := file.read(min(_CHUNK, start - file.tell())):
        digest.update(chunk)
    file.seek(start)
    file.write(_MARK + xxhash.xxh3_128_digest(digest.digest() + tail) + digest.digest() + tail)


def tail_length(end: bytes) -> int:
    """Return the bytes of a Parquet file's footer with all that follows, from the file's last eight bytes."""
    return int.from_bytes(end[-_END:-4], "little") + _END


def sealed_tail_length(end: bytes) -> int:
    """Return the bytes of a Parquet file's seal and footer, from the file's last eight bytes."""
    return _SEAL + tail_length(end)


def check_footer(end: bytes | memoryview) -> bool:
    """Check the footer at the end of a Parquet file. `end` holds the seal too. Return False if there is no seal.

    Raises:
        ValueError: the footer or the seal is damaged.
    """
    seal, tail = _split(end)
    # a damaged mark must not pass for none
    if len(seal) < _SEAL or _bits_apart(seal[: len(_MARK)], _MARK) > _MAX_BENT:
        return False
    if seal[: len(_MARK)] != _MARK or seal[len(_MARK) : -_DIGEST] != xxhash.xxh3_128_digest(seal[-_DIGEST:] + tail):
        raise ValueError("the footer has another digest")
    return True


def check_table(data: bytes | memoryview) -> bool:
    """Check a whole Parquet file. Return False if it has no seal.

    Raises:
        ValueError: the file is damaged.
    """
    if not check_footer(data):
        return False
    seal, tail = _split(data)
    pages = memoryview(data)[: len(data) - len(tail) - _SEAL]
    if seal[-_DIGEST:] != xxhash.xxh3_128_digest(pages):
        raise ValueError("the file has another digest than when it was written")
    return True


def _split(end: bytes | memoryview) -> tuple[bytes, bytes]:
    """Return the place of the seal, and everything after it."""
    start = max(0, len(end) - tail_length(bytes(end[-_END:])))
    return bytes(end[max(0, start - _SEAL) : start]), bytes(end[start:])


def seal_json(value: dict[str, Any]) -> dict[str, Any]:
    """Return JSON values with their digest."""
    return {**value, _JSON_KEY: _digest_of(value)}


def open_json(value: Any) -> dict[str, Any]:
    """Return JSON values without their digest. Values without one are returned unchanged.

    Raises:
        ValueError: the values have another digest, or are no JSON object.
    """
    if not isinstance(value, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - damage, as every other ValueError
    if _JSON_KEY not in value:
        if any(_bits_apart(name.encode(), _JSON_KEY.encode()) <= _MAX_BENT for name in value):
            raise ValueError("the name of the digest is damaged")
        return value
    rest = {name: each for name, each in value.items() if name != _JSON_KEY}
    if value[_JSON_KEY] != _digest_of(rest):
        raise ValueError("the values have another digest than when they were written")
    return rest


def _bits_apart(a: bytes, b: bytes) -> float:
    return sum((x ^ y).bit_count() for x, y in zip(a, b, strict=True)) if len(a) == len(b) else math.inf


def _digest_of(value: dict[str, Any]) -> str:
    return str(xxhash.xxh3_128_hexdigest(json.dumps(value, sort_keys=True).encode()))
