"""Read from the bytes of a picture what they say about a model."""

import json
import time
import zlib

import numpy as np
import pytest
from hostile_pictures import png_chunk, saved, scene
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from photoshop_request.media.files.ai_evidence import AiEvidence, FileEvidence, file_evidence
from photoshop_request.media.files.metadata import without_metadata

SCENE = scene(96, 80)
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
CAPTURED = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
PARAMETERS = "a cat on the moon\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"


# C2PA, assembled here


def cbor_text(text: str) -> bytes:
    encoded = text.encode()
    head = bytes([0x60 + len(encoded)]) if len(encoded) < 24 else b"\x78" + bytes([len(encoded)])
    return head + encoded


def box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def manifest(generator: str, source_type: str, *, version: int = 2) -> bytes:
    """Return a JUMBF box with an action and a claim, without signature."""
    action = b"\xa1\x67actions\x81\xa2\x66action\x6cc2pa.created\x71digitalSourceType" + cbor_text(source_type)
    names = {
        1: b"\xa1\x6fclaim_generator" + cbor_text(generator),
        2: b"\xa1\x74claim_generator_info\xa2\x67version\x631.0\x64name" + cbor_text(generator),
    }
    described = box(b"jumd", bytes(16) + b"\3c2pa\0")
    return box(b"jumb", described + box(b"cbor", action) + box(b"cbor", names[version]))


def in_jpeg(store: bytes, part: int = 60_000) -> bytes:
    """Return a JPEG with the box in segments of `part` bytes."""
    segments = b""
    for number, start in enumerate(range(0, len(store), part), 1):
        content = (
            b"JP\0\1" + number.to_bytes(4, "big") + (store[:8] if number > 1 else b"") + store[start : start + part]
        )
        segments += b"\xff\xeb" + (len(content) + 2).to_bytes(2, "big") + content
    data = saved(SCENE, "JPEG")
    return data[:2] + segments + data[2:]


def in_png(store: bytes) -> bytes:
    data = saved(SCENE, "PNG")
    return data[:33] + png_chunk(b"caBX", store) + data[33:]


def in_webp(store: bytes) -> bytes:
    data = saved(SCENE, "WEBP", exif=b"Exif\0\0" + bytes(8))
    body = data[8:] + b"C2PA" + len(store).to_bytes(4, "little") + store + bytes(len(store) % 2)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def in_avif(store: bytes) -> bytes:
    purpose = bytes.fromhex("d8fec3d61b0e483c92975828877ec481") + bytes(4) + b"manifest\0" + bytes(8)
    return saved(SCENE, "AVIF") + box(b"uuid", purpose + store)


CARRIERS = {
    "JPEG": in_jpeg,
    "JPEG, in parts": lambda store: in_jpeg(store, 50),
    "PNG": in_png,
    "WEBP": in_webp,
    "AVIF": in_avif,
}


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_manifest_is_read_from_every_format(carrier: str, version: int) -> None:
    data = CARRIERS[carrier](manifest("ChatGPT", TRAINED, version=version))
    assert file_evidence(data) == FileEvidence((AiEvidence.C2PA_SOURCE_TYPE, AiEvidence.C2PA_GENERATOR), "ChatGPT")
    assert file_evidence(without_metadata(data).data) == FileEvidence()


@pytest.mark.parametrize(
    ("generator", "source_type", "expected"),
    [
        ("Leica M11", CAPTURED, ()),
        ("Adobe_Photoshop/25.0", COMPOSITE, (AiEvidence.C2PA_SOURCE_TYPE,)),
        ("Google Generative AI", TRAINED, (AiEvidence.C2PA_SOURCE_TYPE, AiEvidence.C2PA_GENERATOR)),
        ("OpenAI-API", CAPTURED, (AiEvidence.C2PA_GENERATOR,)),
    ],
)
def test_a_manifest_alone_is_no_evidence(generator: str, source_type: str, expected: tuple[AiEvidence, ...]) -> None:
    """Cameras and editors write manifests too."""
    assert file_evidence(in_png(manifest(generator, source_type))) == FileEvidence(expected, generator)


def test_the_program_of_the_last_claim_counts() -> None:
    """Earlier claims are those of ingredients."""
    inner = manifest("ChatGPT", TRAINED)
    store = box(b"jumb", box(b"jumd", bytes(16) + b"\3c2pa\0") + inner + manifest("Adobe Photoshop", CAPTURED))
    found = file_evidence(in_png(store))
    assert found.software == "Adobe Photoshop"
    assert found.evidence == (AiEvidence.C2PA_SOURCE_TYPE, AiEvidence.C2PA_GENERATOR)


