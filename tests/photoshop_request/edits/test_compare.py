"""Compare made edits, re-uploads and unrelated photos."""

import io
import itertools
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from photoshop_request.edits.compare import compare
from photoshop_request.edits.prepare import prepare
from photoshop_request.errors import InputError
from photoshop_request.verdicts import Verdict


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def iou(png: bytes, expected: np.ndarray) -> float:
    """Return the intersection over union of a mask and the area that was edited."""
    changed = np.asarray(Image.open(io.BytesIO(png)), dtype=bool)
    return np.count_nonzero(changed & expected) / np.count_nonzero(changed | expected)


EDITS = [
    "removal",
    "recolour",
    "clone",
    "text",
    "warp",
    "relight",
    "dodged",
    "background_replaced",
    "face_swapped",
    "watermark_added",
    "colourised",
    "restored",
    "toned",
    "cropped_and_edited",
    "straightened",
    "edited_and_shrunk",
    "extended",
]
REUPLOADS = [
    "recompressed",
    "shrunk",
    "shrunk_thrice",
    "site_cropped",
    "bordered",
    "screenshot",
    "mirrored",
    "turned",
    "enlarged",
    "as_webp",
]


@pytest.mark.parametrize("name", EDITS)
def test_edits_that_people_ask_for_are_edits(name, made, photos):
    case = getattr(made, name)(photos["coffee"], photos["astronaut"], rng())
    comparison = compare(case.before, case.after)
    assert comparison.verdict is Verdict.EDIT
    assert comparison.confidence > 0.5


@pytest.mark.parametrize("name", REUPLOADS)
def test_reuploads_are_the_same_image(name, made, photos):
    case = getattr(made, name)(photos["coffee"], photos["astronaut"], rng())
    comparison = compare(case.before, case.after)
    assert comparison.verdict is Verdict.SAME_IMAGE
    assert comparison.changed_fraction < 0.05


def test_different_photos_are_unrelated(photos):
    """A reaction picture, white text on black, is unrelated too."""
    text = np.zeros((400, 600, 3), np.uint8)
    text[180:220, 100:500:7] = 255
    names = list(photos)
    for a, b in itertools.pairwise(names):
        assert compare(photos[a], photos[b]).verdict is Verdict.UNRELATED, (a, b)
        assert compare(photos[a], text).verdict is Verdict.UNRELATED


@pytest.mark.parametrize("name", ["rocket", "coffee", "chelsea", "astronaut"])
def test_a_second_shot_with_its_own_noise_is_not_an_edit(name, made, photos):
    """The lens is a little out of focus, so all fine texture is noise."""
    case = made.second_shot(cv2.GaussianBlur(photos[name], (0, 0), 2.5), photos["coffee"], rng())
    comparison = compare(case.before, case.after)
    assert comparison.verdict is Verdict.SECOND_SHOT
    assert comparison.change_mask() is None


@pytest.mark.parametrize(("noise", "seed"), [(3, 1), (3, 2), (4, 1), (5, 1), (5, 2)])
def test_an_edit_whose_noise_was_made_anew_stays_and_is_doubtful(noise, seed, made, photos):
    """A model redraws noise, so other noise over the same texture is no evidence of another exposure."""
    random, clean = np.random.default_rng(seed), cv2.bilateralFilter(photos["rocket"], 7, 25, 5)
    edited = made.blend(clean, np.roll(clean, (70, 50), (0, 1)), made.blob(clean.shape, random, 0.05))
    files = []
    for picture in (clean, edited):
        grain = cv2.GaussianBlur(random.normal(0, noise, clean.shape), (0, 0), 0.7)
        files.append(made.encode(np.clip(picture + grain, 0, 255).astype(np.uint8), 90))
    comparison = compare(*files)
    assert comparison.verdict is Verdict.EDIT
    assert comparison.evidence.grain.correlation < 0.2
    assert comparison.second_shot_doubt
    assert 0.5 <= comparison.confidence <= 0.6


@pytest.mark.parametrize("name", ["rocket", "chelsea", "astronaut"])
@pytest.mark.parametrize("strength", [(7, 25, 5), (7, 40, 5)])
@pytest.mark.parametrize("noise", [0, 5])
def test_an_edit_that_lost_its_noise_is_no_second_shot(name, strength, noise, photos):
    """Smoothed, then compressed or with new grain: retouched skin, a filter, an export."""
    random = np.random.default_rng(1)
    source = np.clip(photos[name] + random.normal(0, 5, photos[name].shape), 0, 255).astype(np.uint8)
    smooth = cv2.bilateralFilter(source, *strength) + random.normal(0, noise, source.shape)
    comparison = compare(source, np.clip(smooth, 0, 255).astype(np.uint8))
    assert comparison.verdict in {Verdict.EDIT, Verdict.SAME_IMAGE}


