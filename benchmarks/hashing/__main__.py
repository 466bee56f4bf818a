"""Compare the speed and drift of `hash_file` with `imagehash.phash` on a full decode.

Usage: python benchmarks/hashing [FOLDER_OF_PICTURES]      default: photos of scikit-image at 3 and 12 megapixels
"""

import io
import sys
import time
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image

from photoshop_request.media.files.hashes import PictureHash, distance, hash_file


def made_photos() -> dict[str, list[bytes]]:
    from skimage import data  # only needed without a folder

    groups: dict[str, list[bytes]] = {}
    for name, size in (("3 Mpx JPEG", (2048, 1536)), ("12 Mpx JPEG", (4000, 3000))):
        for photo in (data.astronaut(), data.coffee(), data.chelsea(), data.rocket()):
            large = np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
            grain = np.random.default_rng(0).normal(0, 3, large.shape)
            out = io.BytesIO()
            Image.fromarray(np.clip(large + grain, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=85)
            groups.setdefault(name, []).append(out.getvalue())
    return groups


def files_in(folder: Path) -> dict[str, list[bytes]]:
    groups: dict[str, list[bytes]] = {}
    for path in sorted(folder.iterdir()):
        groups.setdefault(path.suffix.lower().replace(".jpeg", ".jpg"), []).append(path.read_bytes())
    return groups


def main() -> None:
    groups = files_in(Path(sys.argv[1])) if len(sys.argv) > 1 else made_photos()
    for name, files in groups.items():
        mine, theirs, drift = 0.0, 0.0, []
        for data in files:
            start = time.process_time()
            fast = hash_file(data)
            mine += time.process_time() - start
            start = time.process_time()
            slow = imagehash.phash(Image.open(io.BytesIO(data)))
            theirs += time.process_time() - start
            if isinstance(fast, PictureHash):
                drift.append(distance(fast.phash, int(str(slow), 16)))
        print(f"{name:14} {len(files):4} files  {theirs / mine:5.2f} x imagehash  drift {np.mean(drift):.2f} bits")


main()
