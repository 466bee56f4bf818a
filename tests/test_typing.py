"""Check the public types with mypy: correct use passes, mistakes are found."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

RIGHT = """
from typing import assert_type

import photoshop_request
from photoshop_request import Comparison, compare, load
from photoshop_request.export import FORMATS
from photoshop_request.training import Sampling, TripletLoader, bucket_shapes, make_dataloader
from photoshop_request.verdicts import Verdict

found = compare(b"", "edit.jpg")
assert_type(found, Comparison)
assert_type(found.verdict, Verdict)
assert_type(found.locality, float)
assert_type(found.change_mask(), bytes | None)
assert_type(photoshop_request.compare(b"", b"").verdict is Verdict.EDIT, bool)
load("org/name", "requests", "validation", columns=["instruction"], streaming=True)
loader = make_dataloader(
    "org/name", resolution=512, batch_size=4, sampling=Sampling(), shapes=bucket_shapes(512), threads=2
)
assert_type(loader, TripletLoader)
loader.load_state_dict(loader.state_dict())
for batch in loader:
    batch["source"]
"""
WRONG = {
    "compare(3, b'')": "arg-type",
    "compare(b'')": "call-arg",
    "load('org/name', columns=3)": "arg-type",
    "load('org/name', min_localty=0.5)": "call-arg",
    "make_dataloader('org/name', resolution=512)": "call-arg",
    "make_dataloader('org/name', resolution='512', batch_size=1)": "arg-type",
    "photoshop_request.compere": "attr-defined",
    "compare(b'', b'').change_mask": None,
    "compare(b'', b'').changed_mask": "attr-defined",
}


def _checked(folder: Path, code: str) -> dict[int, str]:
    """Map lines to mypy's error codes, as a user of the installed package sees them."""
    mypy = pytest.importorskip("mypy.api", reason="needs mypy, which the extra `lint` brings")
    file = folder / "uses.py"
    file.write_text(code, encoding="utf-8")
    config = folder / "mypy.ini"
    # torch takes mypy a minute, and no test uses its types
    config.write_text("[mypy]\n[mypy-torch.*,torchdata.*]\nfollow_imports = skip\n", encoding="utf-8")
    out, trouble, _ = mypy.run(
        ["--strict", "--config-file", str(config), "--cache-dir", str(folder / "cache"), str(file)]
    )
    assert not trouble
    errors = [re.fullmatch(r"(.+):(\d+): error: .*\[(\S+)\]", line) for line in out.splitlines()]
    return {int(each[2]): each[3] for each in errors if each and each[1].endswith("uses.py")}


def test_types_are_what_they_are_said_to_be(tmp_path: Path) -> None:
    """Find each mistake at its line with its error code."""
    begin = RIGHT.count("\n") + 1
    lines = {begin + number: what for number, what in enumerate(WRONG.values())}
    found = _checked(tmp_path, RIGHT + "\n".join(WRONG))
    assert found == {line: what for line, what in lines.items() if what}
