"""Tests of the dataset card: numbers, sections, examples and charts."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest
from huggingface_hub import DatasetCard

from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.card import card
from photoshop_request_builder.dataset.card.card_charts import draw_card_charts
from photoshop_request_builder.dataset.card.facts import Spread, count_facts
from photoshop_request_builder.dataset.files import built_records
from photoshop_request_builder.dataset.funnel import funnel
from photoshop_request_builder.stages import build
from photoshop_request_builder.store.corpus import open_corpus

TEMPLATE = Path(card.__file__).with_name("dataset_card.md")
SECTIONS = (
    "Load it",
    "Configs and splits",
    "Columns",
    "How it was made",
    "What was dropped, and why",
    "What is in it",
    "Biases and limits",
    "People and consent",
    "Removal requests",
    "Not for",
    "Licenses",
    "Versions",
    "Citation",
)


@pytest.fixture(scope="module")
def readme(sample_corpus: Path) -> str:
    return (sample_corpus / "dataset" / "README.md").read_text()


def _rows(corpus: Path, config: str, column: str) -> list[object]:
    paths = sorted((corpus / "dataset" / config).glob("*.parquet"))
    return [value for path in paths for value in pq.read_table(path, columns=[column])[column].to_pylist()]


def test_no_number_in_the_template_is_typed_by_hand() -> None:
    """No digit is outside of code, filters and names of standards."""
    text = re.sub(r"```.*?```|\{[{%#].*?[}%#]\}|`[^`]*`", "", TEMPLATE.read_text(), flags=re.DOTALL)
    assert re.findall(r".*\d.*", text.replace("SHA-256", "")) == []


def test_the_card_at_the_root_is_the_template() -> None:
    """There is only one text."""
    assert (Path(__file__).resolve().parents[4] / "dataset_card.md").resolve() == TEMPLATE.resolve()


def test_the_sections_of_a_data_card_are_there(readme: str) -> None:
    """All sections of a data card exist, in order."""
    assert re.findall(r"^## (.*)$", readme, re.MULTILINE) == list(SECTIONS)
    assert "{{" not in readme
    assert "{%" not in readme


def test_numbers_are_those_of_the_built_files(readme: str, sample_corpus: Path) -> None:
    """Checks rows, requests, kinds of edit and the funnel."""
    edits = _rows(sample_corpus, "triplets", "submission_id")
    assert f"| edits (rows of `triplets`) | {len(edits)}, of {len(set(edits))} requests |" in readme
    assert f"| requests | {len(_rows(sample_corpus, 'requests', 'submission_id'))} |" in readme
    tasks = [task for row in _rows(sample_corpus, "triplets", "task_types") for task in row]
    for task in set(tasks):
        assert f"| {task} | {tasks.count(task)} | {tasks.count(task) / len(edits):.0%} |" in readme
    for step in funnel(open_corpus(sample_corpus)):
        assert f"| {step.stage} | {step.total} {step.counted} | {step.kept} {step.kept_as} |" in readme
        assert all(f"`{reason}` {count}" in readme for reason, count in step.reasons.items())


def test_every_column_is_explained(readme: str, sample_corpus: Path) -> None:
    """Holds for every built config."""
    for file in built_records(open_corpus(sample_corpus)):
        for column in CONFIGS[file.config]:
            assert f"| `{column.name}` |" in readme
            assert column.meaning in readme


def test_the_header_matches_the_files(readme: str, sample_corpus: Path) -> None:
    """Checks configs, splits, rows, licence and language."""
    data = DatasetCard(readme).data
    records = built_records(open_corpus(sample_corpus))
    assert {config["config_name"] for config in data.configs} == {file.config for file in records}
    assert [config["config_name"] for config in data.configs if config.get("default")] == ["triplets"]
    for info in data.dataset_info:
        mine = {file.split: record for file, record in records.items() if file.config == info["config_name"]}
        assert {split["name"]: split["num_examples"] for split in info["splits"]} == {
            split: record["rows"] for split, record in mine.items()
        }
    assert data.license == "other"
    assert data.language == ["en"]


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the stream's files are closed by the collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_examples_of_the_card_run(readme: str, sample_corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code blocks run unchanged."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", sample_corpus / "cache")
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len(blocks) == 2
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)  # the card is ours
    assert names["row"]["instruction"]
    streamed = list(names["stream"])
    assert all(row["accepted"] for row in streamed)
    assert 0 < len(streamed) < len(names["dataset"])
    for line in re.findall(r"^- `(load_dataset\(.*\))`$", readme, re.MULTILINE):
        assert eval(line, names).num_rows


def test_a_release_without_pictures_names_the_command_that_fetches_them(sample_corpus: Path) -> None:
    """It names only its configs. Its numbers cover everything that was built."""
    corpus = open_corpus(sample_corpus)
    made = card.card_writer(corpus, list(built_records(corpus).items()))("org/name", {"manifest"}, {"manifest"})
    assert [config["config_name"] for config in DatasetCard(made.readme).data.configs] == ["manifest"]
    assert "photoshop-request rebuild CORPUS org/name" in made.readme
    assert "### `triplets`" not in made.readme
    assert f"| {len(_rows(sample_corpus, 'triplets', 'comment_id'))}, of" in made.readme
    assert "https://huggingface.co/datasets/org/name/discussions" in made.readme


def test_the_contact_for_removal_requests_is_named(own_corpus: Path) -> None:
    """The contact comes from corpus.toml."""
    path = own_corpus / "corpus.toml"
    path.write_text(path.read_text() + '\n[settings]\nremoval_contact = "privacy@example.org"\n')
    corpus = open_corpus(own_corpus)
    made = card.card_writer(corpus, list(built_records(corpus).items()))("org/name", CONFIGS, CONFIGS)
    assert "Write to privacy@example.org." in made.readme


def test_an_empty_dataset_has_a_card(sample_corpus: Path) -> None:
    """Empty counts cause no division by zero."""
    assert card.card_writer(open_corpus(sample_corpus), [])(None, CONFIGS, CONFIGS).charts == {}
    assert count_facts(open_corpus(sample_corpus), []).edits_per_request is None


def test_the_card_shows_charts_of_the_report(readme: str, sample_corpus: Path) -> None:
    """Every named chart exists with its caption, and no other chart does."""
    shown = re.findall(r"^!\[(.+)\]\((.+)\)\n\n(.+)$", readme, re.MULTILINE)
    folder = sample_corpus / "dataset"
    charts = draw_card_charts(open_corpus(sample_corpus))
    assert {path: (folder / path).read_text() for _, path, _ in shown} == {
        f"figures/{name}.svg": chart.svg for name, chart in charts.items()
    }
    assert set(charts) == {"funnel", "coverage_submissions", "hosts", "tasks", "changed", "locality"}
    assert {path for _, path, _ in shown} == {f"figures/{path.name}" for path in (folder / "figures").iterdir()}
    assert {(title, said.replace("\\", "")) for title, _, said in shown} == {
        (chart.title, f"**{chart.title}** ({chart.axis}). {chart.sentence}") for chart in charts.values()
    }


def test_a_chart_has_no_links_scripts_or_styles(sample_corpus: Path) -> None:
    """Its only address is the namespace. A white background suits light and dark pages."""
    for chart in draw_card_charts(open_corpus(sample_corpus)).values():
        root = ET.fromstring(chart.svg)  # our own text
        names = {node.tag.removeprefix("{http://www.w3.org/2000/svg}") for node in root.iter()}
        assert names <= {"svg", "rect", "text", "title", "line"}
        attributes = {name for node in root.iter() for name in node.attrib}
        assert not {"class", "style", "href"} & attributes
        assert re.findall(r"//|url\(|var\(|@", chart.svg.replace('xmlns="http://www.w3.org/2000/svg"', "")) == []
        place = dict(zip(("x", "y", "width", "height"), root.attrib["viewBox"].split(), strict=True))
        assert root[0].attrib == {**place, "fill": "#fff"}


def test_a_card_has_the_same_bytes_again(own_corpus: Path) -> None:
    """A build without changes changes no byte. A chart that is no longer drawn is removed."""
    dataset = own_corpus / "dataset"
    before = {path: path.read_bytes() for path in dataset.rglob("*.*") if path.is_file()}
    (dataset / "figures" / "old.svg").write_text("<svg/>")
    # the card's examples contain the folder's path
    build.finish(open_corpus(own_corpus))
    after = {path: path.read_bytes() for path in dataset.rglob("*.*") if path.is_file()}
    readme = dataset / "README.md"
    assert {path: data for path, data in after.items() if path != readme} == {
        path: data for path, data in before.items() if path != readme
    }
    build.finish(open_corpus(own_corpus))
    assert readme.read_bytes() == after[readme]


def test_names_of_hosts_are_escaped() -> None:
    """Their Markdown is text, and they become no links."""
    assert card._words("at <b>www.host.com/*a*</b>, 13.5% of 1,000. The end") == (
        r"at \<b\>www\.host\.com\/\*a\*\<\/b\>, 13.5% of 1,000. The end"
    )


def test_a_spread_is_by_percentile() -> None:
    """10th, 50th and 90th percentile."""
    from photoshop_request_builder.dataset.card.facts import _spread

    assert _spread(range(11)) == Spread(1, 5, 9)
