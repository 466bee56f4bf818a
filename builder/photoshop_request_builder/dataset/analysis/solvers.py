"""Chart the answers: waits, edits per request and solver, acceptance, and terms set by flairs."""

import re
from collections.abc import Callable, Collection

from photoshop_request.text.usernames import username_filter
from photoshop_request_builder.dataset.analysis.database import Database
from photoshop_request_builder.dataset.charts.chart import Chart, ChartKind, Row, ratio

_WAITS = (0, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 3 * 86_400, 7 * 86_400, 30 * 86_400)
"""Lower ends of the columns, in seconds."""
_MOST_EDITS = 10
_FLAIRS = 12
"""Maximum flairs with a separate row. A flair of a single request may be a name, so it is counted among the others."""
_TOP_SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0)


def charts(database: Database) -> list[Chart]:
    """Return the charts of this section in the order of the page."""
    return [
        _first_edit(database),
        _edits(database),
        _solvers(database),
        _acceptance(database),
        _flairs(database),
        *(_terms(database, name) for name in ("ai_allowed", "paid")),
    ]


def _first_edit(database: Database) -> Chart:
    query = "select 'requests' as series, seconds_to_first_edit as value from requests"
    rows = database.histogram(query, ("requests",), _WAITS)
    count, middle, late = database.one(
        "select count(seconds_to_first_edit), median(seconds_to_first_edit) / 60,"
        " quantile_cont(seconds_to_first_edit, 0.9) / 3600 from requests"
    )
    facts = {"requests": count, "minutes": middle, "hours": late}
    drawn = ("wait_from", "requests")
    case = "some" if count else "none"
    return Chart("first_edit", ChartKind.COLUMNS, drawn, rows, drawn, facts, case=case)


def _edits(database: Database) -> Chart:
    counts = dict(
        database.rows("select least(edits, ?), count(*) from requests where is_edit_request group by 1", _MOST_EDITS)
    )
    rows: tuple[Row, ...] = tuple(
        (f"{edits}+" if edits == _MOST_EDITS else str(edits), counts.get(edits, 0)) for edits in range(_MOST_EDITS + 1)
    )
    requests, edits, answered, most = database.one(
        "select count(*), sum(edits), count(*) filter (edits > 0), max(edits) from requests where is_edit_request"
    )
    facts = {
        "requests": requests,
        "edits": edits or 0,
        "answered": answered,
        "answered_share": ratio(answered, requests),
        "mean": ratio(edits, answered),
        "most": most or 0,
    }
    drawn = ("edits", "requests")
    return Chart(
        "edits", ChartKind.COLUMNS, drawn, rows if requests else (), drawn, facts, case="some" if answered else "none"
    )


def _solvers(database: Database) -> Chart:
    """Draw the Lorenz curve, busiest solver first, without names."""
    counts = [
        n
        for (n,) in database.rows(
            "select count(*) as n from edits where author is not null group by author order by n desc"
        )
    ]
    total, people = sum(counts), len(counts)
    rows: list[Row] = [(0.0, 0.0, 0, 0)] if counts else []
    for share in _TOP_SHARES if counts else ():
        members = max(1, round(share * people))
        made = sum(counts[:members])
        if members != rows[-1][2]:
            rows.append((members / people, made / total, members, made))
    # the Gini formula ranks counts in ascending order, but the busiest solver comes first here
    weighted = sum((people - rank) * count for rank, count in enumerate(counts))
    gini = 2 * weighted / (people * total) - (people + 1) / people if total else 0.0
    half, made = 0, 0
    while made * 2 < total:
        made += counts[half]
        half += 1
    facts = {
        "solvers": people,
        "edits": total,
        "gini": gini,
        "half": half,
        "half_share": ratio(half, people),
        "once_share": ratio(sum(count == 1 for count in counts), people),
    }
    columns = ("solvers_share", "edits_share", "solvers", "edits")
    case = "some" if people else "none"
    return Chart("solvers", ChartKind.LINE, columns, rows, columns[:2], facts, case=case)


