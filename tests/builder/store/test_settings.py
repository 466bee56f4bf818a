"""Flag over environment over corpus.toml over default, and every origin told."""

from pathlib import Path

import pytest

from photoshop_request.errors import InputError
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.settings import SETTINGS, parse_rates, remember_setting, resolve_settings


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = create_corpus(tmp_path)
    toml = tmp_path / "corpus.toml"
    toml.write_text(toml.read_text() + '[settings]\nworkers = 3\nrate = {"i.redd.it" = 2.5}\n')
    return made


def test_the_nearest_place_wins(corpus: Corpus) -> None:
    """For each setting by itself."""
    environment = {"PHOTOSHOP_REQUEST_WORKERS": "2", "PHOTOSHOP_REQUEST_MIRROR": "http://127.0.0.1:9/"}
    found = resolve_settings(corpus, {"workers": 1}, environment)
    assert (found["workers"].value, found["workers"].origin) == (1, "flag")
    assert (found["mirror"].value, found["mirror"].origin) == ("http://127.0.0.1:9", "environment")
    assert (found["rate"].value, found["rate"].origin) == ({"i.redd.it": 2.5}, "corpus.toml")
    assert (found["contact"].value, found["contact"].origin) == (None, "default")
    assert resolve_settings(corpus, {}, {})["workers"].value == 3


@pytest.mark.parametrize(
    ("name", "value"), [("workers", "0"), ("mirror", "ftp://x"), ("rate", "imgur.com"), ("rate", "a=-1")]
)
def test_a_value_that_cannot_be_used_is_named_with_its_origin(name: str, value: str) -> None:
    """So that the user finds it."""
    with pytest.raises(InputError, match=rf"{name} = .*\(environment\)"):
        resolve_settings(None, {}, {f"PHOTOSHOP_REQUEST_{name.upper()}": value})


def test_an_unknown_setting_in_the_file_is_refused(corpus: Corpus) -> None:
    """A misspelt name would otherwise be without effect."""
    toml = Path(corpus.root) / "corpus.toml"
    toml.write_text(toml.read_text().replace("workers", "worker"))
    with pytest.raises(InputError, match="unknown setting 'worker'"):
        resolve_settings(corpus, {}, {})


@pytest.mark.parametrize("head", ["[settings]", "[settings]  # ours", "  [settings]"])
def test_a_remembered_setting_joins_those_that_are_there(corpus: Corpus, head: str) -> None:
    """However the table's line is written; the last word counts, and the file stays TOML."""
    toml = Path(corpus.root) / "corpus.toml"
    toml.write_text(toml.read_text().replace("[settings]", head))
    remember_setting(corpus, "verified_test", value=True)
    remember_setting(corpus, "verified_test", value=False)
    found = resolve_settings(corpus, {}, {})
    assert (found["verified_test"].value, found["verified_test"].origin) == (False, "corpus.toml")
    assert found["workers"].value == 3


def test_rates_come_as_text_or_table() -> None:
    """From a flag or from TOML."""
    assert parse_rates("i.redd.it=4,IMGUR.com=1") == parse_rates({"i.redd.it": 4, "imgur.com": 1.0})


def test_every_setting_says_what_it_means() -> None:
    """`config` prints it."""
    assert all(setting.meaning for setting in SETTINGS)
