"""Test samples on pictures whose colours encode their position."""

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_pairs import file, mask, pair, slopes
from PIL import Image

from photoshop_request.errors import InputError
from photoshop_request.media.files.decode import Picture, decode
from photoshop_request.training import pixels
from photoshop_request.training.geometry import choose_view
from photoshop_request.training.pixels import decode_part, sample_mask, sample_pixels
from photoshop_request.training.sample import Augmentation, Sample, make_sample

SHAPE = (64, 80)


def made(row: dict[str, Any], seed: int = 0, shape: tuple[int, int] = SHAPE, **more: float) -> Sample:
    """Return a sample in which only the crop is random, unless `more` says otherwise."""
    plain = {"flip": 0.0, "min_crop": 0.5, "changed_crops": 0.0, "instruction_dropout": 0.0, "source_dropout": 0.0}
    return make_sample(row, shape, np.random.default_rng(seed), Augmentation(**(plain | more)))


def apart(sample: Sample) -> int:
    """Return the largest difference of source and edit, in grey levels."""
    return int(np.abs(sample.source.astype(int) - sample.edited.astype(int)).max())


@pytest.mark.parametrize(
    ("matrix", "edit_size"),
    [
        (None, (320, 240)),
        (None, (640, 480)),
        (None, (213, 160)),
        ([1, 0, 40, 0, 1, 20], (240, 200)),
        ([0.5, 0, 10, 0, 0.5, 6], (600, 440)),
        ([1.02, 0, -7.3, 0, 1.02, 3.7], (320, 240)),
        ([0.996, -0.087, 12, 0.087, 0.996, -10], (320, 240)),
        ([-1, 0, 320, 0, 1, 0], (320, 240)),
    ],
    ids=["same", "twice", "smaller", "cut", "cut-and-twice", "shifted", "turned", "mirrored"],
)
@pytest.mark.parametrize("seed", range(4))
def test_an_edit_is_aligned_with_its_source(matrix: list[float] | None, edit_size: tuple[int, int], seed: int) -> None:
    """Crop anywhere: an edit that changed only the frame equals the source."""
    row = pair(0, (320, 240), matrix, edit_size)
    if matrix is None:
        row["edited_image"] = file(slopes(*edit_size))
    assert apart(made(row, seed)) <= 3


def test_a_crop_lies_inside_the_edit() -> None:
    """Crop the right half if the edit kept only that."""
    row = pair(0, (320, 240), [1, 0, 160, 0, 1, 0], (160, 240))
    assert all(made(row, seed).source[..., 0].min() >= 126 for seed in range(10))


def test_the_source_fills_what_the_edit_does_not_cover() -> None:
    """Rotate an edit by 45 degrees: its missing corners are not black."""
    turned = [0.7071, -0.7071, 160, 0.7071, 0.7071, -106]
    row = pair(0, (320, 240), turned, (320, 240))
    for seed in range(6):
        assert apart(made(row, seed, min_crop=1.0)) <= 8


@pytest.mark.parametrize("seed", range(8))
def test_source_edit_and_mask_are_mirrored_together(seed: int) -> None:
    """Expect red to fall from left to right in both, and the mask on the other side."""
    row = pair(0, change_mask=mask(320, 240, (0, 0, 160, 240)))
    straight, flipped = made(row, seed, min_crop=1.0), made(row, seed, min_crop=1.0, flip=1.0)
    for name in ("source", "edited", "mask"):
        assert np.array_equal(getattr(straight, name)[:, ::-1], getattr(flipped, name)), name
    assert made(row | {"instruction": "the left one"}, seed, flip=1.0).source[0, 0, 0] < 128


def test_the_mask_marks_the_same_place() -> None:
    """Use a mask coarser than the picture, over the left half, where red is below the middle."""
    row = pair(0, (320, 240), change_mask=mask(160, 120, (0, 0, 80, 120)))
    for seed in range(10):
        sample = made(row, seed)
        assert set(np.unique(sample.mask)) <= {0, 1}
        red = sample.source[..., 0]
        assert sample.mask[red < 125].all()
        assert not sample.mask[red > 130].any()


