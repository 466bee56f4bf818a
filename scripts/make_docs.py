"""Write docs/columns.md and docs/commands.md from the code: `python scripts/make_docs.py`; a test compares."""

from inspect import cleandoc
from pathlib import Path

from typer.main import get_command

from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG
from photoshop_request_builder.cli import app

DOCS = Path(__file__).resolve().parents[1] / "docs"


def columns() -> str:
    """Every config with its columns, as Markdown."""
    lines = ["# Columns", "", "Made by `scripts/make_docs.py` from `photoshop_request/schema.py`.", ""]
    for config, found in CONFIGS.items():
        default = " (default)" if config == DEFAULT_CONFIG else ""
        lines += [f"## `{config}`{default}", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{each.name}` | `{each.kind}` | {each.meaning.replace('|', chr(92) + '|')} |" for each in found]
        lines.append("")
    return "\n".join(lines)


def commands() -> str:
    """Every command with its arguments and options, as Markdown."""
    lines = ["# Commands", "", "Made by `scripts/make_docs.py` from the command line itself.", ""]
    for name, command in get_command(app).commands.items():
        lines += [f"## {name}", "", cleandoc(command.help), "", "| argument or option | meaning |", "|---|---|"]
        for each in command.params:
            if each.name == "help":
                continue
            is_argument = each.param_type_name == "argument"
            flags = [*each.opts, *each.secondary_opts]
            called = f"`{each.metavar or each.name.upper()}`" if is_argument else ", ".join(f"`{f}`" for f in flags)
            lines.append(f"| {called} | {(each.help or '').replace('|', chr(92) + '|')} |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Write both."""
    DOCS.mkdir(exist_ok=True)
    (DOCS / "columns.md").write_text(columns(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands(), encoding="utf-8")


if __name__ == "__main__":
    main()
