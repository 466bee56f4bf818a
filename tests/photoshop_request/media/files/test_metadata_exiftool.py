"""ExifTool, an independent reader, finds no metadata in published pictures."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import made_metadata as made
import pytest

from photoshop_request.media.files.decode import Picture, decode
from photoshop_request.media.files.metadata import without_metadata

pytestmark = [
    pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed (libimage-exiftool-perl)"),
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]

CASES = made.cases()
HARMLESS = re.compile(
    # facts of the file system and of the container, the color profile, and how the picture is turned
    r"SourceFile|ExifTool:|File:|Composite:(ImageSize|Megapixels|Rotation)|JFIF:|APP14:Adobe|ICC_Profile|PNG:(PNG-pHYs:)?"
    r"(ImageWidth|ImageHeight|BitDepth|ColorType|Compression|Filter|Interlace|Palette|ProfileName|SRGBRendering|Gamma"
    r"|Pixel|WhitePoint|Red|Green|Blue|BackgroundColor|SignificantBits|Animation|Transparency)|RIFF:|GIF:|BMP:"
    r"|EXIF:IFD0:(Orientation|ImageWidth|ImageHeight|BitsPerSample|Compression|Photometric|Strip|Samples|RowsPerStrip"
    r"|PlanarConfiguration|Predictor|SampleFormat|XResolution|YResolution|ResolutionUnit|ExtraSamples|SubfileType"
    r"|YCbCr|ColorMap|FillOrder|Threshholding|Cell|OldSubfile|Tile)"
    r"|QuickTime:(Meta:PrimaryItem|AV1|Auxiliary|Chroma|Color|CompatibleBrands|HandlerType|High|Image|Initial|MajorBrand"
    r"|Matrix|MediaData|MinorVersion|Rotation|Seq|Transfer|Twelve|Video|Bit|Pixel|Monochrome|Clean|Mirror)"
)
LOCATION = re.compile(r"GPS|Latitude|Longitude|Location|City|State|Country|Thumbnail|Preview", re.IGNORECASE)


def read(files: Mapping[str, bytes], folder: Path) -> dict[str, dict[str, object]]:
    """Return the tags of each file, with the name of their group."""
    numbers = {f"file{number}": name for number, name in enumerate(files)}
    for number, name in numbers.items():
        (folder / number).write_bytes(files[name])
    command = ["exiftool", "-j", "-G0:1", "-a", "-u", "-ee", *numbers]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return {numbers[tags["SourceFile"]]: tags for tags in json.loads(done.stdout)}


def suspicious(tags: Mapping[str, object]) -> list[str]:
    return [name for name in tags if not HARMLESS.match(name) and not name.startswith("ExifTool:")]


def test_no_tag_but_harmless_ones_is_left(tmp_path: Path) -> None:
    """ExifTool finds tags in most files before, but none afterwards. It reads no segment after the end of a JPEG."""
    before = read(CASES, tmp_path)
    after = read({name: without_metadata(data).data for name, data in CASES.items()}, tmp_path)
    assert sum(any(map(LOCATION.search, tags)) for tags in before.values()) > 25
    assert {name: suspicious(tags) for name, tags in after.items() if suspicious(tags)} == {}
    assert made.SECRET.decode() not in json.dumps(after)


def test_damaged_files_show_no_location_either(tmp_path: Path) -> None:
    """900 files with damaged metadata, of which those that `decode` accepts are published."""
    published = {}
    for seed in range(900):
        name = sorted(CASES)[seed % len(CASES)]
        data = made.harm(CASES[name], seed)
        if not isinstance(decode(data, min_side=1), Picture):
            continue
        published[f"{name} {seed}"] = without_metadata(data).data
    assert len(published) > 250
    found = {name: list(filter(LOCATION.search, tags)) for name, tags in read(published, tmp_path).items()}
    assert {name: tags for name, tags in found.items() if tags} == {}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_all_that_exiftool_can_write_goes(kind: str, tmp_path: Path) -> None:
    """Every tag of a list of groups, written by ExifTool itself."""
    path = tmp_path / f"picture.{kind.lower()}"
    path.write_bytes(made.file(kind))
    texts = ["Artist", "Copyright", "OwnerName", "SerialNumber", "LensSerialNumber", "ImageDescription", "UserComment"]
    texts += ["XMP:Creator", "XMP:City", "XMP:Location", "XMP:Country", "XMP:PersonInImage", "XMP:Rights", "Comment"]
    texts += ["IPTC:City", "IPTC:By-line", "IPTC:Country-PrimaryLocationName", "XMP-dc:Description", "CameraOwnerName"]
    arguments = [f"-{name}={made.SECRET.decode()}" for name in texts]
    places = ["-GPSLatitude=52.52", "-GPSLatitudeRef=N", "-GPSLongitude=13.4", "-GPSLongitudeRef=E"]
    places += ["-XMP:GPSLatitude=52.52", "-XMP:GPSLongitude=13.4", "-Orientation#=6"]
    subprocess.run(["exiftool", "-q", "-m", *arguments, *places, path], check=True, capture_output=True)
    data = path.read_bytes()
    tags = read({"before": data, "after": without_metadata(data).data}, tmp_path)
    assert sum(made.SECRET.decode() in str(value) for value in tags["before"].values()) > 8
    assert any(map(LOCATION.search, tags["before"]))
    assert suspicious(tags["after"]) == []
    assert without_metadata(data).changes[:1] == ("gps",)
