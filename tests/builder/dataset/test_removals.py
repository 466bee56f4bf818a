"""The table in docs/removals.md says what is published of each removed post. The corpora here are made from its rows."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from thread_corpus import BEGIN, Runs, again, comment, edited, encode, photo, post

from photoshop_request.reddit.removals import CATEGORIES
from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import create_corpus

DOCS = Path(__file__).parents[3] / "docs" / "removals.md"
NEVER, WITH_SETTING = "never", "with `include_removed`"


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    mark: str
    place: str
    by: str
    text: str
    source: str
    edit: str
    counts: str

    def flags(self, *texts: str) -> dict[str, Any]:
        """Return the fields of a later observation of a post with these texts."""
        if self.place == "removed_by_category":
            return {"removed_by_category": "new_word" if self.mark == "any other value" else self.mark}
        return dict.fromkeys(texts, self.mark)


def table() -> list[Row]:
    """Return the rows of the first table in the documents."""
    lines = [line for line in DOCS.read_text().partition("\n## ")[0].splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [Row(mark.strip("`"), place.strip("`"), *rest) for mark, place, *rest in cells]


ROWS = table()


def test_the_table_has_every_category_with_its_remover() -> None:
    """The code declares them once, in `CATEGORIES`."""
    listed = {row.mark: row.by for row in ROWS if row.place == "removed_by_category"}
    assert listed.pop("any other value") == "law"
    assert listed == {category: str(by) for category, by in CATEGORIES.items()}


class Removed(StrEnum):
    """The post of a request that is removed."""

    SUBMISSION = "s"
    EDIT = "e"
    """A solver's comment with an edit."""
    OWN = "o"
    """The requester's comment with a wish and a further source, which another solver edits."""
    NOTHING = "n"


CASES = [(row, kind) for row in ROWS for kind in (Removed.SUBMISSION, Removed.EDIT, Removed.OWN)]


def _name(number: int, kind: Removed) -> str:
    return f"{kind}{number:02}"


def _pictures(number: int) -> dict[str, bytes]:
    """Return the pictures of a request: its source, its edit, the further source and the edit of that."""
    pictures = (photo(number), edited(number), photo(number + 1000), edited(number + 1000))
    return {
        f"https://i.redd.it/{kind}aaaaaaaaaa{number:02}.png": encode(each)
        for kind, each in zip("seft", pictures, strict=True)
    }


