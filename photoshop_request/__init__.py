"""Precise photo edits, asked for in people's own words: the library behind the photoshop-request dataset."""

from typing import TYPE_CHECKING, Any

from photoshop_request.version import __version__

if TYPE_CHECKING:
    from photoshop_request.edits.compare import Comparison, compare
    from photoshop_request.loading import load


__all__ = ["Comparison", "__version__", "compare", "load"]


if not TYPE_CHECKING:  # type checkers know the names above, and no others

    def __getattr__(name: str) -> Any:
        # pictures and numbers are imported by who compares, not by who only reads a word of the schema
        if name in {"Comparison", "compare"}:
            from photoshop_request.edits import compare as room

            return getattr(room, name)
        if name == "load":
            from photoshop_request.loading import load

            return load
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
