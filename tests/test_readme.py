"""What the README says is so."""

import re
from pathlib import Path

import pytest
from made_records import SUBMISSION
from msgspec.structs import replace
from typer.main import get_command

from photoshop_request.errors import PhotoshopRequestError
from photoshop_request.export import FORMATS
from photoshop_request.schema import CONFIGS
from photoshop_request.text.request.instruction import instruction
from photoshop_request_builder.cli import app

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLES = [
    tuple(cell.strip().replace("<br>", "\n") for cell in line.strip("|\n").split("|"))
    for line in README.partition("| title | text | instruction |\n|---|---|---|\n")[2].partition("\n\n")[0].splitlines()
]


@pytest.mark.parametrize(("title", "text", "said"), EXAMPLES)
def test_the_instructions_of_the_readme_are_what_the_rules_make(title: str, text: str, said: str) -> None:
    """Word for word."""
    found = instruction(replace(SUBMISSION, title=title, selftext=text))
    assert (found.text if found.is_edit_request else "*(asks for no edit: left out)*") == said


def test_there_are_ten_examples() -> None:
    """The table was found."""
    assert len(EXAMPLES) == 10


def test_every_command_is_in_the_readme_and_has_help() -> None:
    """And every command of the README exists."""
    commands = get_command(app).commands
    named = set(re.findall(r"photoshop-request ([a-z]+)", README))
    assert named == set(commands)
    for name, command in commands.items():
        assert command.help, name
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or parameter.help, f"{name} {parameter.name}"


def test_every_config_is_in_the_readme() -> None:
    """By name."""
    assert [name for name in CONFIGS if f"| `{name}`" not in README] == []


def test_every_export_is_in_the_readme_with_its_trainer_and_flags() -> None:
    """Between the markers, in the order of the registry, and nothing else."""
    table = README.partition("<!-- formats -->\n")[2].partition("\n<!-- /formats -->")[0].splitlines()
    assert table[:2] == ["| format | trainer | flags |", "|---|---|---|"]
    assert table[2:] == [f"| `{name}` | {each.trainer} | `{each.flags}` |" for name, each in FORMATS.items()]


def test_every_exit_code_is_in_the_readme() -> None:
    """A script may ask for it."""

    def family(kind: type[PhotoshopRequestError]) -> list[type[PhotoshopRequestError]]:
        return [kind, *(each for child in kind.__subclasses__() for each in family(child))]

    codes = README.partition("exit code")[2].partition("\n\n")[0]
    for kind in family(PhotoshopRequestError)[1:]:
        assert re.search(rf"\b{kind.exit_code}\b", codes), kind.__name__
