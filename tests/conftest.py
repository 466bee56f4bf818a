"""Settings and fixtures of all tests."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings

# a busy machine must not fail a test, and CI must use the same examples every time
settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("house")

# `datasets` remembers the columns of a dataset by the name of its folder, and takes those of an earlier schema for true
os.environ["HF_DATASETS_CACHE"] = tempfile.mkdtemp(prefix="datasets-")
atexit.register(shutil.rmtree, os.environ["HF_DATASETS_CACHE"], ignore_errors=True)

ROOT = Path(__file__).resolve().parents[1]


_LONGEST = (
    "test_verdicts_on_real_pairs_stay_accurate",
    "test_hostile_posts_change_no_honest_row",
    "test_a_corpus_in_object_storage",
    "test_a_publish_killed_anywhere_resumes",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the tests of minutes first, so that no process works alone at the end."""
    items.sort(key=lambda item: not item.name.startswith(_LONGEST))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the development data beside the checkout. Skip the test if it is missing."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("needs the development data in ../shared, which is not part of the project")
    return folder


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collect the seconds between retries (`photoshop_request.retry`), which then take no time."""
    seconds: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=seconds.append))
    return seconds
