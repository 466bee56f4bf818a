"""Which rows of a config a user wants: selections by argument, the same for every config that has the column."""

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from photoshop_request.errors import InputError
from photoshop_request.schema import CONFIGS
from photoshop_request.text.request.task_types import TaskType

_SCORE = ("comment_score", "score", "chosen_score")
_TIME = ("comment_created_utc", "created_utc", "chosen_created_utc")
_ACCEPTED = ("accepted", "solved")
_QUALITY = 95
"""Of JPEG, where pictures are re-encoded on demand: differences to the original stay under what the masks see."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """None, empty and False mean: no matter. Times are Unix seconds, `since` inclusive, `until` exclusive."""

    min_score: int | None = None
    """Of the edit's comment; of the request in `requests`; of the preferred edit in `preferences`."""
    max_changed_fraction: float | None = None
    min_locality: float | None = None
    task_types: tuple[str, ...] = ()
    """Any of these."""
    accepted_only: bool = False
    since: int | None = None
    until: int | None = None
    one_edit_per_request: bool = False
    """The one the requester took, else the one with the highest score, else the first."""
    max_side: int | None = None
    """Pixels of the longer side; larger pictures are made smaller, which takes `reencode`."""
    reencode: str | None = None
    """`jpeg` or `png`: what pictures beyond `max_side` are written as; without it bytes are never touched."""


def wanted_of(config: str, arguments: Mapping[str, Any]) -> Wanted:
    """What the arguments of a builder ask for.

    Raises:
        InputError: a value cannot be used, or `config` has no column that the argument looks at.
    """
    # 0 is a limit, though it equals False
    given = {
        name: value for name, value in arguments.items() if not (value is None or value is False or value in ((), []))
    }
    _check(config, given)
    for name in ("since", "until"):
        if isinstance(given.get(name), str):
            given[name] = _seconds(given[name])
    if "task_types" in given:
        given["task_types"] = tuple(given["task_types"])
    return Wanted(**given)


def keep(rows: Iterable[dict[str, Any]], wanted: Wanted) -> list[dict[str, Any]]:
    """The wanted rows among those of one request, in their order."""
    kept = [row for row in rows if _is_wanted(row, wanted)]
    if wanted.one_edit_per_request and len(kept) > 1:
        return [max(kept, key=_preferred)]
    return kept


def shrink(data: bytes, max_side: int, form: str) -> bytes:
    """The file, or a smaller one in `form` where the longer side is over `max_side` pixels.

    Colours are as they were, but in sRGB where `form` does not hold them: CMYK in PNG, more than 8 bits.
    """
    from PIL import Image, ImageOps  # only who asks for smaller pictures pays for it

    from photoshop_request.media.files.decode import Picture, decode

    with Image.open(io.BytesIO(data)) as image:
        if max(image.size) <= max_side:
            return data
        upright = ImageOps.exif_transpose(image)
        profile = upright.info.get("icc_profile")
        if upright.mode not in {"1", "L", "LA", "P", "RGB", "RGBA", "CMYK" if form == "jpeg" else None}:
            picture = decode(data)
            assert isinstance(picture, Picture), "a published picture decodes"
            upright, profile = Image.fromarray(picture.pixels), None
        upright.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        if form == "jpeg" and upright.mode not in {"L", "RGB", "CMYK"}:
            upright = upright.convert("RGB")
        out = io.BytesIO()
        upright.save(out, form, quality=_QUALITY, icc_profile=profile)
        return out.getvalue()


def _is_wanted(row: Mapping[str, Any], wanted: Wanted) -> bool:
    score, utc = _first(row, _SCORE), _first(row, _TIME)
    return (
        (wanted.min_score is None or (score is not None and score >= wanted.min_score))
        and (wanted.max_changed_fraction is None or row["changed_fraction"] <= wanted.max_changed_fraction)
        and (wanted.min_locality is None or row["locality"] >= wanted.min_locality)
        and (not wanted.task_types or not set(wanted.task_types).isdisjoint(row["task_types"]))
        and (not wanted.accepted_only or _is_accepted(row))
        and (wanted.since is None or utc >= wanted.since)
        and (wanted.until is None or utc < wanted.until)
    )


def _is_accepted(row: Mapping[str, Any]) -> bool:
    return row["signal"] == "accepted" if "signal" in row else bool(_first(row, _ACCEPTED))


def _preferred(row: Mapping[str, Any]) -> tuple[bool, float, int]:
    score = row["comment_score"]
    return row["accepted"], float("-inf") if score is None else score, -row["comment_created_utc"]


def _first(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((row[name] for name in names if name in row), None)


_NEEDS = {
    "min_score": _SCORE,
    "max_changed_fraction": ("changed_fraction",),
    "min_locality": ("locality",),
    "task_types": ("task_types",),
    "accepted_only": (*_ACCEPTED, "signal"),
    "since": _TIME,
    "until": _TIME,
    "one_edit_per_request": ("edited_image",),
}


def _check(config: str, given: Mapping[str, Any]) -> None:
    columns = {column.name for column in CONFIGS[config]}
    for name in given:
        if name in _NEEDS and columns.isdisjoint(_NEEDS[name]):
            raise InputError(f"{name}: the config {config} has no column {' or '.join(_NEEDS[name])}. Leave it out.")
    if unknown := sorted(set(given.get("task_types", ())) - set(TaskType)):
        raise InputError(f"task_types: there is no {unknown[0]!r}; there are {', '.join(TaskType)}.")
    if "max_side" in given and given.get("reencode") not in {"jpeg", "png"}:
        raise InputError('max_side: smaller pictures are other files. Say as what: reencode="jpeg" or "png".')
    if "reencode" in given and "max_side" not in given:
        raise InputError("reencode: only pictures beyond max_side are re-encoded. Give max_side, in pixels.")


def _seconds(text: str) -> int:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not a date. Write 2024-09-30, or Unix seconds.") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp())
