"""Make the YAML header of the dataset card, which `load_dataset` and the Hub read."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG, features
from photoshop_request_builder.dataset.card.facts import Facts
from photoshop_request_builder.dataset.files import FileRecord, split_totals

_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
"""Row limits and the Hub's names of the sizes below them."""
_COMMON = 0.01
"""Minimum fraction of requests in a language that the header names."""


def header(records: Sequence[FileRecord], facts: Facts, *, local: bool) -> str:
    """Return the YAML for these files, without its fences. `local` is True for a folder on disk."""
    from datasets import DatasetInfo, SplitDict, SplitInfo  # 1 s to import
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    names = [name for name in CONFIGS if any(file.config == name for file, _ in records)]
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
        totals = [total for total in split_totals(records) if total.config == name]
        splits = SplitDict()
        for total in totals:
            splits.add(SplitInfo(total.split, num_bytes=total.bytes, num_examples=total.rows))
        size = sum(total.bytes for total in totals)
        infos[name] = DatasetInfo(features=features(name), splits=splits, download_size=size, dataset_size=size)
    infos.to_dataset_card_data(data)
    return str(data.to_yaml())


def _config(name: str, records: Sequence[FileRecord], *, local: bool) -> dict[str, Any]:
    own_files = [(file, record) for file, record in records if file.config == name]
    paths = [
        {"split": split, "path": f"{name}/{split}-*.parquet"}
        for split in dict.fromkeys(file.split for file, _ in own_files)
    ]
    entry: dict[str, Any] = {"config_name": name, "data_files": paths}
    if name == DEFAULT_CONFIG:
        entry["default"] = True
    if local:
        # `load_dataset` caches a local folder by its README, not by its files: the description must change with them.
        # On the Hub the commit identifies the files.
        contents = "".join(f"{file.name} {record['sha256']}\n" for file, record in own_files)
        entry["description"] = f"content {sha256(contents.encode()).hexdigest()[:16]}"
    return entry


def _languages(facts: Facts) -> list[str]:
    """Return the common languages of the requests, or `en` if none is known."""
    whole = sum(facts.languages.values())
    common = [name for name, count in facts.languages.items() if name != "und" and count >= _COMMON * whole]
    return common or ["en"]


def _size(rows: int) -> str:
    return next((name for limit, name in _SIZES if rows < limit), "10M<n<100M")
