"""`view` as people call it."""

from pathlib import Path

import pytest
from commands import command, succeed
from viewer_corpus import make_corpus

pytestmark = pytest.mark.slow


def test_view_says_where_the_page_is(tmp_path: Path) -> None:
    """The page's path is on stdout, by default in the corpus's report. With --out it is elsewhere."""
    make_corpus(tmp_path / "corpus", 2)
    done = succeed("view", tmp_path / "corpus", "--workers", "1")
    page = tmp_path / "corpus" / "report" / "view" / "index.html"
    assert done.stdout.strip() == str(page)
    assert page.is_file()
    assert "10 candidates. 0 deleted" in done.stderr
    assert "nothing to do" in succeed("view", tmp_path / "corpus").stderr
    elsewhere = succeed("view", tmp_path / "corpus", "--out", tmp_path / "pages", "--workers", "1")
    assert elsewhere.stdout.strip() == str(tmp_path / "pages" / "index.html")


def test_a_takedown_takes_pages_away_at_once(tmp_path: Path) -> None:
    """Words and pictures of the request are on no page, before the pages are made again and after."""
    make_corpus(tmp_path / "corpus", 4)
    succeed("view", tmp_path / "corpus", "--workers", "1")
    pages = tmp_path / "corpus" / "report" / "view"
    assert '"r00002"' in "".join(path.read_text() for path in pages.rglob("cards-*.js"))
    succeed("takedown", tmp_path / "corpus", "add", "r00002")
    assert '"r00002"' not in "".join(path.read_text() for path in pages.rglob("cards-*.js"))
    assert "15 candidates. 0 deleted" in succeed("view", tmp_path / "corpus", "--workers", "1").stderr
    assert '"r00002"' not in "".join(path.read_text() for path in pages.rglob("cards-*.js"))


def test_view_of_nothing_says_what_to_do(tmp_path: Path) -> None:
    """Exit code and words."""
    done = command("view", tmp_path)
    assert done.returncode != 0
    assert "no corpus here" in done.stderr
