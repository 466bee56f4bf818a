"""What the program says of itself."""

from importlib.metadata import version

from typer.testing import CliRunner

from photoshop_request_builder.cli import app


def test_the_version_is_that_of_the_package() -> None:
    """On stdout, for reports of faults."""
    said = CliRunner().invoke(app, ["--version"])
    assert (said.exit_code, said.stdout) == (0, f"photoshop-request {version('photoshop-request')}\n")


def test_help_names_every_command() -> None:
    """Also where none is given."""
    for given in (["--help"], []):
        said = CliRunner().invoke(app, given).output
        assert [
            each.name for each in app.registered_commands if f"\n  {each.name or each.callback.__name__}" not in said
        ] == []
