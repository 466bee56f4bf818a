"""Chart scores, comments and upvote ratios of requests, and correlations with the score."""

import math
from statistics import NormalDist

from photoshop_request_builder.dataset.analysis.database import Database
from photoshop_request_builder.dataset.charts.chart import Chart, ChartKind, Mark, Row, ratio

_COUNTS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)
_RATIOS = tuple(step / 20 for step in range(20))
_MIN_REQUESTS = 30
"""Requests that a correlation needs to be shown. With fewer, its interval is wider than 0.7."""

_PREDICTORS = {
    "words": "words",
    "pictures": "pictures",
    "kinds_of_edit": "len(task_types)",
    "paid": "cast(coalesce(paid, false) as int)",
    "ai_allowed": "cast(ai_allowed as int)",
    "weekend": "cast(isodow(make_timestamp(created_utc * 1000000)) >= 6 as int)",
    "over_18": "cast(over_18 as int)",
    "num_comments": "num_comments",
    "edits": "edits",
    "seconds_to_first_edit": "seconds_to_first_edit",
    "accepted": "cast(accepted as int)",
}
"""Name -> SQL over `requests`. The last four are known only after posting."""
_AFTERWARDS = frozenset({"num_comments", "edits", "seconds_to_first_edit", "accepted"})


def charts(database: Database) -> list[Chart]:
    """Return the charts of this section in the order of the page."""
    return [
        _distribution(database, "score", _COUNTS, scale="ln(1 + case when score > 0 then score else 0 * score end)"),
        _distribution(database, "num_comments", _COUNTS, scale="ln(1 + num_comments)"),
        _distribution(database, "upvote_ratio", _RATIOS, scale="upvote_ratio", low_end=True),
        _by_task(database),
        _predictors(database),
    ]


def _distribution(
    database: Database, name: str, ends: tuple[float, ...], *, scale: str, low_end: bool = False
) -> Chart:
    """Chart one number of the requests with its outliers.

    Outliers lie more than three interquartile ranges outside the quartiles (Tukey), measured on `scale`.
    """
    query = f"select 'requests' as series, greatest({name}, 0) as value from requests where {name} is not null"
    rows: list[Row] = [*database.histogram(query, ("requests",), ends)]
    while len(rows) > 1 and not rows[-1][1]:
        rows.pop()
    count, missing, low, middle, high, q1, q3 = database.one(
        f"select count({name}), count(*) - count({name}), min({name}), median({name}), max({name}),"
        f" quantile_cont({scale}, 0.25), quantile_cont({scale}, 0.75) from requests"
    )
    outliers, fence = 0, None
    if count and q3 > q1:
        end = q1 - 3 * (q3 - q1) if low_end else q3 + 3 * (q3 - q1)
        side = "<" if low_end else ">"
        [outliers] = database.one(f"select count(*) from requests where {scale} {side} ?", end)
        fence = end if low_end else math.expm1(end)
    facts = {
        "count": count,
        "missing": missing,
        "missing_share": ratio(missing, count + missing),
        "low": low,
        "middle": middle,
        "high": high,
        "outliers": outliers,
        "fence": fence,
    }
    marks = (Mark("fence", fence),) if fence is not None and 0 <= fence <= float(rows[-1][0] or 0) else ()
    case = ("some" if fence is not None else "same") if count else "none"
    return Chart(name, ChartKind.COLUMNS, ("from", "requests"), rows, ("from", "requests"), facts, marks, case)


def _by_task(database: Database) -> Chart:
    rows = database.rows(
        """
        select task, count(*), quantile_cont(score_percentile, 0.25), median(score_percentile),
            quantile_cont(score_percentile, 0.75), median(score), max(score), median(num_comments),
            median(upvote_ratio), count(*) - count(score)
        from (select *, unnest(task_types) as task from requests where is_edit_request)
        group by 1 having count(score_percentile) > 0 order by 4 desc, 2 desc, 1
        """
    )
    columns = (
        "task", "requests", "percentile_q1_share", "percentile_median_share", "percentile_q3_share",
        "score_median", "score_most", "comments_median", "ratio_median", "score_missing",
    )  # fmt: skip
    drawn = ("task", "percentile_q1_share", "percentile_median_share", "percentile_q3_share")
    facts = {
        "best": rows[0][0] if rows else None,
        "best_share": rows[0][3] if rows else None,
        "worst": rows[-1][0] if rows else None,
        "worst_share": rows[-1][3] if rows else None,
    }
    case = "some" if len(rows) > 1 else "none"
    return Chart("score_by_task", ChartKind.RANGES, columns, rows, drawn, facts, (Mark("middle", 0.5),), case)


def _predictors(database: Database) -> Chart:
    """Correlate each predictor with the score: Spearman's correlation of ranks within the month, months pooled.

    Intervals are Fisher's with Fieller's variance for ranks, 1.06 / (n - 3). The months' means reduce n. Šidák's
    correction widens the intervals so that all of them hold together in 95 of 100 samples.
    """
    correlations = [(name, *_correlation(database, column)) for name, column in _PREDICTORS.items()]
    shown = [(name, r, n) for name, r, n in correlations if r is not None and n >= _MIN_REQUESTS]
    wide = NormalDist().inv_cdf((1 + 0.95 ** (1 / max(1, len(shown)))) / 2)
    rows: list[Row] = []
    for name, r, n in sorted(shown, key=lambda item: (item[0] in _AFTERWARDS, -abs(item[1]), item[0])):
        z, error = math.atanh(max(-0.999999, min(0.999999, r))), wide * math.sqrt(1.06 / (n - 3))
        known = "afterwards" if name in _AFTERWARDS else "before"
        rows.append((name, known, n, math.tanh(z - error), r, math.tanh(z + error)))
    before = [row for row in rows if row[1] == "before"]
    clear = [row for row in before if float(row[3] or 0) > 0 or float(row[5] or 0) < 0]
    top = max(before, key=lambda row: abs(float(row[4] or 0)), default=(None,) * 6)
    facts = {
        "before": len(before),
        "clear": len(clear),
        "top": top[0],
        "low": top[3],
        "r": top[4],
        "high": top[5],
        "explained_share": float(top[4] or 0) ** 2,
    }
    columns = ("predictor", "known", "requests", "low", "correlation", "high")
    case = "some" if before else "none"
    drawn = ("predictor", "low", "correlation", "high")
    return Chart("score_predictors", ChartKind.RANGES, columns, rows, drawn, facts, (Mark("middle", 0.0),), case)


def _correlation(database: Database, column: str) -> tuple[float | None, int]:
    """Return the pooled rank correlation within months, and its requests less one per month after the first."""
    return database.rows(
        f"""
        with pairs as (
            select month, score, {column} as value from requests where is_edit_request and score is not null
        ), ranked as (
            select month,
                rank() over (partition by month order by score)
                    + (count(*) over (partition by month, score) - 1) / 2 as a,
                rank() over (partition by month order by value)
                    + (count(*) over (partition by month, value) - 1) / 2 as b,
                count(*) over (partition by month) as n
            from pairs where value is not null
        ), centred as (select (a - (n + 1) / 2) / n as a, (b - (n + 1) / 2) / n as b, month from ranked where n > 1)
        select case when sum(b * b) > 0 and sum(a * a) > 0 then fsum(a * b) / sqrt(fsum(a * a) * fsum(b * b)) end,
            count(*) - count(distinct month) + 1
        from centred
        """
    )[0]
