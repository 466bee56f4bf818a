"""Chart the preference pairs: margins, pairs left out, and the advantage of the first edit."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from photoshop_request.text.thread.acceptance import Acceptance, AcceptanceEvidence
from photoshop_request.text.thread.participants import Edit
from photoshop_request.text.thread.preferences import NoPreference, Preference, preferences
from photoshop_request_builder.dataset.analysis.database import Database
from photoshop_request_builder.dataset.analysis.proportion import Proportion
from photoshop_request_builder.dataset.charts.chart import Chart, ChartKind, Mark, Row, ratio
from photoshop_request_builder.dataset.configs.context import read_first_poster_advantage

_MARGINS = tuple(step / 4 for step in range(24))
_SIGNALS = ("accepted", "score")
_BATCH = 20_000


def charts(database: Database) -> list[Chart]:
    """Return the charts of this section in the order of the page."""
    pairs: list[tuple[Preference, bool]] = []
    left_out: Counter[NoPreference] = Counter()
    correction = read_first_poster_advantage(database.corpus)
    accepted = _accepted(database)
    for submission, last_seen, edits in _threads(database):
        taken = {
            edit.comment_id: accepted[submission, edit.comment_id]
            for edit in edits
            if (submission, edit.comment_id) in accepted
        }
        preferred, without_preference = preferences(edits, taken, observed_utc=last_seen, correction=correction)
        rank = {edit.comment_id: number for number, edit in enumerate(edits)}
        pairs += [(pair, rank[pair.chosen] < rank[pair.rejected]) for pair in preferred]
        left_out += without_preference
    return [_margins(pairs), _pairs(pairs, left_out), _position(database, pairs)]


def _margins(pairs: list[tuple[Preference, bool]]) -> Chart:
    counts: Counter[tuple[int, str]] = Counter()
    for pair, _ in pairs:
        counts[min(len(_MARGINS) - 1, int(pair.margin * 4)), str(pair.signal)] += 1
    rows: list[Row] = [(low, *(counts[place, signal] for signal in _SIGNALS)) for place, low in enumerate(_MARGINS)]
    while len(rows) > 1 and not any(rows[-1][1:]):
        rows.pop()
    margins = sorted(pair.margin for pair, _ in pairs)
    facts = {
        "pairs": len(pairs),
        "accepted": sum(pair.signal == "accepted" for pair, _ in pairs),
        "middle": margins[len(margins) // 2] if margins else 0.0,
        "factor": math.exp(margins[len(margins) // 2]) if margins else 1.0,
    }
    columns = ("margin_from", *_SIGNALS)
    case = "some" if pairs else "none"
    return Chart("margins", ChartKind.COLUMNS, columns, rows, columns, facts, case=case)


def _pairs(pairs: list[tuple[Preference, bool]], left_out: Counter[NoPreference]) -> Chart:
    counts = Counter({str(why): count for why, count in left_out.items()})
    rows: list[Row] = [("kept", len(pairs)), *sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    total = len(pairs) + left_out.total()
    most, why = max(((count, why) for why, count in counts.items()), default=(0, None))
    facts = {
        "total": total,
        "kept": len(pairs),
        "kept_share": ratio(len(pairs), total),
        "why": why,
        "most": most,
    }
    case = ("some" if why else "all") if total else "none"
    drawn = ("became", "pairs")
    return Chart("preference_pairs", ChartKind.BARS, drawn, tuple(rows) if total else (), drawn, facts, case=case)


def _position(database: Database, pairs: list[tuple[Preference, bool]]) -> Chart:
    correction = read_first_poster_advantage(database.corpus)
    rows: list[Row] = []
    for signal in _SIGNALS:
        firsts = [first for pair, first in pairs if pair.signal == signal]
        if firsts:
            rows.append(_first_share(signal, firsts))
    if len(rows) > 1:
        rows.append(_first_share("both", [first for _, first in pairs]))
    last = rows[-1] if rows else ("", 0, 0.0, 0.0, 0.0)
    facts = {
        "pairs": len(pairs),
        "low_share": last[2],
        "middle_share": last[3],
        "high_share": last[4],
        "threads": correction.threads,
        "advantage": correction.of(0),
        "factor": math.exp(correction.of(0)),
    }
    columns = ("signal", "pairs", "low_share", "first_share", "high_share")
    drawn = ("signal", "low_share", "first_share", "high_share")
    case = ("some" if correction.advantage else "few") if pairs else "none"
    return Chart("position", ChartKind.RANGES, columns, rows, drawn, facts, (Mark("middle", 0.5),), case)


def _first_share(signal: str, firsts: list[bool]) -> Row:
    proportion = Proportion(sum(firsts), len(firsts))
    low, high = proportion.interval
    return signal, proportion.of, low, proportion.value, high


def _accepted(database: Database) -> dict[tuple[str, str], Acceptance]:
    acceptances = {}
    for submission, comment, evidence, utc in database.rows(
        "select submission_id, comment_id, evidence, accepted_utc from acceptances"
    ):
        acceptances[submission, comment] = Acceptance(
            comment, tuple(AcceptanceEvidence(name) for name in evidence), utc, ()
        )
    return acceptances


def _threads(database: Database) -> Iterator[tuple[str, int | None, list[Edit]]]:
    """Yield each request with several published edits, one edit per comment, in order of arrival.

    The config `preferences` takes the same edits.
    """
    cursor = database.connection.execute(
        """
        select e.submission_id, s.last_seen, e.comment_id, any_value(e.author), any_value(c.parent_id),
            any_value(e.solver_comment_utc) as utc, any_value(c.score), arg_min(e.sha256, (e.position, e."index")),
            arg_min(e.source_sha256, (e.position, e."index"))
        from edits e join submissions s on s.id = e.submission_id join comments c on c.id = e.comment_id
        where not s.deleted_by_author and c.id not in (select value from removed where kind = 'comment')
        group by e.submission_id, s.last_seen, e.comment_id order by e.submission_id, utc, e.comment_id
        """
    )
    rows = (row for batch in iter(lambda: cursor.fetchmany(_BATCH), []) for row in batch)
    for (submission, last_seen), group in groupby(rows, key=lambda row: (row[0], row[1])):
        edits = [
            Edit(
                comment_id=row[2],
                solver=row[3] or "",
                parent_id=row[4],
                created_utc=row[5],
                score=row[6],
                picture=row[7],
                source=row[8],
            )
            for row in group
        ]
        if len(edits) > 1:
            yield submission, last_seen, edits
