"""Chart the inputs: the funnel, the sources, the months they cover, and link rot by host."""

from photoshop_request.media.addresses.people import published_host
from photoshop_request_builder.dataset.analysis.database import Database
from photoshop_request_builder.dataset.charts.chart import Chart, ChartKind, Mark, Row, ratio
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.dataset.ingested_sources import ingested_sources
from photoshop_request_builder.store.incoming import read_parts

_HOSTS = 10
"""Maximum hosts with a separate row. All others share one row."""
_OTHERS = "\u2026"
"""Name of all other hosts, among them hosts of unknown kinds: a person may have one of their own."""
_HOLES = 4
"""Maximum gaps named in the sentence. The chart shows all."""
MONTHLY = ("submissions", "comments")
"""Tables that are counted by month."""


def charts(database: Database) -> list[Chart]:
    """Return the charts of this section in the order of the page."""
    return [
        funnel_steps(database),
        _sources(database),
        *(coverage(database, name) for name in MONTHLY),
        hosts(database),
    ]


def funnel_steps(database: Database) -> Chart:
    """Count the input and output of each stage, and the dropped items by reason."""
    steps = funnel(database.corpus)
    rows: list[Row] = []
    for step in steps:
        rows.append((step.stage, step.counted, "in", step.total))
        rows.append((step.stage, step.kept_as, "kept", step.kept))
        rows += [(step.stage, step.counted, reason, count) for reason, count in step.reasons.items()]
    # rewriting instructions drops nothing
    dropping = [step for step in steps if step.stage != "rewrite"]
    total = sum(sum(step.reasons.values()) for step in dropping)
    reasons = [(count, reason) for step in dropping for reason, count in step.reasons.items()]
    most, why = max(reasons, default=(0, None))
    facts = {
        "steps": len(steps),
        "into": dropping[0].total if dropping else 0,
        "out": dropping[-1].kept if dropping else 0,
        "dropped": total,
        "why": why,
        "most": most,
    }
    columns = ("stage", "counted", "became", "count")
    return Chart(
        "funnel", ChartKind.BARS, columns, rows, ("stage", "became", "count"), facts, case="some" if steps else "none"
    )


def _sources(database: Database) -> Chart:
    sources = ingested_sources(read_parts(database.corpus))
    columns = ("source", "inputs", "lines", "submissions", "comments", "other_subreddits", "blank", "rejected")
    rows = tuple(
        (
            source.source,
            source.parts,
            source.lines,
            source.submissions,
            source.comments,
            source.other_subreddits,
            source.blank,
            sum(source.rejected.values()),
        )
        for source in sources
    )
    merged, several = database.one(
        "select count(*), count(*) filter (len(sources) > 1)"
        " from (select sources from submissions union all select sources from comments)"
    )
    single = sources[: len(sources) - (len(sources) > 1)]  # the last one is the sum
    given = sum(source.submissions + source.comments for source in single)
    facts = {
        "sources": len(single),
        "given": given,
        "merged": merged,
        "repeated": given - merged,
        "several": several,
    }
    return Chart(
        "sources", ChartKind.BARS, columns, rows, ("source", "lines"), facts, case="some" if sources else "none"
    )


def coverage(database: Database, table: str) -> Chart:
    """Count the rows of a table in `MONTHLY` by month, and mark the gaps."""
    sources = ingested_sources(read_parts(database.corpus))
    total = sources[-1] if sources else None
    months = total.months[table] if total else {}
    holes = total.holes[table] if total else ()
    named = [hole.first if hole.months == 1 else f"{hole.first} - {hole.last}" for hole in holes]
    facts = {
        "first": min(months, default=None),
        "last": max(months, default=None),
        "months": len(months),
        "rows": sum(months.values()),
        "holes": len(holes),
        "missing": sum(hole.months for hole in holes),
        "which": ", ".join(named[:_HOLES]) + (" …" if len(named) > _HOLES else ""),
    }
    case = ("holes" if holes else "some") if months else "none"
    marks = tuple(Mark("hole", hole.first, hole.last) for hole in holes)
    rows = tuple(months.items())
    return Chart(f"coverage_{table}", ChartKind.COLUMNS, ("month", table), rows, ("month", table), facts, marks, case)


def hosts(database: Database) -> Chart:
    """Count pictures fetched and gone, by host and year of the post."""
    names = [
        host for (host,) in database.rows("select distinct host from candidates where host is not null order by 1")
    ]
    rows = database.rows(
        f"""
        with names as (select unnest(?::varchar[]) as host, unnest(?::varchar[]) as published), asked as (
            select n.published as host, year(make_timestamp(coalesce(c.solver_comment_utc, s.created_utc) * 1000000)) as year,
                c.reason
            from candidates c join names n on n.host = c.host left join submissions s on s.id = c.submission_id
            where c.state is not null
        ), largest as (select host from asked where host <> '{_OTHERS}' group by 1 order by count(*) desc, host limit {_HOSTS})
        select case when host in (from largest) then host else '{_OTHERS}' end as place, year, count(*),
            count(*) filter (reason is null), count(*) filter (reason in ('gone', 'placeholder')),
            count(*) filter (reason not in ('gone', 'placeholder')),
            count(*) filter (reason in ('gone', 'placeholder')) / count(*)
        from asked where year is not null group by 1, 2 order by sum(count(*)) over (partition by place) desc, 1, 2
        """,
        names,
        [published_host(host) or _OTHERS for host in names],
    )
    links, gone = sum(row[2] for row in rows), sum(row[4] for row in rows)
    by_host: dict[str, list[int]] = {}
    for host, _, requested, _, gone_here, _, _ in rows:
        counts = by_host.setdefault(host, [0, 0])
        counts[0] += requested
        counts[1] += gone_here
    worst = max(by_host.items(), key=lambda item: item[1][1] / item[1][0], default=("", [1, 0]))
    facts = {
        "links": links,
        "gone": gone,
        "gone_share": ratio(gone, links),
        "worst": worst[0],
        "worst_share": worst[1][1] / worst[1][0],
    }
    columns = ("host", "year", "links", "fetched", "gone", "otherwise", "gone_share")
    case = ("some" if gone else "all") if rows else "none"
    return Chart("hosts", ChartKind.HEAT, columns, rows, ("host", "year", "gone_share"), facts, case=case)
