"""Read every container of posts that people have, or refuse it with the command that converts it."""

import gzip
import json
import shlex
import subprocess
import sys
import zipfile

import pytest
import zstandard
from made_dumps_of_arctic_shift import zst_blocks

from photoshop_request.errors import CutInputError, ForeignInputError
from photoshop_request_builder.commands.run import run_ingest
from photoshop_request_builder.engine.running import Reporter
from photoshop_request_builder.stages import ingest
from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.incoming import read_parts, read_rows

POSTS = [
    {
        "id": f"s{number}",
        "title": "Remové the lamp",
        "subreddit": "PhotoshopRequest",
        "created_utc": 1_600_000_000 + number,
    }
    for number in range(30)
]
LINES = "".join(json.dumps(post, ensure_ascii=False) + "\n" for post in POSTS)
CONTAINERS = {
    "lines": LINES.encode(),
    "lines without the last newline": LINES.rstrip().encode(),
    "array": json.dumps(POSTS).encode(),
    "pretty array": json.dumps(POSTS, indent=2).encode(),
    "array of lines": ("[\n" + LINES.replace("}\n", "},\n") + "]\n").encode(),
    "answer of an API": json.dumps({"data": POSTS}).encode(),
    "listing": json.dumps(
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": post} for post in POSTS]}}
    ).encode(),
    "UTF-16 of PowerShell": LINES.replace("\n", "\r\n").encode("utf-16"),
    "UTF-16 without a mark": json.dumps(POSTS).encode("utf-16-le"),
    "big-endian UTF-16": json.dumps(POSTS, indent=2).encode("utf-16-be"),
    "blocks": zst_blocks(LINES.encode().splitlines()),
    "gzip with zeros": gzip.compress(LINES.encode()) + bytes(500),
    "compressed array": zstandard.compress(json.dumps(POSTS).encode()),
    "ISO times": "\n".join(json.dumps({**post, "created_utc": "2020-09-13T12:26:40Z"}) for post in POSTS).encode(),
}
FOREIGN = {
    "web page": (b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n", "web page"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 123\n", "git lfs pull"),
    "zeros": (bytes(5000), "not complete"),
    "compressed zeros": (zstandard.compress(bytes(5000)), "not complete"),
    "CSV": (b"id,subreddit,title\nab1,PhotoshopRequest,Remove it\n", "CSV"),
    "tar": (b"x".ljust(257, b"\0") + b"ustar\0" + LINES.encode(), "tar -xf"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(99), "7z x"),
    "text": (b"hello\nworld\n", "Is it the right file?"),
    "JSON of another kind": (b'{"name": "x",\n "dependencies": {"a": "1"}\n}\n', "Is it the right file?"),
    "no posts": (b"[]", "Is it the right file?"),
}
NAMES = ("posts.json", "RS_2020-06.zst")


@pytest.fixture
def corpus(tmp_path):
    return create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=1)


def _file(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    return str(tmp_path / name)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("name", NAMES)
def test_every_container_gives_every_post(corpus, tmp_path, container, name):
    """The file may have the name of a month of all of Reddit."""
    summary = ingest.ingest_file(corpus, _file(tmp_path, name, CONTAINERS[container]))
    assert (summary.submissions, summary.lines, summary.rejected, summary.ending) == (30, 30, {}, "complete")
    rows = read_rows(corpus, summary, "submissions", 0, ["id", "title", "created_utc", "raw"]).to_pylist()
    assert {(row["id"], row["title"]) for row in rows} == {(post["id"], post["title"]) for post in POSTS}
    assert rows[0]["created_utc"] == 1_600_000_000
    assert all(json.loads(row["raw"]) for row in rows)


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("name", NAMES)
def test_a_foreign_file_is_refused_under_every_name(corpus, tmp_path, kind, name):
    """The message says what it is, and no part is left."""
    content, says = FOREIGN[kind]
    path = _file(tmp_path, name, content)
    with pytest.raises(ForeignInputError, match="no Reddit object") as error:
        ingest.ingest_file(corpus, path)
    assert path in str(error.value)
    assert says in str(error.value)
    assert read_parts(corpus) == []


def _command(corpus, path):
    with pytest.raises(ForeignInputError) as error:
        ingest.ingest_file(corpus, path)
    return shlex.split(str(error.value).rpartition(": ")[2])


def test_the_command_for_csv_makes_a_file_that_is_read(corpus, tmp_path):
    """Also where the name is a pattern for duckdb, and an id looks like a number."""
    rows = "".join(f'1e{number},PhotoshopRequest,"Remove, the ""lamp""",2020-09-13 12:26:40\n' for number in range(5))
    path = _file(tmp_path, "my [old] 'posts'*.csv", f"id,subreddit,title,created_utc\n{rows}".encode())
    python, *arguments = _command(corpus, path)
    assert python == "python"
    subprocess.run([sys.executable, *arguments], check=True)
    summary = ingest.ingest_file(corpus, f"{path}.parquet")
    [row, *_] = read_rows(corpus, summary, "submissions", 0, ["id", "title", "created_utc"]).to_pylist()
    assert summary.submissions == 5
    assert row == {"id": "1e0", "title": 'Remove, the "lamp"', "created_utc": 1_600_000_000}


def test_an_uncompressed_zip_is_refused_though_it_holds_whole_lines(corpus, tmp_path):
    path = tmp_path / "RS_2020-12 (1).zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("posts.jsonl", LINES)
    assert _command(corpus, str(path)) == ["unzip", str(path)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("end", ['{"id": "s99", "subred', '{"id": "s99"\0\0\0\0', "\0\0\0\0", '{"m": {"x": {}'])
def test_a_file_whose_last_line_is_cut_is_truncated(corpus, tmp_path, name, compress, end):
    """The rows before are kept, and every run says so."""
    path = _file(tmp_path, name, compress((LINES + end).encode()))
    said = []
    for _ in range(2):
        problems = run_ingest(corpus, [path], reporter=Reporter(said.append, _no_progress))
        assert [type(problem) for problem in problems] == [CutInputError]
    [summary] = read_parts(corpus)
    assert (summary.submissions, summary.ending) == (30, "truncated")
    assert sum("truncated" in line and path in line for line in said) == 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("container", ["array", "pretty array", "answer of an API", "listing"])
def test_a_cut_document_is_truncated(corpus, tmp_path, name, container):
    whole = CONTAINERS[container]
    summary = ingest.ingest_file(corpus, _file(tmp_path, name, whole[: len(whole) // 2]))
    assert summary.ending == "truncated"
    assert 12 <= summary.submissions <= 16


def test_many_rejected_lines_are_reported_with_the_first_reason(corpus, tmp_path):
    """More than a tenth of the lines. Fewer are counted in `status` only."""
    few = _file(tmp_path, "few.jsonl", (LINES + '{"a": 1}\n' * 3).encode())
    many = _file(tmp_path, "many.jsonl", (LINES + '{"id": "s1", "title": "x", "created_utc": "soon"}\n' * 4).encode())
    said = []
    assert run_ingest(corpus, [few, many], reporter=Reporter(said.append, _no_progress)) == []
    [warning] = [line for line in said if line.startswith("warning")]
    assert f"{many}: 4 of 34 lines were rejected" in warning
    assert 'line 31, says: no_time created_utc "soon' in warning
    assert "rejects/archive/many.jsonl-" in warning


def _no_progress(*_arguments):
    from contextlib import nullcontext

    return nullcontext(lambda _done: None)
