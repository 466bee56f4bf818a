"""What the report counts."""

import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from made_corpus import make_corpus
from scipy.stats import spearmanr

from photoshop_request.errors import CorpusError
from photoshop_request_builder.dataset.analysis.chapters import answers, chapters, votes
from photoshop_request_builder.dataset.analysis.database import Database, open_database
from photoshop_request_builder.dataset.charts.chart import Figure
from photoshop_request_builder.dataset.files import built_records
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.store.corpus import Corpus, create_corpus, open_corpus

_REQUEST = {
    "id": "a",
    "created_utc": 1_600_000_000,
    "month": "2020-09",
    "year": 2020,
    "score": 1,
    "num_comments": 1,
    "upvote_ratio": 0.9,
    "flair": "Free",
    "over_18": False,
    "task_types": ["delete"],
    "is_edit_request": True,
    "words": 5,
    "score_percentile": 0.5,
    "paid": None,
    "ai_allowed": None,
    "pictures": 1,
    "edits": 1,
    "solvers": 1,
    "seconds_to_first_edit": 60,
    "accepted": False,
}
_TYPES = (
    "id varchar, created_utc bigint, month varchar, year int, score bigint, num_comments bigint, upvote_ratio double,"
    " flair varchar, over_18 bool, task_types varchar[], is_edit_request bool, words int, score_percentile double,"
    " paid bool, ai_allowed bool, pictures int, edits int, solvers int, seconds_to_first_edit bigint, accepted bool"
)

Requests = Callable[..., Database]


@pytest.fixture
def requests(tmp_path: Path) -> Iterator[Requests]:
    """A database that holds only these requests; what is not said is as in `_REQUEST`."""
    connection = duckdb.connect()

    def made(*rows: dict[str, Any]) -> Database:
        connection.execute(f"create or replace temp table requests ({_TYPES})")
        values = [list({**_REQUEST, **row}.values()) for row in rows]
        connection.executemany(f"insert into requests values ({', '.join('?' * len(_REQUEST))})", values)
        return Database(create_corpus(tmp_path), connection)

    yield made
    connection.close()


def counted(corpus: Corpus) -> dict[str, Figure]:
    """All figures of a corpus by name."""
    with open_database(corpus) as database:
        return {figure.name: figure for figures in chapters(database).values() for figure in figures}


@pytest.fixture(scope="module")
def sample_figures(sample_corpus: Path) -> dict[str, Figure]:
    return counted(open_corpus(sample_corpus))


def named(figures: list[Figure], name: str) -> Figure:
    return next(figure for figure in figures if figure.name == name)


def test_the_funnel_shows_every_reason_and_adds_up(sample_corpus: Path, sample_figures: dict[str, Figure]) -> None:
    """At every stage: in = kept + reasons, the same as `status` says."""
    steps = funnel(open_corpus(sample_corpus))
    shown: dict[str, dict[str, int]] = {}
    for stage, _, became, count in sample_figures["funnel"].rows:
        shown.setdefault(str(stage), {})[str(became)] = int(count or 0)
    assert shown == {step.stage: {"in": step.total, "kept": step.kept, **step.reasons} for step in steps}
    for stage in shown.values():
        assert stage["in"] == sum(count for became, count in stage.items() if became != "in")


def test_every_chart_is_of_the_same_pictures(sample_corpus: Path, sample_figures: dict[str, Figure]) -> None:
    """Hosts count what was asked for; sizes, edits and solvers count the triplets of the funnel."""
    steps = {step.stage: step for step in funnel(open_corpus(sample_corpus))}
    assert sample_figures["hosts"].facts["links"] == steps["fetch"].total
    triplets = steps["build"].kept
    for name in ("edits", "solvers", "sizes", "changed", "locality", "aspects"):
        assert sample_figures[name].facts["edits"] == triplets, name
    assert sum(sample_figures["sizes"].column("edit")) == triplets
    assert sum(sample_figures["locality"].column("edits")) == triplets
    assert sample_figures["dataset"].facts["triplets"] == triplets


def test_pairs_and_requests_are_those_of_the_dataset(sample_corpus: Path, sample_figures: dict[str, Figure]) -> None:
    """The report and the published configs count the same rows."""
    rows: dict[str, int] = {}
    for piece, record in built_records(open_corpus(sample_corpus)).items():
        rows[piece.config] = rows.get(piece.config, 0) + record["rows"]
    assert sample_figures["margins"].facts["pairs"] == rows["preferences"]
    assert (
        sum(sample_figures["score"].column("requests")) + sample_figures["score"].facts["missing"] == rows["requests"]
    )
    assert sample_figures["flairs"].facts["requests"] == rows["requests"]


def test_every_figure_is_there_for_a_corpus_with_nothing_in_it(tmp_path: Path) -> None:
    """With the sentence that says so."""
    found = counted(create_corpus(tmp_path, shards=2))
    assert len(found) == 35
    assert {figure.case for figure in found.values()} == {"none"}


