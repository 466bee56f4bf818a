"""Tests of the settings: flag, environment, corpus.toml, default, in this order."""

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


def test_the_order_of_origins(corpus: Corpus) -> None:
    """Each setting is resolved on its own."""
    environment = {"PHOTOSHOP_REQUEST_WORKERS": "2", "PHOTOSHOP_REQUEST_MIRROR": "http://127.0.0.1:9/"}
    settings = resolve_settings(corpus, {"workers": 1}, environment)
    assert (settings["workers"].value, settings["workers"].origin) == (1, "flag")
    assert (settings["mirror"].value, settings["mirror"].origin) == ("http://127.0.0.1:9", "environment")
    assert (settings["rate"].value, settings["rate"].origin) == ({"i.redd.it": 2.5}, "corpus.toml")
    assert (settings["contact"].value, settings["contact"].origin) == (None, "default")
    assert resolve_settings(corpus, {}, {})["workers"].value == 3


@pytest.mark.parametrize(
    ("name", "value"), [("workers", "0"), ("mirror", "ftp://x"), ("rate", "imgur.com"), ("rate", "a=-1")]
)
def test_an_invalid_value_is_named_with_its_origin(name: str, value: str) -> None:
    """The user knows where to correct it."""
    with pytest.raises(InputError, match=rf"{name} = .*\(environment\)"):
        resolve_settings(None, {}, {f"PHOTOSHOP_REQUEST_{name.upper()}": value})


def test_an_unknown_setting_in_the_file_is_refused(corpus: Corpus) -> None:
    """Otherwise a misspelt name would have no effect."""
    toml = Path(corpus.root) / "corpus.toml"
    toml.write_text(toml.read_text().replace("workers", "worker"))
    with pytest.raises(InputError, match="unknown setting 'worker'"):
        resolve_settings(corpus, {}, {})


@pytest.mark.parametrize("head", ["[settings]", "[settings]  # ours", "# why\n[settings]"])
def test_a_remembered_setting_joins_the_file(corpus: Corpus, head: str) -> None:
    """Comments, order and other settings stay. The last value counts."""
    toml = Path(corpus.root) / "corpus.toml"
    before = toml.read_text().replace("[settings]", head)
    toml.write_text(before)
    remember_setting(corpus, "verified_test", value=True)
    remember_setting(corpus, "verified_test", value=False)
    settings = resolve_settings(corpus, {}, {})
    assert (settings["verified_test"].value, settings["verified_test"].origin) == (False, "corpus.toml")
    assert settings["workers"].value == 3
    assert toml.read_text() == f"{before}verified_test = false\n"


def test_rates_come_as_text_or_table() -> None:
    """A flag gives text, TOML a table."""
    assert parse_rates("i.redd.it=4,IMGUR.com=1") == parse_rates({"i.redd.it": 4, "imgur.com": 1.0})


def test_every_setting_says_what_it_means() -> None:
    """The command `config` prints it."""
    assert all(setting.meaning for setting in SETTINGS)
