"""Draw a contact sheet (PNG) of kept and dropped candidates, before and after."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from os import PathLike

from PIL import Image, ImageDraw, ImageFont

from photoshop_request.media.files.decode import Picture, decode
from photoshop_request.verdicts import Verdict

_WIDTH, _MARGIN, _GAP = 1320, 36, 20
_PAPER, _CARD, _FRAME = "#f4f2ee", "#ffffff", "#e6e2da"
_INK, _SOFT = "#23211e", "#77716a"
_REPLACED = {0x2013: "-", 0x2014: "-", 0x2192: ">", 0x00D7: "x"}
"""Replacements of dashes, arrow and times sign, which the font lacks."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Candidate on the sheet."""

    source: bytes | None
    """Bytes of the source as fetched, or None."""
    edit: bytes | None
    """Bytes of the candidate as fetched, or None."""
    caption: str
    """The instruction."""
    verdict: str
    """`edit`, or the reason for the drop."""
    note: str = ""
    """Figures, or detail of the reason, in one line."""


@dataclass(frozen=True, slots=True)
class _CardStyle:
    """Style of the cards of a section. Measures are in pixels."""

    columns: int
    picture_height: int
    text_size: int
    caption_lines: int
    colour: str

    @property
    def width(self) -> int:
        return (_WIDTH - 2 * _MARGIN - _GAP * (self.columns - 1)) // self.columns


# blue and vermilion of the palette of Okabe and Ito: distinct for every kind of colour vision
_KEPT = _CardStyle(2, 220, 19, 4, "#0072b2")
_DROPPED = _CardStyle(4, 104, 15, 2, "#b84a00")


def contact_sheet(
    pairs: Iterable[Pair], path: str | PathLike[str], *, title: str = "Before and after", subtitle: str = ""
) -> None:
    """Write a PNG with the kept pairs, two in a row, then the dropped pairs, four in a row.

    Each group keeps the given order. Pictures are scaled into their frames, and long texts are cut. For bytes that
    cannot be decoded, the frame shows a note.

    Raises:
        OSError: the file cannot be written.
    """
    pairs = list(pairs)
    kept = [pair for pair in pairs if pair.verdict == Verdict.EDIT]
    dropped = [pair for pair in pairs if pair.verdict != Verdict.EDIT]
    blocks = [_heading(title, subtitle, 38)]
    for name, members, style in (("Kept", kept, _KEPT), ("Dropped", dropped, _DROPPED)):
        if members:
            blocks.append(_heading(f"{name}: {len(members)}", "", 26))
            cards = [_card(pair, style) for pair in members]
            blocks += [_row(cards[at : at + style.columns]) for at in range(0, len(cards), style.columns)]
    height = 2 * _MARGIN + sum(block.height for block in blocks) + _GAP * (len(blocks) - 1)
    sheet = Image.new("RGB", (_WIDTH, height), _PAPER)
    top = _MARGIN
    for block in blocks:
        sheet.paste(block, (_MARGIN, top))
        top += block.height + _GAP
    sheet.save(path, "PNG", optimize=True)


