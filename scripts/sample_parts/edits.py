"""Every picture of the sample: what a requester posted and what a solver made of it.

One function a photo, each gives named pictures; `<photo>` is what was posted, `<photo>-<word>` an edit.
"""

import cv2
import numpy as np

from . import tools
from .photos import PHOTOS, Picture, load

Pictures = dict[str, Picture]


def coffee(photo: Picture) -> Pictures:
    """Remove the spoon twice, by two solvers, then make the cup blue."""
    bowl = np.maximum(
        tools.ellipse(photo, (364, 290), (57, 56), feather=0),
        tools.polygon(photo, [(312, 234), (366, 230), (376, 206), (394, 200), (400, 250), (312, 264)], feather=0),
    )
    stem = tools.polygon(photo, [(386, 206), (399, 162), (410, 120), (420, 108), (411, 150), (392, 212)], feather=0)
    tip = tools.polygon(
        photo, [(399, 62), (430, 60), (433, 84), (424, 108), (411, 124), (408, 100), (401, 78)], feather=0
    )
    hasty = tools.heal(photo, tools.ellipse(photo, (364, 284), (48, 48), feather=0))
    gone = tools.clone(tools.heal(photo, np.maximum(bowl, stem)), tip, (34, 12))
    hsv = cv2.cvtColor(gone, cv2.COLOR_RGB2HSV)
    red = ((hsv[..., 0] < 15) | (hsv[..., 0] > 168)) & (hsv[..., 1] > 90)
    inside = tools.ellipse(photo, (290, 112), (118, 95), feather=0) > 0.5
    saucer = tools.ellipse(photo, (277, 216), (203, 173), feather=0) > 0.5
    cup = tools.soften(cv2.dilate((red & saucer & ~inside).astype(np.float32), np.ones((3, 3))), 1)
    return {
        "coffee": photo,
        "coffee-nospoon": gone,
        "coffee-hasty": hasty,
        "coffee-blue": tools.turn_hue(gone, cup, -128, 0.62),
    }


def camera(photo: Picture) -> Pictures:
    """Colorize a black-and-white photo, and tint it sepia."""
    light = photo[..., 0]
    rows = np.arange(photo.shape[0])[:, None]
    outline = [(0, 250), (45, 170), (80, 135), (150, 104), (162, 78), (200, 60), (240, 72), (272, 110), (262, 140)]
    outline += [(328, 150), (334, 200), (306, 240), (300, 285), (246, 314), (208, 296), (140, 384), (152, 512)]
    outline += [(138, 512), (118, 470), (98, 446), (90, 512), (0, 512)]
    man = tools.polygon(photo, outline, feather=0)
    face = tools.polygon(photo, [(178, 140), (192, 124), (206, 132), (246, 128), (254, 172), (240, 196), (200, 190)])
    neck = tools.polygon(photo, [(180, 150), (200, 160), (204, 190), (190, 200)])
    shirt = tools.polygon(photo, [(158, 148), (178, 150), (196, 200), (180, 214)])
    steel = tools.polygon(
        photo,
        [(284, 210), (300, 210), (302, 490), (286, 490)],
        [(282, 320), (290, 340), (246, 512), (228, 512)],
        [(304, 325), (312, 322), (410, 512), (394, 512)],
        [(258, 138), (330, 138), (330, 190), (258, 186)],
        feather=1,
    )
    person = np.maximum.reduce([face, neck, shirt, steel])
    coat = tools.soften(((man > 0.5) & (light < 70)).astype(np.float32), 2)
    sky = tools.soften(((rows < 190) & (light > 130)).astype(np.float32), 1) * (1 - person)
    sky *= np.interp(rows, [0, 110, 190], [1, 0.85, 0.25]).astype(np.float32)
    grass = tools.soften(((rows > 230) & (man < 0.5)).astype(np.float32), 3) * (1 - steel)
    town = tools.soften(((rows > 165) & (rows < 230) & (light < 175) & (man < 0.5)).astype(np.float32), 2)
    everywhere = np.ones(photo.shape[:2], np.float32)
    paints = [(everywhere, (1, 5)), (town, (5, 12)), (sky, (-4, -21)), (grass, (-15, 26)), (coat, (2, -9))]
    coloured = tools.tint(photo, [*paints, (steel, (0, -3)), (face, (13, 20)), (neck, (13, 20))])
    framed = tools.crop(tools.relight(coloured, 0.9), 0.05, 0.04, 1, 0.96)
    return {
        "camera": photo,
        "camera-colour": framed,
        "camera-sepia": tools.tint(photo, [(everywhere, (8, 22))]),
    }


