"""Decode a picture and cache its derived pictures and features, since one source is compared with many edits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from PIL import Image

from photoshop_request.edits.blocks import BLOCK, BlockGrid, block_grid, detail_grid
from photoshop_request.edits.resize import halved, resized
from photoshop_request.errors import InputError
from photoshop_request.media.files.decode import Picture, Rejected, decode, to_picture
from photoshop_request.media.files.hashes import PictureHash, hash_file, hash_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray


WORK_SIDE = 512
"""Longer side in pixels at which structure is compared (the working size)."""

SIFT_SIDE = 288
"""Longer side in pixels at which SIFT looks for key points."""

_MAX_CACHED = 8
"""Scaled copies that a picture caches. A comparison uses up to 4 sizes, and the next ones mostly use the same."""


@dataclass(frozen=True, slots=True)
class Features:
    """Hold key points and their descriptors, strongest first."""

    points: "NDArray[np.float32]"
    """x, y in pixels of the working picture, shape (n, 2)."""
    descriptors: "NDArray[np.float32] | NDArray[np.uint8]"
    """Shape (n, 128) float32 for SIFT, (n, 32) uint8 for ORB."""
    sizes: "NDArray[np.float32]"
    """Diameters in pixels of the working picture, shape (n,)."""
    angles: "NDArray[np.float32]"
    """Clockwise directions in degrees, shape (n,)."""


Levels = tuple["NDArray[np.uint8]", ...]
"""An image pyramid: level d has means of 2**d x 2**d pixels, shape (height, width, 3). Level 0 is the picture."""


def pyramid(pixels: "NDArray[np.uint8]") -> Levels:
    """Return the levels of a picture. No level is halved below working size."""
    levels = [pixels]
    while max(levels[-1].shape[:2]) >= 2 * WORK_SIDE:
        levels.append(halved(levels[-1]))
    return tuple(levels)


@dataclass(frozen=True)
class PreparedPicture:
    """Hold the last level of one picture, and cache its features. Create it with `prepare`."""

    width: int
    """In pixels at full size."""
    height: int
    """In pixels at full size."""
    hash: PictureHash
    read_levels: Callable[[], Levels]
    """Return the image pyramid. It may decode the picture again, because few comparisons need more than the last level."""

    @property
    def levels(self) -> Levels:
        """Return the image pyramid. Hold it no longer than needed."""
        return self.read_levels()

    @cached_property
    def _last_level(self) -> "tuple[int, NDArray[np.uint8]]":
        """Return the last level and its number. Its longer side is less than twice the working size."""
        levels = self.levels
        return len(levels) - 1, levels[-1]

    def forget(self) -> None:
        """Drop the caches that are computed again within milliseconds. 3 MB stay: the last level and features."""
        for name in ("work", "grey", "blocks", "detail", "_cache"):
            self.__dict__.pop(name, None)

    @cached_property
    def work(self) -> "NDArray[np.uint8]":
        """Return RGB at working size. Smaller pictures keep their size, but no side is under one block."""
        scale = min(1.0, WORK_SIDE / max(self.width, self.height))
        size = (max(BLOCK, round(self.width * scale)), max(BLOCK, round(self.height * scale)))
        return self.scaled(size)

    @cached_property
    def grey(self) -> "NDArray[np.uint8]":
        """Return the luminance of `work`."""
        return self.scaled((self.work.shape[1], self.work.shape[0]), grey=True)

    @cached_property
    def blocks(self) -> BlockGrid:
        """Return the block statistics of `grey`."""
        return block_grid(self.grey)

    @cached_property
    def detail(self) -> BlockGrid:
        """Return the block statistics of the fine detail in `grey`."""
        return detail_grid(self.blocks)

    def blocks_at(self, size: tuple[int, int]) -> BlockGrid:
        """Return the block statistics of the luminance at `size` (width, height)."""
        height, width = self.grey.shape
        return self.blocks if size == (width, height) else block_grid(self.scaled(size, grey=True))

    @cached_property
    def orb(self) -> Features:
        """Return ORB features at working size. They are cheap and align most pairs."""
        return _detect(cv2.ORB.create(nfeatures=900, fastThreshold=10), self.grey)

    @cached_property
    def orb_mirrored(self) -> Features:
        """Return the ORB features of the mirrored picture, in its coordinates."""
        return _detect(cv2.ORB.create(nfeatures=900, fastThreshold=10), np.ascontiguousarray(self.grey[:, ::-1]))

    @cached_property
    def sift(self) -> Features:
        """Return SIFT features, found at `SIFT_SIDE`: as good as at working size, in a quarter of the time."""
        shrink = min(1.0, SIFT_SIDE / max(self.grey.shape))
        small = cv2.resize(self.grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        features = _detect(cv2.SIFT.create(nfeatures=400, contrastThreshold=0.02), np.asarray(small))
        back = np.array(self.grey.shape[::-1], np.float32) / np.array(small.shape[::-1], np.float32)
        points = (features.points + np.float32(0.5)) * back - np.float32(0.5)
        return replace(features, points=points.astype(np.float32), sizes=features.sizes * back[0])

    @cached_property
    def fine_sift(self) -> Features:
        """Return SIFT features at working size, for parts that are too small for `sift`. It takes 80 ms."""
        return _detect(cv2.SIFT.create(nfeatures=1500, contrastThreshold=0.02, edgeThreshold=12), self.grey)

    @cached_property
    def _cache(self) -> "dict[tuple[tuple[int, int], bool], NDArray[np.uint8]]":
        return {}

    def scaled(self, size: tuple[int, int], *, grey: bool = False) -> "NDArray[np.uint8]":
        """Return the picture or its luminance at `size` (width, height). Results up to working size are cached."""
        if size == (self.width, self.height) and not grey:
            return self.levels[0]
        if (size, grey) in self._cache:
            return self._cache[size, grey]
        if grey:
            pixels = np.asarray(cv2.cvtColor(self.scaled(size), cv2.COLOR_RGB2GRAY), np.uint8)
        else:
            depth, level = self._last_level
            if not _covers_size(level, size):
                levels = self.levels
                depth = max((d for d, each in enumerate(levels) if _covers_size(each, size)), default=0)
                level = levels[depth]
            pixels = resized(level, size, (self.width / 2**depth, self.height / 2**depth))
        if max(size) <= WORK_SIDE:
            if len(self._cache) >= _MAX_CACHED:
                del self._cache[next(iter(self._cache))]
            self._cache[size, grey] = pixels
        return pixels


AnyPicture: TypeAlias = "PreparedPicture | Picture | Image.Image | NDArray[np.uint8] | bytes | str | Path"
"""Accepted by `prepare`. Arrays are uint8, shape (height, width, 3) RGB or (height, width) gray."""


def prepare(picture: AnyPicture) -> PreparedPicture:
    """Decode a picture and prepare it for comparisons.

    Use `media.files.decode.decode` first to get failures as values.

    Raises:
        InputError: bytes or a file do not decode, or an array has another shape or type.
    """
    if isinstance(picture, PreparedPicture):
        return picture
    if isinstance(picture, str | Path):
        try:
            return _prepared_file(Path(picture).read_bytes(), str(picture))
        except OSError as error:
            raise InputError(
                f"{picture}: cannot read the file ({error.strerror}). Pass the path of a picture."
            ) from error
    if isinstance(picture, bytes):
        return _prepared_file(picture, "these bytes")
    if isinstance(picture, Image.Image):
        picture = to_picture(picture)
    if isinstance(picture, np.ndarray):
        picture = Picture(_rgb(picture), "", 0.0)
    return prepared(picture, hash_picture(picture))


def prepared(picture: Picture, hashes: PictureHash) -> PreparedPicture:
    """Prepare decoded pixels whose hashes are known."""
    height, width = picture.pixels.shape[:2]
    return PreparedPicture(width, height, hashes, _Held(pyramid(picture.pixels)))


@dataclass(frozen=True, slots=True)
class _Held:
    """Levels in memory."""

    levels: Levels

    def __call__(self) -> Levels:
        return self.levels


def _prepared_file(data: bytes, name: str) -> PreparedPicture:
    decoded = decode(data)
    if isinstance(decoded, Rejected):
        raise InputError(f"{name}: {decoded.verdict} ({decoded.detail}). Pass a still picture that decodes.")
    hashed = hash_file(data) if decoded.format == "JPEG" else hash_picture(decoded)
    assert isinstance(hashed, PictureHash)
    return prepared(decoded, hashed)


def _rgb(pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    is_picture = pixels.ndim == 2 or pixels.shape[2:] == (3,)
    if pixels.dtype != np.uint8 or not is_picture or not pixels.size:
        raise InputError(
            f"Array of shape {pixels.shape} and type {pixels.dtype} is not a picture. "
            "Pass uint8 of shape (height, width, 3), RGB, or (height, width), gray."
        )
    return np.ascontiguousarray(pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2))


def _covers_size(pixels: "NDArray[np.uint8]", size: tuple[int, int]) -> bool:
    height, width = pixels.shape[:2]
    return bool(width >= size[0] and height >= size[1])


def _detect(detector: "cv2.Feature2D", grey: "NDArray[np.uint8]") -> Features:
    points, descriptors = detector.detectAndCompute(grey, None)
    if descriptors is None:
        none = np.zeros(0, np.float32)
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, detector.descriptorSize()), np.uint8), none, none)
    rows: NDArray[Any] = np.asarray(descriptors)
    order = np.argsort([-point.response for point in points], kind="stable")
    at = np.array([(*point.pt, point.size, point.angle) for point in points], np.float32)[order]
    return Features(at[:, :2], rows[order], at[:, 2], at[:, 3])
