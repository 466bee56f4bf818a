"""Write SOURCES.md of the sample: the photos, their authors and the edits."""

from collections.abc import Iterable

from .photos import Photo

_CHANGES = {
    "coffee": "as it is; spoon removed (`-nospoon`, `-hasty`); then blue (`-blue`)",
    "camera": "as it is; coloured and cropped (`-colour`); brown (`-sepia`)",
    "coins": "enlarged; bronze on felt, two coins left out (`-bronze`)",
    "hopper": "faded, scratched and torn by the script; restored (`-restored`); a small copy (`-again`)",
    "pagoda": "as it is; another sky and light (`-sunset`); cropped (`-tight`)",
    "dahlia": "as it is; purple, the lower flower removed (`-purple`); with text (`-card`); a detail (`-second`)",
    "cat": "enlarged; before the stars (`-space`)",
    "stars": "made smaller; square with text (`-cover`); behind the cat (`cat-space`)",
    "astronaut": "as it is; model and table removed (`-plain`); background blurred (`-blurred`)",
    "rocket": "turned and cropped; straight (`-straight`); brighter (`-bright`); a cut-off file (`-cut`)",
    "bricks": "coloured and sprayed by the script; clean (`-clean`)",
    "notes": "enlarged; white paper (`-clean`)",
}

_HEAD = """# Where the sample comes from
This sample is composed, for `photoshop-request demo` and for tests. It is not data of r/PhotoshopRequest.

- The people, posts and comments are invented, in the shape of real Reddit archive lines. Ids begin with `z`, names end
  in `_sample`; texts were written for this project and have its licence.
- The pictures are made by `scripts/make_sample.py` from the photos below. Every edit is the script's; no picture was
  made by the people in the photos, and nobody in them has to do with this project.
- `joke.jpg` and `removed.png` are drawn by the script.
- Figures measured on the sample say that the parts work together, not what Reddit holds.

| files | photo | by | licence | origin | what was done to it |
|---|---|---|---|---|---|
"""


def sources_text(photos: Iterable[Photo]) -> str:
    """Return the whole file as Markdown."""
    rows = [
        f"| `{p.name}*.jpg` | {p.what} | {p.maker} | {p.licence} | {p.origin} | {_CHANGES[p.name]} |" for p in photos
    ]
    return _HEAD + "\n".join(rows) + "\n"
