"""Keep the accuracy of verdicts on real labelled pairs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_verdicts_on_real_pairs_stay_accurate(shared):
    command = [
        sys.executable,
        str(ROOT / "benchmarks" / "verdicts"),
        str(shared / "data" / "pairs"),
        "--known-masks",
        "--json",
    ]
    figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert figures["f1_edit"] >= 0.975
    assert figures["recall_same"] >= 0.95
    assert figures["recall_unrelated"] >= 0.98
    assert figures["recall_second_shots"] >= 18 / 32
    assert figures["edits_lost_as_second_shots"] <= 0.005 * 240
    assert figures["recall_edits_under_2_percent"] >= 0.85
    assert figures["worst_origin"] >= 0.85
    assert figures["inverted_masks"] <= 0.01
    for masks in figures["known_masks"].values():
        assert masks["all but copies"]["median_iou"] >= 0.92
        assert masks["all but copies"]["under_0.3"] <= 0.02
        assert masks["tone_and_local"]["median_iou"] >= 0.85
        assert masks["tone_and_local"]["under_0.3"] <= 0.05
        assert masks["copy_moved"]["median_iou"] >= 0.9
