"""Tests that tables, configs, pages and documents take their figures from `edits.figures`."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

from photoshop_request.edits.compare import Comparison
from photoshop_request.edits.figures import FIGURES
from photoshop_request.schema import CONFIGS
from photoshop_request_builder.pages.viewer.cards import LISTED
from photoshop_request_builder.store import tables

ROOT = Path(__file__).resolve().parents[2]
ADD_TWO_FIGURES = """
import importlib.util, json, sys
from photoshop_request.edits import figures
figures.FIGURES += (
    figures.Figure("glow", "float64", "Fraction of the edit that glows, 0 to 1.", "glow"),
    figures.Figure("hum", "int32", "Hertz of the hum.", None),
)
from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.configs import triplets
from photoshop_request_builder.pages.viewer import cards
from photoshop_request_builder.stages import pair
from photoshop_request_builder.store import tables
spec = importlib.util.spec_from_file_location("make_docs", sys.argv[1])
make_docs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_docs)
print(json.dumps({
    "table": {field.name: str(field.type) for field in tables.CANDIDATES},
    "config": [column.name for column in CONFIGS["triplets"]],
    "card": cards.meanings(),
    "docs": make_docs.columns(),
    "stage": [figure.name for figure in pair.FIGURES],
    "rows": [figure.column for figure in triplets.FIGURES],
}))
"""


def test_a_new_figure_appears_everywhere() -> None:
    """Add one published and one stored figure to the list, before anything else reads it."""
    command = [sys.executable, "-c", ADD_TWO_FIGURES, str(ROOT / "scripts" / "make_docs.py")]
    made = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert (made["table"]["glow"], made["table"]["hum"]) == ("double", "int32")
    last = [figure.column for figure in FIGURES if figure.column][-1]
    assert made["config"][made["config"].index(last) + 1] == "glow"
    assert "hum" not in made["config"]
    assert ["glow", "Fraction of the edit that glows, 0 to 1."] in made["card"]
    assert ["hum", "Hertz of the hum."] in made["card"]
    assert "| `glow` | `float64` | Fraction of the edit that glows, 0 to 1. |" in made["docs"]
    assert "Hertz of the hum." not in made["docs"]
    assert made["stage"][-2:] == ["glow", "hum"]
    assert made["rows"][-2:] == ["glow", None]


def test_every_figure_is_computed_stored_and_shown() -> None:
    """Compare the list with its users; each published figure stands once in `triplets`."""
    names = [figure.name for figure in FIGURES]
    assert set(names) <= {field.name for field in dataclasses.fields(Comparison)}
    assert [name for name in tables.CANDIDATES.names if name in names] == names
    assert set(names) - set(LISTED) == {"matrix"}
    published = [column.name for column in CONFIGS["triplets"]]
    assert all(published.count(figure.column) == 1 for figure in FIGURES if figure.column)
    assert [figure.name for figure in FIGURES if not figure.column] == ["size_ratio", "sparkle"]


def test_the_list_imports_no_heavy_library() -> None:
    """Import the schema without OpenCV, NumPy, PyArrow or datasets."""
    heavy = "{'cv2', 'numpy', 'pyarrow', 'datasets', 'torch'}"
    code = f"import sys, photoshop_request.schema; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
