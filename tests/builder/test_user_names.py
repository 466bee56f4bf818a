"""No user name leaves the corpus: 600 names in every form, searched for in everything that is published."""

import io
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard
from commands import FAST, succeed
from made_names import made_forms, made_names, names_in

from photoshop_request.export import FORMATS
from photoshop_request.rows import RowFilter
from photoshop_request_builder.commands.demo import sample_folder
from photoshop_request_builder.commands.demo.server import Hosts, serve
from photoshop_request_builder.commands.export import export

pytestmark = pytest.mark.slow
NAMES = made_names(600)
Line = dict[str, Any]


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Hosts]]:
    """Serve the sample with names in its posts, addresses and file names."""
    folder = tmp_path_factory.mktemp("names") / "sample"
    with sample_folder() as sample:
        shutil.copytree(sample, folder)
    _write_names(folder)
    with serve(folder) as served:
        yield folder, served


@pytest.fixture(scope="module")
def corpus(hosts: tuple[Path, Hosts], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a corpus of these posts, from which an author and two comments of others were taken down."""
    folder, served = hosts
    corpus = tmp_path_factory.mktemp("named") / "corpus"
    posts = (folder / "submissions.jsonl", folder / "comments.jsonl")
    succeed("run", corpus, *posts, "--mirror", served.address, "--rate", FAST, "--shards", "4")
    written = {line["id"]: line["author"] for line in map(json.loads, posts[1].read_text().splitlines())}
    done = succeed("takedown", corpus, "add", f"u/{written['zx30']}", "t1_zx20", "t1_zx21")
    assert " 0 comments" not in done.stderr
    return corpus


def test_no_published_file_holds_a_name(corpus: Path) -> None:
    """Neither a config nor the card with its charts."""
    configs = {path.parent.name for path in corpus.glob("dataset/*/*.parquet")}
    assert configs == {"triplets", "requests", "preferences", "conversations", "turns", "manifest"}
    assert list(corpus.glob("dataset/figures/*.svg"))
    assert _found(corpus / "dataset") == {}
    rows = pq.read_table(next(corpus.glob("dataset/requests/train-*"))).to_pylist()
    assert any("[user]" in row["instruction"] for row in rows)
    assert any("[user]" in row["title"] for row in rows)
    assert any("[user]" in (row["flair"] or "") for row in rows)


def test_no_page_holds_a_name(corpus: Path, tmp_path: Path) -> None:
    """Neither the viewer nor the report with its numbers and charts."""
    succeed("view", corpus, "--out", tmp_path / "view")
    succeed("report", corpus)
    assert list(tmp_path.glob("view/shards/*/cards-0.js"))
    assert _found(tmp_path / "view") == {}
    assert _found(corpus / "report") == {}


def test_no_export_holds_a_name(corpus: Path, tmp_path: Path) -> None:
    """In any format."""
    for name, export_format in FORMATS.items():
        out = tmp_path / name
        done = export(
            str(corpus / "dataset"), export_format, out, split="train", filters=RowFilter(), advance=lambda _: None
        )
        assert done.written, name
        assert _found(out) == {}, name


def test_a_rebuild_counts_the_pictures_whose_address_is_hidden(
    corpus: Path, hosts: tuple[Path, Hosts], tmp_path: Path
) -> None:
    """All others are fetched again."""
    rows = [row for path in corpus.glob("dataset/manifest/*.parquet") for row in pq.read_table(path).to_pylist()]
    pictures = [
        row
        for row in rows
        if row["sha256"] and (row["role"] != "candidate" or (row["decision"] == "edit" and not row["withheld"]))
    ]
    hidden = sum(row["url"] is None for row in pictures)
    assert 0 < hidden < len(pictures) / 2
    assert f"So {hidden} published pictures" in (corpus / "dataset" / "README.md").read_text()
    done = succeed("rebuild", tmp_path / "r", corpus / "dataset", "--mirror", hosts[1].address, "--rate", FAST)
    assert f"hidden_url {hidden}" in done.stdout
    assert list(tmp_path.glob("r/dataset/triplets/*.parquet"))
    assert _found(tmp_path / "r" / "dataset") == {}


def _found(folder: Path) -> dict[str, list[str]]:
    """Return the names in the files of a folder, and in their paths, by path."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            text = str([_without_bytes(row) for row in pq.read_table(path).to_pylist()])
        elif path.is_file() and path.suffix not in {".jpg", ".png"}:
            text = path.read_bytes().decode("latin-1")
        else:
            text = ""
        if names := names_in(f"{path.relative_to(folder)} {text}", NAMES):
            found[str(path)] = names
    return found


def _without_bytes(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_bytes(part) for name, part in value.items()}
    return (
        [_without_bytes(part) for part in value]
        if isinstance(value, list)
        else ""
        if isinstance(value, bytes)
        else value
    )


def _write_names(folder: Path) -> None:
    """Give the sample's people the names, let many more write comments, and put every form of every name into texts."""
    submissions, comments = (_packed(folder / f"{name}.zst") for name in ("submissions", "comments"))
    routes = json.loads((folder / "routes.json").read_text())
    people = iter(NAMES)
    renamed: dict[str, str] = {}
    for line in (*submissions, *comments):
        if (line.get("author") or "").endswith("_sample"):
            line["author"] = renamed.setdefault(line["author"], next(people, ""))
    threads = {line["id"]: [line["author"]] for line in submissions if line["subreddit"] == "PhotoshopRequest"}
    spoken: dict[str, list[Line]] = {
        name: [line for line in comments if line["link_id"] == f"t3_{name}"] for name in threads
    }
    for number, name in enumerate(people):
        thread = list(threads)[number % len(threads)]
        threads[thread].append(name)
        comments.append(spoken[thread][0] | {"id": f"zx{number:x}", "author": name, "body": "Nice."})
    for line in submissions:
        if line["id"] in threads:
            own = spoken[line["id"]]
            names = sorted({*threads[line["id"]], *(comment["author"] for comment in own if comment.get("author"))})
            _speak(line, own, names)
            _rename_files(line, own, names, routes)
    for name, lines in (("submissions", submissions), ("comments", comments)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "routes.json").write_text(json.dumps(routes))


def _speak(submission: Line, comments: list[Line], names: list[str]) -> None:
    forms = [form for name in names for form in made_forms(name)]
    random.Random(submission["id"]).shuffle(forms)
    submission["title"] += f" Remove {names[0]} from it, {names[-1]}s too."
    submission["link_flair_text"] = f"Solved by {names[1]}"
    asks = " ".join(f"Please remove the hat of {form}." for form in forms[: len(forms) // 3])
    submission["selftext"] = f"{submission['selftext']}\n\n{asks}"
    for item in (submission.get("gallery_data") or {}).get("items", ()):
        item["caption"] = f"{item.get('caption') or ''} made by {names[0]}"
    said = forms[len(forms) // 3 :]
    for number, comment in enumerate(comments):
        if comment.get("body") and not comment["body"].startswith("["):
            comment["body"] += "\n\n" + "\n\n".join(said[number :: len(comments)])


def _rename_files(submission: Line, comments: list[Line], names: list[str], routes: dict[str, Any]) -> None:
    """Put names into the addresses of half of the edits, and let dead addresses name more."""
    for number, comment in enumerate(comments):
        for address in [
            address for address in routes if address.rpartition("/")[2].partition(".")[0] in comment["body"]
        ]:
            named = f"https://i.postimg.cc/abcdef/{names[number % len(names)]}-edit.jpg"
            stem = address.rpartition("/")[2].partition(".")[0]
            parts = [part for part in comment["body"].split() if stem in part and "(" not in part]
            if number % 2 == 0 and parts and "file" in routes[address]:
                comment["body"] = comment["body"].replace(parts[0], named)
                routes[named] = routes[address]
        host = names[-1 - number % len(names)].strip("-_").replace("_", "-")
        comment["body"] += f"\n\nhttps://{host}.deviantart.com/art/x-1 https://{host}.example.net/x.jpg"
    submission["selftext"] += f"\n\nhttps://{names[0].strip('-_').replace('_', '-')}.imgbb.com/x.jpg"


def _packed(path: Path) -> list[Line]:
    with path.open("rb") as file:
        text = io.TextIOWrapper(zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(file), encoding="utf-8")
        lines = [line for line in text if line.startswith("{") and line.rstrip().endswith("}")]
    return [json.loads(line) for line in lines]
