"""Make `builder/corpus_0_1_0.tar.xz`, the corpus of `builder/test_corpus_of_0_1_0.py`, with the code of 0.1.0.

    python tests/make_corpus_0_1_0.py CHECKOUT-OF-0.1.0

The commands of the checkout run over the sample of this checkout: `run`, `build --verified-test`, `rewrite`, review
decisions, `takedown add`, `build`. An empty file stands for each picture: the test fills in the sample's file with the
same SHA-256. Files of the dataset are left out: the test builds them and compares their digests with the records.
"""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from commands import COMMAND, FAST
from servers.loopback import Response
from servers.openai_like import Chat, completion, openai_like_server, saying

from photoshop_request_builder.commands.demo import sample_folder
from photoshop_request_builder.commands.demo.server import serve

ARCHIVE = Path(__file__).parent / "builder" / "corpus_0_1_0.tar.xz"
LEFT_OUT = ("dataset", ".scratch", ".lock", "images/.part")
TAKEN_DOWN = ("t3_zbricks", "t1_zlsw7yu")
REVIEW = """
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.corpus import open_corpus
from photoshop_request_builder.dataset.judged import read_candidates
from photoshop_request_builder.review.store import Item, Order, open_store

corpus = open_corpus("corpus")
rows = [row for shard in range(corpus.shards) for row in read_candidates(corpus, shard).to_pylist()]
items = {
    row["comment_id"]: Item(
        row["submission_id"], row["comment_id"], row["position"], row["index"], row["sha256"],
        Verdict(row["verdict"]), row["confidence"],
    )
    for row in rows
    if row["verdict"] == "edit"
}
with open_store(corpus.decisions_path) as store:
    store.decide(items["z2gtwuj"], "anna", Verdict.REJECTED, Order.DOUBT)
    store.decide(items["z2gtwuj"], "ben", Verdict.REJECTED, Order.RANDOM)
    store.decide(items["z3esyts"], "anna", Verdict.EDIT, Order.DOUBT)
    store.decide(items["zq0jthn"], "anna", Verdict.REJECTED, Order.DOUBT)
    store.decide(items["zq0jthn"], "ben", Verdict.EDIT, Order.RANDOM)
    store.decide(items["zgtgh8m"], "anna", Verdict.REJECTED, Order.DOUBT)
    store.undo("anna")
"""


def main() -> None:
    """Make the corpus in a folder of its own, and pack it."""
    checkout = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder, sample_folder() as sample:
        for name in ("submissions.zst", "comments.zst"):
            Path(folder, name).write_bytes((sample / name).read_bytes())
        _make(checkout, folder, sample)
        pack(Path(folder, "corpus"), ARCHIVE)


def _make(checkout: Path, folder: str, sample: Path) -> None:
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PHOTOSHOP_REQUEST_")},
        "PYTHONPATH": f"{checkout}:{checkout / 'builder'}",
        "OPENAI_API_KEY": "sk-test",
    }

    def run(*command: str) -> None:
        subprocess.run(command, cwd=folder, env=variables, check=True)

    with serve(sample) as hosts, openai_like_server() as models:
        models.behave = _answer
        mirror = ("--mirror", hosts.address, "--rate", FAST, "--workers", "1")
        run(*COMMAND, "run", "corpus", "submissions.zst", "comments.zst", "--shards", "4", *mirror)
        run(*COMMAND, "build", "corpus", "--verified-test")
        run(*COMMAND, "rewrite", "corpus", "--model", "local", "--base-url", models.base_url)
    run(sys.executable, "-c", REVIEW)
    run(*COMMAND, "takedown", "corpus", "add", *TAKEN_DOWN)
    run(*COMMAND, "build", "corpus")


def _answer(chat: Chat) -> Response:
    title = chat.request["title"]
    return completion("no JSON" if "notes" in title.lower() else saying(f"Edit it: {title}"))


def pack(corpus: Path, archive: Path) -> None:
    """Write the corpus to a tar file, in order, with pictures as empty files."""
    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for path in sorted(corpus.rglob("*")):
            place = path.relative_to(corpus).as_posix()
            if path.is_dir() or place.startswith(LEFT_OUT):
                continue
            data = b"" if place.startswith("images/") else path.read_bytes()
            entry = tarfile.TarInfo(place)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


if __name__ == "__main__":
    main()
