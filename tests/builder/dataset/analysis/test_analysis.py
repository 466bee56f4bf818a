"""Tests of what the charts count."""

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
from photoshop_request_builder.dataset.analysis import scores, solvers
from photoshop_request_builder.dataset.analysis.database import Database, open_database
from photoshop_request_builder.dataset.analysis.sections import sections
from photoshop_request_builder.dataset.charts.chart import Chart
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
    """Return a database of these requests only. Missing columns come from `_REQUEST`."""
    connection = duckdb.connect()
    for table in ("submissions", "comments"):
        connection.execute(f"create temp table {table} (author varchar)")

    def make(*rows: dict[str, Any]) -> Database:
        connection.execute(f"create or replace temp table requests ({_TYPES})")
        values = [list({**_REQUEST, **row}.values()) for row in rows]
        connection.executemany(f"insert into requests values ({', '.join('?' * len(_REQUEST))})", values)
        return Database(create_corpus(tmp_path), connection)

    yield make
    connection.close()


def counted(corpus: Corpus) -> dict[str, Chart]:
    """Return all charts of a corpus by name."""
    with open_database(corpus) as database:
        return {chart.name: chart for charts in sections(database).values() for chart in charts}


@pytest.fixture(scope="module")
def sample_charts(sample_corpus: Path) -> dict[str, Chart]:
    return counted(open_corpus(sample_corpus))


def named(charts: list[Chart], name: str) -> Chart:
    return next(chart for chart in charts if chart.name == name)


def test_the_funnel_shows_every_reason_and_adds_up(sample_corpus: Path, sample_charts: dict[str, Chart]) -> None:
    """At every stage, in = kept + reasons, as in `status`."""
    steps = funnel(open_corpus(sample_corpus))
    shown: dict[str, dict[str, int]] = {}
    for stage, _, became, count in sample_charts["funnel"].rows:
        shown.setdefault(str(stage), {})[str(became)] = int(count or 0)
    assert shown == {step.stage: {"in": step.total, "kept": step.kept, **step.reasons} for step in steps}
    for stage in shown.values():
        assert stage["in"] == sum(count for became, count in stage.items() if became != "in")


def test_every_chart_is_of_the_same_pictures(sample_corpus: Path, sample_charts: dict[str, Chart]) -> None:
    """Hosts count requested pictures. Sizes, edits and solvers count the triplets of the funnel."""
    steps = {step.stage: step for step in funnel(open_corpus(sample_corpus))}
    assert sample_charts["hosts"].facts["links"] == steps["fetch"].total
    triplets = steps["build"].kept
    for name in ("edits", "solvers", "sizes", "changed", "locality", "aspects"):
        assert sample_charts[name].facts["edits"] == triplets, name
    assert sum(sample_charts["sizes"].column("edit")) == triplets
    assert sum(sample_charts["locality"].column("edits")) == triplets
    assert sample_charts["dataset"].facts["triplets"] == triplets


def test_pairs_and_requests_are_those_of_the_dataset(sample_corpus: Path, sample_charts: dict[str, Chart]) -> None:
    """The report and the published configs count the same rows."""
    rows: dict[str, int] = {}
    for file, record in built_records(open_corpus(sample_corpus)).items():
        rows[file.config] = rows.get(file.config, 0) + record["rows"]
    assert sample_charts["margins"].facts["pairs"] == rows["preferences"]
    assert sum(sample_charts["score"].column("requests")) + sample_charts["score"].facts["missing"] == rows["requests"]
    assert sample_charts["flairs"].facts["requests"] == rows["requests"]


def test_an_empty_corpus_has_every_chart(tmp_path: Path) -> None:
    """Each chart says that there is no data."""
    charts = counted(create_corpus(tmp_path, shards=2))
    assert len(charts) == 35
    assert {chart.case for chart in charts.values()} == {"none"}


