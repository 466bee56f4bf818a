"""Check names from datasets and archives before they become parts of a path."""

import re

from photoshop_request.errors import InputError

_PART = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_-]*(\.[0-9A-Za-z_-]+)*")
_MAX_LENGTH = 200
"""Characters. File systems allow 255 bytes, and writers add an extension."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


def path_part(name: str) -> str:
    """Return `name` if it is one safe part of a path: ASCII letters, digits, `_`, `-`, and single dots inside.

    Raises:
        InputError: it is not, so that it could lead out of its folder.
    """
    if len(name) > _MAX_LENGTH or not _PART.fullmatch(name):
        raise InputError(f"{name[:_MAX_LENGTH]!r} cannot be a file name here.")
    return name


def is_sha256(value: object) -> bool:
    """Return whether `value` is a SHA-256 in 64 lower-case hex digits."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None
