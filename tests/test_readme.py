"""README and docs agree with the code."""

import re
from pathlib import Path

import pytest
from made_records import SUBMISSION
from msgspec.structs import replace

from photoshop_request.errors import PhotoshopRequestError
from photoshop_request.export import FORMATS
from photoshop_request.schema import CONFIGS
from photoshop_request.text.request.instruction import instruction
from photoshop_request_builder.cli.program import SUMMARIES, load_command

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DATASET = (ROOT / "docs" / "dataset.md").read_text(encoding="utf-8")
TRAINING = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
BUILDING = (ROOT / "docs" / "building.md").read_text(encoding="utf-8")
EXAMPLES = [
    tuple(cell.strip().replace("<br>", "\n") for cell in line.strip("|\n").split("|"))
    for line in DATASET.partition("| title | text | instruction |\n|---|---|---|\n")[2]
    .partition("\n\n")[0]
    .splitlines()
]


@pytest.mark.parametrize(("title", "text", "said"), EXAMPLES)
def test_the_documented_instructions_match_the_rules(title: str, text: str, said: str) -> None:
    """Compare every example word for word."""
    found = instruction(replace(SUBMISSION, title=title, selftext=text))
    assert (found.text if found.is_edit_request else "*(asks for no edit: left out)*") == said


def test_there_are_ten_examples() -> None:
    """Find the whole table of examples."""
    assert len(EXAMPLES) == 10


def test_every_command_is_in_the_readme_and_has_help() -> None:
    """Every command in the README exists."""
    named = set(re.findall(r"photoshop-request ([a-z]+)", README))
    assert named == set(SUMMARIES)
    for name in SUMMARIES:
        command = load_command(name)
        assert command.help, name
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or parameter.help, f"{name} {parameter.name}"


def test_every_config_is_in_the_readme() -> None:
    """Find each config by its name."""
    assert [name for name in CONFIGS if f"| `{name}`" not in README] == []


def test_every_export_is_documented_with_its_trainer_and_flags() -> None:
    """Compare the table between the markers with the registry."""
    table = TRAINING.partition("<!-- formats -->\n")[2].partition("\n<!-- /formats -->")[0].splitlines()
    assert table[:2] == ["| format | trainer | flags |", "|---|---|---|"]
    assert table[2:] == [f"| `{name}` | {each.trainer} | `{each.flags}` |" for name, each in FORMATS.items()]


def test_every_exit_code_is_documented() -> None:
    """Scripts may check exit codes."""

    def family(kind: type[PhotoshopRequestError]) -> list[type[PhotoshopRequestError]]:
        return [kind, *(each for child in kind.__subclasses__() for each in family(child))]

    codes = set(re.findall(r"^\| (\d+) \|", BUILDING, re.MULTILINE))
    assert {str(kind.exit_code) for kind in family(PhotoshopRequestError)[1:]} <= codes


def test_the_readme_is_short() -> None:
    """Keep it under 200 lines: details belong to docs/."""
    assert len(README.splitlines()) <= 200