def coins(photo: Picture) -> Pictures:
    """Turn grey coins on a plate into bronze coins on felt, without the two at the edge."""
    big = tools.resize(photo, 768)
    smooth = cv2.GaussianBlur(big[..., 0], (0, 0), 3)
    found = cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 161, -14)
    found = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    mask = np.zeros(big.shape[:2], np.float32)
    for outline in cv2.findContours(found, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        x, _, width, height = cv2.boundingRect(outline)
        if cv2.contourArea(outline) > 1500 and x + width < 745 and height < 160:
            cv2.drawContours(mask, [cv2.convexHull(outline)], -1, 1.0, -1, cv2.LINE_AA)
    shadow = 1 - 0.6 * np.roll(tools.soften(mask, 7), (7, 5), (0, 1))
    felt = np.array((34, 66, 52)) * shadow[..., None] + tools.mottle(mask.shape, 7, 1)
    bronze = tools.tint(tools.relight(big, 0.85, 1.05), [(np.ones_like(mask), (9, 32))])
    return {"coins": big, "coins-bronze": tools.blend(np.clip(felt, 0, 255), bronze, tools.soften(mask, 1))}


def hopper(photo: Picture) -> Pictures:
    """Scratch and fade a print, and restore it."""
    random = np.random.default_rng(1906)
    damage = np.zeros(photo.shape[:2], np.float32)
    for x, lean, wide in ((88, 40, 2), (302, -55, 2), (345, 30, 1), (431, -20, 3), (190, 75, 1)):
        steps = np.arange(0, photo.shape[0] + 20, 20)
        line = np.stack([x + lean * steps / 600 + random.normal(0, 2.5, len(steps)), steps], 1).round().astype(np.int32)
        cv2.polylines(damage, [line], False, 1.0, wide, cv2.LINE_AA)
    for x, y in random.uniform((0, 0), (512, 600), (70, 2)):
        cv2.circle(damage, (int(x), int(y)), int(random.integers(1, 4)), 1.0, -1, cv2.LINE_AA)
    torn = tools.polygon(photo, [(0, 0), (74, 0), (58, 17), (41, 26), (30, 48), (12, 60), (0, 82)], feather=0.8)
    damage = np.maximum(damage, torn)
    lab = tools.to_lab(photo)
    lab[..., 0] = 22 + lab[..., 0] * 0.72
    lab[..., 1:] = lab[..., 1:] * 0.55 + np.array((3, 11), np.float32)
    faded = tools.from_lab(lab)
    scratched = tools.blend(faded, np.full_like(faded, 243), damage)
    healed = tools.to_lab(tools.heal(scratched, cv2.dilate(damage, np.ones((5, 5))), grain=1.5))
    healed[..., 0] = np.clip((healed[..., 0] - 22) / 0.72, 0, 100)
    healed[..., 1:] = (healed[..., 1:] - np.array((3, 11), np.float32)) / 0.58
    return {"hopper": scratched, "hopper-restored": tools.from_lab(healed)}


def pagoda(photo: Picture) -> Pictures:
    """Replace the dull sky by an evening sky, and crop the result."""
    rows = np.linspace(0, 1, photo.shape[0], dtype=np.float32)[:, None]
    lab = tools.to_lab(photo)
    bright = (lab[..., 0] > 66) & (np.abs(lab[..., 1]) < 7) & (lab[..., 2] < 9) & (rows < 0.51)
    count, labels = cv2.connectedComponents(bright.astype(np.uint8))
    open_sky = np.isin(labels, [n for n in range(1, count) if (labels[:60] == n).any()])
    sky = tools.soften(cv2.dilate(open_sky.astype(np.float32), np.ones((3, 3))), 1.2)
    sky *= np.clip((0.52 - rows) / 0.08, 0, 1)
    stops = np.array([0.0, 0.2, 0.36, 0.5, 1.0])
    colours = np.array([(58, 62, 116), (146, 92, 138), (238, 138, 104), (255, 206, 130), (255, 206, 130)])
    evening = np.stack([np.interp(rows[:, 0], stops, colours[:, n]) for n in range(3)], 1)[:, None, :]
    veil = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 1, photo.shape[:2]), (0, 0), 34, sigmaY=5)
    clouds = (veil / np.abs(veil).max() * 55)[..., None] * np.array([1.0, 0.72, 0.6])
    glow = np.clip(tools.relight(photo, 1.25, 0.96, 9) * np.array([1.05, 0.94, 0.86]), 0, 255).astype(np.uint8)
    sunset = tools.blend(glow, evening + clouds, sky)
    return {"pagoda": photo, "pagoda-sunset": sunset, "pagoda-tight": tools.crop(sunset, 0.05, 0.04, 0.66, 0.96)}