def _heading(text: str, more: str, size: int) -> Image.Image:
    width = _WIDTH - 2 * _MARGIN
    lines = [(line, size, _INK) for line in _wrap(text, size, width, 2)]
    lines += [(line, size // 2, _SOFT) for line in _wrap(more, size // 2, width, 3) if line]
    block = Image.new("RGB", (width, sum(_line_height(size) for _, size, _ in lines)), _PAPER)
    _write(block, lines, (0, 0))
    return block


def _row(cards: Sequence[Image.Image]) -> Image.Image:
    """Return cards side by side, all with the height of the highest."""
    row = Image.new("RGB", (_WIDTH - 2 * _MARGIN, max(card.height for card in cards)), _PAPER)
    draw = ImageDraw.Draw(row)
    for place, card in enumerate(cards):
        left = place * (card.width + _GAP)
        row.paste(_CARD, (left, 0, left + card.width, row.height))
        row.paste(card, (left, 0))
        draw.rectangle((left, 0, left + card.width - 1, row.height - 1), outline=_FRAME)
    return row


def _card(pair: Pair, style: _CardStyle) -> Image.Image:
    """Return source and candidate side by side, with verdict, note and caption below."""
    pad = style.text_size // 2
    inner = style.width - 2 * pad
    half = (inner - pad) // 2
    small = style.text_size - 3
    verdict = _wrap(pair.verdict, small, inner - 16, 1)[0]
    tag = _measure(verdict, small) + 16
    note = _wrap(pair.note, small, inner - tag - pad, 1)[0]
    caption = [
        (line, style.text_size, _INK) for line in _wrap(pair.caption, style.text_size, inner, style.caption_lines)
    ]
    text_top = pad + style.picture_height + pad
    caption_top = text_top + _line_height(small) + pad
    height = caption_top + _line_height(style.text_size) * len(caption) + pad
    card = Image.new("RGB", (style.width, height), _CARD)
    draw = ImageDraw.Draw(card)
    card.paste(_framed(pair.source, (half, style.picture_height), small), (pad, pad))
    card.paste(_framed(pair.edit, (half, style.picture_height), small), (style.width - pad - half, pad))
    draw.rounded_rectangle((pad, text_top, pad + tag, text_top + _line_height(small)), 6, style.colour)
    _write(card, [(verdict, small, _CARD)], (pad + 8, text_top))
    _write(card, [(note, small, _SOFT)], (pad + tag + pad, text_top))
    _write(card, caption, (pad, caption_top))
    return card


def _framed(data: bytes | None, size: tuple[int, int], text_size: int) -> Image.Image:
    """Return a frame with the picture centred in it, or with a note that it is missing."""
    frame = Image.new("RGB", size, _PAPER)
    picture = decode(data, min_side=1) if data else None
    if isinstance(picture, Picture):
        image = Image.fromarray(picture.pixels)
        scale = min(size[0] / image.width, size[1] / image.height)
        image = image.resize(
            (max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.LANCZOS
        )
        frame.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
        return frame
    draw = ImageDraw.Draw(frame)
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=_FRAME)
    words = "cannot be shown" if data else "no picture"
    draw.text((size[0] / 2, size[1] / 2), words, _SOFT, _font(text_size), anchor="mm")
    return frame


def _write(image: Image.Image, lines: Iterable[tuple[str, int, str]], at: tuple[int, int]) -> None:
    """Write lines of (text, size, colour) below each other."""
    draw = ImageDraw.Draw(image)
    left, top = at
    for text, size, colour in lines:
        draw.text((left, top + _line_height(size) / 2), text, colour, _font(size), anchor="lm")
        top += _line_height(size)


def _wrap(text: str, size: int, width: int, most: int) -> list[str]:
    """Return 1 to `most` lines no wider than `width` pixels. The last line ends with an ellipsis if the text is cut."""
    words = _drawable(text).split()
    lines = [""]
    while words:
        word = words.pop(0)
        longer = f"{lines[-1]} {word}".strip()
        if _measure(longer, size) <= width:
            lines[-1] = longer
        elif lines[-1]:
            lines.append("")
            words.insert(0, word)
        else:  # a word wider than the line is cut
            fits = next((n for n in range(len(word) - 1, 1, -1) if _measure(word[:n], size) <= width), 1)
            lines[-1] = word[:fits]
            words.insert(0, word[fits:])
        if len(lines) > most:
            return [*lines[: most - 1], _cut(lines[most - 1], size, width)]
    return lines


def _cut(line: str, size: int, width: int) -> str:
    """Shorten the line and add an ellipsis, so that it fits."""
    while line and _measure(f"{line}…", size) > width:
        line = line[:-1]
    return f"{line.rstrip()}…"


def _drawable(text: str) -> str:
    """Return the characters that Pillow's own font can draw: accents and emoji are removed."""
    plain = unicodedata.normalize("NFKD", text).translate(_REPLACED)
    drawn = "".join(character for character in plain if _has_glyph(character))
    return drawn if drawn.strip() or not text.strip() else "(in a script that this sheet cannot show)"


@cache
def _has_glyph(character: str) -> bool:
    if character.isspace():
        return True
    font = _font(20)
    return bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))


def _measure(text: str, size: int) -> int:
    return round(_font(size).getlength(text))


def _line_height(size: int) -> int:
    return round(size * 1.35)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
