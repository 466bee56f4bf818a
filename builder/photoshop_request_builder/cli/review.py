"""The review command: people judge the verdicts, and what that says of them."""

import dataclasses
import getpass
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from photoshop_request.errors import InputError, PhotoshopRequestError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say, write_json
from photoshop_request_builder.cli.stopping import answered_by_end
from photoshop_request_builder.dataset.analysis.agreement import Agreement, Calibration, Share, agreements, calibrate
from photoshop_request_builder.store.corpus import Corpus, open_corpus
from photoshop_request_builder.store.decisions import CandidateOrder, Decision, open_decisions


def review(
    corpus: options.CorpusArgument,
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", metavar="NAME", help="Who decides. Default: the user's name here.")
    ] = None,
    order: Annotated[
        CandidateOrder,
        typer.Option("--order", help="doubt: the least certain first. random: a sample, which --calibrate needs."),
    ] = CandidateOrder.DOUBT,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Default: a free one.")] = 0,
    calibrated: Annotated[
        bool,
        typer.Option("--calibrate", help="Print what the decisions say of the verdicts, and propose thresholds."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --calibrate: JSON for programs.")] = False,
) -> None:
    """Judge candidates in the browser, on this machine only: a accepts the verdict, x says no, 1 to 6 give another.

    Decisions are kept at once, with who and when (CORPUS/decisions.sqlite); started again it goes on where it was. Two
    people each start their own with --reviewer. The next build honours what all who decided a candidate agree on.

    Example: photoshop-request review CORPUS --reviewer ann --order random

    Example: photoshop-request review CORPUS --calibrate
    """
    found = open_corpus(corpus)
    if calibrated:
        _calibrate(found, as_json=as_json)
        return
    name = (reviewer or getpass.getuser()).strip()
    if not name:
        raise InputError("--reviewer: say who decides.")
    _serve(found, name, order, port)
    hint(f"build {corpus}")


def _serve(corpus: Corpus, reviewer: str, order: CandidateOrder, port: int) -> None:
    try:
        from photoshop_request_builder.pages.review.server import serve  # only who reviews needs the extra
    except ModuleNotFoundError as error:
        raise PhotoshopRequestError(
            f"reviewing needs {error.name}. Install it with: pip install 'photoshop-request[review]'"
        ) from None

    def ready(address: str, candidates: int) -> None:
        say(f"{candidates:,} candidates for {reviewer}. Open this address, and give it to nobody; Ctrl-C ends.")
        data.print(address)
        data.file.flush()

    with answered_by_end():
        serve(corpus, reviewer, order, port, ready)
    say("every decision is kept")


def _calibrate(corpus: Corpus, *, as_json: bool) -> None:
    decisions: list[Decision] = []
    if corpus.decisions_path.exists():
        with open_decisions(corpus.decisions_path) as store:
            decisions = store.decisions()
    sampled = [decision for decision in decisions if decision.drawn == CandidateOrder.RANDOM]
    between, verdicts = agreements(decisions), calibrate(sampled or decisions)
    if as_json:
        state = {
            "decisions": len(decisions),
            "sample": len(sampled),
            "agreement": [dataclasses.asdict(each) for each in between],
            "verdicts": [_told(each) for each in verdicts],
        }
        write_json(state)
        return
    if not decisions:
        say(f"{corpus.address}: nobody has decided anything yet.")
        hint(f"review {corpus.address} --order random")
        return
    if between:
        data.print(_agreements_table(between))
    data.print(_verdicts_table(verdicts, sampled=bool(sampled)))
    if not sampled:
        say("these were drawn by doubt: the machine's worst. For the corpus as a whole: review --order random")
    hint(f"build {corpus.address}")


def _told(found: Calibration) -> dict[str, object]:
    shares = {name: getattr(found, name) for name in ("precision", "recall")}
    told = {name: {"value": each.value, "interval": each.interval, "of": each.of} for name, each in shares.items()}
    proposal = found.proposal
    least = {"confidence": proposal.confidence, "keeps": proposal.precision.of} if proposal else None
    return {"verdict": found.verdict, **told, "proposal": least}


def _agreements_table(between: Sequence[Agreement]) -> Table:
    table = Table(title="Reviewers", title_justify="left")
    for name in ("reviewers", "both decided", "same", "Cohen's kappa"):
        table.add_column(name, justify="left" if name == "reviewers" else "right")
    for each in between:
        kappa = "always one verdict" if each.kappa is None else f"{each.kappa:.2f}"
        table.add_row(f"{each.first}, {each.second}", f"{each.both:,}", f"{each.same / each.both:.0%}", kappa)
    return table


def _verdicts_table(verdicts: Sequence[Calibration], *, sampled: bool) -> Table:
    table = Table(title=f"Verdicts, by {'a random sample' if sampled else 'doubt'}", title_justify="left")
    for name in ("verdict", "precision (95 %)", "recall (95 %)", "to be 95 % sure it is right"):
        table.add_column(name, overflow="fold")
    for each in verdicts:
        if each.proposal:
            where = each.proposal
            proposed = f"confidence from {where.confidence:.3f} ({where.precision.of:,} of {each.precision.of:,})"
        else:
            proposed = "no confidence is enough, or too few were decided" if each.precision.of else "-"
        table.add_row(each.verdict, _share(each.precision), _share(each.recall), proposed)
    return table


def _share(share: Share) -> str:
    if share.value is None:
        return "-"
    low, high = share.interval
    return f"{share.value:.1%} ({low:.1%} to {high:.1%}) of {share.of:,}"
