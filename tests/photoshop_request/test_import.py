"""Test the cost of importing the library, and its public names."""

import subprocess
import sys

import photoshop_request

HEAVY = ("torch", "praw", "cv2", "datasets", "numpy", "scipy", "PIL", "pyarrow", "requests", "aiohttp")


def test_importing_the_library_imports_nothing_heavy() -> None:
    """Import neither heavy libraries nor the builder."""
    code = "import sys, photoshop_request; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "photoshop_request" in loaded
    assert [name for name in (*HEAVY, "photoshop_request_builder") if name in loaded] == []


def test_every_public_name_is_there() -> None:
    """Resolve every lazy name of `__all__`."""
    assert photoshop_request.__all__ == sorted(photoshop_request.__all__)
    for name in photoshop_request.__all__:
        assert getattr(photoshop_request, name)
    assert photoshop_request.compare.__doc__
    assert photoshop_request.load.__doc__
