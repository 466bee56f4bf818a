"""Tests of the report page, its numbers and its charts."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from commands import succeed
from made_corpus import make_corpus

from photoshop_request_builder.dataset.charts.captions import Language
from photoshop_request_builder.pages.report.report import make_report
from photoshop_request_builder.store.corpus import create_corpus, open_corpus

_HOSTILE = "<script>alert('1')</script>\"&{{ 7*7 }}"


class Page(HTMLParser):
    """Parses the charts of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.charts: list[dict[str, str]] = []
        self._in: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the tag and its links."""
        self.tags.append(tag)
        attributes = {name: value or "" for name, value in attrs}
        self.addresses += [
            attributes[name] for name in ("src", "href", "action", "data", "poster") if name in attributes
        ]
        if tag == "figure":
            self.charts.append({"id": attributes["id"], "figcaption": "", "h3": "", "td": "", "th": "", "alt": ""})
        if tag == "svg":
            self.charts[-1]["alt"] = attributes["aria-label"] if attributes.get("role") == "img" else ""
        self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag and everything open inside it."""
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Collect the text of a chart's parts."""
        if self._in and self.charts and self._in[-1] in self.charts[-1]:
            self.charts[-1][self._in[-1]] += data


def report(corpus: Path, language: Language = Language.EN) -> Path:
    """Write a report and return its folder."""
    make_report(open_corpus(corpus), language)
    return corpus / "report"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a synthetic corpus whose flair is a script."""
    corpus = tmp_path_factory.mktemp("hostile")
    make_corpus(corpus, 800, shards=4, flair=_HOSTILE)
    return report(corpus)


def test_a_script_in_a_flair_stays_text(hostile: Path) -> None:
    """It is escaped on the page and in every chart."""
    html = (hostile / "report.html").read_text()
    assert "script" not in Page(html).tags
    assert "&lt;script&gt;alert" in html
    assert "7*7" in html
    for path in (hostile / "charts").iterdir():
        tree = ET.parse(path)
        assert {element.tag.rpartition("}")[2] for element in tree.iter()} <= {
            "svg", "style", "rect", "text", "title", "line", "circle", "polyline",
        }  # fmt: skip
    assert _HOSTILE in {
        row[0] for row in json.loads((hostile / "report.json").read_text())["figures"]["flairs"]["rows"]
    }


def test_the_page_has_no_external_links(hostile: Path) -> None:
    """Links stay within the page, styles load nothing, and the policy forbids everything else."""
    html = (hostile / "report.html").read_text()
    page = Page(html)
    assert page.addresses
    assert all(address.startswith("#") for address in page.addresses)
    assert not re.search(r"https?://|url\(|@import|//", html)
    assert "default-src 'none'" in html


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", ["sample", "made", "empty"])
def test_every_chart_has_a_sentence_a_table_and_alternative_text(
    kind: str, language: Language, sample_corpus: Path, hostile: Path, tmp_path: Path
) -> None:
    """In every language, for full and empty corpora."""
    corpus = {"sample": sample_corpus, "made": hostile.parent, "empty": tmp_path}[kind]
    if kind == "empty":
        create_corpus(tmp_path)
    charts = Page((report(corpus, language) / "report.html").read_text()).charts
    assert len(charts) == len({chart["id"] for chart in charts}) == 35
    for chart in charts:
        assert chart["h3"], chart
        assert len(chart["figcaption"]) > 10, chart
        assert "{" not in chart["figcaption"].replace("{{ 7*7 }}", ""), chart
        assert chart["th"], chart
        assert chart["alt"] in {"", f"{chart['h3']}. {chart['figcaption']}"}
        assert bool(chart["alt"]) <= bool(chart["td"]), "a chart without the numbers it shows"
    assert sum(bool(chart["alt"]) for chart in charts) >= {"sample": 30, "made": 30, "empty": 0}[kind]


def test_the_same_corpus_gives_the_same_bytes(hostile: Path) -> None:
    """In every file."""
    report(hostile.parent)
    once = {path.name: path.read_bytes() for path in hostile.rglob("*.*")}
    report(hostile.parent)
    assert {path.name: path.read_bytes() for path in hostile.rglob("*.*")} == once
    assert len(once) > 30


def test_no_user_name_is_in_the_report(hostile: Path) -> None:
    """Neither requesters nor solvers are named."""
    for path in hostile.rglob("*.*"):
        assert not re.search(r"asker\d|solver\d|somebody", path.read_text()), path


def test_the_json_holds_what_the_page_shows(sample_corpus: Path) -> None:
    """Each value has a table cell, and the sentences are equal."""
    folder = report(sample_corpus)
    charts = json.loads((folder / "report.json").read_text())["figures"]
    page = Page((folder / "report.html").read_text())
    assert page.tags.count("td") == sum(len(chart["rows"]) * len(chart["columns"]) for chart in charts.values())
    assert [chart["figcaption"] for chart in page.charts] == [
        charts[chart["id"][6:]]["sentence"] for chart in page.charts
    ]
    assert {f"{name}.svg" for name in charts} >= {path.name for path in (folder / "charts").iterdir()}


def test_charts_of_an_earlier_report_are_removed(tmp_path: Path) -> None:
    """A chart without data any more is deleted."""
    corpus = create_corpus(tmp_path)
    stale = tmp_path / "report" / "charts" / "flairs.svg"
    stale.parent.mkdir(parents=True)
    stale.write_text("<svg/>")
    make_report(corpus)
    assert not stale.exists()


def test_the_command_prints_the_path_of_the_page(tmp_path: Path) -> None:
    """Stdout holds only data."""
    create_corpus(tmp_path)
    done = succeed("report", tmp_path, "--lang", "ru")
    assert done.stdout == f"{tmp_path}/report/report.html\n"
    assert '<html lang="ru">' in (tmp_path / "report" / "report.html").read_text()
