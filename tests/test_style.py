"""Check the house rules that no linter knows: openings of docstrings, semicolons, names of classes."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("photoshop_request", "builder/photoshop_request_builder")
CODE = re.compile(r"`[^`]*`")
OPENINGS = re.compile(r"(What|Whether|Who|Whose|How|That|Of|Which|Where|When|Why)\b")


def _modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def _docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "lineno", 1), text


@pytest.mark.parametrize("folder", [*PACKAGES, "tests", "benchmarks", "scripts"])
def test_docstrings_open_with_what_the_code_does(folder: str) -> None:
    """Reject docstrings that open with a question word."""
    bad = [
        f"{path}:{line}: {text.splitlines()[0]}"
        for path, tree in _modules(folder)
        for line, text in _docstrings(tree)
        if OPENINGS.match(text)
    ]
    assert bad == []


@pytest.mark.parametrize("folder", PACKAGES)
def test_docstrings_have_short_sentences(folder: str) -> None:
    """Allow fewer than two semicolons in a thousand words."""
    texts = [CODE.sub("", text) for _, tree in _modules(folder) for _, text in _docstrings(tree)]
    words = sum(len(text.split()) for text in texts)
    assert words > 1000
    assert 1000 * sum(text.count(";") for text in texts) / words < 2


def test_each_class_has_a_name_of_its_own() -> None:
    """Compare the class names of both packages."""
    places = defaultdict(list)
    for path, tree in _modules(*PACKAGES):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path))
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}