@pytest.mark.parametrize("mime", ["image/jpeg", "image/png", "image/webp", "image/avif", "image/tiff"])
def test_a_signed_picture(mime: str) -> None:
    """By the library of the standard's authors, which also verifies it."""
    pytest.importorskip("c2pa", reason="needs the extra c2pa")
    from signed_pictures import signed

    from photoshop_request.media.files.c2pa_manifest import verify

    data = signed(saved(SCENE, mime.removeprefix("image/").upper()), mime, "ChatGPT", TRAINED)
    assert file_evidence(data) == FileEvidence((AiEvidence.C2PA_SOURCE_TYPE, AiEvidence.C2PA_GENERATOR), "ChatGPT")
    codes = set(verify(data, mime))
    assert {"claimSignature.validated", "signingCredential.untrusted"} <= codes
    assert not {code for code in codes if code.endswith("mismatch")}
    assert file_evidence(signed(saved(SCENE, mime[6:].upper()), mime, "Leica", CAPTURED)) == FileEvidence((), "Leica")


def test_a_signed_picture_that_was_changed() -> None:
    pytest.importorskip("c2pa", reason="needs the extra c2pa")
    from signed_pictures import signed

    from photoshop_request.media.files.c2pa_manifest import verify

    data = bytearray(signed(saved(SCENE, "JPEG"), "image/jpeg", "ChatGPT", TRAINED))
    data[-20] ^= 1
    assert "assertion.dataHash.mismatch" in set(verify(bytes(data), "image/jpeg"))


# XMP, EXIF and texts


def xmp(fields: str) -> bytes:
    head = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description '
    return f"{head}{fields}</rdf:RDF></x:xmpmeta>".encode()


XMP = {
    f'Iptc4xmpExt:DigitalSourceType="{TRAINED}"/>': ((AiEvidence.IPTC_SOURCE_TYPE,), None),
    f"><Iptc4xmpExt:DigitalSourceType>{COMPOSITE}</Iptc4xmpExt:DigitalSourceType></rdf:Description>": (
        (AiEvidence.IPTC_SOURCE_TYPE,),
        None,
    ),
    f'Iptc4xmpExt:DigitalSourceType="{CAPTURED}" xmp:CreatorTool="GIMP 2.10"/>': ((), "GIMP 2.10"),
    'photoshop:Credit="Made with Google AI"/>': ((AiEvidence.GENERATOR,), None),
    'xmp:CreatorTool="Adobe Firefly"/>': ((AiEvidence.GENERATOR,), "Adobe Firefly"),
    "><Iptc4xmpExt:AISystemUsed>A model</Iptc4xmpExt:AISystemUsed></rdf:Description>": (
        (AiEvidence.IPTC_SOURCE_TYPE,),
        None,
    ),
    'TC260:AIGC="{&quot;Label&quot;:&quot;1&quot;}"/>': ((AiEvidence.LABEL,), None),
    'dc:format="image/jpeg"/>': ((), None),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("fields", XMP)
def test_xmp(fields: str, kind: str) -> None:
    packet = xmp(fields)
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=True)
        data = saved(SCENE, kind, pnginfo=info)
    elif kind == "TIFF":
        data = saved(SCENE, kind, tiffinfo={700: packet})
    else:
        data = saved(SCENE, kind, xmp=packet)
    assert file_evidence(data) == FileEvidence(*XMP[fields])


def user_comment(encoding: str) -> bytes:
    heads = {"ascii": b"ASCII\0\0\0", "utf-16-be": b"UNICODE\0", "utf-16-le": b"UNICODE\0", "utf-8": b""}
    return heads[encoding] + PARAMETERS.encode(encoding)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif(kind: str) -> None:
    cases = [
        ({0x0131: "Adobe Photoshop 25.0 (Windows)", 0x010F: "Canon"}, (), "Adobe Photoshop 25.0 (Windows)"),
        ({0x0131: "Midjourney"}, (AiEvidence.GENERATOR,), "Midjourney"),
        ({0x010F: "Grok"}, (AiEvidence.GENERATOR,), None),
        ({0x0131: "16.2"}, (), "16.2"),
    ]
    for tags, evidence, software in cases:
        exif = Image.Exif()
        exif.update(tags)
        assert file_evidence(saved(SCENE, kind, exif=exif)) == FileEvidence(evidence, software)
    for encoding in ("ascii", "utf-16-be", "utf-16-le", "utf-8"):
        exif = Image.Exif()
        exif[0x0112] = 1
        exif.get_ifd(0x8769)[0x9286] = user_comment(encoding)
        assert file_evidence(saved(SCENE, kind, exif=exif)).evidence == (AiEvidence.PARAMETERS,), encoding


