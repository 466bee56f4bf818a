"""Publish pictures without metadata, and describe their bytes in each row."""

import hashlib
from pathlib import Path
from typing import Any

import made_metadata as made
import pytest

from photoshop_request.errors import CorpusError
from photoshop_request_builder.dataset.files import rules_of
from photoshop_request_builder.dataset.published_pictures import fill_pictures, picture_reader
from photoshop_request_builder.dataset.thread import PictureRef
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, create_corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return create_corpus(str(tmp_path / "corpus"), subreddits=("PhotoshopRequest",), shards=1)


def stored(corpus: Corpus, data: bytes, extension: str = "jpg") -> PictureRef:
    sha256 = hashlib.sha256(data).hexdigest()
    storage.write_bytes(corpus.fs, corpus.image_path(sha256, extension), data)
    return PictureRef(sha256, extension, len(data))


def digest(picture: dict[str, Any]) -> str:
    return hashlib.sha256(picture["bytes"]).hexdigest()


def test_a_row_lists_what_was_changed_and_both_digests(corpus: Corpus) -> None:
    """Changes of all pictures of the row are listed. A digest differs from the fetched one only for its own picture."""
    source, edit = stored(corpus, made.file("JPEG")), stored(corpus, made.jpeg(made.segment(0xE1, made.exif())))
    other = stored(corpus, made.jpeg(made.segment(0xE1, made.exif_thumbnail())))
    row = {
        "source_image": source,
        "edited_image": edit,
        "change_mask": {"bytes": b"mask", "path": None},
        "reference_images": [other],
        "second_source_image": None,
        "source_sha256": source.sha256,
        "edited_sha256": edit.sha256,
    }
    filled = fill_pictures(row, picture_reader(corpus))
    assert filled["bytes_changed"] == ["gps", "thumbnail", "metadata"]
    assert filled["gps_removed"] is True
    assert filled["source_published_sha256"] == source.sha256 == digest(filled["source_image"])
    assert filled["edited_published_sha256"] == digest(filled["edited_image"]) != edit.sha256
    assert filled["edited_sha256"] == edit.sha256
    assert made.SECRET not in filled["edited_image"]["bytes"]
    assert filled["change_mask"] == row["change_mask"]
    assert filled["second_source_image"] is None
    assert digest(filled["reference_images"][0]) != other.sha256


def test_unchanged_pictures_and_rows_without_pictures(corpus: Corpus) -> None:
    """No change is an empty list. Rows without pictures get no columns."""
    filled = fill_pictures({"images": [stored(corpus, made.file("PNG"), "png")] * 2}, picture_reader(corpus))
    assert (filled["bytes_changed"], filled["gps_removed"], len(filled["images"])) == ([], False, 2)
    assert fill_pictures({"images": [], "title": "x"}, picture_reader(corpus)) == {"images": [], "title": "x"}


def test_a_shrunk_picture_is_reencoded(corpus: Corpus) -> None:
    """A change that leaves the bytes as they are is none."""
    picture = stored(corpus, made.file("JPEG"))
    row = {"source_image": picture, "source_sha256": picture.sha256, "edited_image": picture}
    filled = fill_pictures(row, picture_reader(corpus, lambda data: data + b"changed"))
    assert filled["bytes_changed"] == ["reencoded"]
    assert filled["source_published_sha256"] == digest(filled["source_image"])
    assert fill_pictures(row, picture_reader(corpus, lambda data: data))["bytes_changed"] == []


def test_the_setting_keeps_credit_lines_and_writes_the_files_again(corpus: Corpus) -> None:
    """Location and owner go anyway."""
    picture = stored(corpus, made.jpeg(made.segment(0xE1, made.exif())))
    before = rules_of(corpus)
    assert made.SECRET not in picture_reader(corpus)(picture).data
    toml = Path(corpus.root, "corpus.toml")
    toml.write_text(toml.read_text() + "\n[settings]\nkeep_credit_lines = true\n")
    published = picture_reader(corpus)(picture)
    assert b"(c) " + made.SECRET in published.data
    assert published.data.count(made.SECRET) == 2
    assert rules_of(corpus) != before


def test_a_picture_that_cannot_be_read_stops_the_build(corpus: Corpus) -> None:
    """It can only be one that another machine decoded. The message names the file and the reason."""
    picture = stored(corpus, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic")
    with pytest.raises(CorpusError, match=rf"{picture.sha256}.heic: cannot be published without its metadata"):
        picture_reader(corpus)(picture)