def test_changed_crops_hold_a_changed_point() -> None:
    """Change one corner, outside of most crops."""
    row = pair(0, (320, 240), change_mask=mask(320, 240, (300, 230, 304, 234)))
    assert all(made(row, seed, changed_crops=1.0).mask.any() for seed in range(20))
    assert not all(made(row, seed).mask.any() for seed in range(20))


def test_without_a_mask_nothing_is_marked() -> None:
    """Expect an empty mask, not a full one."""
    assert not made(pair(0, change_mask=None), changed_crops=1.0).mask.any()


def test_half_of_the_dropped_sources_lose_the_instruction_too() -> None:
    """Expect 5 % of each alone and 5 % of both, for 0.1 and 0.1."""
    row = pair(0, (40, 40))
    drawn = [made(row, seed, (8, 8), instruction_dropout=0.1, source_dropout=0.1) for seed in range(2000)]
    pairs = [(not sample.instruction, sample.source_dropped) for sample in drawn]
    for kind in ((True, True), (True, False), (False, True)):
        assert pairs.count(kind) / 2000 == pytest.approx(0.05, abs=0.015)


@given(
    st.tuples(st.integers(20, 3000), st.integers(20, 3000)),
    st.tuples(st.integers(16, 512), st.integers(16, 512)),
    st.floats(0, 1),
    st.booleans(),
    st.integers(0, 1000),
)
def test_a_view_lies_within_and_keeps_the_aspect_ratio(
    size: tuple[int, int], shape: tuple[int, int], min_crop: float, pointed: bool, seed: int
) -> None:
    """Keep the shape's proportions, do not upscale without need, and hold the point."""
    dice = np.random.default_rng(seed)
    point = (size[0] * 0.9, size[1] * 0.2) if pointed else None
    view = choose_view((0, 0, *size), shape, dice, min_crop=min_crop, showing=point)
    left, top, right, bottom = view.box
    assert 0 <= left < right
    assert 0 <= top < bottom
    step = view.shrink
    assert right <= size[0] + step
    assert bottom <= size[1] + step
    assert left % step == top % step == right % step == bottom % step == 0
    width, height = right - left, bottom - top
    aspect = shape[1] / shape[0]
    if step == 1:  # a rounding of one pixel on each side
        assert width + 1 >= min(height - 1, size[1]) * aspect - 1 - aspect
        assert height + 1 >= min(width - 1, size[0]) / aspect - 1 - 1 / aspect
    if width >= shape[1] + step and step > 1:
        assert width / step >= shape[1] - 1
    if point is not None:
        assert left - step <= point[0] <= right + step
        assert top - step <= point[1] <= bottom + step


