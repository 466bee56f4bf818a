"""Every chart of the report, by chapter: SQL over the corpus to plain numbers."""

from photoshop_request_builder.dataset.analysis.chapters import answers, asks, choices, inputs, pictures, splits, votes
from photoshop_request_builder.dataset.analysis.database import Database
from photoshop_request_builder.dataset.charts.chart import Figure

_CHAPTERS = {
    "inputs": inputs.figures,
    "dataset": splits.figures,
    "asks": asks.figures,
    "votes": votes.figures,
    "answers": answers.figures,
    "pictures": pictures.figures,
    "choices": choices.figures,
}


def chapters(database: Database) -> dict[str, list[Figure]]:
    """The figures of each chapter, in the order of the page."""
    return {name: figures(database) for name, figures in _CHAPTERS.items()}
