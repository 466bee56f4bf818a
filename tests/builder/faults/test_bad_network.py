"""Break the network (stalls, resets, refusals, wrong lengths): the output is the same, and nothing is requested twice."""

import contextlib
import hashlib
import json
import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from commands import FAST, Sample, dataset_bytes, start, succeed
from servers.faulty import FOR_EVER, Fault, Network, faulty

from photoshop_request.media.addresses.outcomes import VERDICTS, AddressState
from photoshop_request_builder.commands.decisions import decision_lines
from photoshop_request_builder.store.corpus import open_corpus

pytestmark = pytest.mark.slow

AGAIN = [AddressState.TIMEOUT, AddressState.UNREACHABLE, AddressState.RATE_LIMITED, AddressState.CORRUPT]
"""States of addresses after too many network faults. The user requests them again with `--retry`."""
OVERLOAD = [Fault.BUSY, Fault.TOO_MANY]
SLOW = [Fault.SILENT, Fault.STALLED]
"""Faults that cost the 10 s of `network.TIMEOUT`, once if they come at the same time."""
QUICK = [fault for fault in Fault if fault not in {*OVERLOAD, *SLOW}]
LIES = [Fault.TOO_SHORT, Fault.NO_LENGTH]
"""Answers that look whole: told twice, a lie is what the host has, and the picture is corrupt."""
OUTAGE = (14, 0.6)
"""Connections before it, seconds of it."""


def _pictures(sample: Sample, host: str = "") -> list[str]:
    """Return the addresses that give a picture at each request."""
    routes = json.loads((sample.folder / "routes.json").read_text())
    good = [address for address, route in routes.items() if "file" in route and "first" not in route]
    return sorted(address for address in good if host in address and not address.endswith("/removed.png"))


def _plan(sample: Sample, seed: int, slow: int = 1) -> dict[str, tuple[Fault, int]]:
    """Give every picture a fault, once or twice, or `slow` times for a fault that takes long.

    Overload hits only two addresses of one host. A third in a row would open the circuit breaker for minutes.
    """
    chance = random.Random(seed)
    busy = chance.sample(_pictures(sample, "i.redd.it"), len(OVERLOAD))
    others = [address for address in _pictures(sample) if address not in busy]
    chance.shuffle(others)
    faults = {address: (fault, 1) for address, fault in zip(busy, OVERLOAD, strict=True)}
    faults |= {others.pop(): (fault, slow) for fault in SLOW * 2}
    for at, address in enumerate(others):
        fault = QUICK[at % len(QUICK)]
        faults[address] = fault, 1 if fault in LIES else chance.randint(1, 2)
    return faults


def _ledger(corpus: Path) -> dict[str, tuple[str, int]]:
    """Return state and tries by address, nothing without a ledger."""
    if not (corpus / "ledger.sqlite").exists():
        return {}
    with contextlib.closing(sqlite3.connect(corpus / "ledger.sqlite")) as database:
        rows = database.execute("SELECT address, state, tries FROM address").fetchall()
    return {address: (state, tries) for address, state, tries in rows}


def _in_state(corpus: Path, *states: AddressState) -> set[str]:
    return {address for address, (state, _) in _ledger(corpus).items() if state in states}


def _run(sample: Sample, network: Network, corpus: Path) -> list[str | Path]:
    """Return the arguments of a run through the network."""
    return [
        network.address if each == sample.hosts.address else each
        for each in sample.run_arguments(corpus, "--workers", "1")
    ]


def _bring_through(sample: Sample, network: Network, corpus: Path, undisturbed: Path) -> None:
    """Retry while the ledger holds states caused by the network, as a user would."""
    retries = [each for state in AGAIN for each in ("--retry", state)]
    for _ in range(3):
        if _in_state(corpus, *AGAIN) == _in_state(undisturbed, *AGAIN):
            return
        succeed("fetch", corpus, "--mirror", network.address, "--rate", FAST, *retries)
        succeed(*_run(sample, network, corpus))


