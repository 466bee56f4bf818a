"""Test that no text from outside reaches the terminal with control characters."""

import io
import json
import re
import sys
import unicodedata
from pathlib import Path

import pytest
from rich.table import Table

import photoshop_request_builder
from photoshop_request.errors import InputError
from photoshop_request_builder import cli
from photoshop_request_builder.cli import console, program

HOSTILE = [
    *(
        "\x1b[2J\x1b[1;1H",
        "\x1b]0;title\x07",
        "\x1b]8;;http://h/\x1b\\link",
        "\x1bP+q544e\x1b\\",
        "\x9b2J",
        "\x9d0;t\x9c",
    ),
    *("a\rb", "a\bb", "\x7f", "\0", "\u202egpj.exe", "\u2066x\u2069", "\u200f", "\u061c", "\u2028", "\ud800", "\x85"),
]


def _controls(text: str) -> list[str]:
    """Return the characters that a terminal acts on. A newline ends a line."""
    return [
        character
        for character in text
        if (unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} and character not in "\n\t")
        or unicodedata.bidirectional(character) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        or character in "\u061c\u200e\u200f"
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_messages_tables_and_hints_lose_control_characters(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Print titles, ids and names of repositories in every form that the commands use."""
    assert _controls(hostile)
    table = Table(title=f"t{hostile}")
    table.add_column(f"c{hostile}")
    table.add_row(f"begin{hostile}end")
    console.data.print(table)
    console.data.print(f"begin{hostile}end")
    console.say(f"begin{hostile}end")
    console.hint(f"fetch {hostile}")
    for text in capsys.readouterr():
        assert _controls(text) == []
        assert "begin" in text
        assert "end" in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_progress_on_a_terminal_sends_only_codes_of_rich(hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show a hostile path or description, with markup in it, in bars and the status line."""
    shown = {}
    for name, text in {"plain": "x", "hostile": f"x{hostile}[/red]"}.items():
        terminal = io.StringIO()
        talk = console._PlainConsole(file=terminal, force_terminal=True, width=200, markup=False, emoji=False)
        monkeypatch.setattr(console, "talk", talk)
        with console.progress(text, 10) as advance:
            advance(10)
        with console.path_progress(text, clock=iter(range(0, 1000, 100)).__next__) as show:
            show(text)
        shown[name] = set(re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f]", terminal.getvalue()))
        assert "[/red]" in terminal.getvalue() or name == "plain"
    assert shown["hostile"] <= shown["plain"]
    assert "\x1b[2J" not in shown["hostile"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_json_escapes_control_characters(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Read the same value back, from one line and from many. Keep letters of other scripts."""
    value = {"title": f"é\t\n{hostile}"}
    console.write_json_line(value)
    line = capsys.readouterr().out
    assert "é" in line
    assert line.count("\n") == 1
    console.write_json(value)
    for text in (line, capsys.readouterr().out):
        assert json.loads(text) == value
        assert _controls(text) == []


def test_source_lines_stay_exact_in_a_pipe_and_are_escaped_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the bytes of a source for programs."""
    line = b'{"title": "\xc2\x9b2J \x7f \xe2\x80\xae"}\n'
    for is_terminal in (False, True):
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        monkeypatch.setattr(out, "isatty", lambda is_terminal=is_terminal: is_terminal, raising=False)
        monkeypatch.setattr(sys, "stdout", out)
        console.write_source_line(line)
        out.flush()
        written = out.buffer.getvalue()  # type: ignore[attr-defined]
        assert (written == line) is not is_terminal
        assert json.loads(written) == json.loads(line)
        assert bool(_controls(written.decode())) is not is_terminal


def test_error_messages_lose_control_characters(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Print an error with an answer of the Hub in it."""

    def fail() -> None:
        raise InputError(f"The Hub refuses: {''.join(HOSTILE)}.")

    monkeypatch.setattr(program, "app", fail)
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    monkeypatch.setenv("PYTHONWARNINGS", "")
    with pytest.raises(SystemExit):
        cli.main()
    said = capsys.readouterr().err
    assert said.startswith("error: The Hub refuses")
    assert _controls(said) == []


def test_only_the_console_writes_to_stdout_and_stderr() -> None:
    """Find no other module that prints. Exceptions: a fixed sentence, the version, and Ray's redirection."""
    pattern = re.compile(r"\bprint\(|sys\.std(out|err)|typer\.(echo|secho)|\bConsole\(|os\.write\(")
    root = Path(photoshop_request_builder.__file__).parent
    writers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if pattern.search(re.sub(r"\b(data|talk)\.print\(|python -c '[^']*'", "", path.read_text(encoding="utf-8")))
    }
    assert writers == {"cli/console.py", "cli/__init__.py", "cli/program.py", "engine/ray_engine.py"}