def test_alignment_is_reported_in_full_size_pixels(photos):
    """A crop from (90, 60) at two thirds of the size maps back to its place."""
    source = photos["coffee"]
    cut = source[60:540, 90:810]
    small = np.asarray(Image.fromarray(cut).resize((480, 320), Image.Resampling.LANCZOS))
    comparison = compare(source, small)
    a, b, c, d, e, f = comparison.matrix
    assert (a, e) == pytest.approx((1.5, 1.5), abs=0.01)
    assert (b, d) == pytest.approx((0, 0), abs=0.01)
    assert (c, f) == pytest.approx((90, 60), abs=2)
    assert comparison.scale == pytest.approx(1.5, abs=0.01)
    assert comparison.overlap == pytest.approx(cut.size / source.size, abs=0.03)


def test_mirroring_and_rotation_are_reported(photos):
    source = photos["chelsea"]
    assert compare(source, source[:, ::-1]).mirrored
    turned = compare(source, np.rot90(source, -1))
    assert not turned.mirrored
    assert turned.rotation == pytest.approx(90, abs=1)


def test_a_small_turn_is_an_edit_and_a_quarter_turn_is_not(made, photos):
    """People straighten horizons. Sites and cameras turn by 90 degrees only."""
    case = made.straightened(photos["rocket"], photos["coffee"], rng())
    comparison = compare(case.before, case.after)
    assert comparison.verdict is Verdict.EDIT
    assert comparison.evidence.tilt == pytest.approx(abs(comparison.rotation), abs=0.2)
    assert comparison.evidence.tilt > 0.5
    assert comparison.changed_fraction < 0.05
    quarter = compare(photos["rocket"], np.rot90(photos["rocket"]))
    assert quarter.verdict is Verdict.SAME_IMAGE
    assert quarter.evidence.tilt < 0.1


def test_a_faint_blemish_that_was_removed_is_an_edit(made, photos):
    """It covers a thousandth of the area and is fainter than re-encoding noise elsewhere."""
    clean = photos["coffee"]
    spot = made.blob(clean.shape, rng(), 0.001)
    blemished = made.blend(clean, np.clip(clean.astype(int) - 30, 0, 255).astype(np.uint8), spot, 1.5)
    comparison = compare(made.encode(blemished, 92), made.encode(clean, 90))
    assert comparison.verdict is Verdict.EDIT
    assert comparison.evidence.spot_contrast > 5
    assert compare(made.encode(clean, 92), made.encode(clean, 90)).verdict is Verdict.SAME_IMAGE


def test_tone_is_told_from_local_change(photos):
    """A brighter picture is an edit with an empty mask."""
    source = photos["coffee"]
    brighter = np.clip(source * 0.8 + 30, 0, 255).astype(np.uint8)
    comparison = compare(source, brighter)
    assert comparison.verdict is Verdict.EDIT
    assert comparison.gain == pytest.approx(0.8, abs=0.03)
    assert comparison.offset == pytest.approx(30, abs=4)
    assert comparison.changed_fraction < 0.02
    assert comparison.locality < 0.1
    grey = np.repeat(np.asarray(Image.fromarray(source).convert("L"))[..., None], 3, 2)
    assert compare(source, grey).saturation == pytest.approx(0, abs=0.05)


def test_a_local_edit_is_local_and_the_rest_is_preserved(made, photos):
    case = made.clone(photos["chelsea"], photos["coffee"], rng())
    comparison = compare(case.before, case.after)
    assert comparison.locality > 0.8
    assert comparison.changed_fraction == pytest.approx(case.mask.mean(), rel=0.4)
    assert comparison.psnr > 35
    assert comparison.ssim > 0.95
    assert comparison.regions >= 1


def test_the_mask_is_a_one_bit_png_in_the_sources_frame(made, photos):
    case = made.recolour(photos["coffee"], photos["chelsea"], rng())
    data = compare(case.before, case.after).change_mask()
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.mode) == ("PNG", "1")
    assert picture.size == (photos["coffee"].shape[1], photos["coffee"].shape[0])
    assert iou(data, case.mask) > 0.6


def test_masks_lie_on_the_edited_area(made, photos, record_property):
    """Measure the mean intersection over union for six kinds of edits on six photos."""
    scores = []
    names = list(photos)
    for make in made.MASKED:
        for index, name in enumerate(names):
            case = make(photos[name], photos[names[index - 1]], np.random.default_rng(index))
            mask = compare(case.before, case.after).change_mask()
            scores.append(iou(mask, case.mask))
    print(f"mean IoU of {len(scores)} masks: {np.mean(scores):.3f}")  # noqa: T201 - shown with pytest -s
    record_property("mean_iou", float(np.mean(scores)))
    assert np.mean(scores) > 0.66


