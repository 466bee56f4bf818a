"""Test the content of batches, and that every row comes once, also after a stop."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import datasets
import pytest
from made_pairs import SHAPES, pair, pairs_folder
from made_rows import dataset_folder

import photoshop_request
from photoshop_request.errors import InputError
from photoshop_request.training import Sampling, row_source

torch = pytest.importorskip("torch", reason="torch is an extra: pip install 'photoshop-request[train]'")

from photoshop_request.training import TripletLoader, make_dataloader  # noqa: E402 - torch is asked for first

COUNT = 42
Make = Callable[..., TripletLoader]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 42 pairs, two per request, in row groups of three."""
    return pairs_folder(tmp_path_factory.mktemp("training") / "dataset", COUNT)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's cache clean."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.fixture(params=["folder", "dataset", "stream"])
def make(request: pytest.FixtureRequest, folder: Path) -> Make:
    """Return a function that makes loaders of a folder, a Dataset or an IterableDataset with the same rows."""

    def loader(**more: Any) -> TripletLoader:
        dataset = {
            "folder": lambda: folder,
            "dataset": lambda: photoshop_request.load(folder),
            "stream": lambda: photoshop_request.load(folder, streaming=True),
        }[request.param]()
        return make_dataloader(
            dataset, **({"resolution": 48, "batch_size": 4, "drop_last": False, "shuffle_buffer": 12} | more)
        )

    return loader


def ids(batches: Any) -> list[tuple[str, ...]]:
    """Return the comments of each batch."""
    return [tuple(batch["comment_id"]) for batch in batches]


ALL = {f"c{number}": 1 for number in range(COUNT)}


def counted(batches: list[tuple[str, ...]]) -> Counter[str]:
    """Count every comment."""
    return Counter(each for batch in batches for each in batch)


def test_a_batch_is_as_documented(make: Make) -> None:
    """Check shapes, types, ranges and memory format."""
    for batch in make():
        rows = len(batch["instruction"])
        height, width = batch["source"].shape[2:]
        assert (height, width) in {(48, 48), (32, 64), (64, 32), (48, 64), (64, 48), (48, 80), (80, 48)}
        for name, channels in (("source", 3), ("edited", 3), ("mask", 1)):
            assert batch[name].shape == (rows, channels, height, width)
            assert batch[name].dtype == torch.float32
        for name in ("source", "edited"):
            assert batch[name].is_contiguous(memory_format=torch.channels_last)
            assert -1 <= batch[name].min() < -0.5
            assert 0.5 < batch[name].max() <= 1
        assert (batch["source"] - batch["edited"]).abs().max() < 0.03
        assert set(batch["mask"].unique().tolist()) <= {0.0, 1.0}
        assert batch["source_dropped"].tolist() == [False] * rows
        numbers = [int(each[1:]) for each in batch["comment_id"]]
        assert batch["submission_id"] == [f"s{number // 2}" for number in numbers]
        assert batch["instruction"] == [f"Remove thing {number}." for number in numbers]


def test_every_row_comes_once_an_epoch_in_another_order(make: Make) -> None:
    """Iterate over two epochs."""
    loader = make()
    first, second = list(loader), list(loader)
    assert counted(ids(first)) == counted(ids(second)) == ALL
    assert ids(first) != ids(second)


def test_the_same_seed_gives_the_same_batches_whatever_the_threads(make: Make) -> None:
    """Compare pixels; another seed gives another order."""
    one, other = list(make(threads=1)), list(make(threads=5, prefetch=4))
    for a, b in zip(one, other, strict=True):
        assert a["comment_id"] == b["comment_id"]
        assert all(torch.equal(a[name], b[name]) for name in ("source", "edited", "mask"))
    assert ids(make(seed=1)) != ids(one)


@pytest.mark.parametrize("more", [{}, {"sampling": Sampling(max_edits_per_request=1)}, {"rank": 1, "world_size": 2}])
def test_a_stopped_epoch_resumes_exactly(make: Make, more: dict[str, Any]) -> None:
    """Stop after every batch and compare with a run without a stop; the state is plain JSON."""
    whole = list(make(**more))
    after = ids(make(**more, seed=0))
    assert after == ids(whole)
    for stop in range(len(whole) + 1):
        begun = make(**more)
        parts = iter(begun)
        done = list(islice(parts, stop))
        state = json.loads(json.dumps(begun.state_dict()))
        resumed = make(**more)
        resumed.load_state_dict(state)
        rest = list(resumed)
        assert ids(done) + ids(rest) == ids(whole)
        if rest:
            assert torch.equal(rest[-1]["source"], whole[-1]["source"])


