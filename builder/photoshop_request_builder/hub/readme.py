"""The README's YAML on the Hub: ours over what is there, so that no order of pushes loses a config."""

from collections.abc import Mapping
from typing import Any

from huggingface_hub import DatasetCard, DatasetCardData

from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG

__all__ = ["merge_readme"]


def merge_readme(ours: str, there: str | None, paths: set[str]) -> str:
    """The README to send: the text of `ours`; its YAML over that of `there`, config by config.

    A config of this program is kept from `there` only while it has a file in `paths` (what the repository will hold);
    configs and fields that others wrote are kept as they are.
    """
    mine, before = _data(ours), _data(there) if there else {}
    data = {**before, **mine}
    for field in ("configs", "dataset_info"):
        merged = {**_kept(_named(before.get(field)), paths), **_named(mine.get(field))}
        if merged:
            # the order of the schema, then that of the others
            order = [name for name in CONFIGS if name in merged] + [name for name in merged if name not in CONFIGS]
            data[field] = [_one_default(merged[name], order) for name in order]
    return f"---\n{DatasetCardData(**data).to_yaml()}\n---\n\n{DatasetCard(ours).text.lstrip()}"


def _one_default(entry: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """`datasets` refuses two defaults: ours is the default wherever it is published."""
    if DEFAULT_CONFIG in names and entry.get("config_name") != DEFAULT_CONFIG:
        return {key: value for key, value in entry.items() if key != "default"}
    return dict(entry)


def _data(text: str) -> dict[str, Any]:
    """The YAML of a README; empty where there is none, or none that can be read."""
    try:
        data: dict[str, Any] = vars(DatasetCard(text, ignore_metadata_errors=True).data)
    except Exception:  # noqa: BLE001 - YAML's own errors, which other people's READMEs may raise
        return {}
    return {name: value for name, value in data.items() if value is not None}


def _named(entries: Any) -> dict[str, Mapping[str, Any]]:
    """Entries by their config's name; `dataset_info` of a single config is not in a list."""
    listed = [entries] if isinstance(entries, Mapping) else entries or []
    return {entry.get("config_name", "default"): entry for entry in listed if isinstance(entry, Mapping)}


def _kept(entries: dict[str, Mapping[str, Any]], paths: set[str]) -> dict[str, Mapping[str, Any]]:
    here = {path.partition("/")[0] for path in paths}
    return {name: entry for name, entry in entries.items() if name not in CONFIGS or name in here}
