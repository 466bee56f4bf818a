"""Run the Hub's real clients in child processes, since they read the Hub's URL at import."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, TypeVar

from commands import forked_command, start_at_once
from servers.hub import TOKEN, Hub

R = TypeVar("R")
Run = Callable[..., Any]


def hub_environment(hub: Hub, home: Path, token: str | None = TOKEN) -> dict[str, str]:
    """Return environment variables that point to this Hub, without Xet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PHOTOSHOP_REQUEST_", "HF_"))}
    known = {"HF_ENDPOINT": hub.address, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "COLUMNS": "120"}
    return {**kept, **known, **({"HF_TOKEN": token} if token else {})}


@contextmanager
def client_process(environment: Mapping[str, str]) -> Iterator[Run]:
    """Start a process with these variables. Yield a function that calls functions of this module in it."""
    before = dict(os.environ)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        os.environ.clear()
        os.environ.update(environment)
        try:
            pool.submit(os.getpid).result()  # started now, with these variables
        finally:
            os.environ.clear()
            os.environ.update(before)
        yield lambda function, *arguments, **named: pool.submit(function, *arguments, **named).result()


# Functions to call in that process.


def hub_command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one command of the program with the variables of this process."""
    return forked_command(*arguments, variables=dict(os.environ))


_started: dict[int, ForkServerProcess] = {}


def start_command(talk: Path, *arguments: str | Path) -> int:
    """Start one command of the program in its own process group. Return its process id."""
    process = start_at_once(talk, *arguments, variables=dict(os.environ))
    _started[process.pid] = process
    return process.pid


def end_of_command(number: int, seconds: float | None = None) -> int | None:
    """Wait for the end of a started command. Return its exit code, or None if it still runs."""
    _started[number].join(seconds)
    return _started[number].exitcode


def publish(corpus: Path, repo: str, **options: Any) -> dict[str, Any]:
    """Publish without waits between attempts. Return the result with all messages, or the error."""
    import stamina
    from huggingface_hub import HfApi

    from photoshop_request.errors import PhotoshopRequestError
    from photoshop_request_builder.cli.console import progress
    from photoshop_request_builder.engine.running import Reporter
    from photoshop_request_builder.hub.publish import Destination, publish
    from photoshop_request_builder.store.corpus import open_corpus

    said: list[str] = []
    reporter = Reporter(said.append, progress)
    try:
        with stamina.set_testing(True, attempts=100, cap=True):
            done = publish(open_corpus(corpus), HfApi(), Destination(repo, **options), reporter=reporter)
    except PhotoshopRequestError as error:
        outcome: dict[str, Any] = {"error": type(error).__name__, "message": str(error)}
    else:
        outcome = {"revision": done.revision, "sent": done.sent, "pull_request": done.pull_request}
    return {**outcome, "said": said, "retries": [line for line in said if "; retry " in line]}


def verify(corpus: Path, repo: str, revision: str = "main") -> tuple[str, ...]:
    """Load back and return the differences."""
    from huggingface_hub import HfApi

    from photoshop_request_builder.hub.local import built_files
    from photoshop_request_builder.hub.verify import verify
    from photoshop_request_builder.store.corpus import open_corpus

    opened = open_corpus(corpus)
    return verify(opened, HfApi(), repo, revision, built_files(opened)).differences


def load(repo: str, *arguments: Any, decode: bool = True, **named: Any) -> dict[str, list[dict[str, Any]]]:
    """Load rows by split with `datasets`. Without `decode`, pictures are `{"bytes", "path"}`."""
    import datasets

    loaded = datasets.load_dataset(repo, *arguments, **named)
    if decode:
        return {str(split): [dict(row) for row in rows] for split, rows in loaded.items()}
    return {str(split): rows.with_format("arrow")[:].to_pylist() for split, rows in loaded.items()}


def push_table(repo: str, config: str, values: list[int]) -> None:
    """Push another config with `datasets`, as other people do."""
    import datasets

    datasets.Dataset.from_dict({"number": values}).push_to_hub(repo, config_name=config)


def configs_of(repo: str) -> list[str]:
    """Return the configs that `datasets` finds."""
    import datasets

    return datasets.get_dataset_config_names(repo)


def api(method: str, *arguments: Any, **named: Any) -> Any:
    """Call a method of the Hub's client."""
    from huggingface_hub import HfApi

    return getattr(HfApi(), method)(*arguments, **named)


def stream(repo: str, config: str, split: str, **named: Any) -> list[dict[str, Any]]:
    """Stream rows, with pictures as `{"bytes", "path"}`."""
    import datasets

    return list(datasets.load_dataset(repo, config, split=split, streaming=True, **named).decode(enable=False))


def instruct_pix2pix(repo: str, original: str, edited: str, prompt: str, resolution: int) -> list[dict[str, Any]]:
    """Return the batches of one epoch as diffusers' train_instruct_pix2pix.py makes them.

    Leaves out torchvision's random crop and flip, which keep shapes.
    """
    import numpy as np
    import torch
    from datasets import load_dataset

    def convert_to_np(image: Any, resolution: int) -> Any:
        return np.array(image.convert("RGB").resize((resolution, resolution))).transpose(2, 0, 1)

    dataset = load_dataset(repo, None, cache_dir=None)
    names = dataset["train"].column_names
    assert {original, edited, prompt} <= set(names)

    def preprocess_train(examples: dict[str, Any]) -> dict[str, Any]:
        pictures = [
            np.stack([convert_to_np(image, resolution) for image in examples[name]]) for name in (original, edited)
        ]
        stacked = 2 * (torch.tensor(np.stack(pictures)) / 255) - 1
        examples["original_pixel_values"], examples["edited_pixel_values"] = stacked
        examples["input_ids"] = [[len(word) for word in caption.split()][:8] for caption in list(examples[prompt])]
        return examples

    def collate_fn(examples: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "original": torch.stack([example["original_pixel_values"] for example in examples]).float().numpy(),
            "edited": torch.stack([example["edited_pixel_values"] for example in examples]).float().numpy(),
            "words": [example["input_ids"] for example in examples],
        }

    train = dataset["train"].shuffle(seed=0).select(range(len(dataset["train"]))).with_transform(preprocess_train)
    return list(torch.utils.data.DataLoader(train, shuffle=True, collate_fn=collate_fn, batch_size=4, num_workers=0))


def loaded_batches(address: str, **named: Any) -> list[tuple[tuple[int, int], list[str]]]:
    """Return shape and comment ids of each batch of a loader."""
    from photoshop_request.training import make_dataloader

    batches = make_dataloader(address, **named)
    return [(tuple(batch["source"].shape[2:]), batch["comment_id"]) for batch in batches]
