"""Thresholds state their measurement, and fingerprints state their values."""

import tomllib
from importlib.resources import files

from photoshop_request.edits.thresholds import fingerprint_values, thresholds


def test_every_threshold_states_its_measurement() -> None:
    """Only the intercept of the logistic rule needs no comment."""
    text = files("photoshop_request.edits").joinpath("thresholds.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    bare = [line for line in lines if "#" not in line and not line.startswith("intercept")]
    assert not bare
    assert thresholds() is thresholds()


def test_every_threshold_is_part_of_fingerprints() -> None:
    """Corpora are compared again when one changes."""
    text = files("photoshop_request.edits").joinpath("thresholds.toml").read_text("utf-8")
    expected = {
        section: {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        for section, values in tomllib.loads(text).items()
    }
    assert fingerprint_values() == expected
