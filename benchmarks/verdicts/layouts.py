"""Draw pictures that consist of a photo and something flat: bars, a frame, a page, an interface, a template.

Each layout takes a photo and two random generators. The first draws what all pictures of a template share, the second
what differs. Layouts without a photo are drawings: logos and pages of text.
"""

from collections.abc import Callable

import cv2
import numpy as np
from made import Pixels, Rng

Layout = Callable[[Pixels, Rng, Rng], Pixels]
_FACES = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
_LETTERS = "ABDEGHKLMNOPRSTUVWabcdeghijklmnoprstuvw"


def canvas(width: int, height: int, colour: object) -> Pixels:
    return np.full((height, width, 3), colour, np.uint8)


def fitted(photo: Pixels, width: int, height: int) -> Pixels:
    """Scale a photo into a box."""
    factor = min(width / photo.shape[1], height / photo.shape[0])
    size = (max(1, int(photo.shape[1] * factor)), max(1, int(photo.shape[0] * factor)))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)


def filled(photo: Pixels, width: int, height: int) -> Pixels:
    """Scale and crop a photo to a box."""
    factor = max(width / photo.shape[1], height / photo.shape[0])
    size = (max(width, round(photo.shape[1] * factor)), max(height, round(photo.shape[0] * factor)))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)[:height, :width]


def paste(base: Pixels, top: Pixels, left: int, upper: int) -> None:
    base[upper : upper + top.shape[0], left : left + top.shape[1]] = top