def dahlia(photo: Picture) -> Pictures:
    """Make the flower purple and remove the half flower below, then add a line of text."""
    below = tools.polygon(
        photo, [(262, 427), (270, 388), (312, 360), (358, 342), (424, 340), (482, 396), (506, 427)], feather=0
    )
    alone = tools.heal(photo, below)
    lab = tools.to_lab(alone)
    petals = tools.soften(((lab[..., 2] > 14) & (lab[..., 1] > 0)).astype(np.float32), 1.2)
    purple = tools.turn_hue(alone, petals * tools.ellipse(alone, (308, 222), (142, 142)), -105, 0.9)
    card = tools.write(purple, "Happy 60th, Mom!", (0.5, 0.9), 54, (255, 244, 250), stroke=1)
    return {
        "dahlia": photo,
        "dahlia-purple": purple,
        "dahlia-card": card,
        "dahlia-second": tools.resize(tools.crop(photo, 0.3, 0.15, 0.8, 1.0), 480),
    }


def cat(photo: Picture, stars: Picture) -> Pictures:
    """Place the cat in front of the stars."""
    big, zoom = tools.resize(photo, 720), 720 / photo.shape[1]
    outline = [(44, 0), (398, 0), (388, 22), (372, 55), (357, 74), (364, 125), (356, 160), (333, 205), (318, 225)]
    outline += [(312, 260), (300, 285), (292, 299), (0, 299), (0, 128), (24, 108), (32, 60)]
    mask = tools.polygon(big, [(round(x * zoom), round(y * zoom)) for x, y in outline], feather=4)
    sky = tools.resize(stars, 720)
    behind = np.clip(sky[60 : 60 + big.shape[0]].astype(np.float32) * 1.3 + (4, 6, 16), 0, 255)
    cold = np.clip(big * np.array([0.84, 0.93, 1.1]), 0, 255)
    space = tools.blend(behind.astype(np.uint8), cold, mask)
    return {"cat": big, "stars": sky, "cat-space": space}


def astronaut(photo: Picture) -> Pictures:
    """Remove the model behind the portrait, and blur it in a second edit."""
    model = [(380, 0), (456, 0), (462, 215), (512, 265), (512, 470), (494, 440), (470, 392), (440, 362), (400, 342)]
    model += [(364, 346), (364, 300), (360, 262), (350, 225), (376, 170), (378, 40)]
    room = [(318, 0), (512, 0), (512, 470), (494, 440), (470, 392), (440, 362), (400, 342), (364, 347), (358, 300)]
    room += [(350, 262), (346, 240), (318, 214)]
    left = np.interp(np.arange(512), [320, 352], [0, 1]).astype(np.float32)[None, :]
    wall = photo[:190, 310:350].mean(axis=1)[np.clip(np.arange(512), 0, 189)]
    wall = np.repeat(cv2.GaussianBlur(wall[None], (0, 0), 1)[0][:, None, :], 512, axis=1)
    backdrop = cv2.GaussianBlur(wall, (0, 0), 16) + tools.mottle((512, 512), 9, 30)
    plain = tools.blend(photo, backdrop, tools.polygon(photo, room, feather=1.5) * left)
    behind = tools.polygon(photo, [(62, 0), (512, 0), (512, 512), (350, 512), (350, 260), (290, 215)], model, feather=1)
    person = [(40, 250), (110, 205), (150, 120), (150, 60), (180, 14), (260, 10), (306, 60), (300, 130), (262, 165)]
    person += [(306, 230), (345, 262), (362, 345), (400, 340), (470, 385), (500, 470), (512, 512), (0, 512), (0, 300)]
    behind *= 1 - tools.polygon(photo, person, feather=1)
    spread = cv2.GaussianBlur(photo * behind[..., None], (0, 0), 11) / (
        cv2.GaussianBlur(behind, (0, 0), 11)[..., None] + 1e-3
    )
    return {
        "astronaut": photo,
        "astronaut-plain": plain,
        "astronaut-blurred": tools.crop(tools.blend(photo, spread, behind), 0.03, 0, 0.97, 0.97),
    }


