"""The real clients of the Hub, in processes of their own: they read the Hub's address when they are imported."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from commands import COMMAND
from servers.hub import TOKEN, Hub

R = TypeVar("R")
Run = Callable[..., Any]


def hub_environment(hub: Hub, home: Path, token: str | None = TOKEN) -> dict[str, str]:
    """What makes a process know only this Hub. Without Xet, which it does not speak."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PHOTOSHOP_REQUEST_", "HF_"))}
    known = {"HF_ENDPOINT": hub.address, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "COLUMNS": "120"}
    return {**kept, **known, **({"HF_TOKEN": token} if token else {})}


def hub_command(environment: Mapping[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """One command of the program."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, env=environment, check=False, timeout=120
    )


@contextmanager
def client_process(environment: Mapping[str, str]) -> Iterator[Run]:
    """A process with these variables; what it gives runs a function of this module there."""
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


# What runs there.


def publish(corpus: Path, repo: str, **more: Any) -> dict[str, Any]:
    """Publish without waiting between tries: the result, what was said, the waits; or the error in words."""
    from huggingface_hub import HfApi

    from photoshop_request.errors import PhotoshopRequestError
    from photoshop_request_builder.cli.console import progress
    from photoshop_request_builder.corpus import open_corpus
    from photoshop_request_builder.hub.publish import Destination, publish
    from photoshop_request_builder.pipeline import Reporter

    said: list[str] = []
    slept: list[float] = []
    found: dict[str, Any] = {"said": said, "slept": slept}
    to = Destination(repo, **more)
    try:
        done = publish(open_corpus(corpus), HfApi(), to, reporter=Reporter(said.append, progress), sleep=slept.append)
    except PhotoshopRequestError as error:
        return {**found, "error": type(error).__name__, "message": str(error)}
    return {**found, "revision": done.revision, "sent": done.sent, "pull_request": done.pull_request}


def verify(corpus: Path, repo: str, revision: str = "main") -> tuple[str, ...]:
    """What loading back finds different."""
    from huggingface_hub import HfApi

    from photoshop_request_builder.corpus import open_corpus
    from photoshop_request_builder.hub.local import built_files
    from photoshop_request_builder.hub.verify import verify

    opened = open_corpus(corpus)
    return verify(opened, HfApi(), repo, revision, built_files(opened)).differences


def load(repo: str, *arguments: Any, decode: bool = True, **named: Any) -> dict[str, list[dict[str, Any]]]:
    """The rows by split, by the stock loader; without `decode`, pictures are `{"bytes", "path"}`."""
    import datasets

    loaded = datasets.load_dataset(repo, *arguments, **named)
    if decode:
        return {str(split): [dict(row) for row in rows] for split, rows in loaded.items()}
    return {str(split): rows.with_format("arrow")[:].to_pylist() for split, rows in loaded.items()}


def push_table(repo: str, config: str, values: list[int]) -> None:
    """Somebody else's push of another config, with the library's own means."""
    import datasets

    datasets.Dataset.from_dict({"number": values}).push_to_hub(repo, config_name=config)


def configs_of(repo: str) -> list[str]:
    """The configs that the stock loader sees."""
    import datasets

    return datasets.get_dataset_config_names(repo)


def api(method: str, *arguments: Any, **named: Any) -> Any:
    """A call of the Hub's own client."""
    from huggingface_hub import HfApi

    return getattr(HfApi(), method)(*arguments, **named)


def stream(repo: str, config: str, split: str, **named: Any) -> list[dict[str, Any]]:
    """The rows as a stream gives them, pictures as `{"bytes", "path"}`."""
    import datasets

    return list(datasets.load_dataset(repo, config, split=split, streaming=True, **named).decode(enable=False))