@pytest.mark.parametrize("decoder", ["simplejpeg", "Pillow"])
@pytest.mark.parametrize("size", [(640, 480), (641, 479), (333, 777)])
@pytest.mark.parametrize("shrink", [1, 2, 4, 8])
def test_a_jpeg_is_decoded_at_a_fraction_of_its_size(
    decoder: str, size: tuple[int, int], shrink: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Round sides up and keep positions."""
    if decoder == "Pillow":
        monkeypatch.setattr(pixels, "_simplejpeg", lambda: None)
    else:
        pytest.importorskip("simplejpeg", reason="simplejpeg is an extra")
    data = file(slopes(*size), "JPEG", quality=95)["bytes"]
    found, shrunk = decode_part(data, shrink)
    assert shrunk == shrink
    assert found.shape == (-(-size[1] // shrink), -(-size[0] // shrink), 3)
    y, x = found.shape[0] // 2, found.shape[1] // 3
    assert found[y, x, 0] == pytest.approx((x + 0.5) * shrink / size[0] * 255, abs=3)
    assert found[y, x, 1] == pytest.approx((y + 0.5) * shrink / size[1] * 255, abs=3)


@pytest.mark.parametrize("shrink", [1, 2])
def test_rotated_pictures_come_upright(shrink: int) -> None:
    """Apply the EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = file(np.ascontiguousarray(np.rot90(slopes(320, 240))), "JPEG", quality=95, exif=exif)["bytes"]
    found, shrunk = decode_part(data, shrink)
    assert (found.shape, shrunk) == ((240 // shrink, 320 // shrink, 3), shrink)
    assert found[5, 5, :2].max() < 20


def test_an_undecodable_picture_is_reported_with_its_row() -> None:
    """Raise an error rather than train on black."""
    cut = file(slopes(320, 240), "JPEG")["bytes"][:600]
    with pytest.raises(InputError, match=r"request s3, comment c3.*corrupt"):
        made(pair(3, source_image={"bytes": cut, "path": None}))
    with pytest.raises(InputError, match="edited_image is empty"):
        made(pair(3, edited_image={"bytes": b"", "path": None}))


@pytest.mark.parametrize("shrink", [1, 2])
def test_flawed_jpegs_are_decoded(shrink: int) -> None:
    """Decode flawed JPEGs that simplejpeg refuses, as `decode` does."""
    data = bytearray(file(slopes(320, 240), "JPEG", quality=95)["bytes"])
    data[-2:-2] = bytes(72)
    data[-3] = 1
    assert isinstance(decode(bytes(data)), Picture)
    assert decode_part(bytes(data), shrink)[0].shape == (240 // shrink, 320 // shrink, 3)


def test_shrinking_averages() -> None:
    """Shrink a checkerboard to grey, rotated or not."""
    board = np.indices((256, 256)).sum(axis=0).astype(np.uint8) % 2 * 255
    for angle in (0.0, 0.3):
        c, s = 4 * np.cos(angle), 4 * np.sin(angle)
        small = sample_pixels(board, np.array([[c, -s, 100], [s, c, 60]]), (24, 24))
        assert np.abs(small.astype(int) - 128).max() <= 16


def test_a_row_may_name_a_file(tmp_path: Any) -> None:
    """Read the file of a dataset without embedded pictures."""
    (tmp_path / "a.png").write_bytes(file(slopes(320, 240))["bytes"])
    row = pair(0, source_image={"bytes": b"x", "path": None})
    row["source_image"] = {"bytes": None, "path": str(tmp_path / "a.png")}
    assert apart(made(row)) == 0
    assert Image.open(io.BytesIO(row["edited_image"]["bytes"])).size == (320, 240)


@pytest.mark.parametrize("path", ["/dev/zero", "/nowhere.png", "/", ""])
def test_a_row_may_name_no_device(path: str) -> None:
    """Name the row in the message, instead of reading without end."""
    row = pair(0) | {"source_image": {"bytes": None, "path": path}}
    with pytest.raises(InputError, match="source_image is empty"):
        made(row)


@pytest.mark.parametrize("seed", range(12))
def test_the_mask_around_a_change_equals_that_of_the_whole_view(seed: int) -> None:
    """Try changes of any size and place, also outside the view, and views that shrink."""
    dice = np.random.default_rng(seed)
    changed = np.zeros((96, 128), np.uint8)
    x, y = dice.integers(0, 120), dice.integers(0, 90)
    changed[y : y + dice.integers(1, 60), x : x + dice.integers(1, 80)] = 255
    scale = dice.uniform(0.2, 1.4)
    view = np.array([[scale, 0, dice.uniform(0, 30)], [0, scale, dice.uniform(0, 30)]])
    shape = (int(60 / scale), int(90 / scale))
    whole, part = sample_pixels(changed, view, shape), sample_mask(changed, view, shape)
    # interpolation counts in 32nds of a pixel from where a part begins: what is at the threshold may fall either way
    assert (np.abs(whole[part != (whole > 63)].astype(int) - 63) <= 2 * 255 / 32).all()
    assert not sample_mask(np.zeros_like(changed), view, shape).any()
