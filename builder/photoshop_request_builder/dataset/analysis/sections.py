"""Count all charts of the report, section by section."""

from photoshop_request_builder.dataset.analysis import (
    inputs,
    pictures,
    preferences,
    requests,
    scores,
    solvers,
    splits,
)
from photoshop_request_builder.dataset.analysis.database import Database
from photoshop_request_builder.dataset.charts.chart import Chart

_SECTIONS = {
    "inputs": inputs.charts,
    "dataset": splits.charts,
    "asks": requests.charts,
    "votes": scores.charts,
    "answers": solvers.charts,
    "pictures": pictures.charts,
    "choices": preferences.charts,
}


def sections(database: Database) -> dict[str, list[Chart]]:
    """Return the charts of each section, in the order of the page."""
    return {name: charts(database) for name, charts in _SECTIONS.items()}