def rocket(photo: Picture) -> Pictures:
    """Tilt a photo, straighten and crop it, straighten and brighten it."""
    crooked = tools.crop(tools.rotate(photo, 5.5), 0.04, 0.05, 0.96, 0.95)
    straight = tools.crop(tools.rotate(crooked, -5.5), 0.06, 0.06, 0.94, 0.95)
    return {"rocket": crooked, "rocket-straight": straight, "rocket-bright": tools.relight(straight, 0.62, 1.02, -2)}


def bricks(photo: Picture) -> Pictures:
    """Spray paint on a brick wall, and clean it."""
    wall = tools.tint(photo, [(np.ones(photo.shape[:2], np.float32), (17, 16))])
    paint = tools.write(np.zeros_like(wall), "NOPE", (0.62, 0.6), 76, (255, 255, 255), stroke=4)
    paint = cv2.warpAffine(paint, cv2.getRotationMatrix2D((317, 307), 9, 1.0), (512, 512))
    cover = tools.soften(paint[..., 0].astype(np.float32) / 255, 2.2) * 0.88
    halo = tools.soften(paint[..., 0].astype(np.float32) / 255, 11) * 0.5
    colour = np.broadcast_to(np.array((52, 190, 222), np.float32), wall.shape)
    sprayed = tools.blend(wall, colour * (0.7 + photo / 520), np.maximum(cover, halo))
    cleaned = tools.blend(wall, cv2.GaussianBlur(wall, (0, 0), 1.1), np.clip(cover * 1.2, 0, 1))
    return {"bricks": sprayed, "bricks-clean": cleaned}


def notes(photo: Picture) -> Pictures:
    """Photograph a page in grey, and make it white with dark ink."""
    big = tools.resize(photo, 896)
    light = cv2.GaussianBlur(big[..., 0], (0, 0), 1).astype(np.float32)
    paper = cv2.GaussianBlur(cv2.dilate(light, np.ones((41, 41))), (0, 0), 20)
    clean = np.clip((light / paper - 0.44) / 0.2, 0, 1) * 255
    return {"notes": big, "notes-clean": np.repeat(clean[..., None], 3, axis=2).astype(np.uint8)}


def album(stars: Picture) -> Pictures:
    """Make a square cover with two lines of text from the deep field."""
    square = tools.resize(stars[:, 64 : 64 + stars.shape[0]], 640)
    poster = tools.write(tools.relight(square, 0.85), "FAR FIELD", (0.5, 0.42), 92, (255, 236, 200), stroke=1)
    return {"stars-cover": tools.write(poster, "songs for the long way home", (0.5, 0.55), 30, (236, 240, 255))}


def joke() -> Pictures:
    """Draw a joke picture that edits nothing."""
    ground = np.linspace((250, 214, 92), (240, 120, 84), 420)[:, None, :].repeat(560, 1).astype(np.uint8)
    face = np.asarray(ground).copy()
    cv2.circle(face, (280, 215), 96, (60, 52, 74), -1, cv2.LINE_AA)
    for x in (246, 314):
        cv2.circle(face, (x, 196), 20, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.circle(face, (x + 5, 200), 8, (20, 20, 24), -1, cv2.LINE_AA)
    cv2.ellipse(face, (280, 272), (42, 24), 0, 180, 360, (255, 255, 255), 6, cv2.LINE_AA)
    top = tools.write(face, '"JUST A QUICK FIX"', (0.5, 0.11), 48, (255, 255, 255), stroke=2)
    return {"joke": tools.write(top, "40 LAYERS LATER", (0.5, 0.89), 48, (255, 255, 255), stroke=2)}


def make_all() -> Pictures:
    """Return every picture by name."""
    photos = {photo.name: load(photo) for photo in PHOTOS}
    one_photo = (coffee, camera, coins, hopper, pagoda, dahlia, astronaut, rocket, bricks, notes)
    pictures = [make(photos[make.__name__]) for make in one_photo]
    pictures += [cat(photos["cat"], photos["stars"]), album(photos["stars"]), joke()]
    return {name: picture for made in pictures for name, picture in made.items()}
