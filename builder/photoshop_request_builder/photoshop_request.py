"""The `datasets` builder over a corpus. The module's name is the builder's name, so it is the dataset's."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import datasets
from datasets.builder import Key

from photoshop_request.schema import CONFIGS, DEFAULT_CONFIG, SPLITS, features
from photoshop_request_builder.dataset.files import corpus_fingerprint
from photoshop_request_builder.dataset.row_selection import Wanted, wanted_of
from photoshop_request_builder.dataset.rows import dataset_rows
from photoshop_request_builder.store.corpus import open_corpus


@dataclass
class PhotoshopRequestConfig(datasets.BuilderConfig):
    """What of a corpus becomes a dataset."""

    corpus: str = ""
    """Path or fsspec address of the corpus."""
    shards: Sequence[int] | None = None
    """Only these shards of the corpus; None for all."""
    splits: Sequence[str] = SPLITS
    """Only these splits."""
    fingerprint: str = ""
    """Of the corpus's content: without it `datasets` would return what it cached for another content."""
    min_score: int | None = None
    max_changed_fraction: float | None = None
    min_locality: float | None = None
    task_types: Sequence[str] = ()
    accepted_only: bool = False
    since: int | str | None = None
    until: int | str | None = None
    one_edit_per_request: bool = False
    max_side: int | None = None
    reencode: str | None = None

    @property
    def wanted(self) -> Wanted:
        """The selection that the arguments make; `Wanted` says what each means.

        Raises:
            InputError: a value cannot be used, or the config has no column that the argument looks at.
        """
        return wanted_of(self.name, {field.name: getattr(self, field.name) for field in dataclasses.fields(Wanted)})


class PhotoshopRequest(datasets.GeneratorBasedBuilder):
    """Real edits of real photos by real requests, from a corpus whose stages are done.

    `PhotoshopRequest(corpus="CORPUS")`, then `download_and_prepare(num_proc=…)` and `as_dataset(split="train")`.
    Selections are arguments: `PhotoshopRequest(corpus="CORPUS", accepted_only=True, min_locality=0.8)`, see `Wanted`.
    Rows come in the order of shards; pictures are the fetched bytes, less EXIF GPS (`gps_removed`).
    """

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = PhotoshopRequestConfig
    BUILDER_CONFIGS = [PhotoshopRequestConfig(name=name) for name in CONFIGS]  # noqa: RUF012 - the base class's form
    DEFAULT_CONFIG_NAME = DEFAULT_CONFIG
    DEFAULT_WRITER_BATCH_SIZE = 16
    """Rows held in memory; one may hold several pictures of 40 MB."""

    def __init__(self, *args: Any, corpus: str, fingerprint: str | None = None, **kwargs: Any) -> None:
        config = kwargs.get("config_name") or DEFAULT_CONFIG
        made_of = fingerprint or corpus_fingerprint(open_corpus(corpus), config)
        super().__init__(*args, corpus=str(corpus), fingerprint=made_of, **kwargs)
        self._wanted: Wanted = self.config.wanted

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(
            description="Precise photo edits, asked for in people's own words.", features=features(self.config.name)
        )

    def _split_generators(self, dl_manager: datasets.DownloadManager) -> list[datasets.SplitGenerator]:  # noqa: ARG002
        wanted = self.config.shards
        shards = list(range(open_corpus(self.config.corpus).shards)) if wanted is None else list(wanted)
        return [
            datasets.SplitGenerator(name=split, gen_kwargs={"shards": shards, "split": split})
            for split in self.config.splits
        ]

    def _generate_examples(self, shards: list[int], split: str) -> Iterator[tuple[Key, dict[str, Any]]]:
        corpus = open_corpus(self.config.corpus)
        for number, (place, row) in enumerate(dataset_rows(corpus, self.config.name, shards, split, self._wanted)):
            yield Key(place, number), row

    def as_dataset(self, split: Any = None, in_memory: bool = False) -> Any:
        """The prepared splits, as `datasets` gives them; a split in which a selection left no row is an empty one."""
        if split is None:
            return datasets.DatasetDict({name: self.as_dataset(name, in_memory) for name in self.info.splits})
        if split in self.info.splits and not self.info.splits[split].num_examples:
            return datasets.Dataset.from_dict(
                {name: [] for name in self.info.features}, self.info.features, split=datasets.Split(split)
            )
        return super().as_dataset(split, in_memory)
