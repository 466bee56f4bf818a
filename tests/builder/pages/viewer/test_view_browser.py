"""Tests of the viewer in a real browser, opened from disk."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import WIDTHS, complaints, prefer_dark, pressed, requested, resize, serious_findings, wait
from quiet import QUIET
from viewer_corpus import EDITS, HOSTILE, make_corpus

from photoshop_request_builder.pages.viewer.site import view

pytestmark = pytest.mark.slow

REQUESTS = 25
ALL = REQUESTS * (EDITS + 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("viewer")
    view(make_corpus(place / "corpus", REQUESTS, side=480), place / "out", workers=1, reporter=QUIET)
    return place / "out"


@pytest.fixture
def page(chrome: Any, folder: Path) -> Iterator[Any]:
    """Return the viewer's first page. Afterwards, check for console errors and external requests."""
    chrome.get("about:blank")
    resize(chrome, "desktop")
    prefer_dark(chrome, dark=False)
    requested(chrome), complaints(chrome)
    show(chrome, folder)
    yield chrome
    assert complaints(chrome) == []
    urls = requested(chrome)
    assert urls
    assert {url for url in urls if not url.startswith(folder.as_uri())} <= {"about:blank"}


def show(page: Any, folder: Path, filters: str = "") -> None:
    page.get("about:blank")
    page.get(f"{folder.as_uri()}/index.html#{filters}")
    wait(page, "return document.body.dataset.drawn && document.querySelector('article, #pager[hidden]')")


def status(page: Any) -> str:
    return str(page.execute_script("return document.getElementById('results').textContent"))


def focused(page: Any) -> str | None:
    script = "return document.activeElement.closest('article')?.dataset.place ?? null"
    place: str | None = page.execute_script(script)
    return place


def choose(page: Any, name: str, value: str) -> None:
    """Change a field as a person does."""
    page.execute_script(
        "const field = document.forms.filters.elements[arguments[0]]; field.value = arguments[1];"
        "field.dispatchEvent(new Event('change', { bubbles: true }))",
        name,
        value,
    )


def test_a_page_shows_fifty_and_pages_turn(page: Any) -> None:
    """Forwards, backwards, by number, and by URL after a reload."""
    assert status(page) == f"1 to 50 of {ALL} candidates"
    assert page.execute_script("return document.querySelectorAll('article').length") == 50
    page.find_element("id", "next").click()
    wait(page, "return document.getElementById('results').textContent.startsWith('51 ')")
    assert page.execute_script("return document.activeElement.id") == "results"
    page.refresh()
    wait(page, "return document.getElementById('results').textContent.startsWith('51 to 100')")
    page.execute_script("const f = document.getElementById('page'); f.value = 3; f.dispatchEvent(new Event('change'))")
    wait(page, f"return document.getElementById('results').textContent === '101 to {ALL} of {ALL} candidates'")
    assert not page.find_element("id", "next").is_enabled()
    page.find_element("id", "previous").click()
    wait(page, "return document.getElementById('results').textContent.startsWith('51 ')")


def test_pictures_load_as_they_come_into_view(page: Any) -> None:
    """The first pictures are loaded, the last are not, and all have alternative text."""
    wait(page, "return document.querySelector('article img').complete")
    images = page.execute_script(
        "return [...document.images].map((i) => [i.loading, i.alt, i.complete && i.naturalWidth > 0, i.width > 0])"
    )
    assert {image[0] for image in images} == {"lazy"}
    assert all(image[1] and image[3] for image in images)
    assert images[0][2]
    assert not all(image[2] for image in images)


