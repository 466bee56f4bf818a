"""Install the wheel and the source distribution in an empty environment and run the demo."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]


def _run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(
        [*map(str, command)], cwd=folder, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution and its wheel. Skip the test without a package index."""
    folder = tmp_path_factory.mktemp("built")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--outdir", folder, ROOT], capture_output=True, text=True, check=False
    )
    if (
        "No matching distribution" in done.stdout + done.stderr
        or "Could not find a version" in done.stdout + done.stderr
    ):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    return folder


def test_the_source_distribution_holds_no_data_of_others(built: Path) -> None:
    """Include everything that tests and docs need."""
    import tarfile

    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"README.md", "LICENSE", "CHANGELOG.md", "docs/recipes.md", "tests/test_distribution.py"} <= names
    assert [name for name in names if name.endswith((".zst", ".ndjson")) and "demo/sample" not in name] == []


def test_the_wheel_holds_what_is_needed_and_nothing_else(built: Path) -> None:
    import zipfile

    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {
        "photoshop_request",
        "photoshop_request_builder",
    }
    for needed in ("photoshop_request/py.typed", "photoshop_request/edits/thresholds.toml"):
        assert needed in names
    assert any(name.endswith("demo/sample/routes.json") or "sample" in name for name in names)
    assert [name for name in names if "test" in name.rpartition("/")[2].lower() and name.endswith(".py")] == []


def test_the_demo_runs_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    """Run without development dependencies, outside the checkout."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    (wheel,) = built.glob("*.whl")
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True, cwd=tmp_path)
    said = _run(tmp_path / "venv" / "bin" / "photoshop-request", "demo", folder=tmp_path)
    assert "contact sheet" in said
    assert (tmp_path / "photoshop-request-demo" / "contact_sheet.png").exists()
    loaded = "from datasets import load_dataset; print(load_dataset('photoshop-request-demo/dataset').num_rows)"
    assert "train" in _run(python, "-c", loaded, folder=tmp_path)
    assert "with all dependencies" in _run(
        tmp_path / "venv" / "bin" / "photoshop-request", "doctor", "--offline", folder=tmp_path
    )