def _things(number: int, row: Row | None, kind: Removed) -> list[dict[str, Any]]:
    """Return the submission and comments of a request, and a later observation of the removed one."""
    request = _name(number, kind)
    source, edit, further, other = _pictures(number)
    things = {
        Removed.SUBMISSION: post(request, source),
        Removed.EDIT: comment(f"e{number}x", request, f"Here is my {request}moon: {edit}"),
        Removed.OWN: comment(
            f"o{number}x", request, f"Please remove the {request}river too. {further}", BEGIN + 200,
            author=f"asker{request}", is_submitter=True,
        ),
    }  # fmt: skip
    others = [*things.values(), comment(f"t{number}x", request, f"My {request}sun {other}", BEGIN + 300)]
    if row is None:
        return others
    texts = ("title", "selftext") if kind is Removed.SUBMISSION else ("body",)
    return [*others, again(things[kind], author="[deleted]", **row.flags(*texts))]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Return a corpus with a request for each case, and one request that stands."""
    folder = tmp_path_factory.mktemp("removals")
    runs = Runs(create_corpus(folder / "corpus", subreddits=("PhotoshopRequest",), shards=2), folder)
    things: list[dict[str, Any]] = []
    for number, (row, kind) in enumerate([*CASES, (None, Removed.NOTHING)]):
        runs.pictures |= _pictures(number)
        things += _things(number, row, kind)
    runs.run(*things)
    return runs


@dataclass(frozen=True)
class Published:
    """Everything that a built corpus publishes."""

    edits: frozenset[str]
    pictures: frozenset[str]
    """SHA-256 of the published bytes."""
    words: str
    """All texts, without the manifest."""
    listed: str
    """The manifest."""
    ranked: frozenset[str]
    """Submissions with a percentile."""
    reasons: dict[str, int]


def _digests(value: Any) -> Iterator[str]:
    if isinstance(value, bytes):
        yield hashlib.sha256(value).hexdigest()
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _digests(part)


def _published(runs: Runs) -> Published:
    configs = {name: runs.rows(name) for name in CONFIGS}
    manifest = configs.pop("manifest")
    ranks = [
        row
        for shard in range(runs.corpus.shards)
        for row in storage.read_table(runs.corpus.fs, runs.corpus.shard_path(shard, "ranks")).to_pylist()
    ]
    return Published(
        edits=frozenset(row["comment_id"] for row in configs["triplets"]),
        pictures=frozenset(digest for rows in configs.values() for digest in _digests(rows)),
        words=str(configs),
        listed=str(manifest),
        ranked=frozenset(row["submission_id"] for row in ranks if row["score_percentile"] is not None),
        reasons=funnel(runs.corpus)[-1].reasons,
    )


@pytest.fixture(scope="module")
def by_default(built: Runs) -> Published:
    """Return what is published without settings."""
    return _published(built)


@pytest.fixture(scope="module")
def with_setting(built: Runs, by_default: Published) -> Published:
    """Return what is published with `include_removed`."""
    toml = Path(built.corpus.path("corpus.toml"))
    toml.write_text(toml.read_text() + "[settings]\ninclude_removed = true\n")
    built.run()
    return _published(built)


def _facts(published: Published, number: int, kind: Removed) -> dict[str, bool]:
    """Return which parts of a request are published."""
    name = _name(number, kind)
    digests = [hashlib.sha256(data).hexdigest() in published.pictures for data in _pictures(number).values()]
    facts = dict(zip(("source", "edit", "further source", "other edit"), digests, strict=True))
    facts |= {word: f"{name}{word}" in published.words for word in ("tree", "bush", "moon", "river", "sun")}
    facts |= {f"{prefix} row": f"{prefix}{number}x" in published.edits for prefix in "et"}
    return facts


_PARTS = {
    Removed.SUBMISSION: {"text": ("tree", "bush", "moon", "river", "sun"), "source": ("source", "further source"), "edit": ("edit", "other edit", "e row", "t row")},
    Removed.EDIT: {"text": ("moon",), "source": (), "edit": ("edit", "e row")},
    Removed.OWN: {"text": ("river",), "source": ("further source", "other edit", "t row", "sun"), "edit": ()},
}  # fmt: skip
"""Column of the table -> what disappears with the removed post. All other parts of its request stay."""


@pytest.mark.parametrize("setting", [False, True], ids=["default", "include_removed"])
@pytest.mark.parametrize(("number", "row", "kind"), [(number, *case) for number, case in enumerate(CASES)])
def test_each_row_of_the_table_holds(
    number: int, row: Row, kind: Removed, setting: bool, by_default: Published, with_setting: Published
) -> None:
    """An older observation with the words, an edit and a source never outweighs the newer one."""
    facts = _facts(with_setting if setting else by_default, number, kind)
    columns = {"text": row.text, "source": row.source, "edit": row.edit}
    gone = {
        part
        for column, parts in _PARTS[kind].items()
        for part in parts
        if not (setting and columns[column] == WITH_SETTING)
    }
    assert facts == {part: part not in gone for part in facts}


def test_a_request_that_stands_is_published_whole(by_default: Published) -> None:
    """The other tests look at something."""
    assert all(_facts(by_default, len(CASES), Removed.NOTHING).values())


@pytest.mark.parametrize(
    ("number", "row"), [(n, row) for n, (row, kind) in enumerate(CASES) if kind is Removed.SUBMISSION]
)
def test_the_counts_of_a_removed_submission(number: int, row: Row, by_default: Published) -> None:
    """Percentiles leave out what its author deleted or the law removed."""
    assert (_name(number, Removed.SUBMISSION) in by_default.ranked) == (row.counts == "yes")


def test_final_removals_are_not_even_listed(by_default: Published) -> None:
    """No address in the manifest leads to them. A solver's edit of a deleted further source is the solver's own."""
    for number, (row, kind) in enumerate(CASES):
        addresses = dict(zip(("source", "edit", "further source", "other edit"), _pictures(number), strict=True))
        removed = {part for parts in _PARTS[kind].values() for part in parts} & addresses.keys()
        removed -= {"other edit"} if kind is Removed.OWN else set()
        if row.edit == NEVER:
            assert not [part for part in removed if addresses[part] in by_default.listed], (row, kind)


def test_every_withheld_edit_has_a_reason_in_the_funnel(
    built: Runs, by_default: Published, with_setting: Published
) -> None:
    """With the setting, only final removals are left."""
    assert set(by_default.reasons) == {"deleted_by_author", "removed_by_law", "removed_by_moderators"}
    assert set(with_setting.reasons) == {"deleted_by_author", "removed_by_law"}
    merge = next(step for step in funnel(built.corpus) if step.stage == "merge")
    counted = {reason: merge.reasons[reason] for reason in ("deleted_by_author", "removed_by_law")}
    final = [row.by for row, _ in CASES if row.by != "moderators"]
    assert counted == {"deleted_by_author": final.count("author"), "removed_by_law": final.count("law")}
    assert merge.total == merge.kept + sum(merge.reasons.values())
    assert "removed_by_moderators" in by_default.listed
