"""Compare pictures, load the photoshop-request dataset, export it and train on it."""

from typing import TYPE_CHECKING, Any

from photoshop_request.version import __version__

if TYPE_CHECKING:
    from photoshop_request.edits.compare import Comparison, compare
    from photoshop_request.loading import load


__all__ = ["Comparison", "__version__", "compare", "load"]


if not TYPE_CHECKING:  # type checkers see the imports above, and report unknown names

    def __getattr__(name: str) -> Any:
        # OpenCV and SciPy are slow to import, and only comparisons need them
        if name in {"Comparison", "compare"}:
            from photoshop_request.edits import compare as module

            return getattr(module, name)
        if name == "load":
            from photoshop_request.loading import load

            return load
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
