"""Define the `datasets` builder over a corpus. `datasets` names the dataset after this module."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import datasets
from datasets.builder import Key

from photoshop_request.rows import FILTERS, RowFilter, config_columns, row_condition
from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG, SPLITS, features
from photoshop_request_builder.dataset.files import corpus_fingerprint
from photoshop_request_builder.dataset.rows import dataset_rows
from photoshop_request_builder.dataset.shrink import shrinker
from photoshop_request_builder.store.corpus import open_corpus


@dataclass
class PhotoshopRequestConfig(RowFilter, datasets.BuilderConfig):
    """Select the part of a corpus that becomes a dataset. The fields of `RowFilter` select rows."""

    corpus: str = ""
    """Path or fsspec address of the corpus."""
    shards: Sequence[int] | None = None
    """Shards of the corpus to read. None reads all."""
    splits: Sequence[str] = SPLITS
    """Splits to read."""
    fingerprint: str = ""
    """Fingerprint of the corpus's content. Without it `datasets` would return cached rows of other content."""
    max_side: int | None = None
    """Maximum pixels of the longer side. Larger pictures are shrunk. Requires `reencode`."""
    reencode: str | None = None
    """`jpeg` or `png`: format of the pictures that `max_side` shrinks. All other pictures keep their bytes."""


class PhotoshopRequest(datasets.GeneratorBasedBuilder):
    """Build the dataset from a corpus whose stages have run.

    `PhotoshopRequest(corpus="CORPUS")`, then `download_and_prepare(num_proc=…)` and `as_dataset(split="train")`.
    Arguments select rows (see `RowFilter`): `PhotoshopRequest(corpus="CORPUS", accepted_only=True, max_repaint=0.2)`.
    Rows come in the order of shards. Pictures are the fetched files without metadata (`bytes_changed`).

    Raises:
        InputError: a value is not allowed, or the config has no column for a filter.
    """

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = PhotoshopRequestConfig
    BUILDER_CONFIGS = [PhotoshopRequestConfig(name=name) for name in CONFIGS]  # noqa: RUF012 - the base class's form
    DEFAULT_CONFIG_NAME = DEFAULT_CONFIG
    DEFAULT_WRITER_BATCH_SIZE = 16
    """Rows held in memory. A row may hold several pictures of 40 MB."""

    def __init__(self, *args: Any, corpus: str, fingerprint: str | None = None, **kwargs: Any) -> None:
        config = kwargs.get("config_name") or DEFAULT_CONFIG
        self._filters = RowFilter(**{name: kwargs[name] for name in FILTERS if name in kwargs})
        row_condition(self._filters.active(), config_columns(config), f"the config {config}")
        self._change = shrinker(kwargs.get("max_side"), kwargs.get("reencode"))
        content = fingerprint or corpus_fingerprint(open_corpus(corpus), config)
        super().__init__(*args, corpus=str(corpus), fingerprint=content, **kwargs)

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(
            description="Precise photo edits, asked for in people's own words.", features=features(self.config.name)
        )

    def _split_generators(self, dl_manager: datasets.DownloadManager) -> list[datasets.SplitGenerator]:  # noqa: ARG002
        only = self.config.shards
        shards = list(range(open_corpus(self.config.corpus).shards)) if only is None else list(only)
        return [
            datasets.SplitGenerator(name=split, gen_kwargs={"shards": shards, "split": split})
            for split in self.config.splits
        ]

    def _generate_examples(self, shards: list[int], split: str) -> Iterator[tuple[Key, dict[str, Any]]]:
        corpus = open_corpus(self.config.corpus)
        rows = dataset_rows(corpus, self.config.name, shards, split, self._filters, self._change)
        for number, (place, row) in enumerate(rows):
            yield Key(place, number), row

    def as_dataset(self, split: Any = None, in_memory: bool = False) -> Any:
        """Return the prepared splits. A split without rows is empty, where `datasets` itself would fail."""
        if split is None:
            return datasets.DatasetDict({name: self.as_dataset(name, in_memory) for name in self.info.splits})
        if split in self.info.splits and not self.info.splits[split].num_examples:
            return datasets.Dataset.from_dict(
                {name: [] for name in self.info.features}, self.info.features, split=datasets.Split(split)
            )
        return super().as_dataset(split, in_memory)
