"""The dataset's card: every number from the corpus, every section there, every example runs."""

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
    "Licences",
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
    """Outside of code, filters and the names of standards there is no digit."""
    text = re.sub(r"```.*?```|\{[{%#].*?[}%#]\}|`[^`]*`", "", TEMPLATE.read_text(), flags=re.DOTALL)
    assert re.findall(r".*\d.*", text.replace("SHA-256", "")) == []


def test_the_card_at_the_root_is_the_template() -> None:
    """One text, found where people look for it."""
    assert (Path(__file__).resolve().parents[4] / "dataset_card.md").resolve() == TEMPLATE.resolve()


def test_the_sections_of_a_data_card_are_there(readme: str) -> None:
    """What it is for comes first, what it is not for is not left out."""
    assert re.findall(r"^## (.*)$", readme, re.MULTILINE) == list(SECTIONS)
    assert "{{" not in readme
    assert "{%" not in readme


def test_numbers_are_those_of_the_built_files(readme: str, sample_corpus: Path) -> None:
    """Rows, requests, months, kinds of edit, the funnel."""
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
    """Of every config that was built."""
    for file in built_records(open_corpus(sample_corpus)):
        for column in CONFIGS[file.config]:
            assert f"| `{column.name}` |" in readme
            assert column.meaning in readme


def test_the_header_is_what_the_files_are(readme: str, sample_corpus: Path) -> None:
    """Configs, splits, rows and features; `load_dataset` checks them again."""
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
    """As they stand there."""
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


def test_a_release_without_pictures_says_so_and_how_to_get_them(sample_corpus: Path) -> None:
    """And names no config that it does not hold; its numbers are those of all that was built."""
    corpus = open_corpus(sample_corpus)
    made = card.card_writer(corpus, list(built_records(corpus).items()))("org/name", {"manifest"}, {"manifest"})
    assert [config["config_name"] for config in DatasetCard(made.readme).data.configs] == ["manifest"]
    assert "photoshop-request rebuild CORPUS org/name" in made.readme
    assert "### `triplets`" not in made.readme
    assert f"| {len(_rows(sample_corpus, 'triplets', 'comment_id'))}, of" in made.readme
    assert "https://huggingface.co/datasets/org/name/discussions" in made.readme


def test_who_answers_removal_requests_is_named(own_corpus: Path) -> None:
    """As corpus.toml says."""
    path = own_corpus / "corpus.toml"
    path.write_text(path.read_text() + '\n[settings]\nremoval_contact = "privacy@example.org"\n')
    corpus = open_corpus(own_corpus)
    made = card.card_writer(corpus, list(built_records(corpus).items()))("org/name", CONFIGS, CONFIGS)
    assert "Write to privacy@example.org." in made.readme


def test_an_empty_dataset_has_a_card(sample_corpus: Path) -> None:
    """Nothing is divided by nothing."""
    assert card.card_writer(open_corpus(sample_corpus), [])(None, CONFIGS, CONFIGS).charts == {}
    assert count_facts(open_corpus(sample_corpus), []).edits_per_request is None


def test_the_card_shows_charts_of_the_report(readme: str, sample_corpus: Path) -> None:
    """Each that it names lies beside it, and none besides; the sentence of each stands under it."""
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


def test_a_chart_needs_nothing_and_leads_nowhere(sample_corpus: Path) -> None:
    """No style sheet, no script, no address but the namespace; on paper of its own, for pages light and dark."""
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
    """A build with nothing new changes nothing; a chart that is no longer drawn goes."""
    dataset = own_corpus / "dataset"
    before = {path: path.read_bytes() for path in dataset.rglob("*.*") if path.is_file()}
    (dataset / "figures" / "old.svg").write_text("<svg/>")
    # the address of the folder stands in the card's examples
    build.finish(open_corpus(own_corpus))
    after = {path: path.read_bytes() for path in dataset.rglob("*.*") if path.is_file()}
    readme = dataset / "README.md"
    assert {path: data for path, data in after.items() if path != readme} == {
        path: data for path, data in before.items() if path != readme
    }
    build.finish(open_corpus(own_corpus))
    assert readme.read_bytes() == after[readme]


def test_names_of_hosts_are_only_text_in_the_card() -> None:
    """Markdown of theirs stays letters, and they become no link."""
    assert card._words("at <b>www.host.com/*a*</b>, 13.5% of 1,000. The end") == (
        r"at \<b\>www\.host\.com\/\*a\*\<\/b\>, 13.5% of 1,000. The end"
    )


def test_a_spread_is_by_rank() -> None:
    """A tenth below, a tenth above."""
    from photoshop_request_builder.dataset.card.facts import _spread

    assert _spread(range(11)) == Spread(1, 5, 9)
