"""Draw rectangles and texts of a chart as SVG, and hold its style. A chart is `WIDTH` units wide."""

import re
from collections.abc import Mapping
from html import escape

from photoshop_request_builder.dataset.charts.chart import Value

WIDTH = 400
"""Units. Small, so that letters stay legible on a phone."""
LABEL = 132
"""Width of the labels on the left, in units."""

_LIGHT = {
    "ink": "#1f2328",
    "soft": "#656b73",
    "line": "#d8dbdf",
    "card": "#fff",
    "c0": "#0072b2",
    "c1": "#d55e00",
    "c2": "#009e73",
    "c3": "#a8548a",
}
_DARK = {
    "ink": "#e8eaed",
    "soft": "#a0a7b0",
    "line": "#3a3f46",
    "card": "#1d2025",
    "c0": "#56b4e9",
    "c1": "#f08a3c",
    "c2": "#35c99b",
    "c3": "#e29cc9",
}
"""Okabe and Ito's colours, which every kind of colour vision can tell apart, darker on a light background."""
_STYLES = {
    "t": {"fill": "soft", "font-size": "12px"},
    "n": {"font-size": "12px"},
    "b": {"font-weight": "600"},
    "g": {"stroke": "line"},
    "f0": {"fill": "c0"},
    "f1": {"fill": "c1"},
    "f2": {"fill": "c2"},
    "f3": {"fill": "c3"},
    "q": {"fill": "soft", "fill-opacity": ".45"},
    "h": {"fill": "c1", "fill-opacity": ".16"},
    "m": {"stroke": "ink", "stroke-dasharray": "4 3", "stroke-width": "1.5"},
    "r": {"stroke": "c0", "stroke-width": "6", "stroke-opacity": ".35", "stroke-linecap": "round"},
    "l": {"fill": "none", "stroke": "c0", "stroke-width": "2.5"},
}
"""CSS class -> attributes. Names from `_LIGHT` stand for colours."""


def _style_sheet() -> str:
    colours = {
        name: "".join(f"--{colour}:{value};" for colour, value in palette.items())
        for name, palette in {"light": _LIGHT, "dark": _DARK}.items()
    }
    rules = "\n".join(
        f".chart .{name}{{{';'.join(f'{key}:{_css_value(value)}' for key, value in style.items())}}}"
        for name, style in _STYLES.items()
    )
    return f"""
:root{{{colours["light"]}}}
@media(prefers-color-scheme:dark){{:root{{{colours["dark"]}}}}}
svg.chart{{display:block;width:100%;height:auto;font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}}
.chart text{{fill:var(--ink)}}
{rules}
"""


def _css_value(value: str) -> str:
    return f"var(--{value})" if value in _LIGHT else value


STYLE = _style_sheet()
"""Style sheet of a page with charts, for light and dark mode."""
BACKGROUND = _LIGHT["card"]
"""Background of a stand-alone chart, so that it is legible on light and dark pages."""
ATTRIBUTES = f'fill="{_LIGHT["ink"]}" font-family="system-ui,sans-serif" font-size="13"'
"""Attributes of a stand-alone chart's root element."""


def inline_styles(markup: str) -> str:
    """Replace classes by attributes for light mode. Some sites, such as the Hub, forbid style sheets."""
    return re.sub(r' class="(\w+)"', lambda match: _attributes(_STYLES[match[1]]), markup)


def _attributes(style: Mapping[str, str]) -> str:
    return "".join(f' {name}="{_LIGHT.get(value, value)}"' for name, value in style.items())


def rect(x: float, y: float, width: float, height: float, kind: str, tooltip: str = "", more: str = "") -> str:
    """Draw a rectangle of class `kind`. `more` holds further attributes."""
    inner = f"<title>{escape(tooltip)}</title>" if tooltip else ""
    shape = f'x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{max(0.0, height):.1f}"'
    return f'<rect class="{kind}" {shape}{more}>{inner}</rect>' if inner else f'<rect class="{kind}" {shape}{more}/>'


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "start", more: str = "") -> str:
    """Draw one line of text, escaped, with its baseline at `y`."""
    style = f' class="{kind}"' if kind else ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{style}{where}{more}>{escape(content)}</text>'


def label(text: str, y: float) -> str:
    """Draw a label on the left. If it is too long, cut it and put the whole text in its tooltip."""
    short = cut(text, LABEL - 10)
    title = f"<title>{escape(text)}</title>" if short != text else ""
    return f'<text x="{LABEL - 8}" y="{y:.1f}" text-anchor="end">{escape(short)}{title}</text>'


def cut(text: str, room: float) -> str:
    """Cut a text so that it fits into `room` units in any typeface."""
    used = 0.0
    for index, letter in enumerate(text):
        used += _width(letter)
        if used > room:
            return f"{text[: max(0, index - 1)]}…"
    return text


def _width(letter: str) -> float:
    """Return the greatest width of a 13-unit letter in a wide typeface, since the reader's font is unknown."""
    if letter in "mwMW@%" or ord(letter) > 0x10FF:
        return 13.0
    if letter in "fijlrt.,:;'()[]-|! ":
        return 5.5
    return 9.5 if letter.isupper() or letter in "<>=+~жмшщюы" else 8.2


def amount(value: Value) -> float:
    """Return a cell's number as a length, or 0 if it is missing."""
    return float(value) if isinstance(value, int | float) else 0.0
