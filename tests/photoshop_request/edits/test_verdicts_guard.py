"""Keep the accuracy of verdicts on real labelled pairs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_verdicts_on_real_pairs_stay_accurate(shared):
    command = [sys.executable, str(ROOT / "benchmarks" / "verdicts"), str(shared / "data" / "pairs"), "--json"]
    figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert figures["f1_edit"] >= 0.975
    assert figures["recall_same"] >= 0.95
    assert figures["recall_unrelated"] >= 0.98
    assert figures["recall_second_shots"] >= 0.75
    assert figures["recall_edits_under_2_percent"] >= 0.85
    assert figures["worst_origin"] >= 0.85
