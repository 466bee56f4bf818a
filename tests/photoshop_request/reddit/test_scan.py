"""A search for names finds the lines that parsing every line finds."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.reddit import scan as scanning
from photoshop_request.reddit.scan import is_monthly, scan

_OTHER = ['{"subreddit":"pic"}', '{"subreddit":"picsx"}', "", "\u00e9\u212a", '{"t":"pics\\""}', '"pIcs"']
_WANTED = ['{"subreddit":"NAME"}', '{"subreddit" : "NAME"}', '{"a":"\u00e9","subreddit":"NAME","t":"\u4e16"}']


@given(
    st.lists(st.sampled_from(_OTHER + _WANTED + ['{"subreddit":"Estoration"}'])),
    st.sampled_from(["pics", "Pics", "PICS"]),
    st.data(),
)
def test_any_cut_gives_the_lines_of_a_wanted_subreddit_and_counts_the_others(texts, name, data):
    stream = "\n".join(texts).replace("NAME", name).encode() + data.draw(st.sampled_from([b"", b"\n"]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    blocks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    finds = list(scan(blocks, ["picS", "estoration"]))
    lines = stream.split(b"\n")
    if not lines[-1]:
        lines.pop()
    found = [line for find in finds for line in find.lines]
    wanted = re.compile(rb'"subreddit" ?: ?"(?:pics|estoration)"', re.IGNORECASE)
    assert [line for line, _, _ in found if wanted.search(line)] == [line for line in lines if wanted.search(line)]
    assert all(b'"pics"' in line.lower() or wanted.search(line) for line, _, _ in found)
    assert sum(find.other_lines for find in finds) + len(found) == len(lines)
    for line, number, offset in found:
        assert lines[number - 1] == line
        assert stream[offset : offset + len(line)] == line


def _block(*lines: str) -> bytes:
    return "\n".join(["{}", *lines, "{}"]).encode() + b"\n"


def test_a_name_in_a_title_does_not_teach_how_the_subreddit_is_written():
    blocks = [_block('{"flair":"PICS","subreddit":"other"}'), _block('{"subreddit":"pics"}')]
    assert [len(find.lines) for find in scan(blocks, ["Pics"])] == [1, 1]


def test_a_second_spelling_is_found_by_the_next_block_that_is_searched_in_any_case_and_from_then_on():
    old, new = _block('{"subreddit":"pics"}'), _block('{"subreddit":"Pics"}')
    finds = list(scan([old] * 3 + [new] * 20 + [old] * 2, ["PICS"]))
    assert [len(find.lines) for find in finds] == [1] * 3 + [0] * 13 + [1] * 9
    assert sum(find.other_lines for find in finds) == 25 * 3 - 12


def test_a_line_over_many_blocks_is_found_whole():
    line = json.dumps({"body": "x" * 5000, "subreddit": "pics", "z": "y" * 5000}).encode()
    stream = b"{}\n" + line + b"\n{}\n"
    blocks = [stream[at : at + 7] for at in range(0, len(stream), 7)]
    assert [line for find in scan(blocks, ["PICS"]) for line in find.lines] == [(line, 2, 3)]


def test_a_file_without_newlines_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(scanning, "MAX_LINE", 10)
    finds = list(scan([b"x" * 6] * 5, ["pics"]))
    assert sum(find.other_lines for find in finds) == 3


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
