"""A decoded picture with what comparisons need of it, each part computed once: one source meets many edits."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from PIL import Image

from photoshop_request.edits.blocks import BLOCK, Blocks, blocks_of, fine_blocks
from photoshop_request.edits.resize import halved, resized
from photoshop_request.errors import InputError
from photoshop_request.media.files.decode import Picture, Rejected, decode, picture_of
from photoshop_request.media.files.hashes import PictureHash, hash_file, hash_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["WORK_SIDE", "AnyPicture", "Features", "Prepared", "prepare"]

WORK_SIDE = 512
"""Pixels of the longer side at which structure is compared."""

SIFT_SIDE = 288
"""Pixels of the longer side at which SIFT looks for key points."""


@dataclass(frozen=True, slots=True)
class Features:
    """Key points of a picture at working size, strongest first, with their descriptors."""

    points: "NDArray[np.float32]"
    """Shape (n, 2): x, y in pixels of the working picture."""
    descriptors: "NDArray[np.float32] | NDArray[np.uint8]"
    """Shape (n, 128) for SIFT, (n, 32) for ORB."""


@dataclass(frozen=True)
class Prepared:
    """One picture, ready to be compared; make it with `prepare`."""

    picture: Picture
    hash: PictureHash

    @property
    def width(self) -> int:
        """Pixels across, at full size."""
        return int(self.picture.pixels.shape[1])

    @property
    def height(self) -> int:
        """Pixels down, at full size."""
        return int(self.picture.pixels.shape[0])

    @cached_property
    def levels(self) -> "tuple[NDArray[np.uint8], ...]":
        """The picture, halved again and again while its longer side stays above the working size.

        A pixel of level d is the mean of 2**d x 2**d pixels; the last one of an odd side, of what there is.
        """
        levels = [self.picture.pixels]
        while max(levels[-1].shape[:2]) >= 2 * WORK_SIDE:
            levels.append(halved(levels[-1]))
        return tuple(levels)

    @cached_property
    def work(self) -> "NDArray[np.uint8]":
        """RGB with a longer side of at most `WORK_SIDE`; smaller pictures stay as they are, no side is under a block."""
        scale = min(1.0, WORK_SIDE / max(self.width, self.height))
        size = (max(BLOCK, round(self.width * scale)), max(BLOCK, round(self.height * scale)))
        return self.scaled(size)

    @cached_property
    def grey(self) -> "NDArray[np.uint8]":
        """Luminance of `work`."""
        return self.scaled_grey((self.work.shape[1], self.work.shape[0]))

    @cached_property
    def blocks(self) -> Blocks:
        """Statistics of the blocks of `grey`."""
        return blocks_of(self.grey)

    @cached_property
    def fine(self) -> Blocks:
        """Statistics of the blocks of the fine detail in `grey`."""
        return fine_blocks(self.blocks)

    def blocks_at(self, size: tuple[int, int]) -> Blocks:
        """Statistics of the blocks of the luminance at (width, height)."""
        height, width = self.grey.shape
        return self.blocks if size == (width, height) else blocks_of(self.scaled_grey(size))

    @cached_property
    def orb(self) -> Features:
        """Cheap key points at working size, enough for most pairs."""
        return _detect(cv2.ORB.create(nfeatures=900, fastThreshold=10), self.grey)

    @cached_property
    def orb_mirrored(self) -> Features:
        """The features of the picture flipped left to right, in the flipped picture's coordinates."""
        return _detect(cv2.ORB.create(nfeatures=900, fastThreshold=10), np.ascontiguousarray(self.grey[:, ::-1]))

    @cached_property
    def sift(self) -> Features:
        """Found at `SIFT_SIDE`: it takes a quarter of the time at working size and aligns as well."""
        shrink = min(1.0, SIFT_SIDE / max(self.grey.shape))
        small = cv2.resize(self.grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        found = _detect(cv2.SIFT.create(nfeatures=400, contrastThreshold=0.02), np.asarray(small))
        back = np.array(self.grey.shape[::-1], np.float32) / np.array(small.shape[::-1], np.float32)
        points = (found.points + np.float32(0.5)) * back - np.float32(0.5)
        return Features(points.astype(np.float32), found.descriptors)

    @cached_property
    def _small(self) -> "dict[tuple[int, int], NDArray[np.uint8]]":
        return {}

    @cached_property
    def _small_grey(self) -> "dict[tuple[int, int], NDArray[np.uint8]]":
        return {}

    def scaled(self, size: tuple[int, int]) -> "NDArray[np.uint8]":
        """The whole picture at (width, height), from the smallest level that is large enough; small ones are kept."""
        if size == (self.width, self.height):
            return self.picture.pixels
        if size not in self._small:
            depth = max((d for d, level in enumerate(self.levels) if _holds(level, size)), default=0)
            pixels = resized(self.levels[depth], size, (self.width / 2**depth, self.height / 2**depth))
            if max(size) > WORK_SIDE:
                return pixels
            self._small[size] = pixels
        return self._small[size]

    def scaled_grey(self, size: tuple[int, int]) -> "NDArray[np.uint8]":
        """The luminance of `scaled`."""
        if size not in self._small_grey:
            grey = np.asarray(cv2.cvtColor(self.scaled(size), cv2.COLOR_RGB2GRAY), np.uint8)
            if max(size) > WORK_SIDE:
                return grey
            self._small_grey[size] = grey
        return self._small_grey[size]


AnyPicture: TypeAlias = "Prepared | Picture | Image.Image | NDArray[np.uint8] | bytes | str | Path"
"""Whatever `prepare` takes; arrays are (height, width, 3) RGB or (height, width) grey, uint8."""


def prepare(picture: AnyPicture) -> Prepared:
    """Anything that is a picture, ready for comparison.

    Raises `InputError` when bytes or a path do not decode, or an array is of another shape or type; decode files first
    with `media.decode.decode` where failures are to be values.
    """
    if isinstance(picture, Prepared):
        return picture
    if isinstance(picture, str | Path):
        try:
            return _prepared_file(Path(picture).read_bytes(), str(picture))
        except OSError as error:
            raise InputError(f"{picture}: cannot be read ({error.strerror}); give a picture's path") from error
    if isinstance(picture, bytes):
        return _prepared_file(picture, "these bytes")
    if isinstance(picture, Image.Image):
        picture = picture_of(picture)
    if isinstance(picture, np.ndarray):
        picture = Picture(_rgb(picture), "", 0.0)
    return Prepared(picture, hash_picture(picture))


def _prepared_file(data: bytes, name: str) -> Prepared:
    decoded = decode(data)
    if isinstance(decoded, Rejected):
        raise InputError(f"{name}: cannot be compared: {decoded.verdict} ({decoded.detail}); give a still picture")
    hashed = hash_file(data) if decoded.format == "JPEG" else hash_picture(decoded)
    assert isinstance(hashed, PictureHash)
    return Prepared(decoded, hashed)


def _rgb(pixels: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    is_picture = pixels.ndim == 2 or pixels.shape[2:] == (3,)
    if pixels.dtype != np.uint8 or not is_picture or not pixels.size:
        raise InputError(
            f"an array of shape {pixels.shape} and type {pixels.dtype} cannot be compared; "
            "give uint8, (height, width, 3) RGB or (height, width) grey"
        )
    return np.ascontiguousarray(pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2))


def _holds(pixels: "NDArray[np.uint8]", size: tuple[int, int]) -> bool:
    height, width = pixels.shape[:2]
    return bool(width >= size[0] and height >= size[1])


def _detect(detector: "cv2.Feature2D", grey: "NDArray[np.uint8]") -> Features:
    points, descriptors = detector.detectAndCompute(grey, None)
    if descriptors is None:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 1), np.uint8))
    found: NDArray[Any] = np.asarray(descriptors)
    order = np.argsort([-point.response for point in points], kind="stable")
    return Features(np.array([point.pt for point in points], np.float32)[order], found[order])
