"""Check the pages under docs/: links, commands and recipes."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from photoshop_request_builder.cli.program import SUMMARIES, load_command

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name for name in ("CONTRIBUTING.md", "README.md", "SECURITY.md")),
]
CONSOLE = re.compile(r"(<!-- not run: [^>]+-->\n)?```console\n(.*?)```", re.DOTALL)


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["columns", "commands", "how_it_works"])
def test_the_references_are_those_of_the_code(name: str) -> None:
    """Regenerate them with scripts/make_docs.py."""
    made = getattr(_generator(), name)()
    assert (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") == made


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_flag_exists(page: Path) -> None:
    for _, block in CONSOLE.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            for call in re.findall(r"photoshop-request ([a-z]+)([^&|;]*)", line):
                assert call[0] in SUMMARIES, line
                parameters = load_command(call[0]).params
                known = {flag for parameter in parameters for flag in (*parameter.opts, *parameter.secondary_opts)}
                assert {word for word in shlex.split(call[1]) if word.startswith("--")} <= known, line


@pytest.mark.slow
def test_the_recipes_run_as_they_are_written(tmp_path: Path) -> None:
    """Run every command in order on the sample, except those that need a service or the Hub."""
    from photoshop_request_builder.commands.demo import sample_folder
    from photoshop_request_builder.commands.demo.server import serve

    blocks = [block for skip, block in CONSOLE.findall((ROOT / "docs" / "recipes.md").read_text()) if not skip]
    assert len(blocks) >= 7
    program = tmp_path / "bin" / "photoshop-request"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'from photoshop_request_builder.cli import main; main()' \"$@\"\n"
    )
    program.chmod(0o755)
    with sample_folder() as folder, serve(folder) as hosts:
        for kind in ("submissions", "comments"):
            shutil.copy(folder / f"{kind}.zst", tmp_path / f"PhotoshopRequest_{kind}.zst")
        environment = {
            **os.environ,
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "PHOTOSHOP_REQUEST_MIRROR": hosts.address,
            "PHOTOSHOP_REQUEST_RATE": "*=500,i.redd.it=500,imgur.com=500,drive.google.com=500",
        }
        for block in blocks:
            for line in block.splitlines():
                done = subprocess.run(
                    ["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert (tmp_path / "CORPUS" / "dataset" / "README.md").exists()
    assert (tmp_path / "OUT").is_dir()
