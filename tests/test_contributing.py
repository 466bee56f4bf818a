"""Apply the recipes of CONTRIBUTING.md to a scratch copy and run the result."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"```(python|diff)\n# (\S+)\n(.*?)```", re.DOTALL)
CHECK = """
import sys
from datasets import load_dataset
from photoshop_request.media.addresses.hosts import classify
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import open_corpus

target = classify("http://img.example.org/a.jpg?width=1")
assert (target.canonical, target.family) == ("https://img.example.org/a.jpg", "example"), target
requests = load_dataset(f"{sys.argv[1]}/dataset", "requests", split="train")
assert all(row["title_words"] == len(row["title"].split()) > 0 for row in requests)
corpus = open_corpus(sys.argv[1])
for shard in range(corpus.shards):
    counts = storage.read_table(corpus.fs, corpus.shard_path(shard, "word_counts"))
    submissions = storage.read_table(corpus.fs, corpus.shard_path(shard, "submissions"), ["id"])
    assert counts.column("submission_id").to_pylist() == submissions.column("id").to_pylist()
    assert min(counts.column("words").to_pylist(), default=1) > 0
"""


def _apply(folder: Path, kind: str, name: str, block: str) -> None:
    path = folder / name
    if kind == "python":
        assert not path.exists(), name
        path.write_text(block, encoding="utf-8")
        return
    lines = block.splitlines()
    old = "\n".join(line[1:] for line in lines if line[0] in " -")
    new = "\n".join(line[1:] for line in lines if line[0] in " +")
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{name}: {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.slow
def test_a_host_an_export_a_column_and_a_stage_are_added_as_described(tmp_path: Path) -> None:
    """Run the demo, the new export and the documents' generator with all four additions."""
    tree, corpus, out = tmp_path / "tree", tmp_path / "corpus", tmp_path / "out"
    for part in ("photoshop_request", "builder", "scripts", "docs"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    blocks = BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert len(blocks) >= 10
    for block in blocks:
        _apply(tree, *block)
    environment = {**os.environ, "PYTHONPATH": f"{tree}{os.pathsep}{tree / 'builder'}"}

    def run(*arguments: object) -> str:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    program = "from photoshop_request_builder.cli import main; main()"
    run("-c", program, "demo", corpus)
    run("-c", CHECK, corpus)
    run("-c", program, "export", corpus, "caption-files", out)
    captions = sorted(out.glob("*.txt"))
    assert captions
    assert all(len(list(out.glob(f"{path.stem}.*"))) == 2 for path in captions)
    pages = run(
        "-c", "import runpy, sys; print(runpy.run_path(sys.argv[1])['columns']())", tree / "scripts" / "make_docs.py"
    )
    assert "title_words" in pages
    fingerprints = {path: path.stat().st_mtime_ns for path in (corpus / "shards").rglob("word_counts.parquet")}
    run("-c", program, "build", corpus)
    assert fingerprints == {path: path.stat().st_mtime_ns for path in (corpus / "shards").rglob("word_counts.parquet")}
