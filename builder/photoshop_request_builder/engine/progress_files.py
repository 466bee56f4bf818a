"""Share progress between processes: each writes its count to a small file, and the command adds them up."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_MIN_INTERVAL = 0.5
"""Minimum seconds between two writes of one count. A block of an archive takes a thousandth of that."""


@dataclass(slots=True)
class Meter:
    """Writes a count per name to a file. Picklable, because jobs carry it to worker processes."""

    folder: Path
    clock: Callable[[], float] = time.monotonic
    _written_at: dict[str, float] = field(default_factory=dict)

    def note(self, name: str, done: int) -> None:
        """Write the count of `name`, unless it was written less than half a second ago."""
        now = self.clock()
        if now - self._written_at.get(name, float("-inf")) < _MIN_INTERVAL:
            return
        self._written_at[name] = now
        if not self.folder.is_dir():  # the job runs on another machine
            return
        path = self.folder / hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
        part = path.with_suffix(".part")
        part.write_text(str(done))
        part.replace(path)

    def total(self) -> int:
        """Return the sum of the last counts of all names."""
        return sum(int(path.read_text()) for path in self.folder.iterdir() if not path.suffix)
