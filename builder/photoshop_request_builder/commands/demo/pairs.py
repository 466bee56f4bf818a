"""List the pairs of a corpus for the contact sheet."""

from collections.abc import Iterator

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.commands.demo.contact_sheet import Pair
from photoshop_request_builder.dataset.thread import instruction_at
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus


def sheet_pairs(corpus: Corpus) -> Iterator[Pair]:
    """Yield a pair per candidate in the order of the corpus."""
    for shard in range(corpus.shards):
        candidates = storage.read_table(corpus.fs, corpus.shard_path(shard, "candidates")).to_pylist()
        texts = storage.read_table(corpus.fs, corpus.shard_path(shard, "texts")).to_pylist()
        text_of = {row["submission_id"]: row for row in texts}
        files = {
            row["sha256"]: corpus.image_path(row["sha256"], row["extension"]) for row in candidates if row["extension"]
        }
        for row in candidates:
            if row["role"] != "candidate":
                continue
            is_edit = row["verdict"] == Verdict.EDIT
            left = f"changed {row['changed_fraction']:.1%}, locality {row['locality']:.2f}" if is_edit else ""
            yield Pair(
                source=corpus.fs.cat_file(files[row["source_sha256"]]) if row["source_sha256"] else None,
                edit=corpus.fs.cat_file(files[row["sha256"]]) if row["sha256"] in files else None,
                caption=instruction_at(text_of[row["submission_id"]], row["solver_comment_utc"]),
                verdict=row["verdict"],
                note=left or row["detail"] or row["url"],
            )
