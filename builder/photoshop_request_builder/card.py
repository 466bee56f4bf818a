"""The dataset's README: the YAML that `load_dataset` reads, and the card for people, with numbers from the corpus."""

from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.funnel import funnel
from photoshop_request_builder.pieces import Piece


def render(corpus: Corpus, records: Sequence[tuple[Piece, dict[str, Any]]], *, repo: str | None = None) -> str:
    """The README for the files that were built, each with its record (`rows`, `bytes`): of `repo`, or of the local folder."""
    from huggingface_hub import DatasetCardData  # noqa: PLC0415 - 0.3 s that other commands need not pay

    header = DatasetCardData(
        pretty_name="photoshop-request",
        task_categories=["image-to-image"],
        language=["en"],
        tags=["image-editing", "reddit"],
        configs=[
            _config(name, records, local=repo is None)
            for name in CONFIGS
            if any(piece.config == name for piece, _ in records)
        ],
    )
    template = files("photoshop_request_builder").joinpath("dataset_card.md").read_text(encoding="utf-8")
    # Markdown, not HTML: nothing that Reddit's users wrote goes in
    environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701
    body = environment.from_string(template).render(
        address=repo or corpus.path("dataset"), splits=_splits(records), funnel=funnel(corpus), configs=CONFIGS
    )
    return f"---\n{header.to_yaml()}\n---\n\n{body}"


def _config(name: str, records: Sequence[tuple[Piece, dict[str, Any]]], *, local: bool) -> dict[str, Any]:
    mine = [(piece, record) for piece, record in records if piece.config == name]
    files_of = [
        {"split": split, "path": f"{name}/{split}-*.parquet"}
        for split in dict.fromkeys(piece.split for piece, _ in mine)
    ]
    entry: dict[str, Any] = {"config_name": name, "data_files": files_of}
    if name == DEFAULT_CONFIG:
        entry["default"] = True
    if local:
        # `load_dataset` caches a local folder by what its README says of it, not by the files: without this it would
        # return what it made of an earlier build. On the Hub the commit tells them apart.
        contents = "".join(f"{piece.name} {record['sha256']}\n" for piece, record in mine)
        entry["description"] = f"content {sha256(contents.encode()).hexdigest()[:16]}"
    return entry


def _splits(records: Sequence[tuple[Piece, dict[str, Any]]]) -> list[dict[str, Any]]:
    totals: dict[tuple[str, str], dict[str, int]] = {}
    for piece, record in records:
        total = totals.setdefault((piece.config, piece.split), {"rows": 0, "bytes": 0})
        total["rows"] += record["rows"]
        total["bytes"] += record["bytes"]
    return [{"config": config, "split": split, **total} for (config, split), total in totals.items()]
