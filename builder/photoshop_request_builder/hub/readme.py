"""Merge our README header into the header on the Hub, so that no config is lost in any order of pushes."""

from collections.abc import Mapping
from typing import Any

from huggingface_hub import DatasetCard, DatasetCardData

from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG


def merge_readme(ours: str, theirs: str | None, paths: set[str]) -> str:
    """Return the README to send: our text, and our YAML merged into `theirs` config by config.

    Our configs in `theirs` are kept only while `paths` (all files after the commit) has one of their files. Configs and
    fields that others wrote are kept unchanged.
    """
    new, old = _header(ours), _header(theirs) if theirs else {}
    data = {**old, **new}
    folders = {path.partition("/")[0] for path in paths}
    for field in ("configs", "dataset_info"):
        kept = {
            name: entry for name, entry in _by_name(old.get(field)).items() if name not in CONFIGS or name in folders
        }
        merged = {**kept, **_by_name(new.get(field))}
        if merged:
            # our configs first, in the schema's order
            order = [name for name in CONFIGS if name in merged] + [name for name in merged if name not in CONFIGS]
            data[field] = [_with_one_default(merged[name], order) for name in order]
    return f"---\n{DatasetCardData(**data).to_yaml()}\n---\n\n{DatasetCard(ours).text.lstrip()}"


def _with_one_default(entry: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """Remove `default` from other configs where ours is published: `datasets` refuses two defaults."""
    if DEFAULT_CONFIG in names and entry.get("config_name") != DEFAULT_CONFIG:
        return {key: value for key, value in entry.items() if key != "default"}
    return dict(entry)


def _header(text: str) -> dict[str, Any]:
    """Return the YAML header of a README, empty if it is missing or cannot be read."""
    try:
        data: dict[str, Any] = vars(DatasetCard(text, ignore_metadata_errors=True).data)
    except Exception:  # noqa: BLE001 - other people's READMEs raise any of YAML's errors
        return {}
    return {name: value for name, value in data.items() if value is not None}


def _by_name(entries: Any) -> dict[str, Mapping[str, Any]]:
    """Return entries by config name. `dataset_info` of a single config is not in a list."""
    listed = [entries] if isinstance(entries, Mapping) else entries or []
    return {entry.get("config_name", "default"): entry for entry in listed if isinstance(entry, Mapping)}
