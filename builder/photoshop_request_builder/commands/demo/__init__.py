"""Provide the sample of `photoshop-request demo`: archives, a server of its picture hosts, and a contact sheet.

The sample is composed: invented posts over freely licensed photos, edits made by `scripts/make_sample.py`.
`sample/SOURCES.md` lists origin and licence of every photo. Figures measured on it do not describe Reddit.
"""

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path

__all__ = ["sample_folder"]


def sample_folder() -> AbstractContextManager[Path]:
    """Return a context manager that yields the sample as a folder on disk.

    Files: `submissions.zst` and `comments.zst` (archives), `files/` (pictures), `routes.json` (responses by address, see
    `server`), `truth.jsonl` (expected decision of each link) and `SOURCES.md`.
    """
    return as_file(files(__name__) / "sample")
