"""The numbers that verdicts hang on, read from `thresholds.toml`, where each stands with what set it."""

import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

__all__ = ["Thresholds", "thresholds"]


@dataclass(frozen=True, slots=True)
class Related:
    """Weights of the logistic rule for shared content, and the probability from which it holds."""

    intercept: float
    structure: float
    outline: float
    exact: float
    detail: float
    noise: float
    least: float


@dataclass(frozen=True, slots=True)
class Changed:
    """What a re-upload does not reach."""

    shade: float
    peak: float
    lone: float
    tone: float
    softer: float
    sharper: float
    uneven: float
    added: float
    tilt: float
    tilt_most: float


@dataclass(frozen=True, slots=True)
class SecondShot:
    """When noise says that the shutter opened twice."""

    correlation: float
    blocks: int
    few: float
    enough: int
    noise_ratio: tuple[float, float]
    sharpness: tuple[float, float]
    standing: float


@dataclass(frozen=True, slots=True)
class Mask:
    """What counts as changed."""

    level: float
    shade: float
    speck: float


@dataclass(frozen=True, slots=True)
class Collage:
    """When a picture shows its source twice."""

    added: float
    panel: float


@dataclass(frozen=True, slots=True)
class Composite:
    """When an edit is made of two sources."""

    explained: float
    blocks: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """When two edits are worth comparing."""

    distance: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All of them, by the question that they answer."""

    related: Related
    changed: Changed
    second_shot: SecondShot
    mask: Mask
    collage: Collage
    composite: Composite
    duplicate: Duplicate


@functools.cache
def thresholds() -> Thresholds:
    """The file's content; read once."""
    text = files("photoshop_request.edits").joinpath("thresholds.toml").read_text("utf-8")
    table: dict[str, dict[str, Any]] = tomllib.loads(text)
    shot: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table["second_shot"].items()
    }
    return Thresholds(
        related=Related(**table["related"]),
        changed=Changed(**table["changed"]),
        second_shot=SecondShot(**shot),
        mask=Mask(**table["mask"]),
        collage=Collage(**table["collage"]),
        composite=Composite(**table["composite"]),
        duplicate=Duplicate(**table["duplicate"]),
    )
