"""Collect what the bytes of a picture, as fetched, say about a model that made it. No verdict follows from it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from photoshop_request.media.files.c2pa_manifest import find_manifest, programs
from photoshop_request.media.files.decode import Rejected, open_checked
from photoshop_request.media.files.metadata import metadata_parts


class AiEvidence(StrEnum):
    """Reason to think that a model took part in an edit. Published in the column `ai_evidence`."""

    C2PA_SOURCE_TYPE = "c2pa_source_type"
    """A C2PA manifest states a digital source type of trained models."""
    C2PA_GENERATOR = "c2pa_generator"
    """A C2PA manifest names an image model or its service."""
    IPTC_SOURCE_TYPE = "iptc_source_type"
    """XMP states a digital source type of trained models, or an AI system."""
    GENERATOR = "generator"
    """A field for software, maker, credit or comment names an image model or its service."""
    PARAMETERS = "parameters"
    """Prompt, seed or workflow of a generator."""
    LABEL = "label"
    """The label for generated content of the Chinese standard TC260."""
    SPARKLE = "sparkle"
    """The edit adds a small white star near a corner, the visible mark of some models."""
    WORDS = "words"
    """The solver says so."""
    FLAIR = "flair"
    """The request's flair or title allows AI. The weakest evidence."""


@dataclass(frozen=True, slots=True)
class FileEvidence:
    """Hold what one file says."""

    evidence: tuple[AiEvidence, ...] = ()
    """In the order of `AiEvidence`."""
    software: str | None = None
    """The program that made the file, as written, without control characters, at most 200 letters."""


GENERATORS = re.compile(
    r"chatgpt|openai|\bgpt-?(?:4o|5|image)|dall[-\u00b7.\u2022 ]?e\b|\bsora\b|midjourney|stable[ -]?diffusion|comfyui"
    r"|automatic1111|invoke ?ai|fooocus|novelai|swarmui|draw things|firefly|generative fill|\bimagen\b|gemini"
    r"|nano ?banana|google (?:generative )?ai\b|bing image creator|microsoft (?:designer|copilot)"
    r"|image creator from|leonardo\.?ai|ideogram|\bflux[ .-]?[12k]|black forest labs|\bgrok\b|\bxai\b|seedream"
    r"|doubao|jimeng|dreamina|qwen|\bkrea\b|recraft|playground ?ai|imagined with ai|\bmeta ai\b|freepik ai|\bremini\b"
    r"|faceapp|ai[ -]generated",
    re.IGNORECASE,
)
"""Names of image models and of services around them."""
_SOURCE_TYPE = re.compile(rb"digitalsourcetype/(?:compositeWithT|t)rainedAlgorithmicMedia", re.IGNORECASE)
_AI_SYSTEM = re.compile(rb"Iptc4xmpExt:(?:AISystemUsed|AIPromptInformation)")
_LABEL = re.compile(rb"TC260:AIGC|\bAIGC\W{1,12}\bLabel\b")
_PARAMETERS = re.compile(
    rb"\A(?:parameters|UserComment|ImageDescription|Description|Comment)=[^\0]*?(?:\bSteps: \d+, (?:Sampler|Seed|CFG)|\bJob ID: [\da-f]{8}-"
    rb'|"sui_image_params")'
    rb'|\A(?:prompt|workflow)=\s*\{[^\0]{0,4000}"(?:class_type|last_node_id|nodes)"'
    rb"|\A(?:invokeai_metadata|invokeai_graph|sd-metadata|Dream|fooocus_scheme|generation_data|sui_image_params)="
    rb'|\AComment=\{[^\0]{0,4000}"(?:uncond_scale|signed_hash|request_type)"',
    re.IGNORECASE,
)
"""Keywords and contents of texts. Of a long text the first 100,000 bytes are searched."""
_KEYWORD = re.compile(rb"[A-Za-z][\w -]{0,78}=")
_TEXT_FIELDS = ("Software", "Source", "Description", "Comment", "Author", "Credit")
_XMP_FIELDS = re.compile(
    r"(?:xmp:CreatorTool|photoshop:Credit|photoshop:Source|tiff:Software|tiff:Make|dc:creator|Iptc4xmpExt:AISystemUsed)"
    r"(?:=\"([^\"<>]{1,300})\"|>(?:\s*<[^<>]{1,80}>){0,3}([^<>]{1,300})<)"
)
_EXIF_TAGS = {0x0131: "Software", 0x010F: "Make", 0x010E: "ImageDescription", 0x013B: "Artist"}
_USER_COMMENT, _SUB_IFD = 0x9286, 0x8769
_LONGEST_PART = 100_000
_LONGEST_SOFTWARE = 200


