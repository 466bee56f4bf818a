"""Finding lines by needle gives what parsing every line gives."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.reddit import scan as scanning
from photoshop_request.reddit.scan import is_monthly, scan

_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ['{"subreddit":"Pics"}', '{"subreddit" : "PICS"}', '{"a":"\u00e9","subreddit":"pics","t":"\u4e16"}']
        ),
        st.sampled_from(
            ['{"subreddit":"pic"}', '{"subreddit":"picsx"}', "", "\u00e9\u212a", '{"t":"pics\\""}', '"Estoration"']
        ),
    )
)


def _wanted(line: bytes, names: list[str]) -> bool:
    return any(f'"{name}"'.encode() in line.lower() for name in names)


@given(_LINES, st.data())
def test_any_cut_gives_the_lines_that_name_a_wanted_subreddit(texts, data):
    stream = "\n".join(texts).encode() + data.draw(st.sampled_from([b"", b"\n"]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    blocks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    finds = list(scan(blocks, ["pics", "estoration"]))
    lines = stream.split(b"\n")
    if not lines[-1]:
        lines.pop()
    found = [line for find in finds for line in find.lines]
    assert [line for line, _, _ in found] == [line for line in lines if _wanted(line, ["pics", "estoration"])]
    assert sum(find.passed for find in finds) + len(found) == len(lines)
    for line, number, offset in found:
        assert lines[number - 1] == line
        assert stream[offset : offset + len(line)] == line


def test_a_line_over_many_blocks_is_found_whole():
    line = json.dumps({"body": "x" * 5000, "subreddit": "pics", "z": "y" * 5000}).encode()
    stream = b"{}\n" + line + b"\n{}\n"
    blocks = [stream[at : at + 7] for at in range(0, len(stream), 7)]
    assert [line for find in scan(blocks, ["PICS"]) for line in find.lines] == [(line, 2, 3)]


def test_a_file_without_newlines_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(scanning, "MAX_LINE", 10)
    finds = list(scan([b"x" * 6] * 5, ["pics"]))
    assert sum(find.passed for find in finds) == 3


@pytest.mark.parametrize(
    ("name", "monthly"),
    [
        ("RS_2020-06.zst", True),
        ("dumps/RC_2011-01.bz2", True),
        ("RC_2018-01-01.xz", True),
        ("PhotoshopRequest_submissions.zst", False),
        ("RS_notes.zst", False),
        ("RS_2020-06.zst/part.jsonl", False),
    ],
)
def test_months_are_told_by_their_name(name, monthly):
    assert is_monthly(name) is monthly
