"""Expand files, globs, folders and addresses to a list of archives."""

import pytest

from photoshop_request.errors import InputError
from photoshop_request.reddit.archive_paths import find_archives


@pytest.fixture
def folder(tmp_path):
    for name in ("b.zst", "a.jsonl", "notes.txt", "sub/c.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def test_a_folder_stands_for_the_archives_below_it(folder):
    assert find_archives([str(folder)]) == [str(folder / name) for name in ("a.jsonl", "b.zst", "sub/c.parquet")]


def test_a_glob_is_sorted_and_repetitions_are_dropped(folder):
    found = find_archives([str(folder / "b.zst"), str(folder / "*.zst"), str(folder / "?.jsonl")])
    assert found == [str(folder / "b.zst"), str(folder / "a.jsonl")]


def test_a_named_file_is_taken_as_it_is_even_if_missing(folder):
    names = [str(folder / "notes.txt"), str(folder / "missing.zst")]
    assert find_archives(names) == names


def test_an_address_keeps_its_protocol():
    import fsspec

    fsspec.filesystem("memory").pipe_file("/listing/x.zst", b"x")
    assert find_archives(["memory://listing/*.zst"]) == ["memory:///listing/x.zst"]


@pytest.mark.parametrize("name", ["*.zst", "empty"])
def test_what_holds_nothing_is_refused_by_name(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=name.replace("*", r"\*")):
        find_archives([str(tmp_path / name)])


def test_an_unknown_protocol_is_refused_by_name():
    with pytest.raises(InputError, match="nowhere://"):
        find_archives(["nowhere://x/*.zst"])


def test_brackets_in_the_name_of_a_folder_are_no_pattern(tmp_path):
    """Read a folder as named, also in front of a glob, and take suffixes in capitals."""
    place = tmp_path / "dump [old]" / "g[1]"
    place.mkdir(parents=True)
    (place / "POSTS.JSONL").write_bytes(b"x")
    (place / "a[2].zst").write_bytes(b"x")
    both = [str(place / "POSTS.JSONL"), str(place / "a[2].zst")]
    assert find_archives([str(place)]) == both
    assert find_archives([str(place / "*.*")]) == both
    assert find_archives([str(place / "a[2].zst")]) == both[1:]
    assert find_archives([str(place / "[Pa]*")]) == both


@pytest.mark.parametrize("name", ["{a,b}", "st*r", "what?", "[!x]", "a*{b}[c]?"])
def test_a_name_that_exists_is_no_pattern(tmp_path, name):
    """Read only the file or folder of this name, though it matches others."""
    for other in ("a", "b", "star", "whatx", "y", name):
        (tmp_path / other).mkdir()
        (tmp_path / other / f"{other}.Jsonl").write_bytes(b"x")
        (tmp_path / f"{other}.JSONL").write_bytes(b"x")
    inner = str(tmp_path / name / f"{name}.Jsonl")
    assert find_archives([str(tmp_path / name)]) == find_archives([inner]) == [inner]
    assert find_archives([str(tmp_path / f"{name}.JSONL")]) == [str(tmp_path / f"{name}.JSONL")]
    assert find_archives([str(tmp_path / name / "*.J*")]) == [inner]