def test_the_slider_drags(page: Any) -> None:
    """The mouse and the arrow keys move it."""
    from selenium.webdriver.common.action_chains import ActionChains

    slider = page.find_element("css selector", "img-comparison-slider")
    assert slider.get_attribute("aria-valuenow") == "50"
    width = slider.size["width"]
    ActionChains(page).move_to_element(slider).click_and_hold().move_by_offset(width // 4, 0).release().perform()
    assert float(page.execute_script("return arguments[0].value", slider)) == pytest.approx(75, abs=3)
    assert slider.get_attribute("aria-valuenow") in {str(value) for value in range(72, 79)}
    pressed(page, "\ue012")
    wait(page, "return document.querySelector('img-comparison-slider').value < 75")


def test_keys_walk_flip_and_mask(page: Any) -> None:
    """j, k, space, m."""
    pressed(page, "jj")
    assert focused(page) == "1"
    pressed(page, "k")
    assert focused(page) == "0"
    exposed = "return document.querySelector('article img-comparison-slider').value"
    pressed(page, " ")
    assert page.execute_script(exposed) == 100
    pressed(page, " ")
    assert page.execute_script(exposed) == 0
    pressed(page, "m")
    mask = wait(page, "return document.querySelector('article .after img.mask')")
    wait(page, "return document.querySelector('article .after img.mask').complete")
    assert mask.size == page.find_element("css selector", "article .after img").size
    assert page.execute_script("return document.querySelector('[data-layer=mask]').ariaPressed") == "true"
    pressed(page, "m")
    assert page.execute_script("return document.querySelectorAll('img.mask').length") == 0


def test_j_goes_on_to_the_next_page(page: Any) -> None:
    """From the last card of a page."""
    page.execute_script("[...document.querySelectorAll('article')].at(-1).focus()")
    pressed(page, "j")
    wait(page, "return document.getElementById('results').textContent.startsWith('51 ')")
    pressed(page, "j")
    assert focused(page) == "50"
    pressed(page, "k")
    wait(page, "return document.getElementById('results').textContent.startsWith('1 ')")


def test_buttons_toggle_the_heat_map_and_the_posted_file(page: Any) -> None:
    """A second click hides them."""
    card = page.find_element("css selector", "article")
    for name in ("heat", "posted"):
        button = card.find_element("css selector", f"[data-layer={name}]")
        button.click()
        wait(page, f"const i = document.querySelector('article img.{name}'); return i?.complete && i.naturalWidth > 0")
        button.click()
        assert card.find_elements("css selector", f"img.{name}") == []


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"verdict": "k"}, (REQUESTS - 2) * EDITS),
        ({"verdict": "w"}, 2 * EDITS),
        ({"verdict": "d"}, REQUESTS),
        ({"reason": "same_image"}, 9),
        ({"reason": "nsfw"}, EDITS),
        ({"task": "restore"}, 8 * (EDITS + 1)),
        ({"score": "30"}, 2 * REQUESTS),
        ({"local": "0.5"}, 2 * REQUESTS + 9),
        ({"local": "0.5", "global": "0.9"}, 2 * REQUESTS),
        ({"verdict": "k", "task": "delete", "score": "20", "global": "0.7"}, 8),
        ({"verdict": "k", "reason": "gone"}, 0),
    ],
)
def test_filters_select_candidates(page: Any, filters: dict[str, str], left: int) -> None:
    """Alone and combined. A reload keeps them, and Clear removes them."""
    for name, value in filters.items():
        choose(page, name, value)
    text = f"of {left} candidates" if left else "No candidates match. Loosen the filters."
    wait(page, f"return document.getElementById('results').textContent.endsWith('{text}')")
    page.refresh()
    wait(page, f"return document.getElementById('results').textContent.endsWith('{text}')")
    assert page.execute_script("return document.querySelectorAll('article').length") == min(left, 50)
    page.find_element("css selector", "[type=reset]").click()
    wait(page, f"return document.getElementById('results').textContent.endsWith('of {ALL} candidates')")


def test_a_hostile_title_stays_text(page: Any) -> None:
    """It is shown and not executed."""
    choose(page, "task", "delete")
    wait(page, "return [...document.querySelectorAll('h3')].some((h) => h.textContent.includes('window.hacked'))")
    title, instruction, inside = page.execute_script(
        "const h = [...document.querySelectorAll('h3')].find((h) => h.textContent.includes('window.hacked'));"
        "const a = h.closest('article');"
        "return [h.textContent, a.querySelector('.instruction').textContent, a.querySelectorAll('script').length]"
    )
    assert title == instruction == HOSTILE
    assert inside == 0
    assert page.execute_script("return window.hacked ?? null") is None
    assert page.execute_script("return document.querySelectorAll('img[src=x]').length") == 0


def test_a_missing_shard_leaves_a_gap(chrome: Any, folder: Path, tmp_path: Path) -> None:
    """The other cards are still shown."""
    shutil.copytree(folder, tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "shards" / "00000")
    show(chrome, tmp_path / "out")
    assert "No longer available" in chrome.find_element("css selector", "article").text
    assert wait(chrome, "return document.querySelector('img-comparison-slider')")
    complaints(chrome)


def test_the_thread_is_a_plain_link(page: Any) -> None:
    """It sends no referrer."""
    link = page.find_element("css selector", "article .top a")
    assert link.get_attribute("href").startswith("https://www.reddit.com/comments/r000")
    assert link.get_attribute("rel") == "noreferrer"


def test_nsfw_pictures_are_blurred_until_clicked(page: Any) -> None:
    """Reddit marks the request."""
    choose(page, "reason", "nsfw")
    button = wait(page, "return document.querySelector('article .reveal')")
    assert "blur" in page.execute_script("return getComputedStyle(document.querySelector('.blurred img')).filter")
    button.click()
    script = "return getComputedStyle(document.querySelector('article img')).filter"
    assert page.execute_script(script) == "none"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_the_viewer_fits_every_width(page: Any, tmp_path: Path, width: str, *, dark: bool) -> None:
    """No horizontal scrolling. A screenshot is saved in the test's folder."""
    resize(page, width)
    prefer_dark(page, dark=dark)
    wait(page, "return document.querySelector('article img').complete")
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    ground = page.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(22, 22, 21)") is dark
    assert page.save_screenshot(tmp_path / f"view-{width}-{'dark' if dark else 'light'}.png")


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(page: Any, *, dark: bool) -> None:
    """Check with axe-core (npm)."""
    prefer_dark(page, dark=dark)
    page.execute_script("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    page.execute_script("document.querySelectorAll('[data-layer=mask]').forEach((b) => b.click())")
    assert serious_findings(page) == []
