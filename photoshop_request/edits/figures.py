"""Declare the figures of a comparison. Tables, published columns, pages and documents derive from this list."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_type_hints

WatermarkKind = Literal["repeated", "overlay", "signature"]
EditKind = Literal["precise", "repaint", "unsure"]
Method = Literal["identity", "shift", "similarity", "part"]
Matrix = tuple[float, float, float, float, float, float]

_KINDS: dict[Any, str] = {
    bool: "bool",
    int: "int32",
    int | None: "int32",
    float: "float64",
    float | None: "float64",
    Method: "string",
    WatermarkKind | None: "string",
    EditKind | None: "string",
    Matrix: "list<float64>",
}
"""Type of a figure -> type of its column, as in `schema.Column`."""


@dataclass(frozen=True, slots=True)
class _Published:
    """Mark a figure that `candidates` stores and `triplets` publishes."""

    meaning: str
    """With unit and range; shown in the card, the column reference and the viewer."""
    column: str = ""
    """Name in `triplets`, if it differs from the figure's name."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """Mark a figure that `candidates` stores but no config publishes."""

    meaning: str
    """With unit and range; shown in the viewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Hold the figures of one comparison. To add a figure, add a field here and compute it in `compare`."""

    confidence: Annotated[
        float,
        _Published(
            "Confidence in the verdict, 0.5 to 1; near 0.5 another verdict is as likely. "
            "Null where reviewers overruled the verdict."
        ),
    ]
    second_shot_doubt: Annotated[
        bool,
        _Published(
            "True if the grain could be that of another exposure of the scene; `confidence` is then at most 0.6."
        ),
    ]
    phash_distance: Annotated[int, _Published("Bits, 0 to 64, in which the perceptual hashes (DCT) differ.")]
    dhash_distance: Annotated[int, _Published("Bits, 0 to 64, in which the gradient hashes differ.")]
    method: Annotated[
        Method,
        _Published(
            "Transform that aligns the edit with the source: `identity`, `shift` or `similarity` (crop, scale, rotation). "
            "`part`: the frames do not align, but a part of the source was pasted elsewhere; all figures then compare the "
            "frames by the largest part.",
            column="alignment",
        ),
    ]
    matrix: Annotated[
        Matrix,
        _Published(
            "a b c d e f: edit pixel (x, y) lies at (ax+by+c, dx+ey+f) in the source.", column="alignment_matrix"
        ),
    ]
    alignment_quality: Annotated[
        float,
        _Published("Fraction, 0 to 1, of textured 16x16 blocks of the overlap whose structure agrees."),
    ]
    scale: Annotated[float, _Published("Source pixels per edit pixel along a line; under 1 the edit is larger.")]
    rotation: Annotated[float, _Published("Degrees clockwise, -180 to 180.")]
    mirrored: Annotated[bool, _Published("True if the edit is a mirror image.")]
    overlap: Annotated[float, _Published("Fraction of the source's frame that the edit shows, 0 to 1.")]
    size_ratio: Annotated[float, _Stored("Pixels of the edit divided by pixels of the source.")]
    gain: Annotated[float, _Published("Global factor on luminance; 1 is unchanged.")]
    offset: Annotated[float, _Published("Global gray levels (of 255) added to luminance; 0 is unchanged.")]
    saturation: Annotated[float, _Published("Global factor on chroma; 1 is unchanged, 0 is black and white.")]
    sharpness: Annotated[
        float, _Published("Median ratio of fine detail, edit to source; 1 is unchanged, under 1 is softer.")
    ]
    changed_fraction: Annotated[
        float, _Published("Fraction of the common area that changed, 0 to 1, after compensating global tone.")
    ]
    regions: Annotated[int, _Published("Connected regions of the change mask.")]
    locality: Annotated[
        float,
        _Published(
            "Fraction of 16x16 blocks that stayed within 3 gray levels on average, 0 to 1. "
            "Near 1 is a local edit, near 0 a global change. `repaint` tells changes of tone from repaints."
        ),
    ]
    repaint: Annotated[
        float | None,
        _Published(
            "Probability, 0 to 1, that a model drew the whole picture anew. "
            "Null if too little fine detail stands in both pictures."
        ),
    ]
    edit_kind: Annotated[
        EditKind | None,
        _Published(
            "`precise`: what did not change has the source's own texture; `repaint`: a model drew it anew; "
            "`unsure`: cannot be told. Null where reviewers overruled another verdict."
        ),
    ]
    psnr: Annotated[
        float | None,
        _Published("PSNR outside the mask in dB, at most 60, after compensating global tone. Null if all changed."),
    ]
    ssim: Annotated[
        float | None,
        _Published("SSIM of luminance outside the mask, -1 to 1, after compensating global tone. Null if all changed."),
    ]
    added: Annotated[float, _Published("Fraction of the edit with new content beyond the source's frame, 0 to 1.")]
    border: Annotated[float, _Published("Fraction of the edit that is plain beyond the source's frame, 0 to 1.")]
    watermark: Annotated[
        bool,
        _Published(
            "True if the solver's watermark lies over the edit, by the picture and by what was written. "
            "Such rows are published only with the setting `include_watermarked`."
        ),
    ]
    watermark_score: Annotated[
        float | None,
        _Published(
            "Probability of a watermark, 0 to 1, by the picture alone. Null if there is no sign of one. "
            "It decides from 0.5, or from another score if the request or the solver wrote of one."
        ),
    ]
    watermark_kind: Annotated[
        WatermarkKind | None,
        _Published(
            "`repeated` (tiled or crossed), `overlay` (large and translucent) or `signature` (text in a corner, with "
            "the extra `ocr`). Null without a score."
        ),
    ]
    sparkle: Annotated[bool, _Stored("True if the edit adds a small white star near a corner, as some models do.")]
    parts: Annotated[
        int | None, _Published("Number of parts that the edit took from the source. Null unless `alignment` is `part`.")
    ]
    parts_in_source: Annotated[
        float | None,
        _Published("Fraction of the source that the parts cover, 0 to 1. Null unless `alignment` is `part`."),
    ]
    parts_in_edit: Annotated[
        float | None,
        _Published("Fraction of the edit that the parts cover, 0 to 1. Null unless `alignment` is `part`."),
    ]


@dataclass(frozen=True, slots=True)
class Figure:
    """Describe one figure."""

    name: str
    """Field of `Comparison` and column of the table `candidates`."""
    kind: str
    """Type of the column, as in `schema.Column`."""
    meaning: str
    column: str | None
    """Name in the config `triplets`; None if it is not published."""


def _figures_of(declaration: type) -> tuple[Figure, ...]:
    """Return the figures that the annotations of a class declare, in order."""
    figures = []
    for name, annotation in get_type_hints(declaration, include_extras=True).items():
        python_type, about = get_args(annotation)
        column = (about.column or name) if isinstance(about, _Published) else None
        figures.append(Figure(name, _KINDS[python_type], about.meaning, column))
    return tuple(figures)


FIGURES = _figures_of(Figures)
"""Every figure, in the order of the table `candidates`."""
