"""Thresholds state their measurement, and fingerprints state their values."""

from importlib.resources import files

from photoshop_request.edits.thresholds import fingerprint_text, fingerprint_values, thresholds
from photoshop_request_builder.store.storage import fingerprint


def test_every_threshold_states_its_measurement() -> None:
    """Only the intercept of the logistic rule needs no comment."""
    text = files("photoshop_request.edits").joinpath("thresholds.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    bare = [line for line in lines if "#" not in line and not line.startswith("intercept")]
    assert not bare
    assert thresholds() is thresholds()


def test_fingerprints_are_those_of_release_0_1_0() -> None:
    """Corpora made by it count as up to date. Change both when a threshold's value changes."""
    assert fingerprint("thresholds", 1, {"values": fingerprint_values()}) == "dbd94ad636e34815a8e7ba96499ffcca"
    assert fingerprint("thresholds", 1, {"text": fingerprint_text()}) == "f43667e76c7bd07b60f875fabb66c299"
