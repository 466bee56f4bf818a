"""Find watermarks that were laid over edits, and take nothing else for one."""

import importlib.util
import io
import sys
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from PIL import Image

from photoshop_request.edits.compare import Comparison, compare
from photoshop_request.edits.watermark_rule import Prior, has_watermark

MARKS = Path(__file__).resolve().parents[3] / "benchmarks" / "verdicts" / "marks.py"
REPEATED = ("tiled", "outlined", "dark", "alternating", "crossed", "opaque", "logo_tiled")
ASKED = ("caption", "logo", "meme", "sign", "rain", "menu")
GROUNDS = ("astronaut", "coffee", "chelsea", "rocket")


@pytest.fixture(scope="module")
def marks(made: ModuleType) -> ModuleType:
    """The makers of marks, which the benchmark shares."""
    spec = importlib.util.spec_from_file_location("marks", MARKS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["marks"] = module
    spec.loader.exec_module(module)
    return module


def drawn(marks, made, photos, kind: str, over: str = "edit", seed: int = 5) -> list[tuple[Comparison, np.ndarray]]:
    """Compare photos with local edits of them that bear a drawing. Return each comparison with the drawing's pixels."""
    results = []
    for place, name in enumerate(GROUNDS):
        photo, rng = photos[name], np.random.default_rng([seed, place])
        mask = made.blob(photo.shape, rng, 0.05)
        edited = made.blend(photo, np.roll(photo, (80, 90), (0, 1)), mask) if over == "edit" else photo
        picture, opacity = getattr(marks, kind)(edited, rng)
        results.append((compare(made.encode(photo, 95), made.encode(picture, 88)), opacity > 30))
    return results


@pytest.mark.parametrize("kind", REPEATED)
@pytest.mark.parametrize("over", ["source", "edit"])
def test_marks_that_repeat_are_found_with_their_pixels(marks, made, photos, kind: str, over: str) -> None:
    """At least three of four. Where one is found, most of what the mask shows lies on the drawing."""
    found = [(comparison, area) for comparison, area in drawn(marks, made, photos, kind, over) if comparison.watermark]
    assert len(found) >= 3
    for comparison, area in found:
        assert comparison.watermark_kind in {"repeated", "overlay"}
        mask = np.asarray(Image.open(io.BytesIO(comparison.watermark_mask() or b"")), bool)
        assert mask.shape == area.shape
        drawing = np.asarray(Image.fromarray(area).convert("L").resize((90, 90), Image.Resampling.BOX)) > 0
        near = cv2.dilate(drawing.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
        inside = np.asarray(Image.fromarray(mask).convert("L").resize((90, 90), Image.Resampling.BOX)) > 127
        assert inside.any()
        assert (inside & near).sum() >= 0.8 * inside.sum()


def test_one_large_translucent_text_is_an_overlay(marks, made, photos) -> None:
    found = [comparison for comparison, _ in drawn(marks, made, photos, "one_big", "source") if comparison.watermark]
    assert len(found) >= 3
    assert "overlay" in {comparison.watermark_kind for comparison in found}


@pytest.mark.parametrize("kind", ASKED)
def test_what_people_ask_to_add_is_no_watermark(marks, made, photos, kind: str) -> None:
    assert not any(comparison.watermark for comparison, _ in drawn(marks, made, photos, kind))


@pytest.mark.parametrize("kind", [*REPEATED, "one_big"])
def test_a_mark_that_the_source_bears_is_none_of_the_solver(marks, made, photos, kind: str) -> None:
    """Neither if it stays under a local edit nor if it is removed."""
    for place, name in enumerate(GROUNDS[:2]):
        rng = np.random.default_rng([7, place])
        source, _ = getattr(marks, kind)(photos[name], rng)
        kept = made.blend(source, np.roll(source, (60, 90), (0, 1)), made.blob(source.shape, rng, 0.05))
        assert not compare(made.encode(source, 92), made.encode(kept, 90)).watermark
        assert not compare(made.encode(source, 92), made.encode(photos[name], 90)).watermark


def test_edits_without_a_drawing_have_no_score(made, photos) -> None:
    for make in (made.clone, made.removal, made.relight, made.toned, made.background_replaced):
        case = make(photos["coffee"], photos["chelsea"], np.random.default_rng(3))
        comparison = compare(case.before, case.after)
        assert not comparison.watermark, make.__name__
        assert (comparison.watermark_score is None) == (comparison.watermark_kind is None)
        assert (comparison.watermark_score is None) == (comparison.watermark_mask() is None)


@pytest.mark.parametrize(
    ("score", "priors"),
    [
        (None, set()),
        (0.1, set()),
        (0.4, {Prior.EXPECTED}),
        (0.6, {Prior.EXPECTED, Prior.NEUTRAL}),
        (0.999, set(Prior)),
    ],
)
def test_words_move_the_score_from_which_it_is_a_watermark(score: float | None, priors: set[Prior]) -> None:
    assert {prior for prior in Prior if has_watermark(score, prior)} == priors
