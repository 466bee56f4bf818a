"""The doctor command."""

import dataclasses
import os
from pathlib import Path
from typing import Annotated

import typer

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, looking, say, write_json
from photoshop_request_builder.commands.doctor import Damage, Finding, State, damages, repair, surroundings
from photoshop_request_builder.store.corpus import Corpus, lock_corpus, open_corpus

_MARKS = {State.OK: "ok  ", State.NOTE: "note", State.BAD: "BAD "}


def doctor(
    corpus: Annotated[
        str | None, typer.Argument(metavar="[CORPUS]", help="Also look whether this corpus is whole.")
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every table and every picture, and compare with what was fetched.")
    ] = False,
    mend: Annotated[
        bool, typer.Option("--repair", help="Remove what is damaged, so that the next run makes or fetches it again.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no service whether it answers.")] = False,
    as_json: options.Json = False,
) -> None:
    """Look for what could keep a run from going well: versions, disk, credentials, network, and CORPUS.

    Exits with 1 where something is bad. Secrets are never shown, only whether they are set.

    Example: photoshop-request doctor

    Example: photoshop-request doctor CORPUS --deep
    """
    opened = open_corpus(corpus) if corpus else None
    findings = surroundings(Path(corpus or "."), os.environ, online=not offline)
    damaged: list[Damage] = []
    if opened:
        damaged = _mended(opened, deep=deep) if mend else _damaged(opened, deep=deep)
        findings += _corpus_findings(opened, damaged, deep=deep)
    if as_json:
        write_json([dataclasses.asdict(finding) for finding in findings])
    else:
        _show(findings)
    if opened and damaged and not mend:
        hint(f"doctor {corpus}{' --deep' * deep} --repair")
    if any(finding.state is State.BAD for finding in findings) and not (mend and damaged):
        raise typer.Exit(1)


def _damaged(corpus: Corpus, *, deep: bool) -> list[Damage]:
    with looking(f"looking at {corpus.address}") as looking_at:
        return list(damages(corpus, deep=deep, looking_at=looking_at))


def _mended(corpus: Corpus, *, deep: bool) -> list[Damage]:
    with lock_corpus(corpus):
        found = _damaged(corpus, deep=deep)
        repair(corpus, found, say)
    return found


def _corpus_findings(corpus: Corpus, damaged: list[Damage], *, deep: bool) -> list[Finding]:
    if not damaged:
        how = "every table and picture read" if deep else "every table opens, every picture is there"
        return [Finding("corpus", State.OK, f"{corpus.address}: whole ({how})")]
    advice = f"photoshop-request doctor {corpus.address} --repair, then: photoshop-request run {corpus.address}"
    return [Finding("corpus", State.BAD, f"{damage.path}: {damage.why}", advice) for damage in damaged]


def _show(findings: list[Finding]) -> None:
    said: set[str] = set()
    for finding in findings:
        data.print(f"{_MARKS[finding.state]} {finding.check:12} {finding.detail}")
        if finding.advice and finding.advice not in said:
            data.print(f"{'':18}{finding.advice}")
        said.add(finding.advice)
