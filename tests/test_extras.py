"""Extras bring what their users import, and messages name them."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


def _names(extra: str) -> set[str]:
    return {re.split(r"[<>=\[]", requirement)[0] for requirement in EXTRAS[extra]}


def test_the_extra_train_holds_what_the_loader_needs() -> None:
    """Trainers with a framework of their own install no other one."""
    assert _names("train") == {"torch", "torchdata", "simplejpeg", "pillow-heif"}
    assert _names("train-example") == {"accelerate", "diffusers", "transformers"}


@pytest.mark.parametrize("package", ["torch", "accelerate", "diffusers", "transformers"])
def test_the_example_names_its_extras_if_a_package_is_missing(package: str) -> None:
    # None in sys.modules makes an import fail
    needs = ["torch", "accelerate", "diffusers", "tokenizers", "tokenizers.trainers", "transformers"]
    program = (
        "import runpy, sys\nfrom unittest.mock import MagicMock\n"
        f"sys.modules |= {{name: MagicMock() for name in {needs}}}\n"
        f"sys.modules[{package!r}] = None\n"
        f"runpy.run_path({str(ROOT / 'scripts' / 'train_example.py')!r})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{package}" in done.stderr
    assert "pip install 'photoshop-request[train,train-example]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_extra_in_an_install_command_exists() -> None:
    pages = [ROOT / ".ci" / "run", *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("[bpst]*/**/*.py")]
    named = {
        extra
        for page in pages
        for extras in re.findall(r"(?:photoshop-request|-e '?\.)\[([a-z,-]+)\]", page.read_text(encoding="utf-8"))
        for extra in extras.split(",")
    }
    assert named <= set(EXTRAS)
    assert {"train", "train-example", "review", "nsfw", "ocr"} <= named