def _acceptance(database: Database) -> Chart:
    rows = database.rows(
        "select evidence, count(*) from (select unnest(a.evidence) as evidence from acceptances a"
        " join (select distinct submission_id, comment_id from edits) e using (submission_id, comment_id))"
        " group by 1 order by 2 desc, 1"
    )
    answered, accepted, several, chosen = database.one(
        "select count(*) filter (edits > 0), count(*) filter (edits > 0 and accepted),"
        " count(*) filter (solvers > 1), count(*) filter (solvers > 1 and accepted) from requests"
    )
    facts = {
        "answered": answered,
        "accepted": accepted,
        "accepted_share": ratio(accepted, answered),
        "several": several,
        "chosen_share": ratio(chosen, several),
    }
    case = "some" if accepted else "none"
    drawn = ("evidence", "edits")
    return Chart("acceptance", ChartKind.BARS, drawn, rows, drawn, facts, case=case)


def _flairs(database: Database) -> Chart:
    rows = database.rows(
        f"""
        with largest as (
            select flair from requests where flair is not null group by 1 having count(*) > 1
            order by count(*) desc, 1 limit {_FLAIRS}
        ), named as (
            select year, case when flair is null then '-' when flair in (from largest) then flair else '…' end as name
            from requests
        ), years as (select year, count(*) as n from named group by 1),
        names as (select name, count(*) as all_n from named group by 1),
        counts as (select name, year, count(*) as n from named group by 1, 2)
        select n.name, y.year, coalesce(c.n, 0), coalesce(c.n, 0) / y.n
        from names n cross join years y left join counts c on c.name = n.name and c.year = y.year
        order by n.all_n desc, n.name, y.year
        """
    )
    hide = _name_filter(database, {row[0] for row in rows})
    rows = [(hide(row[0]), *row[1:]) for row in rows]
    requests, flaired, kinds = database.one("select count(*), count(flair), count(distinct flair) from requests")
    last = max((row[1] for row in rows), default=0)
    newest = max(
        (row for row in rows if row[1] == last and row[0] not in {"-", "…"}),
        key=lambda row: row[2],
        default=(None, 0, 0, 0.0),
    )
    facts = {
        "requests": requests,
        "flaired_share": ratio(flaired, requests),
        "kinds": kinds,
        "last": str(last),
        "top": newest[0],
        "top_share": newest[3],
    }
    case = ("some" if newest[2] else "rare") if flaired else "none"
    columns = ("flair", "year", "requests", "share")
    return Chart("flairs", ChartKind.HEAT, columns, rows, ("flair", "year", "share"), facts, case=case)


def _name_filter(database: Database, texts: Collection[str]) -> Callable[[str], str]:
    """Return a function that hides the authors of the corpus in these texts."""
    words = {word for text in texts for word in re.findall(r"[\w-]+", text.lower())}
    parts = words | {part for word in words for part in re.split("[_-]+", word)}
    names = database.rows(
        "select distinct author from (select author from submissions union all select author from comments)"
        " where list_contains(?, lower(author)) or list_contains(?, trim(lower(author), '_-'))",
        sorted(parts),
        sorted(parts),
    )
    return username_filter(name for (name,) in names)


def _terms(database: Database, name: str) -> Chart:
    rows = database.rows(
        f"select cast(year as varchar), count(*) filter ({name}), count(*) filter (not {name}),"
        f" count(*) filter ({name} is null) from requests group by 1 order by 1"
    )
    yes, no, silent = (sum(row[place] for row in rows) for place in (1, 2, 3))
    facts = {
        "yes": yes,
        "no": no,
        "silent": silent,
        "said_share": ratio(yes + no, yes + no + silent),
        "yes_share": ratio(yes, yes + no),
    }
    columns = ("year", f"{name}_yes", f"{name}_no", "not_said")
    case = ("some" if yes + no else "silent") if rows else "none"
    return Chart(name, ChartKind.STACKED, columns, rows, columns, facts, case=case)
