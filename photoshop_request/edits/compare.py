"""Compare two pictures: align them, measure what changed, and decide the verdict."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from photoshop_request.edits.align import FOUND, Alignment, align
from photoshop_request.edits.collage import Box, edited_panel
from photoshop_request.edits.evidence import Change, CommonFrame, Evidence, common_frame, find_change, measure
from photoshop_request.edits.figures import Figures
from photoshop_request.edits.grain import measure_grain, measure_texture
from photoshop_request.edits.mask import change_mask, to_png
from photoshop_request.edits.parts import Part, covered, find_parts
from photoshop_request.edits.prepare import PreparedPicture, prepare
from photoshop_request.edits.preservation import psnr, ssim
from photoshop_request.edits.repaint import edit_kind, measure_detail, repaint_probability
from photoshop_request.edits.sparkle import has_sparkle
from photoshop_request.edits.verdict import Classification, classify, classify_part, needs_grain, needs_texture
from photoshop_request.edits.watermark import find_watermark
from photoshop_request.edits.watermark_rule import has_watermark
from photoshop_request.media.files.hashes import HASH_VERSION, distance
from photoshop_request.verdicts import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photoshop_request.edits.prepare import AnyPicture


_ALIGNED = frozenset({Verdict.EDIT, Verdict.SAME_IMAGE})
"""Verdicts of pictures that show the source's own exposure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Figures):
    """Hold the result of a comparison: the fields of `Figures`, the verdict and the mask."""

    verdict: Verdict
    """`edit`, `same_image`, `unrelated`, `second_shot` or `collage`."""
    hash_version: int
    """Version of the perceptual hashes (`media.files.hashes`)."""
    mask: "NDArray[np.bool_] | None"
    """Shape (height, width) of the working frame (long side at most 512), or None for unrelated pictures and second shots."""
    frame_size: tuple[int, int]
    """(width, height) of the source, to which `change_mask` scales the mask."""
    marked: "NDArray[np.bool_] | None"
    """Pixels of the drawing that may be a watermark, as `mask`, or None without `watermark_score`."""
    panel: Box | None
    """For a collage, (left, top, right, bottom) of the panel that was edited, in the candidate's pixels."""
    evidence: Evidence
    """The measurements behind the verdict."""

    def change_mask(self) -> bytes | None:
        """Return the mask as a 1-bit PNG of the source's size, or None if there is no mask. White is changed."""
        return None if self.mask is None else to_png(self.mask, self.frame_size)

    def watermark_mask(self) -> bytes | None:
        """Return the drawing that may be a watermark as a 1-bit PNG of the source's size, or None if there is none."""
        return None if self.marked is None else to_png(self.marked, self.frame_size)


def compare(source: "AnyPicture", edit: "AnyPicture") -> Comparison:
    """Compare `edit` with `source`.

    Pictures are bytes, paths, Pillow images, arrays of shape (height, width, 3), or results of `decode` or `prepare`.
    Prepare a source once if it is compared with many edits. The same inputs give the same result in any process, with
    any number of threads.

    Raises:
        InputError: a picture cannot be read or decoded.
    """
    before, after = prepare(source), prepare(edit)
    measured = _measured(before, after, align(before, after))
    evidence = measured.evidence
    if needs_grain(evidence):
        evidence = replace(evidence, grain=measure_grain(before, after, measured.alignment))
    if needs_texture(evidence):
        evidence = replace(evidence, texture=measure_texture(before, after, measured.alignment))
    result = classify(evidence)
    if _frames_differ(measured.alignment, result) and (parts := find_parts(before, after)):
        return _compared_by_parts(before, after, parts)
    panel = edited_panel(before, after, measured.alignment, evidence) if result.verdict in _ALIGNED else None
    return _comparison(before, after, replace(measured, evidence=evidence), result, panel, ())


@dataclass(frozen=True, slots=True)
class _Measured:
    """Hold the measurements under one alignment."""

    alignment: Alignment
    frame: CommonFrame
    change: Change
    evidence: Evidence


