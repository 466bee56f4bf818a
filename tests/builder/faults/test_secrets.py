"""Write and print no secret of the environment."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from commands import Sample, command, environment

pytestmark = pytest.mark.slow

CANARIES = {
    "HF_TOKEN": "hf_canary0",
    "IMGUR_CLIENT_ID": "canary1imgur",
    "OPENAI_API_KEY": "sk-canary2",
    "PHOTOSHOP_REQUEST_PSEUDONYM_KEY": "canary3-pseudonyms-of-thirty-two-letters",
    "PHOTOSHOP_REQUEST_REDDIT_CLIENT_ID": "canary4id",
    "PHOTOSHOP_REQUEST_REDDIT_CLIENT_SECRET": "canary5secret",
}


def _said(*arguments: str | Path, code: int = 0, online: bool = False) -> str:
    done = command(*arguments, variables={**environment(), **CANARIES, "HF_HUB_OFFLINE": "0" if online else "1"})
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def _contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield every file, with tables unpacked."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()
        if path.suffix == ".parquet":
            yield path, repr(pq.read_table(path).to_pylist()).encode()


def test_no_secret_is_written_or_said(sample: Sample, tmp_path: Path) -> None:
    """Cover a whole run, the pages, the output of commands, and their errors."""
    corpus = tmp_path / "corpus"
    spoken = [
        _said(*sample.run_arguments(corpus)),
        *(_said(verb, corpus) for verb in ("status", "decisions", "config", "report", "view")),
        _said("doctor", corpus, "--offline"),
        _said("export", corpus, "diffusers", tmp_path / "export"),
        # a service on this machine that is not there: the errors of clients name what they sent
        _said("rewrite", corpus, "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--limit", "1", online=True),
    ]
    found = [f"what command {number} says" for number, text in enumerate(spoken) if "canary" in text]
    found += [str(path) for path, data in _contents(tmp_path) if b"canary" in data]
    assert found == []
    rows = [json.loads(line) for line in spoken[2].splitlines() if line.startswith("{")]
    assert rows