@pytest.mark.parametrize("shard", [0, 3])
def test_a_damaged_table_is_named_with_the_next_command(tmp_path: Path, shard: int) -> None:
    """The first table read, or one that only a chart reads."""
    corpus = make_corpus(tmp_path / "corpus", 60, shards=4)
    damaged = Path(corpus.shard_path(shard, "comments"))
    damaged.write_bytes(damaged.read_bytes()[:-8])
    with pytest.raises(CorpusError, match=r"comments\.parquet.*doctor"), open_database(corpus) as database:
        sections(database)


def test_all_candidates_are_counted(tmp_path: Path) -> None:
    """Every requested picture is fetched, gone or lost otherwise."""
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
    """They do not count as answered after 0 seconds."""
    charts = counted(make_corpus(tmp_path, 400, shards=4))
    answered = charts["first_edit"].facts["requests"]
    assert answered == sum(charts["first_edit"].column("requests"))
    assert answered == charts["acceptance"].facts["answered"] < charts["flairs"].facts["requests"]


def test_missing_numbers_are_not_zeros(requests: Requests) -> None:
    """A request without a ratio counts as missing, in no column."""
    ratio = named(scores.charts(requests({}, {"upvote_ratio": None}, {"upvote_ratio": 0.0})), "upvote_ratio")
    assert (ratio.facts["count"], ratio.facts["missing"]) == (2, 1)
    assert sum(ratio.column("requests")) == 2


def test_outliers_lie_beyond_the_fence(requests: Requests) -> None:
    """One score of a million among a hundred scores of 1 to 10."""
    rows = [{"score": 1 + at % 10} for at in range(100)]
    score = named(scores.charts(requests(*rows, {"score": 1_000_000}, {"score": -5})), "score")
    assert score.facts["outliers"] == 1
    assert 10 < score.facts["fence"] < 1_000_000
    assert score.facts["low"] == -5


def test_correlations_are_spearmans_within_one_month(requests: Requests) -> None:
    """Equal to scipy's, with ties, and inside the interval."""
    chance = random.Random(1)
    rows = [
        {"words": words, "score": words + chance.randrange(60)} for words in (chance.randrange(40) for _ in range(200))
    ]
    table = named(scores.charts(requests(*rows)), "score_predictors").rows
    [(_, _, n, low, r, high)] = [row for row in table if row[0] == "words"]
    assert n == 200
    assert math.isclose(r, spearmanr([row["words"] for row in rows], [row["score"] for row in rows]).statistic)
    assert -1 < low < r < high < 1


def test_a_trend_over_months_is_no_correlation(requests: Requests) -> None:
    """Scores and lengths both grow over the months, and are independent within a month."""
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
    table = named(scores.charts(requests(*rows)), "score_predictors").rows
    [(_, _, _, low, _, high)] = [row for row in table if row[0] == "words"]
    assert low < 0 < high


def test_too_few_requests_predict_nothing(requests: Requests) -> None:
    """An interval that says nothing is left out."""
    assert (
        named(scores.charts(requests(*({"words": at, "score": at} for at in range(10)))), "score_predictors").case
        == "none"
    )


def test_a_flair_of_one_request_is_not_shown(requests: Requests) -> None:
    """It may be a user name."""
    database = requests({}, {}, {"flair": "for u/somebody"})
    assert {row[0] for row in solvers._flairs(database).rows} == {"Free", "…"}


def test_gini_coefficient_of_solvers() -> None:
    """It follows its definition, and no name is shown."""
    connection = duckdb.connect()
    connection.execute("create temp table edits as select unnest(['a','a','a','a','a','a','b','b','c','d']) as author")
    chart = solvers._solvers(Database(None, connection))
    counts = [6, 2, 1, 1]
    gini = sum(abs(one - other) for one in counts for other in counts) / (2 * len(counts) * sum(counts))
    assert chart.facts["gini"] == pytest.approx(gini)
    assert chart.facts["half"] == 1
    assert chart.rows[-1] == (1.0, 1.0, 4, 10)
    assert not any(isinstance(value, str) for row in chart.rows for value in row)
