"""Find the source of an edit, and repeated edits."""

import io

import numpy as np
import pytest
from PIL import Image

from photoshop_request.edits.matching import best_source, duplicates
from photoshop_request.verdicts import Verdict


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_the_source_of_an_edit_is_found_in_a_gallery(made, photos):
    names = list(photos)
    for index, name in enumerate(names[:4]):
        case = made.face_swapped(photos[name], photos[names[index - 1]], np.random.default_rng(index))
        match = best_source([photos[other] for other in names], case.after)
        assert match.source == index
        assert match.comparison.verdict is Verdict.EDIT
        assert len(match.comparisons) == len(names)


def test_a_reupload_of_one_source_beats_an_edit_of_another(made, photos):
    case = made.clone(photos["coffee"], photos["chelsea"], np.random.default_rng(0))
    match = best_source([case.before, case.after], case.after)
    assert match.source == 1
    assert match.comparison.verdict is Verdict.SAME_IMAGE


def test_an_edit_made_of_two_sources_names_both(photos):
    body, person, other = photos["coffee"], photos["astronaut"], photos["rocket"]
    edit = body.copy()
    edit[100:400, 300:560] = person[50:350, 320:580]
    match = best_source([other, person, body], edit)
    assert match.source == 2
    assert match.second_source == 1
    assert match.comparison.verdict is Verdict.EDIT


def test_an_edit_of_one_source_names_no_second(made, photos):
    case = made.recolour(photos["coffee"], photos["chelsea"], np.random.default_rng(0))
    match = best_source([photos["rocket"], photos["coffee"], photos["astronaut"]], case.after)
    assert match.source == 1
    assert match.second_source is None


def test_no_source_is_an_error(photos):
    with pytest.raises(ValueError, match="at least one"):
        best_source([], photos["coffee"])


def test_a_repeated_edit_is_found_and_a_revision_is_kept(made, photos):
    case = made.face_swapped(photos["coffee"], photos["chelsea"], np.random.default_rng(1))
    first = pixels(case.after)
    revision = first.copy()
    revision[300:380, 300:420] = photos["rocket"][300:380, 300:420]
    again = made.recompressed(first, first, np.random.default_rng(2)).after
    assert duplicates([first, revision, again, photos["chelsea"]]) == (None, None, 0, None)
