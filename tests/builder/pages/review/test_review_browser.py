"""Tests of the review in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import WIDTHS, complaints, prefer_dark, pressed, requested, resize, serious_findings, wait
from reviewing import decided, reviewing, verdicts_of
from viewer_corpus import HOSTILE, make_corpus

pytestmark = pytest.mark.slow

REQUESTS = 6


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return Path(make_corpus(tmp_path / "corpus", REQUESTS, side=480).root)


@pytest.fixture
def page(chrome: Any, corpus: Path) -> Iterator[Any]:
    """Return ann's review. Afterwards, check for console errors and external requests."""
    with reviewing(corpus, "--reviewer", "ann") as address:
        resize(chrome, "desktop")
        prefer_dark(chrome, dark=False)
        requested(chrome), complaints(chrome)
        chrome.get(address)
        wait(chrome, "return document.querySelector('article')")
        yield chrome
        assert complaints(chrome) == []
        urls = requested(chrome)
        assert urls
        assert {url for url in urls if not url.startswith(address)} <= {"about:blank", "data:,"}
        chrome.get("about:blank")


def status(page: Any) -> str:
    return str(page.execute_script("return document.getElementById('results').textContent"))


def press(page: Any, keys: str) -> None:
    """Press keys one by one, and wait for the page after each."""
    for key in keys:
        drawn = page.execute_script("return document.body.dataset.drawn")
        pressed(page, key)
        wait(page, f"return document.body.dataset.drawn !== '{drawn}'")


def title(page: Any) -> str:
    return str(page.execute_script("return document.querySelector('h3')?.textContent ?? ''"))


def test_ten_candidates_by_keys_then_a_reload(page: Any, corpus: Path) -> None:
    """Each key stores its verdict immediately, and a reload continues at the eleventh candidate."""
    assert status(page).endswith("0 decided")
    press(page, "axa132aaa6")
    wait(page, "return document.getElementById('results').textContent.endsWith('10 decided')")
    before = status(page)
    page.refresh()
    wait(page, "return document.querySelector('article')")
    assert status(page) == before
    decisions = decided(corpus)
    assert len(decisions) == 10
    assert {decision.reviewer for decision in decisions} == {"ann"}
    verdicts = [str(decision.verdict) for decision in decisions]
    assert verdicts[3:6] == ["edit", "unrelated", "same_image"]
    assert verdicts[9] == "rejected"
    assert verdicts[0] == decisions[0].item.machine
    assert verdicts[1] == ("rejected" if decisions[1].item.machine == "edit" else "edit")


def test_undo_returns_to_the_last_decision(page: Any, corpus: Path) -> None:
    """Repeatedly, until no decision is left."""
    first = title(page)
    press(page, "ax")
    press(page, "u")
    assert len(verdicts_of(corpus)) == 1
    press(page, "u")
    assert title(page) == first
    assert verdicts_of(corpus) == []
    pressed(page, "u")
    assert status(page).endswith("0 decided")


def test_skip_and_back(page: Any, corpus: Path) -> None:
    """Back shows the earlier verdict, and a second verdict replaces it."""
    first = status(page)
    press(page, "jk")
    assert status(page) == first
    press(page, "ak")
    assert "your verdict: edit" in page.find_element("css selector", ".top").text
    press(page, "3")
    assert verdicts_of(corpus) == ["unrelated"]


def test_buttons_decide_too(page: Any, corpus: Path) -> None:
    """Their labels name the verdict."""
    assert page.find_element("id", "accept").text == "a right: edit"
    for name in ("accept", "reject", "undo"):
        drawn = page.execute_script("return document.body.dataset.drawn")
        page.find_element("id", name).click()
        wait(page, f"return document.body.dataset.drawn !== '{drawn}'")
    assert verdicts_of(corpus) == ["edit"]


def test_keys_show_slider_mask_and_difference(page: Any) -> None:
    """Space, m and d. All pictures load."""
    exposed = "return document.querySelector('img-comparison-slider').value"
    pressed(page, " ")
    assert page.execute_script(exposed) == 100
    for key, name in (("m", "mask"), ("d", "heat")):
        pressed(page, key)
        wait(page, f"const i = document.querySelector('img.{name}'); return i?.complete && i.naturalWidth > 0")
    images = page.execute_script(
        "return [...document.images].map((i) => i.complete && i.naturalWidth > 0 && i.alt !== '')"
    )
    assert all(images)


def test_the_end_of_the_queue_says_so(page: Any) -> None:
    """Undo still works there."""
    total = int(status(page).split(" of ")[1].split(",")[0])
    press(page, "a" * total)
    assert status(page) == f"All done: {total} of {total} decided"
    press(page, "u")
    assert page.find_elements("css selector", "article")


def test_a_hostile_title_stays_text_in_review(page: Any) -> None:
    """It is shown and not executed."""
    for _ in range(REQUESTS * 5):
        if "window.hacked" in title(page):
            break
        press(page, "j")
    assert title(page) == HOSTILE
    assert page.execute_script("return window.hacked ?? null") is None
    assert page.execute_script("return document.querySelectorAll('img[src=x]').length") == 0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_review_fits_every_width(page: Any, tmp_path: Path, width: str, *, dark: bool) -> None:
    """No horizontal scrolling, nothing behind the buttons. A screenshot is saved in the test's folder."""
    resize(page, width)
    prefer_dark(page, dark=dark)
    wait(page, "return [...document.images].slice(0, 2).every((i) => i.complete)")
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    page.execute_script("scrollTo(0, document.body.scrollHeight)")
    below = "return document.querySelector('main').getBoundingClientRect().bottom <= document.getElementById('decision').getBoundingClientRect().top + 1"
    assert page.execute_script(below)
    page.execute_script("scrollTo(0, 0)")
    assert page.save_screenshot(tmp_path / f"review-{width}-{'dark' if dark else 'light'}.png")


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious_in_review(page: Any, *, dark: bool) -> None:
    """Check with axe-core (npm), everything open."""
    prefer_dark(page, dark=dark)
    page.execute_script("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert serious_findings(page) == []
