from importlib.resources import files

from photoshop_request.edits.thresholds import thresholds


def test_every_threshold_stands_with_its_measurement():
    text = files("photoshop_request.edits").joinpath("thresholds.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if "=" in line and not line.startswith("#")]
    bare = [line for line in lines if "#" not in line and not line.startswith("intercept")]
    assert not bare
    assert thresholds() is thresholds()
