"""Check the notebook: committed without output, and every cell runs."""

import ast
import importlib
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parents[1] / "scripts" / "explore.ipynb"


@pytest.fixture(scope="module")
def code() -> list[dict[str, Any]]:
    """Return its code cells."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_it_holds_no_outputs(code: list[dict[str, Any]]) -> None:
    """Find neither outputs nor execution counts."""
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_what_it_takes_from_us_exists(code: list[dict[str, Any]]) -> None:
    """Resolve every module and name, without torch."""
    tree = ast.parse("\n".join("".join(cell["source"]) for cell in code))
    found = {
        (node.module, each.name) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for each in node.names
    }
    found |= {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    ours = {(module, name) for module, name in found if module and module.startswith("photoshop_request")}
    assert ours >= {("photoshop_request", "load"), ("photoshop_request.training", "make_dataloader")}
    for module, name in ours:
        there = importlib.import_module(module)
        assert name in getattr(there, "__all__", dir(there)), f"{module}.{name}"


@pytest.mark.slow
def test_every_cell_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run it in a fresh kernel on the sample without a network, and find pictures."""
    for part in ("nbclient", "ipykernel", "matplotlib", "torch"):
        pytest.importorskip(part, reason=f"needs {part}: pip install 'photoshop-request[train,notebook]'")
    import nbclient
    import nbformat

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    # a cell that raises stops it
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 5
    assert list(tmp_path.glob("photoshop-request-*/sample/dataset/README.md"))
