"""Write the dataset card from the corpus: the README that people and `load_dataset` read."""

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
from photoshop_request_builder.dataset.published_pictures import keeps_credit_lines
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.settings import resolve_settings

_MARKS = re.compile(r"[\\`*_\[\]<>&|#~!@/]|(?<=[^\W\d])\.(?=\w)")
"""Characters with a meaning in Markdown. A dot between letters would make a link of a host name."""


@dataclass(frozen=True, slots=True)
class Card:
    """The text and charts of a card."""

    readme: str
    charts: dict[str, str]
    """Path relative to the README -> SVG."""


CardWriter = Callable[[str | None, Collection[str], Collection[str]], Card]
"""Makes a card from `repo` (None for the local folder), the configs of the text, and the configs of the YAML header.
Numbers and charts always cover all built configs."""


def card_writer(corpus: Corpus, records: Sequence[FileRecord]) -> CardWriter:
    """Return a function that makes cards for the built files. Facts and charts are made once for all cards."""
    from photoshop_request_builder.dataset.card.card_charts import draw_card_charts  # duckdb is slow to import

    facts = count_facts(corpus, [(file.config, corpus.path("dataset", file.config, file.name)) for file, _ in records])
    charts = {f"figures/{name}.svg": chart for name, chart in draw_card_charts(corpus).items()} if records else {}
    built = {file.config for file, _ in records}
    template = files("photoshop_request_builder.dataset.card").joinpath("dataset_card.md").read_text(encoding="utf-8")
    # the template is Markdown, not HTML, and holds no text of Reddit users
    environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701
    environment.filters |= {"n": "{:,}".format, "size": _size, "share": _share, "words": _words}
    page = environment.from_string(template)
    steps = funnel(corpus)

    def write(repo: str | None, text_configs: Collection[str], header_configs: Collection[str]) -> Card:
        body = page.render(
            address=repo or corpus.path("dataset"),
            on_the_hub=repo is not None,
            subreddits=corpus.subreddits,
            facts=facts,
            charts=charts,
            totals=split_totals((file, record) for file, record in records if file.config in text_configs),
            default=DEFAULT_CONFIG,
            funnel=steps,
            configs={name: CONFIGS[name] for name in CONFIGS if name in text_configs and name in built},
            keep_credit_lines=keeps_credit_lines(corpus),
            removal_contact=resolve_settings(corpus, {})["removal_contact"].value,
            version=version("photoshop-request"),
        )
        in_header = [(file, record) for file, record in records if file.config in header_configs]
        return Card(
            f"---\n{header(in_header, facts, local=repo is None)}\n---\n\n{body}",
            {path: chart.svg for path, chart in charts.items()},
        )

    return write


def _size(count: int) -> str:
    """Format bytes with a unit."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "none"


def _words(text: str) -> str:
    """Escape text for Markdown. It may contain names of hosts."""
    return _MARKS.sub(r"\\\g<0>", text)
