"""Write docs/columns.md, docs/commands.md, the stages of docs/how_it_works.md, and the README's picture.

Usage: python scripts/make_docs.py; a test compares the texts.
"""

import tempfile
from inspect import cleandoc
from pathlib import Path

from PIL import Image

from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.cli.demo import demo
from photoshop_request_builder.cli.program import SUMMARIES, load_command
from photoshop_request_builder.commands.demo.contact_sheet import Pair, contact_sheet
from photoshop_request_builder.commands.demo.pairs import sheet_pairs
from photoshop_request_builder.stages.declared import STAGES
from photoshop_request_builder.store.corpus import open_corpus

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
    for name in SUMMARIES:
        command = load_command(name)
        lines += [f"## {name}", "", cleandoc(command.help), "", "| argument or option | meaning |", "|---|---|"]
        for parameter in command.params:
            if parameter.name == "help":
                continue
            flags = [*parameter.opts, *parameter.secondary_opts]
            if parameter.param_type_name == "argument":
                flags = [parameter.metavar or parameter.name.upper()]
            elif parameter.metavar:
                flags = [f"{flag} {parameter.metavar}" for flag in flags]
            cells = (", ".join(f"`{flag}`" for flag in flags), _meaning(parameter.help or "", parameter.default))
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
        lines.append("")
    return "\n".join(lines)


def _meaning(text: str, default: object) -> str:
    """Return the help of a parameter, followed by its default unless the help names it."""
    if not default or "Default:" in text:
        return text
    return f"{text} Default: {getattr(default, 'value', default)}."


def how_it_works() -> str:
    """Return docs/how_it_works.md with the table of the declared stages."""
    rows = ["| stage | command | unit | reads | writes | task |", "|---|---|---|---|---|---|"]
    for stage in STAGES:
        notes = [note for note, applies in (("opt-in", stage.is_opt_in), ("local", stage.is_local)) if applies]
        name = f"`{stage.name}`" + (f" ({', '.join(notes)})" if notes else "")
        reads, writes = (
            ", ".join(f"`{name}`" for name in names)
            for names in ((*stage.reads, *stage.looks_up), (*stage.writes, *stage.stores))
        )
        rows.append(f"| {name} | `{stage.command}` | {stage.unit} | {reads or _INPUTS} | {writes} | {stage.summary} |")
    page = (DOCS / "how_it_works.md").read_text(encoding="utf-8")
    before, begin, rest = page.partition("<!-- stages: written by scripts/make_docs.py -->\n")
    _, end, after = rest.partition("<!-- end of stages -->\n")
    return "".join((before, begin, "\n".join(rows), "\n", end, after))


_INPUTS = "archives or a service"
"""Inputs of the first stage."""


def picture(path: Path) -> None:
    """Some of what the demo keeps and drops, as its contact sheet shows it, into a JPEG."""
    with tempfile.TemporaryDirectory() as folder:
        demo(f"{folder}/corpus")
        pairs = list(sheet_pairs(open_corpus(f"{folder}/corpus")))
        chosen = [next(pair for pair in pairs if _is_shown(pair, beginning)) for beginning in _SHOWN]
        dropped = sorted((pair for pair in pairs if pair.verdict != Verdict.EDIT), key=lambda pair: pair.edit is None)
        words = {"title": "What the demo keeps and drops", "subtitle": "Free photos, edited by a script."}
        contact_sheet([*chosen, *dropped[:4]], f"{folder}/sheet.png", **words)
        Image.open(f"{folder}/sheet.png").save(path, quality=85, optimize=True)


_SHOWN = ("Take the spoon", "Take the spray paint", "Straighten", "Restore")
"""Beginnings of the instructions whose edits the picture shows."""


def _is_shown(pair: Pair, beginning: str) -> bool:
    return pair.verdict == Verdict.EDIT and pair.caption.startswith(beginning)


def main() -> None:
    """Write all three."""
    (DOCS / "pictures").mkdir(parents=True, exist_ok=True)
    picture(DOCS / "pictures" / "before_after.jpg")
    (DOCS / "columns.md").write_text(columns(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands(), encoding="utf-8")
    (DOCS / "how_it_works.md").write_text(how_it_works(), encoding="utf-8")


if __name__ == "__main__":
    main()
