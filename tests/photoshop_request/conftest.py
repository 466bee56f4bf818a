import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

MADE = Path(__file__).resolve().parents[2] / "benchmarks" / "verdicts" / "made.py"


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """The makers of re-uploads and edits, which the benchmark shares."""
    spec = importlib.util.spec_from_file_location("made", MADE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["made"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def photos() -> dict[str, NDArray[np.uint8]]:
    """Real photos from scikit-image, enlarged to a usual size where they are small."""
    names = ("astronaut", "coffee", "chelsea", "rocket", "retina", "hubble_deep_field")
    return {name: _about_900(getattr(data, name)()) for name in names}


def _about_900(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    factor = 900 / max(pixels.shape)
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=way))