@pytest.mark.parametrize("shard", [0, 3])
def test_a_damaged_table_is_named_with_what_to_do(tmp_path: Path, shard: int) -> None:
    """Whether it is the first that is looked at, or one that only a chart reads."""
    corpus = make_corpus(tmp_path / "corpus", 60, shards=4)
    damaged = Path(corpus.shard_path(shard, "comments"))
    damaged.write_bytes(damaged.read_bytes()[:-8])
    with pytest.raises(CorpusError, match=r"comments\.parquet.*doctor"), open_database(corpus) as database:
        chapters(database)


def test_made_candidates_are_all_counted(tmp_path: Path) -> None:
    """Every picture asked for is fetched, gone or lost otherwise."""
    hosts = counted(make_corpus(tmp_path, 400, shards=4))["hosts"]
    assert hosts.facts["links"] == 400 + 108
    for _, _, links, fetched, gone, otherwise, _ in hosts.rows:
        assert links == fetched + gone + otherwise


def test_a_corpus_in_object_storage_counts_the_same(tmp_path: Path) -> None:
    """Tables are read through fsspec."""
    here, there = make_corpus(tmp_path, 200, shards=2), make_corpus("memory://corpus", 200, shards=2)
    try:
        assert counted(there) == counted(here)
    finally:
        there.fs.rm(there.root, recursive=True)


def test_requests_without_an_edit_wait_for_none(tmp_path: Path) -> None:
    """They are not among those that got one at once."""
    found = counted(make_corpus(tmp_path, 400, shards=4))
    answered = found["first_edit"].facts["requests"]
    assert answered == sum(found["first_edit"].column("requests"))
    assert answered == found["acceptance"].facts["answered"] < found["flairs"].facts["requests"]


def test_missing_numbers_are_no_zeros(requests: Requests) -> None:
    """A request without a ratio is counted as missing, in no column."""
    ratio = named(votes.figures(requests({}, {"upvote_ratio": None}, {"upvote_ratio": 0.0})), "upvote_ratio")
    assert (ratio.facts["count"], ratio.facts["missing"]) == (2, 1)
    assert sum(ratio.column("requests")) == 2


def test_outliers_lie_beyond_the_fence(requests: Requests) -> None:
    """One score of a million among a hundred of one to ten."""
    rows = [{"score": 1 + at % 10} for at in range(100)]
    score = named(votes.figures(requests(*rows, {"score": 1_000_000}, {"score": -5})), "score")
    assert score.facts["outliers"] == 1
    assert 10 < score.facts["fence"] < 1_000_000
    assert score.facts["low"] == -5


def test_correlations_are_spearmans_within_one_month(requests: Requests) -> None:
    """The same as scipy's, ties and all, and the interval holds it."""
    chance = random.Random(1)
    rows = [
        {"words": words, "score": words + chance.randrange(60)} for words in (chance.randrange(40) for _ in range(200))
    ]
    table = named(votes.figures(requests(*rows)), "score_predictors").rows
    [(_, _, n, low, r, high)] = [row for row in table if row[0] == "words"]
    assert n == 200
    assert math.isclose(r, spearmanr([row["words"] for row in rows], [row["score"] for row in rows]).statistic)
    assert -1 < low < r < high < 1


def test_a_months_level_is_no_correlation(requests: Requests) -> None:
    """Scores and lengths both grew over the years; within a month they have nothing to do with each other."""
    chance = random.Random(2)
    rows = [
        {
            "month": f"2020-{month:02}",
            "words": 10 * month + chance.randrange(9),
            "score": 10 * month + chance.randrange(9),
        }
        for month in range(1, 13)
        for _ in range(30)
    ]
    table = named(votes.figures(requests(*rows)), "score_predictors").rows
    [(_, _, _, low, _, high)] = [row for row in table if row[0] == "words"]
    assert low < 0 < high


def test_too_few_requests_predict_nothing(requests: Requests) -> None:
    """No interval is better than one that says nothing."""
    assert (
        named(votes.figures(requests(*({"words": at, "score": at} for at in range(10)))), "score_predictors").case
        == "none"
    )


def test_a_flair_of_one_request_is_not_shown(requests: Requests) -> None:
    """It may be anything, also a name."""
    database = requests({}, {}, {"flair": "for u/somebody"})
    assert {row[0] for row in answers._flairs(database).rows} == {"Free", "…"}


def test_concentration_of_solvers() -> None:
    """Nobody's name, and Gini's coefficient by its definition."""
    connection = duckdb.connect()
    connection.execute("create temp table edits as select unnest(['a','a','a','a','a','a','b','b','c','d']) as author")
    figure = answers._solvers(Database(None, connection))
    counts = [6, 2, 1, 1]
    gini = sum(abs(one - other) for one in counts for other in counts) / (2 * len(counts) * sum(counts))
    assert figure.facts["gini"] == pytest.approx(gini)
    assert figure.facts["half"] == 1
    assert figure.rows[-1] == (1.0, 1.0, 4, 10)
    assert not any(isinstance(value, str) for row in figure.rows for value in row)
