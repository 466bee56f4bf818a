"""List the photos of the sample with their origin, author and licence.

They are read from three installed packages (scikit-image, matplotlib, scikit-learn), which ship them.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
"""Height x width x 3, RGB."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo with its origin and licence, as stated by the package that ships it."""

    name: str
    package: str
    path: str
    """Path inside the package."""
    what: str
    maker: str
    licence: str
    origin: str


PHOTOS = (
    Photo(
        "coffee",
        "skimage",
        "data/coffee.png",
        "A cup of espresso on a wooden table",
        "Rachel Michetti, courtesy of Pikolo Espresso Bar",
        "CC0 1.0",
        "scikit-image, `skimage.data.coffee`",
    ),
    Photo(
        "camera",
        "skimage",
        "data/camera.png",
        "A man with a video camera",
        "Lav Varshney",
        "CC0 1.0",
        "scikit-image, `skimage.data.camera`",
    ),
    Photo(
        "coins",
        "skimage",
        "data/coins.png",
        "Greek coins from Pompeii",
        "Brooklyn Museum Collection",
        "No known copyright restrictions",
        "scikit-image, `skimage.data.coins`; https://www.brooklynmuseum.org/opencollection/archives/image/51611",
    ),
    Photo(
        "hopper",
        "matplotlib",
        "mpl-data/sample_data/grace_hopper.jpg",
        "Commodore Grace M. Hopper, official portrait of 1984",
        "James S. Davis, United States Navy",
        "Public domain (work of the United States government)",
        "matplotlib, `grace_hopper.jpg`; "
        "https://commons.wikimedia.org/wiki/File:Commodore_Grace_M._Hopper,_USN_(covered).jpg",
    ),
    Photo(
        "pagoda",
        "sklearn",
        "datasets/images/china.jpg",
        "A pavilion above a lake",
        "danielbuechele",
        "CC BY 2.0 (https://creativecommons.org/licenses/by/2.0/); changed as said below",
        "scikit-learn, `china.jpg`; https://www.flickr.com/photos/danielbuechele/6061409035/",
    ),
    Photo(
        "dahlia",
        "sklearn",
        "datasets/images/flower.jpg",
        "A dahlia",
        "vultilion",
        "CC BY 2.0 (https://creativecommons.org/licenses/by/2.0/); changed as said below",
        "scikit-learn, `flower.jpg`; https://www.flickr.com/photos/vultilion/6056698931/",
    ),
    Photo(
        "cat",
        "skimage",
        "data/chelsea.png",
        "Chelsea the cat",
        "Stéfan van der Walt",
        "CC0 1.0",
        "scikit-image, `skimage.data.chelsea`",
    ),
    Photo(
        "stars",
        "skimage",
        "data/hubble_deep_field.jpg",
        "The Hubble eXtreme Deep Field",
        "NASA",
        "Public domain",
        "scikit-image, `skimage.data.hubble_deep_field`; "
        "http://hubblesite.org/newscenter/archive/releases/2012/37/image/a/",
    ),
    Photo(
        "astronaut",
        "skimage",
        "data/astronaut.png",
        "The astronaut Eileen Collins",
        "NASA",
        "Public domain, no known copyright restrictions",
        "scikit-image, `skimage.data.astronaut`; https://flic.kr/p/r9qvLn",
    ),
    Photo(
        "rocket",
        "skimage",
        "data/rocket.jpg",
        "Falcon 9 with DSCOVR before its launch",
        "SpaceX",
        "Public domain",
        "scikit-image, `skimage.data.rocket`; https://www.flickr.com/photos/spacexphotos/16511594820/",
    ),
    Photo(
        "bricks",
        "skimage",
        "data/brick.png",
        "A brick wall",
        "CC0Textures (Bricks25)",
        "CC0 1.0",
        "scikit-image, `skimage.data.brick`; https://cc0textures.com/view.php?tex=Bricks25",
    ),
    Photo(
        "notes",
        "skimage",
        "data/text.png",
        "Handwritten formulas",
        "Wikipedia (File:Corner.png)",
        "Public domain, no known copyright restrictions",
        "scikit-image, `skimage.data.text`; https://en.wikipedia.org/wiki/File:Corner.png",
    ),
)


def load(photo: Photo) -> Picture:
    """Return the photo as RGB pixels."""
    spec = importlib.util.find_spec(photo.package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{photo.package} is not installed: see the first lines of make_sample.py")
    with Image.open(Path(spec.origin).parent / photo.path) as picture:
        return np.asarray(picture.convert("RGB"))
