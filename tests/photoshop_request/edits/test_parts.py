"""Find parts of a source that an edit shows elsewhere."""

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

from photoshop_request.edits.compare import compare
from photoshop_request.edits.matching import best_source
from photoshop_request.edits.parts import find_parts
from photoshop_request.edits.prepare import prepare
from photoshop_request.edits.votes import agreeing_votes, mirrored
from photoshop_request.verdicts import Verdict

BENCHMARK = Path(__file__).resolve().parents[3] / "benchmarks" / "verdicts"
PAIRS = [("chelsea", "rocket"), ("astronaut", "coffee"), ("coffee", "retina"), ("astronaut", "hubble_deep_field")]
MARKS = ("caption", "page_of_text", "interface", "logo", "watermark", "template")


def alpha(photo, left=0.3, top=0.15, right=0.75, bottom=0.7):
    """Return a soft ellipse in a photo, as fractions of its sides."""
    height, width = photo.shape[:2]
    center = (round((left + right) / 2 * width), round((top + bottom) / 2 * height))
    solid = np.zeros((height, width), np.float32)
    cv2.ellipse(
        solid, center, (round((right - left) / 2 * width), round((bottom - top) / 2 * height)), 0, 0, 360, 1.0, -1
    )
    return cv2.GaussianBlur(solid, (0, 0), 1.5)


@pytest.fixture
def composites(made, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARK))
    import composites

    return composites


@pytest.fixture
def shared_marks(made, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARK))
    import shared_marks

    return shared_marks


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("names", PAIRS)
def test_a_subject_on_another_background_is_found_where_it_lies(names, seed, composites, photos):
    """Scale, turn, mirroring and compression are random."""
    subject, photo = (photos[name] for name in names)
    made = composites.composite(subject, alpha(subject), photo, np.random.default_rng(seed))
    source, edit = prepare(made.source), prepare(made.edit)
    part = find_parts(source, edit)[0]
    comparison = compare(source, edit)
    assert comparison.verdict is Verdict.EDIT
    assert comparison.confidence > 0.5
    inside = np.argwhere(alpha(subject) > 0.9)[::500, ::-1] + 0.5
    there = inside @ made.matrix[:, :2].T + made.matrix[:, 2]
    back = there @ part.matrix[:, :2].T + part.matrix[:, 2]
    assert np.median(np.hypot(*(back - inside).T)) < 3
    assert part.in_source.mean() < 1.3 * made.in_source
    assert part.in_edit.mean() < 1.3 * made.in_edit


def test_figures_of_a_pasted_subject_compare_the_frames_by_the_part(composites, photos):
    """The subject stands outside the mask, and the figures of parts are set."""
    subject = photos["astronaut"]
    solid = alpha(subject, 0.35, 0.05, 0.62, 0.45)
    made = composites.composite(subject, solid, photos["hubble_deep_field"], np.random.default_rng(1))
    comparison = compare(made.source, made.edit)
    assert (comparison.verdict, comparison.method, comparison.parts) == (Verdict.EDIT, "part", 1)
    assert 0.5 * made.in_source < comparison.parts_in_source < 1.3 * made.in_source
    assert 0.5 * made.in_edit < comparison.parts_in_edit < 1.3 * made.in_edit
    small = cv2.resize(solid, comparison.mask.shape[::-1])
    assert comparison.mask[small > 0.95].mean() < 0.1
    assert comparison.changed_fraction > 0.5
    assert comparison.locality < 0.3
    assert comparison.psnr > 20


@pytest.mark.parametrize("kind", MARKS)
def test_photos_that_share_only_a_mark_share_no_part(kind, shared_marks, made, photos):
    """Captions over textured photos are the hardest: one of five may pass."""
    found = 0
    for seed in range(5):
        random = np.random.default_rng(seed)
        first, second = random.choice(["astronaut", "coffee", "chelsea", "rocket"], 2, replace=False)
        pictures = getattr(shared_marks, kind)((photos[first], photos[second]), random)
        found += bool(find_parts(*(prepare(made.encode(picture, 88)) for picture in pictures)))
    assert found <= (kind == "caption")


def test_other_photos_share_no_part(photos):
    for a, b in itertools.combinations(photos.values(), 2):
        assert find_parts(prepare(a), prepare(b)) == ()


def test_frames_that_align_have_no_figures_of_parts(made, photos):
    case = made.removal(photos["coffee"], photos["astronaut"], np.random.default_rng(3))
    comparison = compare(case.before, case.after)
    assert (comparison.parts, comparison.parts_in_source, comparison.parts_in_edit) == (None, None, None)


def test_two_parts_of_a_source_are_both_found(photos):
    """The same piece pasted twice counts as two parts, too."""
    source, edit = photos["astronaut"], photos["coffee"].copy()
    face, shoulder = source[60:280, 300:520], source[500:760, 80:360]
    edit[40 : 40 + face.shape[0], 60 : 60 + face.shape[1]] = face
    turned = np.ascontiguousarray(np.rot90(shoulder))
    edit[280 : 280 + turned.shape[0], 560 : 560 + turned.shape[1]] = turned
    found = find_parts(prepare(source), prepare(edit))
    assert len(found) == 2
    assert not np.any(found[0].in_edit & found[1].in_edit)


def test_a_second_source_that_gave_only_a_part_is_told(photos):
    """A body from one photo, a face from another, smaller."""
    body, face = photos["rocket"], photos["chelsea"]
    cut = cv2.resize(face[150:480, 250:640], None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    edit = body.copy()
    edit[300 : 300 + cut.shape[0], 40 : 40 + cut.shape[1]] = cut
    match = best_source([photos["coffee"], body, face], edit)
    assert (match.source, match.second_source) == (1, 2)
    assert match.comparisons[2].method in {"part", "similarity"}


def test_features_of_a_mirrored_picture_need_no_second_search(photos):
    """Their points match those that are found in the mirrored pixels."""
    picture, flipped = (prepare(np.ascontiguousarray(x)) for x in (photos["chelsea"], photos["chelsea"][:, ::-1]))
    votes = agreeing_votes(flipped.sift, mirrored(picture.sift, picture.grey.shape[1]), 400)[0]
    assert len(votes.start) > 100
    assert np.abs(votes.matrix - np.eye(2, 3)).max() < 1  # OpenCV's points are off by a quarter of a pixel of 288


def test_parts_are_the_same_with_any_number_of_threads(composites, photos):
    made = composites.composite(photos["chelsea"], alpha(photos["chelsea"]), photos["rocket"], np.random.default_rng(1))
    threads, results = cv2.getNumThreads(), []
    try:
        for count in (1, 4):
            cv2.setNumThreads(count)
            results.append(find_parts(prepare(made.source), prepare(made.edit))[0].matrix)
    finally:
        cv2.setNumThreads(threads)
    assert np.array_equal(*results)