def test_a_state_between_epochs_begins_the_next(make: Make) -> None:
    """Take the state between epochs."""
    loader = make()
    list(loader)
    state = loader.state_dict()
    expected = ids(loader)
    resumed = make()
    resumed.load_state_dict(state)
    assert ids(resumed) == expected


@pytest.mark.parametrize("world", [2, 3])
def test_machines_share_an_epoch(make: Make, world: int) -> None:
    """Expect equally many batches without repeats; leave out less than a batch per machine."""
    parts = [ids(make(rank=rank, world_size=world, drop_last=True)) for rank in range(world)]
    assert len({len(part) for part in parts}) == 1
    seen = sum((counted(part) for part in parts), Counter())
    assert set(seen.values()) == {1}
    assert COUNT - seen.total() == COUNT % (4 * world)
    kept = [ids(make(rank=rank, world_size=world)) for rank in range(world)]
    assert len({len(part) for part in kept}) == 1
    assert set(sum((counted(part) for part in kept), Counter())) == set(ALL)


def test_max_edits_per_request(make: Make) -> None:
    """Show one of two edits, and the other one in other epochs."""
    loader = make(sampling=Sampling(max_edits_per_request=1))
    epochs = [[each for batch in loader for each in batch["comment_id"]] for _ in range(6)]
    for epoch in epochs:
        assert Counter(int(each[1:]) // 2 for each in epoch) == dict.fromkeys(range(COUNT // 2), 1)
    assert len({each for epoch in epochs for each in epoch}) > 0.9 * COUNT


def test_filters_apply_to_streams_too(make: Make) -> None:
    """Include the limit, and leave out nulls."""
    seen = counted(ids(make(sampling=Sampling(min_score_percentile=0.5, min_locality=0.5))))
    assert set(seen) == {f"c{number}" for number in range(21, COUNT) if number % 5}


def test_dropped_sources_are_zero_and_dropped_instructions_empty(folder: Path) -> None:
    """Pass the tokenizer the instructions of the batch."""
    loader = make_dataloader(
        folder,
        resolution=48,
        batch_size=40,
        instruction_dropout=0.5,
        source_dropout=0.5,
        tokenize=lambda texts: torch.tensor([len(text) for text in texts]),
    )
    (batch,) = loader
    dropped = batch["source_dropped"]
    assert 0 < dropped.sum() < 40
    assert ((batch["source"] == 0).flatten(1).all(dim=1) == dropped).all()
    assert 0 < batch["instruction"].count("") < 40
    assert batch["tokens"].tolist() == [len(text) for text in batch["instruction"]]


def test_custom_shapes(folder: Path) -> None:
    """Use squares only."""
    loader = make_dataloader(folder, resolution=48, batch_size=8, shapes=[(40, 40)])
    assert len(loader) == COUNT // 8
    assert {tuple(batch["source"].shape) for batch in loader} == {(8, 3, 40, 40)}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:'set_vital' is deprecated:UserWarning")  # torchdata asks torch for it
@pytest.mark.parametrize("stop", [0, 1, 4, 9])
def test_exact_resume_through_a_stateful_dataloader(folder: Path, stop: int) -> None:
    """Resume two shuffling worker processes with the same batches."""
    stateful = pytest.importorskip("torchdata.stateful_dataloader", reason="torchdata is an extra")

    def loader(epoch: int) -> Any:
        made = make_dataloader(folder, resolution=48, batch_size=4, drop_last=False, threads=1)
        made.set_epoch(epoch)
        return stateful.StatefulDataLoader(
            made, batch_size=None, num_workers=2, multiprocessing_context="forkserver", persistent_workers=False
        )

    alone = make_dataloader(folder, resolution=48, batch_size=4, drop_last=False)
    alone.set_epoch(3)
    whole = ids(alone)
    begun = loader(3)
    done = ids(islice(iter(begun), stop))
    state = begun.state_dict()
    resumed = loader(3)
    resumed.load_state_dict(state)
    assert done + ids(resumed) == whole
    assert counted(whole) == ALL


def test_a_state_of_another_loader_is_refused(make: Make) -> None:
    """Refuse it, since rows would be lost and repeated."""
    state = make().state_dict()
    for more in (
        {"seed": 1},
        {"batch_size": 5},
        {"rank": 0, "world_size": 2},
        {"sampling": Sampling(min_locality=0.1)},
    ):
        with pytest.raises(InputError, match="another dataset"):
            make(**more).load_state_dict(state)


def test_impossible_arguments_are_explained(folder: Path, tmp_path: Path) -> None:
    """Name the argument, and what to do."""
    cases: list[tuple[str, Any, dict[str, Any]]] = [
        ("no dataset found", tmp_path / "nothing", {}),
        ("no split 'dev'", folder, {"split": "dev"}),
        ("flip", folder, {"flip": 1.5}),
        ("batch_size", folder, {"batch_size": 0}),
        ("threads", folder, {"threads": -1}),
        ("no batch of 4 can be filled from 42 rows", folder, {"sampling": Sampling(min_score_percentile=0.99)}),
        ("rank", folder, {"rank": 2, "world_size": 2}),
        ("needs the columns change_mask", photoshop_request.load(folder).remove_columns(["change_mask"]), {}),
        ("columns of the stream are unknown", photoshop_request.load(folder, streaming=True).map(dict), {}),
        ("cannot be weighted", photoshop_request.load(folder, streaming=True), {"sampling": Sampling(score_power=1)}),
    ]
    for message, dataset, more in cases:
        with pytest.raises(InputError, match=message):
            make_dataloader(dataset, **({"resolution": 48, "batch_size": 4} | more))
    with pytest.raises(TypeError, match="stream"):
        len(make_dataloader(photoshop_request.load(folder, streaming=True), resolution=48, batch_size=4))


def test_files_with_large_row_groups_are_read_through_datasets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Avoid reading whole groups for every row."""
    monkeypatch.setattr(row_source, "_LARGE_GROUP", 1)
    loader = make_dataloader(folder, resolution=48, batch_size=4, drop_last=False)
    assert counted(ids(loader)) == ALL
    assert any(Path(datasets.config.HF_DATASETS_CACHE).rglob("*.arrow"))


def test_the_card_locates_the_files(tmp_path: Path) -> None:
    """Follow `configs:` in README.md."""
    folder = dataset_folder(tmp_path / "dataset", {"triplets": [pair(number, SHAPES[0]) for number in range(4)]})
    (folder / "triplets").rename(folder / "elsewhere")
    readme = folder / "README.md"
    readme.write_text(readme.read_text().replace("path: triplets/", "path: elsewhere/"))
    (batch,) = make_dataloader(folder, resolution=48, batch_size=4)
    assert sorted(batch["comment_id"]) == ["c0", "c1", "c2", "c3"]


def test_an_epoch_can_be_left_early(folder: Path) -> None:
    """Discard batches decoded ahead; the loader continues after the last one."""
    loader = make_dataloader(folder, resolution=48, batch_size=4, drop_last=False, prefetch=8)
    first = [tuple(next(iter(loader))["comment_id"]) for _ in range(3)]
    assert counted(first + ids(loader)) == ALL


@pytest.mark.parametrize("page", ["README.md", "docs/training.md"])
def test_the_documented_example_runs(folder: Path, page: str) -> None:
    """Run the example of the page on a real folder."""
    text = (Path(__file__).parents[3] / page).read_text(encoding="utf-8")
    (example,) = (part for part in re.findall(r"```python\n(.+?)```", text, re.DOTALL) if "make_dataloader" in part)
    names: dict[str, Any] = {}
    exec(example.replace("CORPUS/dataset", str(folder)), names)
    assert names["batch"]["source"].shape[:2] == (8, 3)
    assert (names["state"]["epoch"], names["loader"].state_dict()["epoch"]) == (0, 1)
    assert names["state"]["batch"] >= 3


def test_without_torch_the_error_names_the_extra() -> None:
    """Import the package without torch."""
    code = (
        "import sys; sys.modules['torch'] = None; from photoshop_request import training\n"
        "try: training.make_dataloader\nexcept ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "photoshop-request[train]" in done.stdout
