"""Precise photo edits, asked for in people's own words: the library behind the photoshop-request dataset."""

__version__ = "0.1.0"

__all__ = ["__version__"]
