"""Make pairs of unrelated photos that share only a caption, an interface, a logo or a watermark."""

from collections.abc import Callable

import numpy as np
from made import Pixels, Rng
from PIL import Image, ImageDraw, ImageFont

_FACES = ("DejaVuSans-Bold", "DejaVuSerif", "LiberationSans-Regular", "LiberationSerif-Bold", "DejaVuSansMono")
_LETTERS = "aabcdeeefghiijklmnnoopqrrsstttuvwxyz"


def caption(photos: tuple[Pixels, Pixels], rng: Rng) -> tuple[Pixels, Pixels]:
    """Write the same sentence at the top and the bottom, white with a black outline, as memes have it."""
    font = _font(rng, int(rng.integers(44, 100)))
    sentences = [_words(rng, int(rng.integers(2, 5))).upper() for _ in range(2)]

    def draw(picture: Image.Image) -> None:
        for sentence, top in zip(sentences, (0.03, 0.86), strict=True):
            place = (picture.width / 2, top * picture.height)
            ImageDraw.Draw(picture).text(
                place, sentence, "white", font, anchor="ma", stroke_width=4, stroke_fill="black"
            )

    return _drawn(photos, draw, same_size=True)


def page_of_text(photos: tuple[Pixels, Pixels], rng: Rng) -> tuple[Pixels, Pixels]:
    """Put the same paragraph on white above the photo, as screenshots of posts have it."""
    font, lines = _font(rng, int(rng.integers(24, 48))), [_words(rng, 5) for _ in range(int(rng.integers(3, 8)))]
    ground = (255, 255, 255) if rng.random() < 0.6 else (20, 22, 26)
    ink = "black" if ground[0] == 255 else "white"
    result = []
    for photo in photos:
        picture = Image.fromarray(photo)
        room = int(len(lines) * font.size * 1.4) + 60
        page = Image.new("RGB", (picture.width, picture.height + room), ground)
        page.paste(picture, (0, room))
        ImageDraw.Draw(page).multiline_text((30, 30), "\n".join(lines), ink, font, spacing=font.size * 0.4)
        result.append(np.asarray(page))
    return result[0], result[1]


def interface(photos: tuple[Pixels, Pixels], rng: Rng) -> tuple[Pixels, Pixels]:
    """Show both photos in one application on a phone: bars, buttons, round icons, labels."""
    dark = rng.random() < 0.5
    ground, ink = ((17, 18, 20), (225, 228, 232)) if dark else ((250, 250, 250), (30, 32, 36))
    small, large = _font(rng, 30), _font(rng, 44)
    name, labels = _words(rng, 2).title(), [_words(rng, 1).title() for _ in range(5)]
    colours = [tuple(int(c) for c in rng.integers(30, 230, 3)) for _ in range(5)]
    kinds = rng.integers(0, 4, 5)
    result = []
    for photo in photos:
        picture = Image.fromarray(photo)
        picture = picture.resize((720, round(picture.height * 720 / picture.width)))
        screen = Image.new("RGB", (720, 1560), ground)
        top = (1560 - picture.height) // 2
        screen.paste(picture, (0, top))
        draw = ImageDraw.Draw(screen)
        draw.text((30, 20), "12:41", ink, small)
        draw.rectangle((640, 24, 690, 46), outline=ink, width=3)
        draw.ellipse((30, 90, 110, 170), fill=colours[0])
        draw.text((52, 104), name[:1], "white", large)
        draw.text((130, 100), name, ink, large)
        draw.rounded_rectangle((540, 100, 690, 160), 28, fill=colours[1])
        draw.text((560, 110), labels[0][:7], "white", small)
        for index, kind in enumerate(kinds):
            x, y = 40 + 140 * index, 1440
            shape = (x, y, x + 60, y + 60)
            if kind == 0:
                draw.ellipse(shape, outline=ink, width=5)
            elif kind == 1:
                draw.polygon([(x, y + 60), (x + 30, y), (x + 60, y + 60)], fill=colours[index])
            elif kind == 2:
                draw.rounded_rectangle(shape, 12, outline=ink, width=5)
                draw.line((x + 12, y + 30, x + 48, y + 30), ink, 5)
            else:
                draw.regular_polygon((x + 30, y + 30, 32), 5 + index, fill=ink)
            draw.text((x + 30, y + 66), labels[index][:6], ink, small, anchor="ma")
        result.append(np.asarray(screen))
    return result[0], result[1]


def logo(photos: tuple[Pixels, Pixels], rng: Rng) -> tuple[Pixels, Pixels]:
    """Put the same emblem on both photos, at two sizes and places."""
    emblem = _emblem(rng)
    result = []
    for photo in photos:
        picture = Image.fromarray(photo)
        side = int(rng.uniform(0.15, 0.45) * min(picture.size))
        small = emblem.resize((side, side), Image.Resampling.LANCZOS)
        place = [int(rng.uniform(0, 1) * (length - side)) for length in picture.size]
        picture.paste(small, (place[0], place[1]), small)
        result.append(np.asarray(picture))
    return result[0], result[1]


