"""Pictures with location, names and further pictures in every part of every format."""

import io
import random
import struct
import textwrap
import zlib

import numpy as np
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

SECRET = b"Kyz9Qm"
"""Stands in each piece of metadata as a name, a place or a comment."""
SECRET_HEX = SECRET.hex().encode()
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" {namespace} {attributes}><dc:creator><rdf:Seq><rdf:li>Kyz9Qm &amp; co'
    "</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
)
_COORDINATES = {1: "N", 2: (52.0, 31.0, 12.5), 3: "E", 4: (13.0, 24.0, 18.25), 27: SECRET}


def picture(seed: int = 0, size: tuple[int, int] = (96, 80)) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1] // 2, size[0] // 2, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize(size)


def file(kind: str, image: Image.Image | None = None, **more: object) -> bytes:
    buffer = io.BytesIO()
    (image or picture()).save(buffer, kind, **more)
    return buffer.getvalue()


def exif(*, gps: bool = True, orientation: int = 6) -> bytes:
    """Return the prefix of EXIF and a TIFF structure with owner, artist, serial number, comment and location."""
    tags = Image.Exif()
    tags[0x010F] = "A maker of cameras"
    tags[0x0112] = orientation
    tags[0x013B] = SECRET
    tags[0x8298] = b"(c) " + SECRET
    ifd = tags.get_ifd(0x8769)
    ifd |= {0x829A: 0.01, 0xA430: SECRET, 0xA431: SECRET, 0x9286: b"ASCII\0\0\0" + SECRET, 0x927C: SECRET * 4}
    tags._ifds[0x8769] = ifd
    if gps:
        tags.get_ifd(0x8825).update(_COORDINATES)
    return tags.tobytes()


def entry(tag: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack(">HHII", tag, kind, count, value)


def tiff_structure(entries: list[bytes], rest: bytes = b"", following: int = 0) -> bytes:
    return (
        b"MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + b"".join(entries) + struct.pack(">I", following) + rest
    )


def gps_directory(at: int) -> bytes:
    """Return a GPS directory at this offset: 52 degrees 31 minutes north."""
    values = at + 2 + 2 * 12 + 4
    entries = [struct.pack(">HHI4s", 1, 2, 2, b"N\0\0\0"), entry(2, 5, 3, values)]
    return struct.pack(">H", 2) + b"".join(entries) + bytes(4) + struct.pack(">6I", 52, 1, 31, 1, 0, 1)


def odd_directory(entries: list[bytes]) -> bytes:
    """Return EXIF with these entries before the pointer to the GPS directory."""
    at = 8 + 2 + 12 * (len(entries) + 2) + 4
    pointer = [entry(0x0112, 3, 1, 6 << 16), entry(0x8825, 4, 1, at)]
    return b"Exif\0\0" + tiff_structure([*pointer, *entries], gps_directory(at))


def exif_thumbnail() -> bytes:
    """Return EXIF whose second directory holds a JPEG of another picture."""
    small = file("JPEG", picture(9, (32, 32)))
    first = [entry(0x0112, 3, 1, 6 << 16)]
    at = 8 + 2 + 12 + 4
    second = [entry(0x0201, 4, 1, at + 2 + 24 + 4), entry(0x0202, 4, 1, len(small))]
    directory = struct.pack(">H", 2) + b"".join(second) + bytes(4)
    return b"Exif\0\0" + tiff_structure(first, directory + small, at)


def xmp(namespace: str, attributes: str) -> str:
    return XMP.format(namespace=namespace, attributes=attributes)


DRONE = xmp(
    'xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"',
    'drone-dji:GpsLatitude="52.52" drone-dji:GpsLongitude="13.40" drone-dji:AbsoluteAltitude="Kyz9Qm"',
)
PREFIX = xmp('xmlns:e="http://ns.adobe.com/exif/1.0/"', 'e:GPSLatitude="52,31.2N" e:GPSLongitude="13,24.3E"')
PLACE = xmp('xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"', 'photoshop:City="Kyz9Qm"')
TURNED = xmp('xmlns:tiff="http://ns.adobe.com/tiff/1.0/"', 'tiff:Orientation="6"')
_XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\0"


def segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def jpeg(*segments: bytes, after: bytes = b"", **more: object) -> bytes:
    data = file("JPEG", **more)
    return data[:2] + b"".join(segments) + data[2:] + after


def iptc() -> bytes:
    fields = b"".join(
        b"\x1c" + bytes([2, number]) + struct.pack(">H", len(SECRET)) + SECRET for number in (80, 90, 101, 116)
    )
    return segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(fields)) + fields)


