"""Compare two pictures: where one lies in the other, what changed, and what that makes of it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.align import Alignment, align
from photoshop_request.edits.collage import Box, second_panel
from photoshop_request.edits.evidence import Change, Evidence, Frame, common_frame, find_change, measure
from photoshop_request.edits.figures import Figures
from photoshop_request.edits.grain import measure_noise
from photoshop_request.edits.mask import ChangeMask, change_mask, to_png
from photoshop_request.edits.prepare import Prepared, prepare
from photoshop_request.edits.preservation import psnr, ssim
from photoshop_request.edits.verdict import Judgement, hangs_on_noise, judge
from photoshop_request.media.files.hashes import HASH_VERSION, distance
from photoshop_request.verdicts import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import AnyPicture

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Figures):
    """Hold what a comparison measured: the fields of `Figures`, and the verdict and mask that belong to them."""

    verdict: Verdict
    """`edit`, `same_image`, `unrelated` or `collage`."""
    hash_version: int
    """Version of the perceptual hashes (`media.files.hashes`)."""
    mask: "NDArray[np.bool_] | None"
    """Shape (height, width) of the working frame (long side at most 512); None for unrelated pictures."""
    frame_size: tuple[int, int]
    """(width, height) of the source, to which `change_mask` scales the mask."""
    panel: Box | None
    """For a collage, (left, top, right, bottom) of the panel that was edited, in the candidate's pixels."""
    evidence: Evidence
    """The measurements behind the verdict."""

    def change_mask(self) -> bytes | None:
        """The mask as a 1-bit PNG in the source's frame, white is changed; None for unrelated pictures."""
        return None if self.mask is None else to_png(self.mask, self.frame_size)


def compare(source: "AnyPicture", edit: "AnyPicture") -> Comparison:
    """Say what `edit` is to `source`.

    Pictures are bytes, paths, Pillow images, arrays of shape (height, width, 3), decoded `Picture`s or `Prepared`
    ones; `prepare` a source once when it meets many edits. The same inputs give the same answer in any process.
    Raises `InputError` when one is no picture that can be used.
    """
    one, other = prepare(source), prepare(edit)
    alignment = align(one, other)
    frame = common_frame(one, other, alignment)
    change = find_change(frame)
    evidence = measure(one, other, alignment, frame, change)
    if hangs_on_noise(evidence):
        evidence = replace(evidence, noise=measure_noise(one, other, alignment))
    judgement = judge(evidence)
    panel = second_panel(one, other, alignment, evidence) if judgement.verdict is not Verdict.UNRELATED else None
    return _comparison(one, other, alignment, frame, change, evidence, judgement, panel)


def _comparison(
    source: Prepared,
    edit: Prepared,
    alignment: Alignment,
    frame: Frame,
    change: Change,
    evidence: Evidence,
    judgement: Judgement,
    panel: Box | None,
) -> Comparison:
    related = judgement.verdict is not Verdict.UNRELATED
    mask = change_mask(frame, change) if related else None
    kept = frame.inside & ~mask.pixels if mask else frame.inside & False
    before = _saturated(change) if related else frame.source
    tone = evidence.tone
    matrix = [float(value) for value in alignment.matrix.ravel()]
    return Comparison(
        verdict=Verdict.COLLAGE if panel else judgement.verdict,
        confidence=judgement.confidence,
        second_shot=judgement.second_shot,
        hash_version=HASH_VERSION,
        phash_distance=distance(source.hash.phash, edit.hash.phash),
        dhash_distance=distance(source.hash.dhash, edit.hash.dhash),
        method=alignment.method,
        matrix=(matrix[0], matrix[1], matrix[2], matrix[3], matrix[4], matrix[5]),
        alignment_quality=alignment.quality,
        scale=alignment.scale,
        rotation=alignment.rotation,
        mirrored=alignment.mirrored,
        overlap=evidence.overlap,
        size_ratio=edit.width * edit.height / (source.width * source.height),
        gain=tone.gain,
        offset=tone.offset,
        saturation=tone.saturation,
        sharpness=evidence.sharpness,
        changed_fraction=float((mask.pixels & frame.inside).sum() / max(1, frame.inside.sum())) if mask else 1.0,
        regions=mask.regions if mask else 0,
        locality=evidence.bit_close,
        psnr=psnr(before, frame.edit, kept),
        ssim=ssim(before, frame.edit, kept),
        mask=mask.pixels if mask else None,
        frame_size=(source.width, source.height),
        added=evidence.added,
        border=evidence.uncovered - evidence.added,
        watermark=_looks_like_watermark(frame, mask),
        panel=panel,
        evidence=evidence,
    )


def _saturated(change: Change) -> "NDArray[np.uint8]":
    """The source with the global tone, chroma too, so that preservation measures local change alone."""
    saturation = change.tone.saturation
    if abs(saturation - 1) < 0.05:
        return change.target
    ycc = cv2.cvtColor(change.target, cv2.COLOR_RGB2YCrCb)
    table = np.rint(np.clip((np.arange(256) - 128) * saturation + 128, 0, 255)).astype(np.uint8)
    ycc[..., 1:] = cv2.LUT(np.ascontiguousarray(ycc[..., 1:]), table)
    return np.asarray(cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB))


def _looks_like_watermark(frame: Frame, mask: ChangeMask | None) -> bool:
    """Thin marks, all lighter or all darker, not opaque, over a quarter of the frame but filling little of it."""
    if mask is None or not mask.regions:
        return False
    _, _, width, height = cv2.boundingRect(mask.pixels.view(np.uint8))
    filled = cv2.countNonZero(mask.pixels.view(np.uint8)) / mask.pixels.size
    if width * height / mask.pixels.size <= 0.25 or filled >= 0.35:
        return False
    after, before = (cv2.cvtColor(x, cv2.COLOR_RGB2GRAY)[mask.pixels] for x in (frame.edit, frame.source))
    steps = after.astype(np.int16) - before
    marks = np.abs(steps[np.abs(steps) > 4])
    lighter = float((steps > 4).sum() / max(1, marks.size))
    return bool(marks.size and abs(lighter - 0.5) > 0.4 and np.median(marks) < 90)
