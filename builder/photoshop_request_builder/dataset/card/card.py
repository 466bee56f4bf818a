"""The dataset's card: the README that people and `load_dataset` read, filled in from the corpus, and its figures."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG
from photoshop_request_builder.dataset.card.facts import count_facts
from photoshop_request_builder.dataset.card.header import header
from photoshop_request_builder.dataset.files import FileRecord, split_totals
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.settings import resolve_settings

__all__ = ["Card", "CardWriter", "card_writer"]

_MARKS = re.compile(r"[\\`*_\[\]<>&|#~!@/]|(?<=[^\W\d])\.(?=\w)")
"""What Markdown may take for more than a letter; the dots of an address make a link of it."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card, ready to be written."""

    readme: str
    figures: dict[str, str]
    """Path beside the README -> SVG."""


CardWriter = Callable[[str | None, Collection[str], Collection[str]], Card]
"""Of the dataset `repo` on the Hub, or of the local folder: the text is of the configs that it holds, its numbers and
charts are of all that was built; the YAML is of the configs that are spoken of."""


def card_writer(corpus: Corpus, records: Sequence[FileRecord]) -> CardWriter:
    """What writes the card for the files that were built, however often: they are counted, and the charts drawn, once."""
    from photoshop_request_builder.dataset.card.card_charts import draw_card_charts  # duckdb is slow to import

    facts = count_facts(
        corpus, [(piece.config, corpus.path("dataset", piece.config, piece.name)) for piece, _ in records]
    )
    charts = {f"figures/{name}.svg": chart for name, chart in draw_card_charts(corpus).items()} if records else {}
    built = {piece.config for piece, _ in records}
    template = files("photoshop_request_builder.dataset.card").joinpath("dataset_card.md").read_text(encoding="utf-8")
    # Markdown, not HTML: nothing that Reddit's users wrote goes in
    environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701
    environment.filters |= {"n": "{:,}".format, "size": _size, "share": _share, "words": _words}
    page = environment.from_string(template)
    steps = funnel(corpus)

    def write(repo: str | None, held: Collection[str], spoken: Collection[str]) -> Card:
        body = page.render(
            address=repo or corpus.path("dataset"),
            on_the_hub=repo is not None,
            subreddits=corpus.subreddits,
            facts=facts,
            charts=charts,
            totals=split_totals((piece, record) for piece, record in records if piece.config in held),
            default=DEFAULT_CONFIG,
            funnel=steps,
            configs={name: CONFIGS[name] for name in CONFIGS if name in held and name in built},
            removal_contact=resolve_settings(corpus, {})["removal_contact"].value,
            version=version("photoshop-request"),
        )
        told = [(piece, record) for piece, record in records if piece.config in spoken]
        return Card(
            f"---\n{header(told, facts, local=repo is None)}\n---\n\n{body}",
            {path: chart.svg for path, chart in charts.items()},
        )

    return write


def _size(count: int) -> str:
    """Bytes for people."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "none"


def _words(text: str) -> str:
    """Text in Markdown that is nothing but text: names of hosts are other people's."""
    return _MARKS.sub(r"\\\g<0>", text)
