"""Read the thresholds of verdicts from `thresholds.toml`, which states the measurement behind each."""

import dataclasses
import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, get_type_hints


@dataclass(frozen=True, slots=True)
class Related:
    """Weights of the logistic rule for shared content, and the probability from which it holds."""

    intercept: float
    structure: float
    detail: float
    outline: float
    min_probability: float


@dataclass(frozen=True, slots=True)
class Surround:
    """Limits and weight of blocks that border a flat area."""

    flat: float
    plain_range: float
    plain_fraction: float
    weight: float
    prior_blocks: float


@dataclass(frozen=True, slots=True)
class Changed:
    """Limits that re-uploads do not reach."""

    block_change: float
    peak: float
    spot_contrast: float
    tone: float
    softer: float
    sharper: float
    uneven_sharpness: float
    added: float
    tilt: float
    max_tilt: float


@dataclass(frozen=True, slots=True)
class ToneFit:
    """Limits on the global tone and on the blocks that it is fitted on."""

    flat: float
    min_blocks: int
    gain: tuple[float, float]
    shift: float
    close: float
    far: float
    inverted: float


@dataclass(frozen=True, slots=True)
class SecondShot:
    """Limits on grain that show two exposures of one scene."""

    correlation: float
    min_blocks: int
    few_blocks_penalty: float
    enough_blocks: int
    grain_ratio: tuple[float, float]
    sharpness: tuple[float, float]
    max_agreement: float
    texture: float
    doubt: float
    max_confidence: float


@dataclass(frozen=True, slots=True)
class RepaintRule:
    """Weights of the logistic rule for repaints, and the limits of what it may claim."""

    intercept: float
    fine: float
    coarse: float
    grain: float
    slope: float
    precise: float
    repaint: float
    min_slope: float
    max_kept: float
    min_blocks: int
    enough_blocks: int
    min_softness: float


@dataclass(frozen=True, slots=True)
class Mask:
    """Gray levels and area from which a pixel or region counts as changed."""

    sharp_level: float
    soft_level: float
    min_area: float


@dataclass(frozen=True, slots=True)
class Watermark:
    """Weights of the two logistic rules for watermarks, and limits on the drawing."""

    min_density: float
    min_peak: float
    own_peak: float
    own_overlay: float
    repeated_intercept: float
    peak: float
    fraction: float
    reach: float
    overlay_intercept: float
    excess: float
    near: float
    above: float
    ground: float
    mixed: float
    min_confidence: float
    signature: float
    expected: float
    asked_for: float


@dataclass(frozen=True, slots=True)
class Collage:
    """Limits on a picture that shows its source twice."""

    min_added: float
    min_overlap: float


@dataclass(frozen=True, slots=True)
class Composite:
    """Limits on an edit made of two sources."""

    min_fraction: float
    min_blocks: int


@dataclass(frozen=True, slots=True)
class PastedPart:
    """Limits on a part of a source that an edit shows elsewhere."""

    min_few_votes: int
    min_votes: int
    min_correlation: float
    two_levels: float
    min_windows: float
    max_two_levels: float
    min_faint: float


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Limit on two edits that may show the same picture."""

    max_distance: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Hold all thresholds, one section per question."""

    related: Related
    surround: Surround
    changed: Changed
    tone: ToneFit
    second_shot: SecondShot
    repaint: RepaintRule
    mask: Mask
    watermark: Watermark
    collage: Collage
    composite: Composite
    part: PastedPart
    duplicate: Duplicate


@functools.cache
def thresholds() -> Thresholds:
    """Return the content of the file, which is read once."""
    tables = tomllib.loads(files("photoshop_request.edits").joinpath("thresholds.toml").read_text("utf-8"))
    sections = {
        name: section(
            **{key: tuple(value) if isinstance(value, list) else value for key, value in tables[name].items()}
        )
        for name, section in get_type_hints(Thresholds).items()
    }
    return Thresholds(**sections)


def fingerprint_values() -> dict[str, dict[str, Any]]:
    """Return all thresholds by section and name, as fingerprints of stages contain them."""
    return dataclasses.asdict(thresholds())
