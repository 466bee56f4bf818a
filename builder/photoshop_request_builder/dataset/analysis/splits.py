"""Chart the dataset: configs and splits, clusters of requests, and a check for leaks between splits."""

from photoshop_request_builder.dataset.analysis.database import Database
from photoshop_request_builder.dataset.charts.chart import Chart, ChartKind, ratio
from photoshop_request_builder.dataset.files import built_records, split_totals
from photoshop_request_builder.dataset.splits.leaks import check_leaks

_SIZES = (1, 2, 3, 4, 5, 10, 20, 50, 100)
"""Lower ends of the columns, in requests per cluster."""


def charts(database: Database) -> list[Chart]:
    """Return the charts of this section in the order of the page."""
    return [_dataset(database), _clusters(database), _leaks(database)]


def _dataset(database: Database) -> Chart:
    built = split_totals(built_records(database.corpus).items())
    rows = tuple((total.config, total.split, total.rows, total.bytes / 1e6) for total in built)
    facts = {
        "configs": len({total.config for total in built}),
        "rows": sum(total.rows for total in built),
        "triplets": sum(total.rows for total in built if total.config == "triplets"),
        "gigabytes": sum(total.bytes for total in built) / 1e9,
    }
    columns = ("config", "split", "rows", "megabytes")
    case = "some" if rows else "none"
    return Chart("dataset", ChartKind.HEAT, columns, rows, ("config", "split", "rows"), facts, case=case)


def _clusters(database: Database) -> Chart:
    ends = ", ".join(f"({size})" for size in _SIZES)
    rows = database.rows(
        f"""
        with ends as (select low, lead(low, 1, 1000000000) over (order by low) as high from (values {ends}) t(low)),
        sizes as (select cluster, count(*) as size from splits group by 1)
        select low, count(size), coalesce(sum(size), 0) from ends left join sizes on size >= low and size < high
        group by 1 order by 1
        """
    )
    requests, clusters, between, most = database.one(
        "select count(*), count(distinct cluster), count(*) filter (split is null),"
        " (select max(n) from (select count(*) as n from splits group by cluster)) from splits"
    )
    alone = rows[0][1]
    facts = {
        "requests": requests,
        "clusters": clusters,
        "alone_share": ratio(alone, requests),
        "most": most or 0,
        "between": between,
    }
    columns = ("cluster_from", "clusters", "requests")
    case = "some" if requests else "none"
    return Chart("clusters", ChartKind.COLUMNS, columns, rows, columns[:2], facts, case=case)


def _leaks(database: Database) -> Chart:
    check = check_leaks(database.corpus)
    rows = (("sources", check.sources), ("checked", check.checked), ("near", check.near), ("leaks", len(check.leaks)))
    facts = {**dict(rows)}
    case = ("leaks" if check.leaks else "some") if check.checked else "none"
    return Chart("leaks", ChartKind.BARS, ("what", "count"), rows, ("what", "count"), facts, case=case)