def mp4() -> bytes:
    """Return the video of a motion photo, with the place where it was taken."""
    place = b"+52.5200+013.4000/" + SECRET
    text = struct.pack(">HH", len(place), 0x15C7) + place
    udta = box(b"udta", box(b"\xa9xyz", text))
    return box(b"ftyp", b"mp42\0\0\0\0mp42isom") + box(b"moov", box(b"mvhd", bytes(100)) + udta) + box(b"mdat", SECRET)


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(*chunks: bytes, after: bytes = b"", **more: object) -> bytes:
    data = file("PNG", **more)
    return data[:33] + b"".join(chunks) + data[33:] + after


def png_text(keyword: str, value: str, *, compressed: bool = True, international: bool = False) -> bytes:
    text = PngInfo()
    if international:
        text.add_itxt(keyword, value, zip=compressed)
    else:
        text.add_text(keyword, value, zip=compressed)
    return file("PNG", pnginfo=text)


def hex_profile(profile: bytes) -> str:
    """Write metadata as ImageMagick does in PNG."""
    return f"\nexif\n{len(profile):8}\n" + "\n".join(textwrap.wrap(profile.hex(), 72)) + "\n"


def webp(*chunks: bytes, after: bytes = b"", **more: object) -> bytes:
    data = file("WEBP", **more)
    body = data[8:] + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body + after


def webp_chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def gif(*blocks: bytes, after: bytes = b"", frames: int = 1) -> bytes:
    images = [picture(seed).quantize(64) for seed in range(frames)]
    more = {"save_all": True, "append_images": images[1:], "duration": 100, "loop": 0} if frames > 1 else {}
    data = file("GIF", images[0], **more)
    start = 13 + (3 << (data[10] % 8 + 1))
    return data[:start] + b"".join(blocks) + data[start:] + after


def gif_xmp(text: str) -> bytes:
    """Return XMP as GIF holds it: bytes that a reader of data blocks skips by a trailer of falling numbers."""
    return b"\x21\xff\x0bXMP DataXMP" + text.encode() + b"\x01" + bytes(range(255, -1, -1)) + b"\0"


def tiff(**more: object) -> bytes:
    tags = Image.Exif()
    tags.load(exif()[6:])
    return file("TIFF", exif=tags, **more)


def avif(**more: object) -> bytes:
    return file("AVIF", exif=exif(), xmp=DRONE.encode(), **more)


