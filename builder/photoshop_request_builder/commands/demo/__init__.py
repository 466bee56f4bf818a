"""The embedded sample of `photoshop-request demo`: a composed archive, its image hosts, and a sheet of what came out.

The sample is composed: invented posts over freely licensed photos, edits made by `scripts/make_sample.py`. Origin and
licence of every photo are in `sample/SOURCES.md`. Figures measured on it say that the parts work together, not what
Reddit holds.
"""

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path

__all__ = ["sample_folder"]


def sample_folder() -> AbstractContextManager[Path]:
    """The sample as a folder on disk, for as long as the context lasts.

    It holds `submissions.zst` and `comments.zst` (archives as the dumps are), `files/` (the pictures), `routes.json`
    (what each address answers, see `server`), `truth.jsonl` (what each link is) and `SOURCES.md`.
    """
    return as_file(files(__name__) / "sample")
