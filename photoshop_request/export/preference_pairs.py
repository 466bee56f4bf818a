"""Two edits of one request, of which people preferred one: Diffusion-DPO, EditReward, SimpleTuner's Flow-DPO."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from photoshop_request.export.parquet import parquet_parts
from photoshop_request.export.writing import (
    FOLDER_KINDS,
    PILLOW_KINDS,
    ExportSummary,
    LeftOut,
    Row,
    Tally,
    bytes_of,
    caption,
    extension_of,
    json_list,
    why_not,
)

__all__ = ["diffusion_dpo", "editreward", "simpletuner_dpo"]

_IMAGES = ("source_image", "chosen_image", "rejected_image")


def diffusion_dpo(rows: Iterable[Row], out: Path) -> ExportSummary:
    """Parquet with `jpg_0` (preferred) and `jpg_1` as plain bytes, `label_0` = 1, `caption`, and `source`.

    The trainers look at no source; it is there for those that will. They take everything but 0 for "the first is
    better", so that pairs without a preference are left out.
    """
    import pyarrow as pa  # only some exports need it

    schema = pa.schema(
        {
            "jpg_0": pa.binary(),
            "jpg_1": pa.binary(),
            "label_0": pa.int64(),
            "caption": pa.string(),
            "source": pa.binary(),
            "margin": pa.float64(),
        }
    )
    tally = Tally(out)
    with parquet_parts(out / "data", "train", schema) as write:
        for _, row in tally.kept(rows, partial(_why_not, kinds=PILLOW_KINDS)):
            source, chosen, rejected = (bytes_of(row[name]) for name in _IMAGES)
            pair = {"jpg_0": chosen, "jpg_1": rejected, "label_0": 1, "caption": caption(row)}
            write({**pair, "source": source, "margin": row["margin"]}, len(source) + len(chosen) + len(rejected))
            for name in _IMAGES:
                tally.count(row[name])
    return tally.summary()


def editreward(rows: Iterable[Row], out: Path, paths_under: Path | None = None) -> ExportSummary:
    """`train.json`: `prompt`, `path_src`, `path1` (preferred), `path2`, and scores.

    People judged each edit as a whole, so both dimensions carry the same: the margin for the first, 0 for the second.
    Paths are absolute, below `paths_under` if the folder will move there.
    """
    tally = Tally(out)
    root = (paths_under or out).absolute()
    with json_list(out / "train.json") as write:
        for _, row in tally.kept(rows, partial(_why_not, kinds=PILLOW_KINDS)):
            source, chosen, rejected = (str(root / tally.put_once(row[name])) for name in _IMAGES)
            scores = {
                f"model{place}_{what}_score": value
                for place, value in ((1, row["margin"]), (2, 0.0))
                for what in ("dim1", "dim2", "overall")
            }
            write(
                {
                    "prompt": caption(row),
                    "choice_dist": None,
                    "confidence": None,
                    "path_src": source,
                    "path1": chosen,
                    "path2": rejected,
                    "model1": row["chosen_comment_id"],
                    "model2": row["rejected_comment_id"],
                    **scores,
                    "tie_case": False,
                }
            )
    return tally.summary()


def simpletuner_dpo(rows: Iterable[Row], out: Path) -> ExportSummary:
    """`win/` with captions, `lose/` and `source/`, under identical file names: the preferred edit's."""
    tally = Tally(out)
    for stem, row in tally.kept(rows, partial(_why_not, kinds=FOLDER_KINDS)):
        extension = extension_of(row["chosen_image"])
        for folder, name in (("win", "chosen_image"), ("lose", "rejected_image"), ("source", "source_image")):
            tally.put(row[name], f"{folder}/{stem}", extension)
        (out / "win" / f"{stem}.txt").write_text(caption(row), encoding="utf-8")
    return tally.summary()


def _why_not(row: Row, kinds: frozenset[str]) -> LeftOut | None:
    if not row["margin"] or row["margin"] <= 0:
        return LeftOut.TIE
    return why_not(row, _IMAGES, kinds, several=False)
