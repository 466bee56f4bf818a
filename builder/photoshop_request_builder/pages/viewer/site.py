"""Make the viewer: a folder per shard, an index over them, and the page that shows them."""

import json
import shutil
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2

from photoshop_request.errors import CorpusError
from photoshop_request_builder.engine.jobs import local_engine
from photoshop_request_builder.engine.running import Reporter, run_jobs, run_stage
from photoshop_request_builder.pages.viewer import shard
from photoshop_request_builder.pages.viewer.cards import meanings
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus

_PACKAGE = files("photoshop_request_builder.pages.viewer")
_FILES = (
    ("static", "viewer.js"),
    ("static", "cards.js"),
    ("static", "viewer.css"),
    ("vendor", "img-comparison-slider.js"),
    ("vendor", "img-comparison-slider.css"),
    ("vendor", "img-comparison-slider.LICENSE"),
)
"""Files written first. The first one marks the folder as a viewer's."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """Result of making the viewer."""

    page: Path
    """Path of `index.html`."""
    candidates: int
    hidden: int
    """Number of candidates that are not shown: deleted by their author, or taken down."""
    made: int
    """Number of shards made now. The others were up to date."""


def view(corpus: Corpus, out: Path, *, workers: int, reporter: Reporter) -> Viewed:
    """Make or update the viewer of `corpus` in the local folder `out`. The caller holds the corpus's lock.

    Takedowns since the last build are applied first, so that nothing taken down appears.

    Raises:
        CorpusError: no pictures are compared yet, or `out` holds other files.
        StorageError: no space or no permission.
    """
    shards = shard.shown_shards(corpus)
    if not shards:
        raise CorpusError(
            f"{corpus.address}: no pictures are compared yet. Run first: photoshop-request pair {corpus.address}"
        )
    _check_folder(out)
    with storage.explain_disk_errors(str(out)):
        out.mkdir(parents=True, exist_ok=True)
        for folder, name in _FILES:
            (out / name).write_bytes((_PACKAGE / folder / name).read_bytes())
    run_stage(stage_named("remove"), corpus, reporter=reporter)
    with local_engine(workers) as engine:
        made = run_jobs("view", partial(shard.plan, corpus, out), engine=engine, reporter=reporter)
    with storage.explain_disk_errors(str(out)):
        _drop_others(out, {shard.folder_of(out, number) for number in shards})
        parts = [json.loads((shard.folder_of(out, number) / shard.PART).read_bytes()) for number in shards]
        _write_site(corpus, out, parts)
    return Viewed(
        out / "index.html",
        sum(len(part["states"]) for part in parts),
        sum(part["hidden"] for part in parts),
        made,
    )


def _check_folder(out: Path) -> None:
    """Reject a folder with other files, because the viewer removes and replaces its folders."""
    if out.exists() and not (out.is_dir() and ((out / _FILES[0][1]).is_file() or not any(out.iterdir()))):
        raise CorpusError(f"{out}: the folder holds other files. Choose another with --out.")


def _drop_others(out: Path, known: set[Path]) -> None:
    """Remove leftovers of a killed run, and shards that the corpus no longer has."""
    for folder in (out / "shards").iterdir():
        if folder not in known:
            shutil.rmtree(folder)


def _write_site(corpus: Corpus, out: Path, parts: list[dict[str, Any]]) -> None:
    index = {
        "chunk": shard.CHUNK,
        "figures": meanings(),
        "parts": [{name: value for name, value in part.items() if name != "fingerprint"} for part in parts],
    }
    text = json.dumps(index, ensure_ascii=True, separators=(",", ":"))
    (out / "index.js").write_text(f"viewer.index({text});\n", encoding="ascii")
    page = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        (_PACKAGE / "static" / "index.html.jinja").read_text(encoding="utf-8")
    )
    (out / "index.html").write_text(
        page.render(subreddits=corpus.subreddits, hidden=sum(part["hidden"] for part in parts)), encoding="utf-8"
    )
