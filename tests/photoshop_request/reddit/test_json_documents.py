"""Read every post of a JSON document, in any shape and cut into any blocks, and keep what precedes damage."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.reddit import json_documents
from photoshop_request.reddit.json_documents import is_document, read_documents


def _post(number):
    return {
        "id": f"s{number}", "created_utc": 1, "title": 'a "b] {é世', "selftext": "[x](http://y.z/{1}) \\ \ud83d\ude00",
        "media_metadata": {"a": {"s": {"u": "x"}}}, "crosspost_parent_list": [{"id": "p", "created_utc": 2}],
    }  # fmt: skip


def _comment(number, replies=""):
    return {
        "kind": "t1",
        "data": {"id": f"c{number}", "body": "b", "link_id": "t3_s1", "created_utc": 1, "replies": replies},
    }


def _listing(*things):
    return {
        "kind": "Listing",
        "data": {"after": None, "dist": 2, "facets": {}, "children": list(things), "before": None},
    }


POSTS = [_post(number) for number in range(5)]
THINGS = [{"kind": "t3", "data": post} for post in POSTS]
SHAPES = {
    "array": json.dumps(POSTS),
    "pretty array": json.dumps(POSTS, indent=2),
    "array of lines": "[\n" + ",\n".join(map(json.dumps, POSTS)) + "\n]\n",
    "array of lines with a comma too many": "[\n" + "".join(json.dumps(post) + ",\n" for post in POSTS) + "]",
    "lines with commas": "".join(json.dumps(post) + ",\n" for post in POSTS),
    "pretty objects": "\n".join(json.dumps(post, indent=4) for post in POSTS),
    "data": json.dumps({"data": POSTS}),
    "data beside numbers": json.dumps({"error": None, "took": 1.5e-3, "data": POSTS}, separators=(",", ":")),
    "pretty data": json.dumps({"data": POSTS}, indent=1),
    "an answer a line": "\n".join(json.dumps({"data": [post]}) for post in POSTS),
    "listing": json.dumps(_listing(*THINGS)),
    "pretty listing": json.dumps(_listing(*THINGS), indent="\t"),
    "array of listings": json.dumps([_listing(THINGS[0]), _listing(*THINGS[1:])]),
    "marked as UTF-8": "\ufeff" + json.dumps(POSTS),
    "windows": json.dumps(POSTS, indent=2).replace("\n", "\r\n"),
}


def _read(data, size=1 << 20):
    """Return the lines of `data`, read in blocks of `size`, and whether it is cut."""
    reader, lines = read_documents(data[at : at + size] for at in range(0, len(data), size)), []
    while True:
        try:
            lines += next(reader).lines
        except StopIteration as end:
            return lines, end.value


def _ids(lines):
    found = [json.loads(line) for line, _, _ in lines]
    return [(value["data"] if "kind" in value else value)["id"] for value in found]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_every_shape_gives_every_post_with_its_own_bytes(shape, size):
    data = SHAPES[shape].encode()
    assert is_document(data)
    lines, is_cut = _read(data, size)
    assert _ids(lines) == ["s0", "s1", "s2", "s3", "s4"]
    assert not is_cut
    assert [number for _, number, _ in lines] == [1, 2, 3, 4, 5]
    assert all(data[offset : offset + len(line)] == line for line, _, offset in lines)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\n\n",
        b"a,b\n1,2",
        b"<html>",
        b'{"id": "cut\n{"id": "x"}\n',
        b'{"id": "x", "body": "y"}\n{"id"',
        b'{"kind": "t1", "data": {"body": "x"}}\n',
        b'{"kind": "t2"}\n',
        b'{"id": "x", "created_utc": 1, "media_metadata": {"a": {"b": 1}}}\n',
        b'{"created_utc": 1, "replies": ""}\n',
        b'{"a":' * 5000,
    ],
)
def test_lines_and_foreign_bytes_are_no_document(head):
    assert not is_document(head)


def test_nested_comments_come_one_by_one_in_the_order_of_the_thread():
    """No line holds the words of another person, so that a takedown finds each where it belongs."""
    deep = _comment(1, _listing(_comment(2, _listing(_comment(3))), _comment(4), {"kind": "more", "data": {"id": "m"}}))
    scraped = {
        **POSTS[0],
        "comments": [{"id": "c6", "body": "b", "created_utc": 1, "replies": [{"id": "c7", "body": ""}]}],
    }
    lines, is_cut = _read(json.dumps([_listing(THINGS[1]), _listing(deep, _comment(5)), scraped]).encode())
    assert _ids(lines) == ["s1", "c1", "c2", "c3", "c4", "m", "c5", "s0", "c6", "c7"]
    assert not any(b'"id": "c' in line.partition(b'"id": "')[2] for line, _, _ in lines)
    assert not is_cut


@pytest.mark.parametrize("shape", SHAPES)
def test_a_cut_document_gives_every_whole_post_before_the_cut(shape):
    data = SHAPES[shape].encode()
    for cut in range(len(data) // 3, len(data.rstrip()) - 3, 97):
        lines, is_cut = _read(data[:cut], 100)
        whole = data[:cut].count(b'"crosspost_parent_list"') - 1
        found = [name for name in (_id_or_none(line) for line, _, _ in lines) if name]
        assert found[:whole] == ["s0", "s1", "s2", "s3", "s4"][:whole]
        assert is_cut or len(found) >= whole or shape in {"lines with commas", "pretty objects", "an answer a line"}


def _id_or_none(line):
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value.get("data", value).get("id")


@pytest.mark.parametrize(
    "broken",
    ['{"id": "cut', '{"id": nothing}', '{"id": "x" "y"}', "}{", "<html>", '{"a":' * 9000, '{"a":' + "9" * 5000 + "}"],
)
@pytest.mark.parametrize("size", [11, 1 << 20])
def test_broken_json_is_one_line_and_the_others_are_read(broken, size):
    lines = [json.dumps(post) + "," for post in POSTS]
    lines.insert(2, broken)
    found, _ = _read(("[\n" + "\n".join(lines) + "\n]").encode(), size)
    good = [line for line, _, _ in found if _id_or_none(line)]
    assert [_id_or_none(line) for line in good] == ["s0", "s1", "s2", "s3", "s4"]
    assert len(found) >= len(good) + 1


def test_objects_in_objects_are_entered_to_a_depth_so_that_hostile_nesting_takes_no_hours():
    data = '{"a": [' * 300 + "1" + "]}" * 300
    assert len(_read(data.encode())[0]) == 1


def test_bytes_that_are_not_utf8_stay_as_they_are():
    data = b'[{"created_utc": 1, "id": "a", "title": "\xff"}]'
    assert _read(data)[0] == [(data[1:-1], 1, 1)]


def test_an_object_that_is_no_post_is_a_line():
    assert len(_read(b'[{"a": 1}, {"b": {"c": 2}}, {"kind": "t5", "data": {"x": [1]}}]')[0]) == 3


def test_a_document_of_any_size_takes_bounded_memory(monkeypatch):
    """An object longer than a line may be is entered, and the text that is kept stays as short as a line."""
    monkeypatch.setattr(json_documents, "MAX_LINE", 5000)
    kept = []

    def blocks():
        yield b'{"meta": {"x": 1}, "data": ['
        for number in range(3000):
            kept.append(len(reader.gi_frame.f_locals["reader"]._text))
            yield json.dumps({"id": f"s{number}", "created_utc": 1, "title": "x" * 100}).encode() + b", "
        yield b"]}"

    reader = read_documents(blocks())
    lines = [line for matches in reader for line in matches.lines]
    assert len(lines) == 3001
    assert max(kept) < 3 * 5000


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["data", "kind", "children", "replies", "x"]), inner)
        ),
    ),
    st.data(),
)
def test_any_json_is_read_without_an_error_in_any_blocks(value, data):
    text = json.dumps(value).encode()
    text = text[: data.draw(st.integers(0, len(text)))]
    whole = _read(text)
    assert _read(text, data.draw(st.integers(1, 9))) == whole
