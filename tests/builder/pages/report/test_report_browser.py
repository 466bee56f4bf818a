"""Tests of the report in a real browser, opened from disk."""

from pathlib import Path
from typing import Any

import pytest
from browser import WIDTHS, complaints, prefer_dark, requested, resize, serious_findings
from made_corpus import make_corpus

from photoshop_request_builder.dataset.charts.captions import Language
from photoshop_request_builder.pages.report.report import make_report

pytestmark = pytest.mark.slow

_OVERFLOWING = """
const cut = [];
for (const svg of document.querySelectorAll('svg')) {
  const frame = svg.getBoundingClientRect();
  for (const text of svg.querySelectorAll('text')) {
    const box = text.getBoundingClientRect();
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
      cut.push(svg.closest('figure').id + ': ' + text.textContent);
  }
}
return cut;
"""


@pytest.fixture(scope="module", params=Language)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a synthetic corpus, in each language."""
    corpus = make_corpus(tmp_path_factory.mktemp("report"), 1000, shards=4, flair="<img src=x onerror=alert(1)>")
    return Path(make_report(corpus, request.param).page)


@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_and_loads_nothing(width: str, chrome: Any, report: Path) -> None:
    """No horizontal scrolling, no cut text, legible letters, no console errors, no further requests."""
    chrome.get("about:blank")
    resize(chrome, width)
    requested(chrome), complaints(chrome)
    chrome.get(report.as_uri())
    wide = chrome.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]
    assert chrome.execute_script(_OVERFLOWING) == []
    letters = chrome.execute_script(
        "return Math.min(...[...document.querySelectorAll('svg')].map(svg => svg.getBoundingClientRect().width / 400 * 12))"
    )
    assert letters >= 9.5
    assert chrome.execute_script("return document.querySelectorAll('img, script').length") == 0
    assert complaints(chrome) == []
    assert set(requested(chrome)) <= {report.as_uri(), "about:blank"}


def test_dark_mode_follows_the_browser(chrome: Any, report: Path) -> None:
    """The background turns dark."""
    chrome.get(report.as_uri())
    seen = []
    for dark in (False, True):
        prefer_dark(chrome, dark=dark)
        seen.append(chrome.execute_script("return getComputedStyle(document.querySelector('figure')).backgroundColor"))
    prefer_dark(chrome, dark=False)
    assert seen == ["rgb(255, 255, 255)", "rgb(29, 32, 37)"]


def test_a_table_opens_and_scrolls_within_itself(chrome: Any, report: Path) -> None:
    """The widest table, on a phone."""
    resize(chrome, "phone")
    chrome.get(report.as_uri())
    chrome.execute_script("document.querySelectorAll('details').forEach(element => element.open = true)")
    wide = chrome.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious_in_the_report(chrome: Any, report: Path, *, dark: bool) -> None:
    """Check with axe-core (npm), all tables open."""
    resize(chrome, "desktop")
    chrome.get(report.as_uri())
    prefer_dark(chrome, dark=dark)
    chrome.execute_script("document.querySelectorAll('details').forEach(element => element.open = true)")
    findings = serious_findings(chrome)
    prefer_dark(chrome, dark=False)
    assert findings == []
