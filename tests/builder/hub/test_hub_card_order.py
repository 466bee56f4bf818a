"""Tests of the README's `configs:` after pushes in any order."""

from pathlib import Path

import hub_client
import pytest
from hub_client import Run
from servers.hub import Hub

from photoshop_request.schema import CONFIGS
from photoshop_request_builder.hub.readme import merge_readme

pytestmark = pytest.mark.slow


def test_pushes_of_others_before_and_after_ours(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """Every config stays loadable after each push, and ours is the default."""
    client(hub_client.push_table, repo, "extra", [1, 2])
    client(hub_client.publish, sample_corpus, repo)
    assert set(client(hub_client.configs_of, repo)) == {*CONFIGS, "extra"}
    client(hub_client.push_table, repo, "more", [3])
    assert set(client(hub_client.configs_of, repo)) == {*CONFIGS, "extra", "more"}
    client(hub_client.publish, sample_corpus, repo)
    assert set(client(hub_client.configs_of, repo)) == {*CONFIGS, "extra", "more"}
    assert [row["number"] for row in client(hub_client.load, repo, "extra")["train"]] == [1, 2]
    assert [row["number"] for row in client(hub_client.load, repo, "more")["train"]] == [3]
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_single_configs_in_any_order_equal_all_at_once(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """The README headers are equal."""
    client(hub_client.publish, sample_corpus, repo)
    for name in reversed(CONFIGS):
        client(hub_client.publish, sample_corpus, f"{repo}-each", configs=(name,))
    assert client(hub_client.verify, sample_corpus, f"{repo}-each") == ()
    assert sorted(hub.files(repo)) == sorted(hub.files(f"{repo}-each"))
    together, apart = (_header(hub.text(name, "README.md")) for name in (repo, f"{repo}-each"))
    assert together == apart


def _header(text: str) -> str:
    return text.split("---")[1]


OURS = "---\nlicense: other\nconfigs:\n- config_name: triplets\n  data_files: a\n  default: true\n---\n\n# Ours\n"


@pytest.mark.parametrize(
    ("there", "paths", "kept"),
    [
        (None, set(), {"triplets"}),
        ("no header at all", set(), {"triplets"}),
        ("---\n: [\n---\nbroken", set(), {"triplets"}),
        ("---\nconfigs:\n- config_name: extra\n  data_files: b\n---\n", set(), {"triplets", "extra"}),
        ("---\nconfigs:\n- config_name: requests\n  data_files: b\n---\n", set(), {"triplets"}),
        (
            "---\nconfigs:\n- config_name: requests\n  data_files: b\n---\n",
            {"requests/train-00000-of-00001.parquet"},
            {"triplets", "requests"},
        ),
    ],
)
def test_which_configs_are_kept(there: str | None, paths: set[str], kept: set[str]) -> None:
    """Others' configs always stay. Ours stay while they have files."""
    from huggingface_hub import DatasetCard

    card = DatasetCard(merge_readme(OURS, there, paths))
    assert {config["config_name"] for config in card.data.configs} == kept
    assert card.text.strip() == "# Ours"


def test_one_default_and_other_fields_stay() -> None:
    """`datasets` refuses two defaults."""
    there = "---\nconfigs:\n- config_name: extra\n  default: true\n  data_files: b\nannotations: x\n---\n"
    from huggingface_hub import DatasetCard

    data = DatasetCard(merge_readme(OURS, there, set())).data
    assert [config["config_name"] for config in data.configs if config.get("default")] == ["triplets"]
    assert data["annotations"] == "x"
