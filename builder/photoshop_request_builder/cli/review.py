"""The command `review`."""

import dataclasses
import getpass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from photoshop_request.errors import InputError, PhotoshopRequestError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say, write_json
from photoshop_request_builder.store.corpus import Corpus, open_corpus
from photoshop_request_builder.store.decisions import CandidateOrder, Decision, open_decisions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photoshop_request_builder.dataset.analysis.proportion import Proportion
    from photoshop_request_builder.pages.review.agreement import Agreement, Calibration


def review(
    folder: options.CorpusFolder,
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", metavar="NAME", help="Name of the reviewer. Default: your user name.")
    ] = None,
    order: Annotated[
        CandidateOrder,
        typer.Option("--order", help="doubt: least certain first. random: a sample for --calibrate."),
    ] = CandidateOrder.DOUBT,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Local port. Default: a free one.")] = 0,
    is_calibration: Annotated[
        bool,
        typer.Option("--calibrate", help="Compare decisions with automatic verdicts, and propose thresholds."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --calibrate: print JSON for programs.")] = False,
) -> None:
    """Review candidates in the browser.

    The server is reachable from this machine only. Keys: `a` accepts the verdict, `x` rejects it, 1 to 6 choose another.

    Every decision is saved immediately with reviewer and time in CORPUS/decisions.sqlite. Ctrl-C quits. Run the same
    command again to continue. Each reviewer starts a separate server with --reviewer. The next build applies the
    decisions on which all reviewers of a candidate agree.

    Example: photoshop-request review CORPUS --reviewer ann --order random

    Example: photoshop-request review CORPUS --calibrate
    """
    corpus = open_corpus(folder)
    if is_calibration:
        _calibrate(corpus, as_json=as_json)
        return
    name = (reviewer or getpass.getuser()).strip()
    if not name:
        raise InputError("--reviewer is empty. Write a name.")
    try:
        from photoshop_request_builder.pages.review.server import serve
    except ModuleNotFoundError as error:
        raise PhotoshopRequestError(
            f"review needs {error.name}. Install it with: pip install 'photoshop-request[review]'"
        ) from None

    def ready(address: str, candidates: int) -> None:
        say(f"{candidates:,} candidates for {name}. Open this private URL. Do not share it. Ctrl-C quits.")
        data.print(address)
        data.file.flush()
        hint(f"build {folder}")

    serve(corpus, name, order, port, ready)


def _calibrate(corpus: Corpus, *, as_json: bool) -> None:
    from photoshop_request_builder.pages.review.agreement import agreements, calibrate  # slow to import

    decisions: list[Decision] = []
    if corpus.decisions_path.exists():
        with open_decisions(corpus.decisions_path) as store:
            decisions = store.decisions()
    sampled = [decision for decision in decisions if decision.drawn == CandidateOrder.RANDOM]
    pairs, verdicts = agreements(decisions), calibrate(sampled or decisions)
    if as_json:
        state = {
            "decisions": len(decisions),
            "sample": len(sampled),
            "agreement": [dataclasses.asdict(pair) for pair in pairs],
            "verdicts": [_calibration_json(verdict) for verdict in verdicts],
        }
        write_json(state)
        return
    if not decisions:
        say(f"{corpus.address}: no decisions yet.")
        hint(f"review {corpus.address} --order random")
        return
    if pairs:
        data.print(_agreements_table(pairs))
    data.print(_verdicts_table(verdicts, sampled=bool(sampled)))
    if not sampled:
        say("These are the least certain candidates. To measure the whole corpus, use: review --order random")
    hint(f"build {corpus.address}")


def _calibration_json(calibration: "Calibration") -> dict[str, object]:
    shares = {name: getattr(calibration, name) for name in ("precision", "recall")}
    figures = {
        name: {"value": share.value, "interval": share.interval, "of": share.of} for name, share in shares.items()
    }
    proposal = calibration.proposal
    least = {"confidence": proposal.confidence, "keeps": proposal.precision.of} if proposal else None
    return {"verdict": calibration.verdict, **figures, "proposal": least}


def _agreements_table(pairs: "Sequence[Agreement]") -> Table:
    table = Table(title="Reviewers", title_justify="left")
    for name in ("reviewers", "both decided", "same", "Cohen's kappa"):
        table.add_column(name, justify="left" if name == "reviewers" else "right")
    for pair in pairs:
        kappa = "undefined: one verdict only" if pair.kappa is None else f"{pair.kappa:.2f}"
        table.add_row(f"{pair.first}, {pair.second}", f"{pair.both:,}", f"{pair.same / pair.both:.0%}", kappa)
    return table


def _verdicts_table(verdicts: "Sequence[Calibration]", *, sampled: bool) -> Table:
    title = f"Verdicts, from {'a random sample' if sampled else 'the least certain candidates'}"
    table = Table(title=title, title_justify="left")
    for name in ("verdict", "precision (95 %)", "recall (95 %)", "confidence for 95 % precision"):
        table.add_column(name, overflow="fold")
    for calibration in verdicts:
        proposal, decided = calibration.proposal, calibration.precision.of
        if proposal:
            threshold = f"at least {proposal.confidence:.3f} ({proposal.precision.of:,} of {decided:,})"
        else:
            threshold = "none, or too few decisions" if decided else "-"
        table.add_row(calibration.verdict, _share(calibration.precision), _share(calibration.recall), threshold)
    return table


def _share(share: "Proportion") -> str:
    if share.value is None:
        return "-"
    low, high = share.interval
    return f"{share.value:.1%} ({low:.1%} to {high:.1%}) of {share.of:,}"
