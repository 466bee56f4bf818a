"""What every chart is drawn with: the style, rectangles, texts. Coordinates are units of a chart that is `WIDTH` wide."""

import re
from collections.abc import Mapping
from html import escape

from photoshop_request_builder.dataset.charts.chart import Value

WIDTH = 400
"""Few enough units that letters stay legible on a phone."""
LABEL = 132
"""Width of the labels on the left."""

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
"""Colours are Okabe and Ito's, told apart by every kind of colour vision, darker on light paper."""
_LOOKS = {
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
"""Class -> what it looks like; names of colours stand for the colours."""


def _sheet() -> str:
    colours = {
        name: "".join(f"--{colour}:{value};" for colour, value in each.items())
        for name, each in {"light": _LIGHT, "dark": _DARK}.items()
    }
    looks = "\n".join(
        f".chart .{kind}{{{';'.join(f'{name}:{_coloured(value)}' for name, value in look.items())}}}"
        for kind, look in _LOOKS.items()
    )
    return f"""
:root{{{colours["light"]}}}
@media(prefers-color-scheme:dark){{:root{{{colours["dark"]}}}}}
svg.chart{{display:block;width:100%;height:auto;font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}}
.chart text{{fill:var(--ink)}}
{looks}
"""


def _coloured(value: str) -> str:
    return f"var(--{value})" if value in _LIGHT else value


STYLE = _sheet()
"""Of a page with charts, on light and on dark paper."""


def plain(markup: str) -> str:
    """A chart's markup with its looks as attributes, on light paper: for who forbids style sheets, and any page."""
    return re.sub(r' class="(\w+)"', lambda found: _attributes(_LOOKS[found[1]]), markup)


def _attributes(look: Mapping[str, str]) -> str:
    return "".join(f' {name}="{_LIGHT.get(value, value)}"' for name, value in look.items())


PAPER = _LIGHT["card"]
"""Under such a chart: it lies on light and on dark pages."""
PLAIN = f'fill="{_LIGHT["ink"]}" font-family="system-ui,sans-serif" font-size="13"'
"""Attributes of such a chart as a whole."""


def rect(x: float, y: float, width: float, height: float, kind: str, about: str = "", more: str = "") -> str:
    """A rectangle of a class of `STYLE`; `about` is shown where the pointer rests, `more` are further attributes."""
    inner = f"<title>{escape(about)}</title>" if about else ""
    shape = f'x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{max(0.0, height):.1f}"'
    return f'<rect class="{kind}" {shape}{more}>{inner}</rect>' if inner else f'<rect class="{kind}" {shape}{more}/>'


def text(x: float, y: float, said: str, kind: str = "", anchor: str = "start", more: str = "") -> str:
    """One line of text, escaped, with its base at `y`."""
    style = f' class="{kind}"' if kind else ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{style}{where}{more}>{escape(said)}</text>'


def label(text: str, y: float) -> str:
    """A name on the left, cut where it would run out of the chart, whole in its title."""
    short = cut(text, LABEL - 10)
    title = f"<title>{escape(text)}</title>" if short != text else ""
    return f'<text x="{LABEL - 8}" y="{y:.1f}" text-anchor="end">{escape(short)}{title}</text>'


def cut(text: str, room: float) -> str:
    """As much of a text as surely fits."""
    used = 0.0
    for place, letter in enumerate(text):
        used += _breadth(letter)
        if used > room:
            return f"{text[: max(0, place - 1)]}…"
    return text


def _breadth(letter: str) -> float:
    """Of a letter of 13 units in a wide typeface, at most: nobody can measure what the reader's machine will draw."""
    if letter in "mwMW@%" or ord(letter) > 0x10FF:
        return 13.0
    if letter in "fijlrt.,:;'()[]-|! ":
        return 5.5
    return 9.5 if letter.isupper() or letter in "<>=+~жмшщюы" else 8.2


def amount(value: Value) -> float:
    """A cell as a length; what is missing has none."""
    return float(value) if isinstance(value, int | float) else 0.0