def _decisions(corpus: Path) -> dict[str, str]:
    """Return the decision on each solver's picture by address."""
    return {row["url"]: row["decision"] for row in decision_lines(open_corpus(str(corpus)))}


def _digests(folder: Path) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_a_bad_network_changes_no_byte(sample: Sample, sample_corpus: Path, tmp_path: Path) -> None:
    """Meet every kind of fault. A lasting fault ends with a reason, until a retry succeeds.

    Accept no cut picture, and request no complete picture again.
    """
    corpus = tmp_path / "corpus"
    # four tries: a refused connection, two faults, and two whole answers, which it takes to know a broken picture, are five
    broken = _in_state(sample_corpus, AddressState.CORRUPT)
    plan = {address: (fault, 1 if address in broken else times) for address, (fault, times) in _plan(sample, 1).items()}
    edits = {address for address, decision in _decisions(sample_corpus).items() if decision == "edit"}
    bad = {fault: address for address, (fault, _) in plan.items() if fault not in SLOW and address in edits}
    assert set(bad) == {*QUICK, *OVERLOAD}
    plan |= {address: (fault, FOR_EVER) for fault, address in bad.items()}
    with faulty(sample.hosts.address, plan, outage=OUTAGE) as network:
        succeed(*_run(sample, network, corpus))
        ends = {**dict.fromkeys(LIES, (AddressState.CORRUPT, 2)), Fault.TOO_MANY: (AddressState.RATE_LIMITED, 4)}
        expected = {address: ends.get(fault, (AddressState.UNREACHABLE, 4)) for fault, address in bad.items()}
        ledger, asked = _ledger(corpus), network.requests()
        assert {address: ledger[address][0] for address in expected} == {a: state for a, (state, _) in expected.items()}
        assert [address for address, (_, most) in expected.items() if not 1 <= asked[address] <= most] == []
        lies = {bad[fault] for fault in LIES}
        assert _in_state(corpus, AddressState.CORRUPT) == lies | _in_state(sample_corpus, AddressState.CORRUPT)
        said = _decisions(corpus)
        assert {address: said[address] for address in expected} == {
            address: VERDICTS[state] for address, (state, _) in expected.items()
        }
        assert _digests(corpus / "images") < _digests(sample_corpus / "images")
        assert set(network.met()) == set(Fault)
        unseen = {address: tries - asked[address] for address, (_, tries) in ledger.items()}
        assert network.refuses
        assert sum(unseen.values()) >= 3, "tries that never came to the server: it refused them"
        network.faults = {}
        _bring_through(sample, network, corpus, sample_corpus)
    whole = network.whole()
    assert {whole[address] for address in _in_state(corpus, AddressState.OK)} == {1}
    assert dataset_bytes(corpus) == dataset_bytes(sample_corpus)
    assert _digests(corpus / "images") == _digests(sample_corpus / "images")


def test_a_bad_network_and_sigkill_change_no_byte(sample: Sample, sample_corpus: Path, tmp_path: Path) -> None:
    """Kill the command while some addresses stall. Finished ones are not requested again."""
    corpus = tmp_path / "corpus"
    chance = random.Random(2)
    kept = []
    with faulty(sample.hosts.address, _plan(sample, 2, slow=3), outage=OUTAGE) as network:
        for goal in (4, 12, 24):
            process = start(*_run(sample, network, corpus))
            while process.poll() is None and len(network.whole()) < goal:
                time.sleep(0.005)
            time.sleep(chance.uniform(0.0, 1.0))
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            assert process.returncode == -signal.SIGKILL
            kept.append((_in_state(corpus, AddressState.OK), network.requests()))
            assert kept[-1][0] <= set(network.whole())
        succeed(*_run(sample, network, corpus))
        _bring_through(sample, network, corpus, sample_corpus)
    asked = network.requests()
    for done, before in kept:
        assert {address: before[address] for address in done} == {address: asked[address] for address in done}
    assert kept[-1][0], "no kill came after something was done"
    assert dataset_bytes(corpus) == dataset_bytes(sample_corpus)
    assert _digests(corpus / "images") == _digests(sample_corpus / "images")
    assert set(network.met()) == set(Fault)