def file_evidence(data: bytes) -> FileEvidence:
    """Return the evidence in the metadata of a picture file. Time and memory grow linearly with the file."""
    parts = metadata_parts(data)
    manifest = find_manifest(parts)
    named = programs(manifest)
    texts = [*_exif_texts(data), *filter(_KEYWORD.match, parts)]
    texts = [text[:_LONGEST_PART] for text in texts]
    packets = [packet.replace(b"\0", b"") for packet in _packets(parts)]
    fields = [*_named_fields(texts), *(field for packet in packets for field in _xmp_fields(packet))]
    found = {
        AiEvidence.C2PA_SOURCE_TYPE: bool(_SOURCE_TYPE.search(manifest)),
        AiEvidence.C2PA_GENERATOR: any(map(GENERATORS.search, named)),
        AiEvidence.IPTC_SOURCE_TYPE: any(_SOURCE_TYPE.search(part) or _AI_SYSTEM.search(part) for part in packets),
        AiEvidence.GENERATOR: any(GENERATORS.search(value) for _, value in fields),
        AiEvidence.PARAMETERS: any(map(_PARAMETERS.search, texts)),
        AiEvidence.LABEL: any(map(_LABEL.search, [*texts, *packets])),
    }
    tools = [value for name, value in fields if name in {"Software", "CreatorTool"}]
    return FileEvidence(tuple(code for code, holds in found.items() if holds), _plain([*named[-1:], *tools]))


def _plain(names: Sequence[str]) -> str | None:
    plain = ("".join(letter if letter.isprintable() else " " for letter in name).strip() for name in names)
    return next((name[:_LONGEST_SOFTWARE] for name in plain if name), None)


def _packets(parts: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the XMP packets."""
    for part in parts:
        start, end = part.find(b"<x:xmpmeta"), part.rfind(b"</x:xmpmeta>")
        if 0 <= start < end:
            yield part[start : min(end, start + 10 * _LONGEST_PART)]


def _xmp_fields(packet: bytes) -> Iterator[tuple[str, str]]:
    for found in _XMP_FIELDS.finditer(packet.decode("utf-8", "replace")):
        name = found[0].partition(":")[2]
        yield ("CreatorTool" if name.startswith("CreatorTool") else name[:12]), found[1] or found[2]


def _named_fields(texts: Sequence[bytes]) -> Iterator[tuple[str, str]]:
    """Yield name and value of the texts that name a program, a maker or a credit."""
    for text in texts:
        name, _, value = text.partition(b"=")
        if (field := name.decode("ascii", "replace")) in {*_TEXT_FIELDS, *_EXIF_TAGS.values(), "UserComment"}:
            yield field, value.decode("utf-8", "replace")[:1000]


def _exif_texts(data: bytes) -> Iterator[bytes]:
    """Yield the texts of EXIF as `name=value`."""
    image = open_checked(data, min_side=1)
    if isinstance(image, Rejected):
        return
    try:
        exif = image.getexif()
        values: Mapping[int, Any] = {**exif, _USER_COMMENT: exif.get_ifd(_SUB_IFD).get(_USER_COMMENT)}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - readers raise nearly anything on damaged metadata
        return
    for tag, name in {**_EXIF_TAGS, _USER_COMMENT: "UserComment"}.items():
        if text := _exif_text(values.get(tag)):
            yield f"{name}={text}".encode()


def _exif_text(value: object) -> str:
    """Return a value as text. A user comment states its encoding in 8 bytes, and writers disagree on the byte order."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if not isinstance(value, bytes):
        return ""
    encoding, text = value[:8], value[8 : 8 + _LONGEST_PART]
    if encoding == b"UNICODE\0":
        even, odd = text[::2].count(0), text[1::2].count(0)
        return text.decode("utf-16-be" if even > odd else "utf-16-le", "replace").replace("\0", "")
    return (text if encoding in {b"ASCII\0\0\0", bytes(8)} else value).decode("utf-8", "replace").replace("\0", "")
