"""Split blocks into the same lines, wherever they are cut."""

from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.reddit import newlines
from photoshop_request.reddit.newlines import split_lines

_TEXT = "a\u00e9\u4e16\U0001f600\n"


@st.composite
def _cut_streams(draw):
    data = draw(st.text(_TEXT)).encode()
    cuts = sorted(draw(st.lists(st.integers(0, len(data)))))
    return data, [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@given(_cut_streams())
def test_any_cut_of_the_bytes_gives_the_same_lines(stream):
    data, blocks = stream
    found = [line for batch in split_lines(blocks) for line in batch.lines]
    assert found == (data[:-1] if data.endswith(b"\n") else data).split(b"\n") if data else found == []


@given(_cut_streams())
def test_numbers_and_offsets_point_at_the_line(stream):
    data, blocks = stream
    expected = 1
    for batch in split_lines(blocks):
        for line, number, start in batch:
            assert number == expected
            expected += 1
            assert data[start : start + len(line)] == line
            assert start == 0 or data[start - 1 : start] == b"\n"


def test_a_line_without_end_comes_in_pieces_and_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(newlines, "MAX_LINE", 10)
    batches = list(split_lines([b"x" * 6, b"x" * 6, b"x" * 6, b"\nshort\n"]))
    assert [line for batch in batches for line in batch.lines] == [b"x" * 12, b"x" * 6, b"short"]
    assert [batch.offset for batch in batches] == [0, 12]
