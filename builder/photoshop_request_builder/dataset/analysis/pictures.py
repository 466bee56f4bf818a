"""Chart the pictures: sizes, aspect ratios, formats, and differences between edits and sources."""

from photoshop_request.edits.thresholds import thresholds
from photoshop_request_builder.dataset.analysis.database import Database
from photoshop_request_builder.dataset.charts.chart import Chart, ChartKind, Mark, ratio
from photoshop_request_builder.dataset.splits import near_duplicates

_MEGAPIXELS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 48.0)
_ASPECTS = (0.0, 0.5, 0.8, 0.95, 0.99, 1.01, 1.05, 1.25, 2.0)
"""Lower ends of the columns: aspect ratio of the edit divided by that of the source."""
_BITS = tuple(float(bits) for bits in range(0, 64, 2))
_TWENTIETHS = tuple(step / 20 for step in range(20))
_CHANGED = (0.0, 0.0002, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_VERDICTS = ("edit", "same_image", "unrelated")
_TOP_FORMATS = 10


def charts(database: Database) -> list[Chart]:
    """Return the charts of this section in the order of the page."""
    return [
        _sizes(database),
        _aspects(database),
        _formats(database),
        _distances(database),
        _confidence(database),
        changed(database),
        locality(database),
    ]


def _sizes(database: Database) -> Chart:
    query = """
        select 'source' as series, width * height / 1e6 as value from (
            select distinct source_sha256 as sha256 from edits
        ) join (select sha256, max(width) as width, max(height) as height from candidates group by 1) using (sha256)
        union all select 'edit', width * height / 1e6 from edits
    """
    rows = database.histogram(query, ("source", "edit"), _MEGAPIXELS)
    edits, edit, high, smaller = database.one(
        "select count(*), median(width * height) / 1e6, max(width * height) / 1e6, count(*) filter (scale > 1.02)"
        " from edits"
    )
    sources, source = database.one(f"select count(*), median(value) from ({query}) where series = 'source'")
    facts = {
        "edits": edits,
        "sources": sources,
        "edit": edit,
        "source": source,
        "high": high,
        "smaller_share": ratio(smaller, edits),
    }
    columns = ("megapixels_from", "source", "edit")
    return Chart("sizes", ChartKind.COLUMNS, columns, rows, columns, facts, case="some" if edits else "none")


def _aspects(database: Database) -> Chart:
    shapes = """
        select (e.width / e.height) / (s.width / s.height) as value from edits e join (
            select sha256, max(width) as width, max(height) as height from candidates where width > 0 group by 1
        ) s on s.sha256 = e.source_sha256 where e.height > 0
    """
    rows = database.histogram(f"select 'edit' as series, value from ({shapes})", ("edit",), _ASPECTS)
    edits, same, wider = database.one(
        f"select count(*), count(*) filter (value >= 0.99 and value < 1.01), count(*) filter (value >= 1.01) from ({shapes})"
    )
    facts = {
        "edits": edits,
        "same_share": ratio(same, edits),
        "wider_share": ratio(wider, edits),
        "taller_share": ratio(edits - same - wider, edits),
    }
    columns = ("aspect_from", "edits")
    return Chart("aspects", ChartKind.COLUMNS, columns, rows, columns, facts, case="some" if edits else "none")


def _formats(database: Database) -> Chart:
    rows = database.rows(
        f"""
        with files as (
            select distinct sha256, extension, bytes from candidates where sha256 is not null and extension is not null
        ) select extension, count(*), count(*) / sum(count(*)) over (), sum(bytes) / 1e6, median(bytes) / 1e6
        from files group by 1 order by 2 desc, 1 limit {_TOP_FORMATS}
        """
    )
    facts = {
        "files": sum(row[1] for row in rows),
        "gigabytes": float(sum(row[3] or 0 for row in rows)) / 1000,
        "top": rows[0][0] if rows else None,
        "top_share": rows[0][2] if rows else 0.0,
    }
    columns = ("format", "files", "share", "megabytes", "megabytes_median")
    case = "some" if rows else "none"
    return Chart("formats", ChartKind.BARS, columns, rows, ("format", "files"), facts, case=case)


def _distances(database: Database) -> Chart:
    query = "select verdict as series, phash_distance as value from candidates where role = 'candidate'"
    rows = database.histogram(query, _VERDICTS, _BITS)
    edits, subtle, same, near_edits = database.one(
        "select count(*) filter (verdict = 'edit'), count(*) filter (verdict = 'edit' and phash_distance <= 2),"
        " count(*) filter (verdict = 'same_image' and phash_distance <= 2),"
        " count(*) filter (verdict = 'edit' and phash_distance <= ?)"
        " from candidates where role = 'candidate' and phash_distance is not null",
        near_duplicates.RADIUS,
    )
    facts = {
        "edits": edits,
        "subtle": subtle,
        "subtle_share": ratio(subtle, edits),
        "same": same,
        "radius": near_duplicates.RADIUS,
        "near_share": ratio(near_edits, edits),
    }
    marks = (
        Mark("near_radius", near_duplicates.RADIUS),
        Mark("duplicate_distance", thresholds().duplicate.max_distance),
    )
    columns = ("bits_from", *_VERDICTS)
    return Chart("distances", ChartKind.COLUMNS, columns, rows, columns, facts, marks, "some" if edits else "none")


def _confidence(database: Database) -> Chart:
    query = "select verdict as series, confidence as value from candidates where role = 'candidate'"
    rows = database.histogram(query, _VERDICTS, _TWENTIETHS)
    judged, doubtful = database.one(
        "select count(*), count(*) filter (confidence < 0.7) from candidates"
        " where role = 'candidate' and confidence is not null and verdict in ('edit', 'same_image', 'unrelated')"
    )
    facts = {"judged": judged, "doubtful": doubtful, "doubtful_share": ratio(doubtful, judged)}
    columns = ("confidence_from", *_VERDICTS)
    marks = (Mark("even", 0.5),)
    return Chart("confidence", ChartKind.COLUMNS, columns, rows, columns, facts, marks, "some" if judged else "none")


def changed(database: Database) -> Chart:
    """Count edits by the share of the picture that changed."""
    query = "select 'edit' as series, changed_fraction as value from edits"
    rows = database.histogram(query, ("edit",), _CHANGED)
    edits, middle, small, large = database.one(
        "select count(changed_fraction), median(changed_fraction), count(*) filter (changed_fraction < 0.1),"
        " count(*) filter (changed_fraction >= 0.5) from edits"
    )
    facts = {
        "edits": edits,
        "middle_share": middle,
        "small_share": ratio(small, edits),
        "large_share": ratio(large, edits),
    }
    marks = (Mark("speck", thresholds().mask.min_area),)
    columns = ("changed_from", "edits")
    return Chart("changed", ChartKind.COLUMNS, columns, rows, columns, facts, marks, "some" if edits else "none")


def locality(database: Database) -> Chart:
    """Count edits by the share of blocks that stayed within 3 grey levels."""
    query = "select 'edit' as series, locality as value from edits"
    rows = database.histogram(query, ("edit",), _TWENTIETHS)
    edits, middle, local, repaint = database.one(
        "select count(locality), median(locality), count(*) filter (locality >= 0.8),"
        " count(*) filter (locality < 0.05) from edits"
    )
    facts = {
        "edits": edits,
        "middle_share": middle,
        "local_share": ratio(local, edits),
        "repaint_share": ratio(repaint, edits),
    }
    columns = ("locality_from", "edits")
    return Chart("locality", ChartKind.COLUMNS, columns, rows, columns, facts, case="some" if edits else "none")