def centred(base: Pixels, top: Pixels) -> Pixels:
    paste(base, top, (base.shape[1] - top.shape[1]) // 2, (base.shape[0] - top.shape[0]) // 2)
    return base


def words(rng: Rng, count: int) -> str:
    return " ".join("".join(rng.choice(list(_LETTERS), int(rng.integers(2, 9)))) for _ in range(count))


def write(base: Pixels, text: str, at: tuple[int, int], height: float, colour: object, face: int = 0) -> None:
    """Write a line whose capitals are `height` pixels high."""
    tint = [int(value) for value in np.broadcast_to(np.asarray(colour), 3)]
    cv2.putText(base, text, at, _FACES[face % 4], height / 22, tint, max(1, round(height / 11)), cv2.LINE_AA)


# Photos within something flat


def bars_tall(photo: Pixels, layout: Rng, _: Rng) -> Pixels:
    width, grey = int(layout.integers(600, 900)), int(layout.choice([0, 0, 0, 20, 255]))
    base = canvas(width, int(width * layout.uniform(1.7, 2.3)), grey)
    return centred(base, fitted(photo, width, int(width * 1.5)))


def bars_wide(photo: Pixels, layout: Rng, _: Rng) -> Pixels:
    height, grey = int(layout.integers(600, 900)), int(layout.choice([0, 0, 0, 20, 255]))
    base = canvas(int(height * layout.uniform(1.7, 2.4)), height, grey)
    return centred(base, fitted(photo, int(height * 1.6), height))


def frame(photo: Pixels, layout: Rng, _: Rng) -> Pixels:
    side, share = int(layout.integers(800, 1300)), layout.uniform(0.35, 0.85)
    colour = (255, 255, 255) if layout.random() < 0.7 else layout.integers(0, 256, 3)
    return centred(canvas(side, side, colour), fitted(photo, int(side * share), int(side * share)))


def filled_frame(photo: Pixels, layout: Rng, _: Rng) -> Pixels:
    """Crop every photo to the same window, as collage and card templates do."""
    width, height, share = int(layout.integers(800, 1200)), int(layout.integers(700, 1300)), layout.uniform(0.45, 0.9)
    base = canvas(width, height, int(layout.choice([0, 255, 245, 235])))
    return centred(base, filled(photo, int(width * share), int(height * layout.uniform(0.45, 0.9))))


def round_window(photo: Pixels, layout: Rng, _: Rng) -> Pixels:
    """Show a photo in a round window, as profile pictures are shown."""
    side = int(layout.integers(700, 1100))
    base = canvas(side, side, int(layout.choice([0, 255, 30])))
    cv2.circle(
        mask := np.zeros((side, side), np.uint8), (side // 2, side // 2), int(side * layout.uniform(0.3, 0.48)), 1, -1
    )
    return np.where(mask[..., None] > 0, filled(photo, side, side), base).astype(np.uint8)


def on_page(photo: Pixels, layout: Rng, content: Rng) -> Pixels:
    """Print a photo on a white page with paragraphs below."""
    width, height = 850, 1100
    base, margin = canvas(width, height, 255), int(layout.integers(50, 120))
    paste(
        base,
        filled(photo, width - 2 * margin, int(layout.integers(250, 500))),
        margin,
        upper := int(layout.integers(80, 160)),
    )
    write(base, words(content, 3)[:28], (margin, upper - 25), 26, 0, int(layout.integers(4)))
    _lines(base, content, margin, upper + 560, 15)
    return base


def app(photo: Pixels, layout: Rng, content: Rng) -> Pixels:
    """Show a photo in an app: status bar, name, buttons and a comment."""
    width, dark = int(layout.integers(640, 900)), layout.random() < 0.5
    ground, ink = ((14, 16, 20), 235) if dark else ((255, 255, 255), 20)
    base = canvas(width, int(width * layout.uniform(1.8, 2.2)), ground)
    write(base, f"{content.integers(1, 24)}:{content.integers(10, 60)}", (40, 50), 24, ink)
    cv2.rectangle(base, (width - 90, 30), (width - 40, 52), [ink] * 3, 2)
    cv2.circle(base, (60, 130), 32, [int(value) for value in content.integers(0, 256, 3)], -1)
    write(base, words(content, 1), (110, 140), 22, ink, 1)
    write(base, "Follow", (width - 150, 140), 22, (60, 130, 250), 1)
    upper = int(layout.integers(190, 260))
    shown = fitted(photo, width, int(base.shape[0] * 0.6))
    paste(base, shown, (width - shown.shape[1]) // 2, upper)
    below = upper + int(base.shape[0] * 0.6) + 50
    for icon in range(4):
        cv2.circle(base, (60 + 90 * icon, below), 22, [ink] * 3, 3, cv2.LINE_AA)
    cv2.drawMarker(base, (width - 60, below), [ink] * 3, cv2.MARKER_DIAMOND, 44, 3)
    write(base, words(content, 4)[:34], (30, below + 80), 20, ink)
    write(base, "View all comments", (30, below + 130), 20, 130)
    return base


def meme(photo: Pixels, layout: Rng, content: Rng) -> Pixels:
    """Put a caption on white over a photo; pictures of one template share its first words."""
    width = int(layout.integers(600, 1000))
    shown = filled(photo, width, int(width * layout.uniform(0.6, 1.1)))
    base = canvas(width, shown.shape[0] + 170, 255)
    face = int(layout.integers(4))
    write(base, "When you " + words(layout, 2)[:12], (20, 65), 34, 0, face)
    write(base, words(content, 4)[:22], (20, 130), 34, 0, face)
    paste(base, shown, 0, 170)
    return base


def captioned(photo: Pixels, layout: Rng, content: Rng) -> Pixels:
    """Write white capitals with a dark outline over a photo, above and below."""
    base = filled(photo, int(layout.integers(700, 1000)), int(layout.integers(600, 1000))).copy()
    text, size = words(layout, 3).upper()[:16], base.shape[1] / 20
    for line, upper in ((text, 0.12), (words(content, 3).upper()[:16], 0.95)):
        at, scale = (int(base.shape[1] * 0.05), int(base.shape[0] * upper)), size / 22
        for colour, thick in (((0, 0, 0), 5), ((255, 255, 255), 2)):
            cv2.putText(base, line, at, cv2.FONT_HERSHEY_DUPLEX, scale, colour, round(thick * scale), cv2.LINE_AA)
    return base


def card(photo: Pixels, layout: Rng, content: Rng) -> Pixels:
    """Draw an identity card: header, portrait, and fields with their names."""
    width, height = 1000, int(layout.integers(600, 680))
    tint = layout.integers(150, 256, 3)
    base = canvas(width, height, tint)
    base[: int(layout.integers(80, 130))] = layout.integers(20, 140, 3)
    write(base, words(layout, 3).upper()[:26], (40, 65), 34, 255, 2)
    paste(base, filled(photo, 280, 360), 50, 170)
    for row in range(5):
        write(base, words(layout, 1), (380, 200 + 76 * row), 16, 90)
        write(base, words(content, 2)[:18], (380, 234 + 76 * row), 24, 10, 1)
    return base


# Drawings


def logo(_: Pixels, layout: Rng, content: Rng) -> Pixels:
    """Draw flat shapes and a name on white."""
    base = canvas(int(layout.integers(700, 1100)), int(layout.integers(600, 900)), 255)
    height, width = base.shape[:2]
    dark, bright = content.integers(0, 160, 3), content.integers(60, 250, 3)
    for number in range(int(content.integers(2, 5))):
        colour = [int(value) for value in (dark, bright)[number % 2]]
        centre = [int(side * content.uniform(0.3, 0.7)) for side in (width, height)]
        shape, radius = int(content.integers(4)), int(height * content.uniform(0.08, 0.25))
        if shape == 0:
            cv2.ellipse(
                base,
                centre,
                (radius, int(radius * content.uniform(0.5, 1.3))),
                content.uniform(0, 180),
                0,
                360,
                colour,
                -1,
                cv2.LINE_AA,
            )
        elif shape == 1:
            angles = np.linspace(0, 2 * np.pi, int(content.integers(3, 9)), endpoint=False) + content.uniform(0, 6)
            points = np.stack([np.cos(angles), np.sin(angles)], 1) * radius + centre
            cv2.fillPoly(base, [np.rint(points).astype(np.int32)], colour, cv2.LINE_AA)
        elif shape == 2:
            cv2.circle(base, centre, radius, colour, int(content.integers(8, 40)), cv2.LINE_AA)
        else:
            cv2.rectangle(
                base,
                (centre[0] - radius, centre[1] - radius // 2),
                (centre[0] + radius, centre[1] + radius),
                colour,
                -1,
            )
    write(
        base,
        words(content, 1).upper(),
        (int(width * content.uniform(0.05, 0.4)), int(height * 0.9)),
        content.uniform(40, 80),
        dark,
        int(content.integers(4)),
    )
    return base


def text_page(_: Pixels, layout: Rng, content: Rng) -> Pixels:
    base = canvas(int(layout.integers(700, 1000)), int(layout.integers(900, 1300)), int(layout.choice([255, 250, 240])))
    margin = int(layout.integers(50, 120))
    write(base, words(content, 3)[:24], (margin, margin + 20), 34, 0, int(layout.integers(4)))
    _lines(base, content, margin, margin + 90, layout.uniform(10, 18), int(layout.integers(4)))
    return base


def _lines(base: Pixels, rng: Rng, margin: int, upper: int, size: float, face: int = 0) -> None:
    """Fill the page with lines of random words."""
    while upper < base.shape[0] - 50:
        count = int(rng.integers(25, 70) * 14 / size)
        text = words(rng, count // 4)[: int((base.shape[1] - 2 * margin) / (size * 0.95))]
        write(
            base,
            text[: int(len(text) * rng.uniform(0.4, 1))] if rng.random() < 0.2 else text,
            (margin, upper),
            size,
            25,
            face,
        )
        upper += int(size * rng.choice([2.0, 2.0, 2.0, 3.6]))


PHOTOS: tuple[Layout, ...] = (
    bars_tall,
    bars_wide,
    frame,
    filled_frame,
    round_window,
    on_page,
    app,
    meme,
    captioned,
    card,
)
DRAWINGS: tuple[Layout, ...] = (logo, text_page)
