"""The command `doctor`."""

import dataclasses
import os
from pathlib import Path
from typing import Annotated

import typer

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, path_progress, say, write_json
from photoshop_request_builder.commands.doctor import CheckState, Damage, Finding, check_environment, damages, repair
from photoshop_request_builder.store.corpus import Corpus, lock_corpus, open_corpus

_MARKS = {CheckState.OK: "ok  ", CheckState.NOTE: "note", CheckState.BAD: "BAD "}


def doctor(
    folder: Annotated[str | None, typer.Argument(metavar="[CORPUS]", help="Check this corpus as well.")] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Read every table and verify every picture's SHA-256.")] = False,
    is_repair: Annotated[
        bool, typer.Option("--repair", help="Remove damaged files. The next run makes or fetches them again.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not contact any service.")] = False,
    as_json: options.Json = False,
) -> None:
    """Check versions, disk, credentials, network and a corpus.

    Exits with code 1 if a check fails, or if damage remains after --repair. Secrets are never shown.

    Example: photoshop-request doctor

    Example: photoshop-request doctor CORPUS --deep
    """
    corpus = open_corpus(folder) if folder else None
    findings = check_environment(Path(folder or "."), os.environ, online=not offline)
    is_bad = any(finding.state is CheckState.BAD for finding in findings)
    damaged: list[Damage] = []
    if corpus:
        damaged, left = _repair(corpus, deep=deep) if is_repair else _find_damage(corpus, deep=deep)
        findings += _corpus_findings(corpus, damaged, deep=deep)
        is_bad = is_bad or bool(left)
    if as_json:
        write_json([dataclasses.asdict(finding) for finding in findings])
    else:
        _show(findings)
    if damaged and not is_repair:
        hint(f"doctor {folder}{' --deep' * deep} --repair")
    if is_bad:
        raise typer.Exit(1)


def _find_damage(corpus: Corpus, *, deep: bool) -> tuple[list[Damage], list[Damage]]:
    """Return all damage, and the damage that is left, which is the same."""
    with path_progress(f"checking {corpus.address}") as show_path:
        damaged = list(damages(corpus, deep=deep, on_path=show_path))
    return damaged, damaged


def _repair(corpus: Corpus, *, deep: bool) -> tuple[list[Damage], list[Damage]]:
    """Repair, and return all damage that was found, and the damage that is left."""
    with lock_corpus(corpus):
        damaged, _ = _find_damage(corpus, deep=deep)
        return damaged, repair(corpus, damaged, say)


def _corpus_findings(corpus: Corpus, damaged: list[Damage], *, deep: bool) -> list[Finding]:
    if not damaged:
        checked = "every table and picture read" if deep else "every table opens, every picture exists"
        return [Finding("corpus", CheckState.OK, f"{corpus.address}: complete ({checked})")]
    repair = f"doctor {corpus.address}{' --deep' * deep} --repair"
    advice = f"photoshop-request {repair}, then: photoshop-request run {corpus.address}"
    return [Finding("corpus", CheckState.BAD, f"{damage.path}: {damage.why}", advice) for damage in damaged]


def _show(findings: list[Finding]) -> None:
    shown_advice: set[str] = set()
    for finding in findings:
        data.print(f"{_MARKS[finding.state]} {finding.check:12} {finding.detail}")
        if finding.advice and finding.advice not in shown_advice:
            data.print(f"{'':18}{finding.advice}")
        shown_advice.add(finding.advice)