def test_unrelated_pictures_have_no_mask(photos):
    comparison = compare(photos["coffee"], photos["rocket"])
    assert comparison.change_mask() is None
    assert comparison.psnr is None


def test_border_and_new_content_are_told_apart(made, photos):
    bordered = made.screenshot(photos["coffee"], photos["chelsea"], rng())
    comparison = compare(bordered.before, bordered.after)
    assert comparison.border > 0.3
    assert comparison.added < 0.12
    extended = made.extended(photos["coffee"], photos["astronaut"], rng())
    assert compare(extended.before, extended.after).added > 0.15


@pytest.mark.parametrize("upright", [False, True])
def test_before_and_after_in_one_picture_is_a_collage(made, photos, upright):
    source = photos["chelsea"]
    case = made.recolour(source, photos["coffee"], rng())
    after = np.asarray(Image.open(io.BytesIO(case.after)))
    collage = np.concatenate([source, after], axis=0 if upright else 1)
    comparison = compare(source, collage)
    assert comparison.verdict is Verdict.COLLAGE
    left, top, right, bottom = comparison.panel
    panel = collage[top:bottom, left:right]
    assert compare(source, panel).verdict is Verdict.EDIT


def test_files_paths_arrays_and_pillow_images_are_accepted(photos, tmp_path):
    image = Image.fromarray(photos["coffee"])
    path = tmp_path / "source.png"
    image.save(path)
    for other in (path, str(path), path.read_bytes(), image, photos["coffee"], prepare(image)):
        assert compare(image, other).verdict is Verdict.SAME_IMAGE


def test_a_pillow_image_is_decoded_like_its_file(photos):
    """Transparency lies on white, 16 bits are scaled, and orientation is applied."""
    hidden = np.where(np.indices(photos["coffee"].shape[:2])[0] < 200, 0, 255).astype(np.uint8)
    deep = photos["coffee"][..., 0].astype(np.uint16) * 257
    for pixels in (np.dstack([photos["coffee"], hidden]), deep):
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        assert np.array_equal(prepare(Image.fromarray(pixels)).levels[0], prepare(out.getvalue()).levels[0])
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(photos["coffee"]).save(out, "JPEG", exif=exif)
    assert prepare(Image.open(out)).width == prepare(out.getvalue()).width == photos["coffee"].shape[0]


@pytest.mark.parametrize("size", [(64, 3000), (3000, 64), (5, 5), (1, 1)])
def test_any_size_and_shape_can_be_compared(photos, size):
    """The shorter side of a strip is less than one block at working size."""
    strip = np.random.default_rng(0).integers(0, 255, (*size, 3), dtype=np.uint8)
    compare(strip, strip)
    assert compare(strip, photos["coffee"]).verdict is Verdict.UNRELATED
    assert compare(photos["coffee"], strip).verdict is Verdict.UNRELATED


def test_the_message_names_what_is_no_picture(photos, tmp_path):
    (tmp_path / "page.jpg").write_bytes(b"<html>")
    for path, said in ((tmp_path / "page.jpg", "page.jpg.*not_an_image"), (tmp_path / "none.jpg", "none.jpg.*No such")):
        with pytest.raises(InputError, match=said):
            compare(photos["coffee"], path)
    with pytest.raises(InputError, match=r"these bytes.*not_an_image"):
        compare(b"<html>", b"<html>")
    for pixels in (
        photos["coffee"] / 255,
        np.zeros((9, 9, 4), np.uint8),
        np.zeros((0, 9), np.uint8),
        np.zeros(9, np.uint8),
    ):
        with pytest.raises(InputError, match="uint8"):
            compare(photos["coffee"], pixels)


def test_the_same_inputs_give_the_same_result_in_another_process(made, photos, tmp_path):
    """Neither earlier comparisons nor the number of threads change a bit."""
    case = made.cropped_and_edited(photos["coffee"], photos["astronaut"], rng())
    (tmp_path / "a.jpg").write_bytes(case.before)
    (tmp_path / "b.jpg").write_bytes(case.after)
    code = (
        "import cv2, sys; from photoshop_request.edits.compare import compare; cv2.setNumThreads(5);"
        "c = compare(sys.argv[1], sys.argv[2]); print(repr((c.matrix, c.confidence, c.evidence)))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.jpg"), str(tmp_path / "b.jpg")]
    other_process = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    source = prepare(case.before)
    compare(source, photos["rocket"])
    comparison = compare(source, case.after)
    assert other_process.strip() == repr((comparison.matrix, comparison.confidence, comparison.evidence))