def watermark(photos: tuple[Pixels, Pixels], rng: Rng) -> tuple[Pixels, Pixels]:
    """Lay the same faint text over both photos, tiled or once."""
    font, text, opacity = _font(rng, int(rng.integers(30, 90))), _words(rng, 2), int(rng.integers(70, 200))
    tiled, ink = rng.random() < 0.6, (255, 255, 255) if rng.random() < 0.7 else (0, 0, 0)
    angle = float(rng.uniform(-45, 45)) if rng.random() < 0.6 else 0.0

    def draw(picture: Image.Image) -> None:
        side = 2 * max(picture.size)
        layer = Image.new("L", (side, side), 0)
        step = (int(font.getlength(text)) + 60, int(font.size * 2.2))
        places = [(x, y) for y in range(0, side, step[1]) for x in range(0, side, step[0])]
        for place in places if tiled else [(side // 2, side // 2)]:
            ImageDraw.Draw(layer).text(place, text, opacity, font, anchor="lt" if tiled else "mm")
        layer = (
            layer.rotate(angle)
            .crop(
                (
                    (side - picture.width) // 2,
                    (side - picture.height) // 2,
                    (side + picture.width) // 2,
                    (side + picture.height) // 2,
                )
            )
            .resize(picture.size)
        )
        picture.paste(ink, (0, 0), layer)

    return _drawn(photos, draw, same_size=rng.random() < 0.7)


def template(photos: tuple[Pixels, Pixels], rng: Rng) -> tuple[Pixels, Pixels]:
    """Put both photos into one decorated frame, as cards and posters have it."""
    colours = [tuple(int(c) for c in rng.integers(0, 256, 3)) for _ in range(4)]
    font, title = _font(rng, 70), _words(rng, 2).title()
    spots = rng.integers(0, 1000, (40, 2)).tolist()
    sizes = rng.integers(8, 40, 40).tolist()
    result = []
    for photo in photos:
        card = Image.new("RGB", (1000, 1000), colours[0])
        draw = ImageDraw.Draw(card)
        for index, ((x, y), size) in enumerate(zip(spots, sizes, strict=True)):
            draw.regular_polygon((x, y, size), 3 + index % 6, rotation=9 * index, fill=colours[1 + index % 3])
        side = Image.fromarray(photo)
        side.thumbnail((640, 640))
        card.paste(side, ((1000 - side.width) // 2, (1000 - side.height) // 2))
        draw.text((500, 20), title, colours[1], font, anchor="ma", stroke_width=3, stroke_fill=colours[2])
        result.append(np.asarray(card))
    return result[0], result[1]


KINDS: tuple[Callable[[tuple[Pixels, Pixels], Rng], tuple[Pixels, Pixels]], ...] = (
    caption,
    page_of_text,
    interface,
    logo,
    watermark,
    template,
)


def _drawn(
    photos: tuple[Pixels, Pixels], draw: Callable[[Image.Image], None], *, same_size: bool
) -> tuple[Pixels, Pixels]:
    """Draw the same marks on both photos, which get one width if asked for."""
    result = []
    for photo in photos:
        picture = Image.fromarray(photo)
        if same_size:
            picture = picture.resize((1000, round(picture.height * 1000 / picture.width)))
        draw(picture)
        result.append(np.asarray(picture))
    return result[0], result[1]


def _emblem(rng: Rng) -> Image.Image:
    """Return a drawn emblem of 400 pixels with transparent ground: a plate, shapes and a name."""
    picture = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    colours = [(*(int(c) for c in rng.integers(0, 256, 3)), 255) for _ in range(4)]
    if rng.random() < 0.5:
        draw.ellipse((5, 5, 395, 395), fill=colours[0], outline=colours[1], width=14)
    else:
        draw.rounded_rectangle((5, 5, 395, 395), 50, fill=colours[0], outline=colours[1], width=14)
    for index in range(int(rng.integers(2, 7))):
        place = rng.integers(90, 310, 2).tolist()
        draw.regular_polygon(
            (*place, int(rng.integers(25, 90))),
            int(rng.integers(3, 9)),
            float(rng.uniform(0, 90)),
            colours[1 + index % 3],
        )
    draw.text((200, 330), _words(rng, 1).upper()[:8], colours[2], _font(rng, 52), anchor="mm")
    return picture


def _words(rng: Rng, count: int) -> str:
    return " ".join("".join(rng.choice(list(_LETTERS), int(rng.integers(3, 9)))) for _ in range(count))


def _font(rng: Rng, size: int) -> ImageFont.FreeTypeFont:
    name = _FACES[int(rng.integers(len(_FACES)))]
    for file in (f"{name}.ttf", f"truetype/{name}.ttf"):
        try:
            return ImageFont.truetype(file, size)
        except OSError:
            continue
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
