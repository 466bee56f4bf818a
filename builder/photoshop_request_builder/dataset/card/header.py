"""The YAML of the dataset's README: what `load_dataset` and the Hub read."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG, features
from photoshop_request_builder.dataset.card.facts import Facts
from photoshop_request_builder.dataset.files import FileRecord

__all__ = ["header"]

_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
"""The Hub's own names for sizes, by the rows below which each stands."""
_COMMON = 0.01
"""Share of requests from which on a language is named."""


def header(records: Sequence[FileRecord], facts: Facts, *, local: bool) -> str:
    """The YAML for these files, without its fences; `local` for a folder on disk."""
    from datasets import DatasetInfo, SplitDict, SplitInfo  # 1 s to import
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    names = [name for name in CONFIGS if any(piece.config == name for piece, _ in records)]
    pictures = any(column.kind == "image" for name in names for column in CONFIGS[name])
    data = DatasetCardData(
        pretty_name="photoshop-request",
        license="other",
        license_name="rights-stay-with-the-makers",
        language=_languages(facts),
        size_categories=[_size(facts.edits)],
        source_datasets=["original"],
        annotations_creators=["found"],
        task_categories=["image-to-image"] if pictures else [],
        tags=["image-editing", "instruction-tuning", "preference", "reddit"],
        configs=[_config(name, records, local=local) for name in names],
    )
    infos = DatasetInfosDict()
    for name in names:
        totals: dict[str, list[int]] = {}
        for piece, record in records:
            if piece.config == name:
                total = totals.setdefault(piece.split, [0, 0])
                total[0] += record["rows"]
                total[1] += record["bytes"]
        splits = SplitDict()
        for split, (rows, size) in totals.items():
            splits.add(SplitInfo(split, num_bytes=size, num_examples=rows))
        everything = sum(size for _, size in totals.values())
        infos[name] = DatasetInfo(
            features=features(name), splits=splits, download_size=everything, dataset_size=everything
        )
    infos.to_dataset_card_data(data)
    return str(data.to_yaml())


def _config(name: str, records: Sequence[FileRecord], *, local: bool) -> dict[str, Any]:
    mine = [(piece, record) for piece, record in records if piece.config == name]
    paths = [
        {"split": split, "path": f"{name}/{split}-*.parquet"}
        for split in dict.fromkeys(piece.split for piece, _ in mine)
    ]
    entry: dict[str, Any] = {"config_name": name, "data_files": paths}
    if name == DEFAULT_CONFIG:
        entry["default"] = True
    if local:
        # `load_dataset` caches a local folder by what its README says of it, not by the files: without this it would
        # return what it made of an earlier build. On the Hub the commit tells them apart.
        contents = "".join(f"{piece.name} {record['sha256']}\n" for piece, record in mine)
        entry["description"] = f"content {sha256(contents.encode()).hexdigest()[:16]}"
    return entry


def _languages(facts: Facts) -> list[str]:
    """Of the requests; `en` where none is known."""
    whole = sum(facts.languages.values())
    common = [name for name, count in facts.languages.items() if name != "und" and count >= _COMMON * whole]
    return common or ["en"]


def _size(rows: int) -> str:
    return next((name for limit, name in _SIZES if rows < limit), "10M<n<100M")
