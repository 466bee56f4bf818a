"""Chart the requests: kinds of edit, instruction lengths, languages."""

from photoshop_request_builder.dataset.analysis.database import Database
from photoshop_request_builder.dataset.charts.chart import Chart, ChartKind, ratio

_LANGUAGES = 12
_LENGTHS = (0, 1, 2, 3, 5, 8, 12, 18, 25, 35, 50, 75, 100, 150)
"""Lower ends of the columns, in words."""


def charts(database: Database) -> list[Chart]:
    """Return the charts of this section in the order of the page."""
    return [tasks(database), _together(database), _over_time(database), _lengths(database), _languages(database)]


def tasks(database: Database) -> Chart:
    """Count requests by kind of edit."""
    (requests,) = database.one("select count(*) from requests where is_edit_request")
    rows = database.rows(
        "select task, count(*), count(*) / ? from (select unnest(task_types) as task from requests"
        " where is_edit_request) group by 1 order by 2 desc, 1",
        requests,
    )
    shares = {task: share for task, _, share in rows}
    known = [task for task in shares if task != "unclear"]
    facts = {
        "requests": requests,
        "kinds": len(known),
        "top": known[0] if known else None,
        "top_share": shares[known[0]] if known else 0.0,
        "unclear_share": shares.get("unclear", 0.0),
    }
    columns = ("task", "requests", "share")
    case = "some" if known else "none"
    return Chart("tasks", ChartKind.BARS, columns, rows, ("task", "requests"), facts, case=case)


def _together(database: Database) -> Chart:
    rows = database.rows(
        """
        with each as (select id, unnest(task_types) as task from requests where is_edit_request),
        members as (select task, count(*) as n from each where task <> 'unclear' group by 1),
        pairs as (
            select a.task as one, b.task as other, count(*) as n from each a join each b using (id)
            where a.task <> b.task and a.task <> 'unclear' and b.task <> 'unclear' group by 1, 2
        )
        select m.task, o.task, coalesce(p.n, 0), coalesce(p.n, 0) / m.n
        from members m cross join members o left join pairs p on p.one = m.task and p.other = o.task
        where m.task <> o.task order by m.n desc, m.task, o.n desc, o.task
        """
    )
    several, requests = database.one(
        "select count(*) filter (len(task_types) > 1), count(*) from requests where is_edit_request"
    )
    top = max(rows, key=lambda row: (row[2], row[0]), default=(None, None, 0, 0.0))
    facts = {
        "several": several,
        "several_share": ratio(several, requests),
        "one": top[0],
        "other": top[1],
        "top": top[2],
        "top_share": top[3],
    }
    columns = ("task", "with", "requests", "share")
    case = "some" if top[2] else "none"
    return Chart("tasks_together", ChartKind.HEAT, columns, rows, ("task", "with", "share"), facts, case=case)


def _over_time(database: Database) -> Chart:
    rows = database.rows(
        """
        with each as (select year, unnest(task_types) as task from requests where is_edit_request),
        years as (select year, count(*) as n from requests where is_edit_request group by 1),
        kinds as (select task, count(*) as all_n from each group by 1),
        counts as (select year, task, count(*) as n from each group by 1, 2)
        select k.task, y.year, coalesce(c.n, 0), coalesce(c.n, 0) / y.n
        from kinds k cross join years y left join counts c on c.task = k.task and c.year = y.year
        order by k.all_n desc, k.task, y.year
        """
    )
    years = sorted({row[1] for row in rows})
    first_last = {
        task: tuple(share for kind, year, _, share in rows if kind == task and year in {years[0], years[-1]})
        for task in dict.fromkeys(row[0] for row in rows)
        if task != "unclear"
    }
    moved = max(first_last.items(), key=lambda item: abs(item[1][-1] - item[1][0]), default=(None, (0.0, 0.0)))
    facts = {
        "first": str(years[0]) if years else None,
        "last": str(years[-1]) if years else None,
        "task": moved[0],
        "from_share": moved[1][0],
        "to_share": moved[1][-1],
    }
    case = ("some" if len(years) > 1 else "one") if years else "none"
    columns = ("task", "year", "requests", "share")
    return Chart("tasks_over_time", ChartKind.HEAT, columns, rows, ("task", "year", "share"), facts, case=case)


def _lengths(database: Database) -> Chart:
    query = "select 'requests' as series, words as value from requests where is_edit_request"
    rows = database.histogram(query, ("requests",), _LENGTHS)
    count, low, middle, high, most = database.one(
        "select count(*), quantile_disc(words, 0.05), median(words), quantile_disc(words, 0.95), max(words)"
        " from requests where is_edit_request"
    )
    facts = {"requests": count, "low": low, "middle": middle, "high": high, "most": most}
    case = "some" if count else "none"
    return Chart(
        "lengths", ChartKind.COLUMNS, ("words_from", "requests"), rows, ("words_from", "requests"), facts, case=case
    )


def _languages(database: Database) -> Chart:
    rows = database.rows(
        f"""
        with largest as (
            select language from requests where is_edit_request group by 1 order by count(*) desc, 1 limit {_LANGUAGES}
        ) select case when language in (from largest) then language else '…' end, count(*),
            count(*) / sum(count(*)) over ()
        from requests where is_edit_request and language is not null group by 1 order by 2 desc, 1
        """
    )
    top = rows[0] if rows else (None, 0, 0.0)
    unknown = sum(row[2] for row in rows if row[0] == "und")
    facts = {"top": top[0], "top_share": top[2], "unknown_share": unknown}
    columns = ("language", "requests", "share")
    case = "some" if rows else "none"
    return Chart("languages", ChartKind.BARS, columns, rows, ("language", "requests"), facts, case=case)