def cases() -> dict[str, bytes]:
    """Return name -> file. Each file holds `SECRET` or another picture in its metadata."""
    one = jpeg(segment(0xE1, exif()))
    found = {
        "jpeg exif": one,
        "jpeg exif, other picture first": jpeg(segment(0xE1, exif()), icc_profile=ICC),
        "jpeg exif, unknown type": jpeg(segment(0xE1, odd_directory([entry(0x9999, 200, 4, 12)])), after=SECRET),
        "jpeg exif, 600 entries": jpeg(
            segment(0xE1, odd_directory([entry(0x9A00 + n, 3, 1, 0) for n in range(600)])), segment(0xFE, SECRET)
        ),
        "jpeg exif, two blocks": jpeg(segment(0xE1, exif(gps=False)), segment(0xE1, exif())),
        "jpeg exif, damaged": jpeg(segment(0xE1, exif()[:40] + SECRET)),
        "jpeg exif, fill bytes and garbage": jpeg(b"\xff\xff\xff" + segment(0xE1, exif()) + b"\0\0" + SECRET),
        "jpeg exif thumbnail": jpeg(segment(0xE1, exif_thumbnail()), segment(0xFE, SECRET)),
        "jpeg jfxx thumbnail": jpeg(segment(0xE0, b"JFXX\0\x10" + file("JPEG", picture(9, (32, 32))) + SECRET)),
        "jpeg xmp, drone": jpeg(segment(0xE1, _XMP_PREFIX + DRONE.encode())),
        "jpeg xmp, prefix": jpeg(segment(0xE1, _XMP_PREFIX + PREFIX.encode())),
        "jpeg xmp, place": jpeg(segment(0xE1, _XMP_PREFIX + PLACE.encode())),
        "jpeg xmp, utf-16": jpeg(segment(0xE1, _XMP_PREFIX + DRONE.encode("utf-16"))),
        "jpeg xmp, utf-32": jpeg(segment(0xE1, _XMP_PREFIX + DRONE.encode("utf-32"))),
        "jpeg xmp, turned": jpeg(segment(0xE1, _XMP_PREFIX + TURNED.encode())),
        "jpeg xmp, extended": jpeg(
            segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + bytes(8) + DRONE.encode())
        ),
        "jpeg iptc": jpeg(iptc()),
        "jpeg comment": jpeg(segment(0xFE, b"GPS 52.52, 13.40, " + SECRET)),
        "jpeg unknown segment": jpeg(segment(0xE5, b"whatever " + SECRET)),
        "jpeg comment between scans": _between_scans(segment(0xFE, SECRET)),
        "jpeg with mp4": jpeg(after=mp4()),
        "jpeg with jpeg": jpeg(after=one),
        "jpeg with mpf": jpeg(segment(0xE2, b"MPF\0" + SECRET), after=one),
        "png exif": png(chunk(b"eXIf", exif()[6:])),
        "png exif after pixels": _before_end(file("PNG"), chunk(b"eXIf", exif()[6:])),
        "png text": png(chunk(b"tEXt", b"GPSLatitude\x0052.52 " + SECRET)),
        "png raw profile": png_text("Raw profile type exif", hex_profile(exif())),
        "png raw profile, plain": png_text("Raw profile type APP1", hex_profile(exif()), compressed=False),
        "png raw profile, xmp": png_text("Raw profile type xmp", hex_profile(PREFIX.encode())),
        "png xmp": png_text("XML:com.adobe.xmp", DRONE, compressed=False, international=True),
        "png xmp, compressed": png_text("XML:com.adobe.xmp", DRONE, international=True),
        "png text, 2 MB": png_text("Comment", " " * 500_000 + DRONE),
        "png unknown chunk": png(chunk(b"caBX", SECRET)),
        "png uncropped rest": png(after=file("PNG", picture(9))[60:] + SECRET),
        "webp exif": webp(exif=exif()[6:]),
        "webp exif with prefix": webp(exif=exif()),
        "webp xmp": webp(xmp=DRONE.encode(), icc_profile=ICC),
        "webp unknown chunk": webp(webp_chunk(b"ABCD", SECRET), exif=exif()[6:]),
        "webp rest": webp(after=mp4()),
        "gif xmp": gif(gif_xmp(DRONE)),
        "gif comment": gif(b"\x21\xfe" + bytes([len(SECRET)]) + SECRET + b"\0"),
        "gif other application": gif(b"\x21\xff\x0bNOTKNOWN1.0" + bytes([len(SECRET)]) + SECRET + b"\0"),
        "gif rest": gif(after=mp4()),
        "bmp rest": file("BMP") + mp4(),
        "tiff exif": tiff(),
        "tiff xmp": file("TIFF", tiffinfo={700: DRONE.encode(), 33723: SECRET, 315: SECRET.decode()}),
        "tiff compressed": file("TIFF", compression="tiff_lzw", tiffinfo={315: SECRET.decode()}, icc_profile=ICC),
        "tiff jpeg": file("TIFF", compression="jpeg", tiffinfo={315: SECRET.decode()}),
        "tiff second page": tiff(save_all=True, append_images=[picture(9)]),
        "avif": avif(),
    }
    turned = picture().convert("RGBA")
    turned.putalpha(128)
    return found | {"avif alpha": file("AVIF", turned, exif=exif(), icc_profile=ICC)}


def _before_end(data: bytes, added: bytes) -> bytes:
    return data[:-12] + added + data[-12:]


def _between_scans(added: bytes) -> bytes:
    data = file("JPEG", progressive=True)
    second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    return data[:second] + added + data[second:]


def harm(data: bytes, seed: int) -> bytes:
    """Return the file with some bytes of its first or last 600 overwritten, removed or added, or with its end cut off."""
    chance, harmed = random.Random(seed), bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        near = min(len(harmed), chance.choice([40, 600, 10**9]))
        place = chance.choice([0, len(harmed) - near]) + chance.randrange(near)
        match chance.randrange(5):
            case 0:
                harmed[place] ^= 1 << chance.randrange(8)
            case 1:
                harmed[place : place + 4] = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\0\0\0\x08"])
            case 2:
                del harmed[place : place + chance.choice([1, 2, 20])]
            case 3:
                harmed[place:place] = chance.randbytes(chance.choice([1, 2, 20]))
            case _:
                del harmed[max(place, 200) :]
    return bytes(harmed)
