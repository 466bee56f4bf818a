"""Publish evidence of a model, read from the bytes as fetched, beside pictures that have no metadata."""

import io
from pathlib import Path

import pyarrow.parquet as pq
from PIL import Image, PngImagePlugin
from thread_corpus import BEGIN, Runs, comment, encode, photo, post

from photoshop_request.media.files.ai_evidence import FileEvidence, file_evidence
from photoshop_request.media.files.decode import decode
from photoshop_request_builder.store.corpus import create_corpus

SOURCE, MADE, PLAIN = (f"https://i.redd.it/aaaaaaaaaaaa{number}.png" for number in (1, 2, 3))


def with_texts(data: bytes, **texts: str) -> bytes:
    """Return a PNG with texts in its metadata."""
    info, out = PngImagePlugin.PngInfo(), io.BytesIO()
    for keyword, text in texts.items():
        info.add_text(keyword, text)
    with Image.open(io.BytesIO(data)) as image:
        image.save(out, "PNG", pnginfo=info)
    return out.getvalue()


def changed(seed: int) -> Image.Image:
    """Return the source with a part of another photo."""
    picture = photo(1)
    picture.paste(photo(seed).crop((0, 0, 110, 90)), (40 * seed, 60))
    return picture


def test_evidence_is_published_and_metadata_is_not(tmp_path: Path) -> None:
    """User names in it are hidden. Each kind of evidence has its code."""
    runs = Runs(create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=1), tmp_path)
    software = "Midjourney <script> of zorvex"
    made = with_texts(encode(changed(2)), Software=software, parameters="a hat\nSteps: 20, Sampler: Euler")
    runs.pictures = {SOURCE: encode(photo(1)), MADE: made, PLAIN: encode(changed(3))}
    runs.run(
        post("r1", SOURCE, title="Remove the hat [AI OK]"),
        comment("e1x", "r1", f"Used ChatGPT: {MADE}", BEGIN + 100),
        comment("e2x", "r1", f"No AI used: {PLAIN}", BEGIN + 200),
        comment("c1x", "r1", "Nice.", BEGIN + 300, author="zorvex"),
    )
    rows = {row["comment_id"]: row for row in runs.rows("triplets")}
    assert rows["e1x"]["ai_evidence"] == ["generator", "parameters", "words", "flair"]
    assert rows["e1x"]["software"] == "Midjourney <script> of [user]"
    assert (rows["e2x"]["ai_evidence"], rows["e2x"]["software"]) == (["flair"], None)
    manifest = {row["comment_id"]: row["ai_evidence"] for row in runs.rows("manifest")}
    assert manifest == {None: [], "e1x": ["generator", "parameters"], "e2x": []}
    published = rows["e1x"]["edited_image"]["bytes"]
    assert file_evidence(published) == FileEvidence()
    assert (decode(published).pixels == decode(made).pixels).all()


def test_a_corpus_of_before_gets_the_columns_without_fetching(tmp_path: Path) -> None:
    """Its candidates lack them, and its pictures are stored as fetched."""
    runs = Runs(create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=1), tmp_path)
    runs.pictures = {SOURCE: encode(photo(1)), MADE: with_texts(encode(changed(2)), Software="Midjourney")}
    runs.run(post("r1", SOURCE), comment("e1x", "r1", f"Here: {MADE}"))
    path = runs.corpus.shard_path(0, "candidates")
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["ai_evidence", "software"]), path)
    runs.pictures = {}
    runs.run()
    assert not runs.requests
    [row] = runs.rows("triplets")
    assert (row["ai_evidence"], row["software"]) == (["generator"], "Midjourney")
