"""The card's figures as SVG: bars, with their numbers as text, that read on a light and on a dark page."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

__all__ = ["bars"]

_WIDTH, _HEIGHT, _FOOT, _HEAD = 760, 200, 22, 24
_INK, _BAR = "#7a7a7a", "#2a7fb8"
"""Both stand out from white and from black alike."""
_TYPE = f'font-family="sans-serif" font-size="12" fill="{_INK}"'


def bars(title: str, values: Sequence[int], labels: Mapping[int, str]) -> str:
    """A bar chart. `labels` stand under some of the bars, by their number; hovering over a bar tells its value."""
    highest = max(values, default=0) or 1
    step = _WIDTH / max(len(values), 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEAD + _HEIGHT + _FOOT}" role="img" {_TYPE}>',
        f"<title>{escape(title)}</title>",
        f'<text x="0" y="14">{escape(title)} (highest bar: {highest:,})</text>',
    ]
    for number, value in enumerate(values):
        height = value / highest * _HEIGHT
        parts.append(
            f'<rect x="{number * step:.1f}" y="{_HEAD + _HEIGHT - height:.1f}" width="{max(step - 1, 0.5):.1f}" '
            f'height="{height:.1f}" fill="{_BAR}"><title>{value:,}</title></rect>'
        )
    base = _HEAD + _HEIGHT
    parts.append(f'<line x1="0" y1="{base}" x2="{_WIDTH}" y2="{base}" stroke="{_INK}"/>')
    for number, label in labels.items():
        place, anchor = (number + 0.5) * step, "start" if number == 0 else "middle"
        parts.append(
            f'<text x="{0 if number == 0 else place:.1f}" y="{base + 16}" text-anchor="{anchor}">{escape(label)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])
