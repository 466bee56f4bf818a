"""Declare a stage: what it reads, what it writes, and its function."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import pyarrow as pa

from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus

Rule: TypeAlias = Mapping[str, Any]
"""Inputs of the output besides tables, as JSON values: settings, thresholds, the state of a database."""
Contents: TypeAlias = Mapping[str, str | None]
"""Fingerprint of the rows of each table that is read, by name. None if the table is missing."""


class Unit(StrEnum):
    """The part of a corpus that one job works on."""

    FILE = "file"
    ADDRESS = "address"
    SHARD = "shard"
    CORPUS = "corpus"


@dataclass(frozen=True, slots=True)
class ShardInputs:
    """One shard as input of a stage's function. Picklable, because a job carries it to another process."""

    corpus: Corpus
    shard: int
    rule: Rule
    tables: frozenset[str]
    """The tables that the stage declares."""

    def read(self, table: str, columns: list[str] | None = None) -> pa.Table:
        """Return a table of the shard, all columns or some.

        Raises:
            KeyError: the stage does not declare that it reads `table`.
            FileNotFoundError: the table is missing.
            CorpusError: the table is damaged.
        """
        return storage.read_table(self.corpus.fs, self._path(table), columns)

    def find(self, table: str, columns: list[str] | None = None) -> pa.Table | None:
        """Return a table of the shard, or None if it is missing."""
        return storage.find_table(self.corpus.fs, self._path(table), columns)

    def _path(self, table: str) -> str:
        if table not in self.tables:
            raise KeyError(f"{table}: add it to `reads` or `looks_up` of the stage")
        return self.corpus.shard_path(self.shard, table)


@dataclass(frozen=True, slots=True)
class Erasure:
    """Everything that a takedown erases."""

    requests: frozenset[str]
    """Ids of submissions."""
    pictures: Mapping[str, str]
    """SHA-256 and path of each picture that only removed rows show."""


def _no_rule(_corpus: Corpus) -> Rule:
    return {}


def _fingerprint(stage: "Stage", rule: Rule, contents: Contents) -> str:
    return storage.fingerprint(stage.name, stage.version, {**rule, **contents})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the pipeline. Planning, fingerprints, the order of `run` and the documents are derived from it."""

    name: str
    command: str
    """The command that runs the stage. `run` runs all."""
    unit: Unit
    version: int
    """Part of every fingerprint. Raise it when the output changes for the same inputs."""
    reads: tuple[str, ...] = ()
    """Tables whose rows decide the output: a change makes the output stale. A shard without the first is skipped."""
    looks_up: tuple[str, ...] = ()
    """Further tables and files that are read. They change only together with `reads` or `rule`, so no fingerprint
    holds them."""
    writes: tuple[str, ...] = ()
    """Tables of each shard. A name that ends in `.json` is one file of the corpus."""
    stores: tuple[str, ...] = ()
    """Files and folders of the corpus that the function writes itself."""
    function: Callable[..., Any]
    """By unit. SHARD: takes `ShardInputs`, returns the table (several: an iterable, in the order of `writes`).
    CORPUS: takes the `Corpus`, yields a table for each shard, or returns the content of the JSON file."""
    rule: Callable[[Corpus], Rule | None] = _no_rule
    """Return the rule of all shards, or None if there is nothing to do."""
    rules: Callable[[Corpus], Iterable[Rule | None]] | None = None
    """Used instead of `rule`: return one rule for each shard, or None for a shard with nothing to do."""
    fingerprint: Callable[["Stage", Rule, Contents], str] = _fingerprint
    """Return the fingerprint of one shard's output."""
    plan: Callable[["Stage", Corpus], Sequence[Job[None]]] | None = None
    """Return the jobs of a stage whose unit is neither a shard nor the corpus."""
    finish: Callable[[Corpus], None] | None = None
    """Called after the jobs, even if there were none."""
    erase: Callable[[Corpus, Erasure], None] | None = None
    """Erase from `stores` everything that a takedown names."""
    is_opt_in: bool = False
    """An opt-in stage with nothing to do prints nothing."""
    is_local: bool = False
    """Its inputs lie on this machine only, so no cluster runs it."""

    @property
    def summary(self) -> str:
        """The first line of the docstring of the stage's module."""
        return (sys.modules[self.function.__module__].__doc__ or "").partition("\n")[0]

    @property
    def is_planned(self) -> bool:
        """True if `plan` finds the jobs. Otherwise the command passes in the work: files, fetch settings."""
        return self.plan is not None or self.unit in {Unit.SHARD, Unit.CORPUS}