def _measured(source: PreparedPicture, edit: PreparedPicture, alignment: Alignment) -> _Measured:
    frame = common_frame(source, edit, alignment)
    change = find_change(frame)
    return _Measured(alignment, frame, change, measure(source, edit, alignment, frame, change))


def _frames_differ(alignment: Alignment, result: Classification) -> bool:
    """Return True if the frames do not align: without any shared content, or moved with little of it."""
    is_moved_part = alignment.method != "identity" and alignment.quality < FOUND
    return result.verdict is Verdict.UNRELATED or (result.verdict is Verdict.EDIT and is_moved_part)


def _compared_by_parts(source: PreparedPicture, edit: PreparedPicture, parts: tuple[Part, ...]) -> Comparison:
    """Compare the frames as the largest part aligns them."""
    measured = _measured(source, edit, Alignment(parts[0].matrix, "part", 0.0))
    alignment = replace(measured.alignment, quality=measured.evidence.structure)
    evidence = replace(measured.evidence, grain=measure_grain(source, edit, alignment))
    if needs_texture(evidence):
        evidence = replace(evidence, texture=measure_texture(source, edit, alignment))
    result = classify_part(evidence, parts[0].confidence)
    return _comparison(source, edit, replace(measured, alignment=alignment, evidence=evidence), result, None, parts)


def _comparison(
    source: PreparedPicture,
    edit: PreparedPicture,
    measured: _Measured,
    result: Classification,
    panel: Box | None,
    parts: tuple[Part, ...],
) -> Comparison:
    alignment, frame, change, evidence = measured.alignment, measured.frame, measured.change, measured.evidence
    related = result.verdict in _ALIGNED
    mask = change_mask(frame, change) if related else None
    watermark = find_watermark(frame, change) if result.verdict is Verdict.EDIT else None
    unchanged = frame.inside & ~mask.pixels if mask else frame.inside & False
    expected = _with_tone(change) if related else frame.source
    tone = evidence.tone
    is_edit = result.verdict is Verdict.EDIT and not panel
    detail = measure_detail(source, edit, alignment) if is_edit else None
    repaint = repaint_probability(detail)
    matrix = [float(value) for value in alignment.matrix.ravel()]
    return Comparison(
        verdict=Verdict.COLLAGE if panel else result.verdict,
        confidence=result.confidence,
        second_shot_doubt=result.second_shot_doubt,
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
        repaint=repaint,
        edit_kind=edit_kind(repaint, detail, edit, alignment) if is_edit else None,
        sparkle=result.verdict is Verdict.EDIT and has_sparkle(frame, change),
        psnr=psnr(expected, frame.edit, unchanged),
        ssim=ssim(expected, frame.edit, unchanged),
        mask=mask.pixels if mask else None,
        frame_size=(source.width, source.height),
        added=evidence.added,
        border=evidence.uncovered - evidence.added,
        watermark=has_watermark(watermark.score if watermark else None),
        watermark_score=watermark.score if watermark else None,
        watermark_kind=watermark.kind if watermark else None,
        marked=watermark.pixels if watermark else None,
        parts=len(parts) if parts else None,
        parts_in_source=covered([part.in_source for part in parts]) if parts else None,
        parts_in_edit=covered([part.in_edit for part in parts]) if parts else None,
        panel=panel,
        evidence=evidence,
    )


def _with_tone(change: Change) -> "NDArray[np.uint8]":
    """Return the source with the edit's global tone and saturation, so that PSNR and SSIM measure local change only."""
    saturation = change.tone.saturation
    if abs(saturation - 1) < 0.05:
        return change.target
    ycc = cv2.cvtColor(change.target, cv2.COLOR_RGB2YCrCb)
    table = np.rint(np.clip((np.arange(256) - 128) * saturation + 128, 0, 255)).astype(np.uint8)
    ycc[..., 1:] = cv2.LUT(np.ascontiguousarray(ycc[..., 1:]), table)
    return np.asarray(cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB))
