"""Fetch a picture from another source if its address is dead. Each source is opt-in and recorded in `Outcome.via`."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from photoshop_request.media.addresses.hosts import classify, host_of, spellings
from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget
from photoshop_request.media.addresses.hosts.opengraph import load_json
from photoshop_request.media.addresses.outcomes import AddressState, FetchError, Outcome, PictureLink, Via, valid_utf8
from photoshop_request.media.addresses.policy import refusal
from photoshop_request.media.addresses.url import join
from photoshop_request.media.http.body import read_text
from photoshop_request.media.http.client import (
    PAGE_HEADERS,
    Client,
    check_status,
    http_get,
    with_retries,
)
from photoshop_request.media.http.fetch import Fetcher, fetch_from

FALLBACK_STATES = frozenset(
    {
        AddressState.GONE,
        AddressState.FORBIDDEN,
        AddressState.PLACEHOLDER,
        AddressState.DNS,
        AddressState.TLS,
        AddressState.UNREACHABLE,
        AddressState.DEAD_HOST,
        AddressState.NOT_IMAGE,
        AddressState.CORRUPT,
    }
)
"""States of an address after which another source may have its picture."""
_CDX = "https://web.archive.org/cdx/search/cdx?output=json&fl=timestamp,original&filter=statuscode:200&collapse=digest&limit=-5&url="
_CDX_BYTES = 200_000
_MAX_CAPTURES = 3
_TIMEOUT = 60.0
"""Seconds for the external resolver."""
_MAX_LINES = 500


async def from_wayback(fetcher: Fetcher, address: str) -> Outcome | None:
    """Fetch the newest complete picture that the Wayback Machine has of `address`, or return None.

    Do not call it for pictures that their author or a moderator removed.
    """
    for spelling in _spellings(address):
        for timestamp, original in await _captures(fetcher, spelling):
            archived = f"https://web.archive.org/web/{timestamp}id_/{original}"
            outcome = await fetch_from(fetcher, _image_target(address), archived)
            if outcome.state is AddressState.OK:
                return replace(outcome, via=Via.WAYBACK, retrieved=timestamp)
    return None


def _image_target(address: str) -> AddressTarget:
    return AddressTarget(AddressKind.IMAGE, address, "direct")


def _spellings(address: str) -> list[str]:
    # archives requested imgur's pictures as `.jpg`, whatever their format
    if address.startswith("https://i.imgur.com/"):
        return list(dict.fromkeys((f"{address.rpartition('.')[0]}.jpg", address)))
    return list(spellings(classify(address)))


async def _captures(fetcher: Fetcher, address: str) -> list[tuple[str, str]]:
    """Return time and address of the newest captures, newest first. Return [] if there are none, or no answer."""
    query = _CDX + quote(address, safe="")

    async def request(client: Client) -> object:
        async with http_get(client, query, PAGE_HEADERS) as answer:
            check_status(answer)
            text = await read_text(answer.response, _CDX_BYTES, clock=client.clock)
        rows = load_json(text)
        if rows is None and text.strip():
            raise FetchError(AddressState.CORRUPT, "not the JSON that was asked for", final=answer.address)
        return rows

    rows, _ = await with_retries(fetcher.client, query, request, tries=fetcher.tries)
    if not isinstance(rows, list):
        return []
    captures = [row for row in rows[1:] if isinstance(row, list) and len(row) == 2 and str(row[0]).isdigit()]
    return [(str(time), str(original)) for time, original in reversed(captures)][:_MAX_CAPTURES]


async def from_preview(fetcher: Fetcher, address: str, signed: str) -> Outcome | None:
    """Fetch Reddit's smaller copy of a linked picture by its signed address, or return None."""
    host = host_of(signed)
    if refusal(signed) or not f".{host}".endswith(".redd.it"):
        return None
    outcome = await fetch_from(fetcher, _image_target(address), signed)
    return replace(outcome, via=Via.PREVIEW) if outcome.state is AddressState.OK else None


async def from_external_resolver(command: Sequence[str], address: str) -> Outcome:
    """Run the user's program with an address, and return the pictures that it prints as JSON lines.

    Each object has `url` and may have `caption`. The addresses are classified and fetched like all others.

    Raises:
        OSError: the program cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command, address, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), _TIMEOUT)
    except TimeoutError:
        return Outcome(address, AddressState.UNSUPPORTED_HOST, f"{command[0]} took longer than {_TIMEOUT:g} s", tries=0)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        pictures = tuple(_picture_link(line) for line in out.splitlines()[:_MAX_LINES] if line.strip())
    except (ValueError, KeyError, TypeError):
        return Outcome(
            address, AddressState.UNSUPPORTED_HOST, f"{command[0]} printed something else than JSON lines", tries=0
        )
    if process.returncode or not pictures:
        detail = f"{command[0]} ended with {process.returncode}, {len(pictures)} pictures"
        return Outcome(address, AddressState.UNSUPPORTED_HOST, detail, tries=0)
    return Outcome(address, AddressState.RESOLVED, "", tries=0, via=Via.EXTERNAL, pictures=pictures)


def _picture_link(line: bytes) -> PictureLink:
    entry = json.loads(line)
    if not isinstance(entry, dict):
        raise TypeError("not an object")
    caption = entry.get("caption")
    return PictureLink(classify(join("", str(entry["url"]))).canonical, valid_utf8(str(caption)) if caption else None)