TEXTS = [
    ({"parameters": PARAMETERS}, (AiEvidence.PARAMETERS,), None),
    ({"prompt": json.dumps({"3": {"class_type": "KSampler", "inputs": {}}})}, (AiEvidence.PARAMETERS,), None),
    ({"workflow": json.dumps({"last_node_id": 9, "nodes": []})}, (AiEvidence.PARAMETERS,), None),
    (
        {
            "Software": "NovelAI",
            "Source": "NovelAI Diffusion V4",
            "Comment": json.dumps({"steps": 28, "uncond_scale": 0}),
        },
        (AiEvidence.GENERATOR, AiEvidence.PARAMETERS),
        "NovelAI",
    ),
    (
        {"Description": "a cat --ar 3:2 --v 6 Job ID: 9dfd5f4e-8d1e-4f29-b7f6-ac9fb0a7b9a1", "Author": "somebody"},
        (AiEvidence.PARAMETERS,),
        None,
    ),
    ({"invokeai_metadata": "{}"}, (AiEvidence.PARAMETERS,), None),
    ({"Software": "Adobe ImageReady", "Comment": "Steps: I cut it out"}, (), "Adobe ImageReady"),
    ({"prompt": "what shall I do", "workflow": "none"}, (), None),
    ({"AIGC": '{"Label": "1", "ContentProducer": "x"}'}, (AiEvidence.LABEL,), None),
]


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(("texts", "evidence", "software"), TEXTS)
def test_texts_of_png(
    texts: dict[str, str], evidence: tuple[AiEvidence, ...], software: str | None, compressed: bool
) -> None:
    info = PngImagePlugin.PngInfo()
    for keyword, text in texts.items():
        info.add_text(keyword, text, zip=compressed)
    assert file_evidence(saved(SCENE, "PNG", pnginfo=info)) == FileEvidence(evidence, software)


# Hostile bytes


def test_software_is_a_short_plain_line() -> None:
    """Pages escape it."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "<script>\n\x1b[31m\u202e" + "x" * 10_000)
    software = file_evidence(saved(SCENE, "PNG", pnginfo=info)).software
    assert software is not None
    assert len(software) <= 200
    assert software.isprintable()


def nested(depth: int) -> bytes:
    store = b"claim_generator"
    for _ in range(depth):
        store = box(b"jumb", box(b"jumd", bytes(16) + b"\3c2pa\0") + store)
    return store


HOSTILE = {
    "boxes in boxes": lambda: in_png(nested(3_000)),
    "a claim of lists in lists": lambda: in_png(manifest("x", TRAINED)[:-4] + b"\x81" * 4_000_000),
    "a million claims": lambda: in_png(box(b"jumb", b"....jumdc2pa" + b"\x6fclaim_generator\x61x" * 300_000)),
    "a box longer than its file": lambda: in_png(b"\xff\xff\xff\xffjumbc2pa" + bytes(1000)),
    "texts of megabytes": lambda: (
        saved(SCENE, "PNG")[:33]
        + png_chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"Steps: 1" * 1_000_000)) * 1_000
        + saved(SCENE, "PNG")[33:]
    ),
    "an XMP packet of open tags": lambda: saved(
        SCENE, "WEBP", xmp=b"<x:xmpmeta" + b"xmp:CreatorTool>" * 500_000 + b"</x:xmpmeta>"
    ),
    "steps without end": lambda: (
        saved(SCENE, "PNG")[:33]
        + png_chunk(b"tEXt", b"parameters\0" + b"Steps: " + b"1" * 3_000_000)
        + saved(SCENE, "PNG")[33:]
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_metadata_takes_bounded_time(name: str) -> None:
    data = HOSTILE[name]()
    begin = time.process_time()
    file_evidence(data)
    assert time.process_time() - begin < 2


@given(st.sampled_from(sorted(CARRIERS)), st.data())
def test_damaged_bytes_raise_nothing(carrier: str, data: st.DataObject) -> None:
    whole = CARRIERS[carrier](manifest("ChatGPT", TRAINED))
    damaged = np.frombuffer(whole, np.uint8).copy()
    places = data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=20))
    damaged[places] ^= data.draw(st.integers(1, 255))
    file_evidence(damaged.tobytes()[: data.draw(st.integers(0, len(whole)))])
