"""The library is a guest in its user's process: it changes no global setting."""

import json
import subprocess
import sys

import pytest

STATE = """
import gc, json, logging, os, signal, sys, warnings
import cv2, numpy
import PIL.Image, PIL.ImageFile, PIL.features
from threadpoolctl import threadpool_info

def state():
    return {
        "OpenCV threads": cv2.getNumThreads(),
        "OpenCL": cv2.ocl.useOpenCL(),
        "OpenCV optimized": cv2.useOptimized(),
        "pools": sorted((pool["filepath"], pool["num_threads"]) for pool in threadpool_info()),
        "signal handlers": [repr(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        "environment": dict(os.environ),
        "warning filters": repr(warnings.filters),
        "root logger": [logging.root.level, repr(logging.root.handlers)],
        "Pillow": [PIL.Image.MAX_IMAGE_PIXELS, PIL.ImageFile.LOAD_TRUNCATED_IMAGES, PIL.ImageFile.MAXBLOCK],
        "HEIF reader": "HEIF" in PIL.Image.OPEN,
        "numpy errors": numpy.geterr(),
        "collector": gc.get_threshold(),
        "switch interval": sys.getswitchinterval(),
        "recursion limit": sys.getrecursionlimit(),
        "hooks": [sys.excepthook is sys.__excepthook__, sys.unraisablehook is sys.__unraisablehook__],
    }
"""
COMPARE = """
from photoshop_request import compare
photo = numpy.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=numpy.uint8)
photo = cv2.GaussianBlur(photo, (0, 0), 4)
compare(photo, photo[::-1]).change_mask()  # unrelated: every step of the alignment is tried
compare(photo, cv2.circle(photo.copy(), (200, 150), 40, (255, 0, 0), -1)).change_mask()
"""
TRAIN = "import photoshop_request.training.loader"
IMPORT_ALL = """
import importlib, pkgutil, photoshop_request
for module in pkgutil.walk_packages(photoshop_request.__path__, "photoshop_request."):
    if not module.name.startswith("photoshop_request.training"):
        importlib.import_module(module.name)
"""


@pytest.mark.parametrize("use", [IMPORT_ALL, COMPARE, TRAIN], ids=["import", "compare", "train"])
def test_no_global_setting_changes(use: str) -> None:
    """OpenCV starts with three threads, so that setting one is noticed on any machine."""
    if use == TRAIN:
        pytest.importorskip("torch", reason="torch is an extra: pip install 'photoshop-request[train]'")
    torch = "import torch  # which sets warning filters" if use == TRAIN else ""
    lines = [STATE, torch, "cv2.setNumThreads(3)", "before = state()", use, "print(json.dumps([before, state()]))"]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    before, after = json.loads(done.stdout)
    assert after == before
