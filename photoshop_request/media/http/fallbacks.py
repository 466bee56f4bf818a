"""Other ways to a picture whose own address is dead. Each is opt-in, and what it gives is marked as such."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from photoshop_request.media.addresses.hosts import AddressKind, AddressTarget, PictureLink, classify, host_of
from photoshop_request.media.addresses.hosts.opengraph import load_json
from photoshop_request.media.addresses.outcomes import AddressState, Outcome, Via, valid_utf8
from photoshop_request.media.addresses.policy import refusal
from photoshop_request.media.addresses.url import join
from photoshop_request.media.http.body import read_text
from photoshop_request.media.http.client import (
    PAGE_HEADERS,
    Failure,
    FailureError,
    check_status,
    http_get,
    with_retries,
)
from photoshop_request.media.http.fetch import Fetcher, fetch_from

__all__ = ["FALLBACK_STATES", "from_external_resolver", "from_preview", "from_wayback"]

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
"""States of an address after which another way to its picture is worth a request."""
_CDX = "https://web.archive.org/cdx/search/cdx?output=json&fl=timestamp,original&filter=statuscode:200&collapse=digest&limit=-5&url="
_CDX_BYTES = 200_000
_MOST_CAPTURES = 3
_SECONDS = 60.0
_LINES = 500


async def from_wayback(fetcher: Fetcher, address: str) -> Outcome | None:
    """The newest whole picture that the Wayback Machine has of `address`; None when it has none.

    Never to be asked for what its author or a moderator removed: that is for the caller to see to.
    """
    for asked in _spellings(address):
        for timestamp, original in await _captures(fetcher, asked):
            archived = f"https://web.archive.org/web/{timestamp}id_/{original}"
            outcome = await fetch_from(fetcher, _picture_at(address), archived)
            if outcome.state is AddressState.OK:
                return replace(outcome, via=Via.WAYBACK, retrieved=timestamp)
    return None


def _picture_at(address: str) -> AddressTarget:
    """The dead address as a picture that is fetched from elsewhere."""
    return AddressTarget(AddressKind.IMAGE, address, "direct")


def _spellings(address: str) -> list[str]:
    """Archives took imgur's pictures as `.jpg` whatever they are; the extension people wrote comes second."""
    if address.startswith("https://i.imgur.com/"):
        return list(dict.fromkeys((f"{address.rpartition('.')[0]}.jpg", address)))
    return [address]


async def _captures(fetcher: Fetcher, address: str) -> list[tuple[str, str]]:
    """Time and address of the newest captures, newest first; empty when the archive has none or does not answer."""
    query = _CDX + quote(address, safe="")

    async def once() -> object:
        async with http_get(fetcher.client, query, PAGE_HEADERS) as found:
            check_status(found)
            said = await read_text(found.response, _CDX_BYTES)
        rows = load_json(said)
        if rows is None and said.strip():
            raise FailureError(Failure(AddressState.CORRUPT, "not the JSON that was asked for", final=found.address))
        return rows

    rows, _ = await with_retries(fetcher.client, query, once, tries=fetcher.tries)
    if not isinstance(rows, list):
        return []
    good = [row for row in rows[1:] if isinstance(row, list) and len(row) == 2 and str(row[0]).isdigit()]
    return [(str(time), str(original)) for time, original in reversed(good)][:_MOST_CAPTURES]


async def from_preview(fetcher: Fetcher, address: str, signed: str) -> Outcome | None:
    """Reddit's own smaller copy of a linked picture, by its signed address; None when it is gone too."""
    host = host_of(signed)
    if refusal(signed) or not f".{host}".endswith(".redd.it"):
        return None
    outcome = await fetch_from(fetcher, _picture_at(address), signed)
    return replace(outcome, via=Via.PREVIEW) if outcome.state is AddressState.OK else None


async def from_external_resolver(command: Sequence[str], address: str) -> Outcome:
    """What a program of the user's says about an address: called with it, it prints a JSON object a line.

    Each line has `url` and may have `caption`; the addresses are looked at and fetched like any other.

    Raises:
        OSError: the program cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command, address, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError:
        return Outcome(address, AddressState.UNSUPPORTED_HOST, f"{command[0]} took longer than {_SECONDS:g} s", tries=0)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        pictures = tuple(_picture(line) for line in out.splitlines()[:_LINES] if line.strip())
    except (ValueError, KeyError, TypeError):
        return Outcome(
            address, AddressState.UNSUPPORTED_HOST, f"{command[0]} printed something else than JSON lines", tries=0
        )
    if process.returncode or not pictures:
        detail = f"{command[0]} ended with {process.returncode}, {len(pictures)} pictures"
        return Outcome(address, AddressState.UNSUPPORTED_HOST, detail, tries=0)
    return Outcome(address, AddressState.RESOLVED, "", tries=0, via=Via.EXTERNAL, pictures=pictures)


def _picture(line: bytes) -> PictureLink:
    said = json.loads(line)
    if not isinstance(said, dict):
        raise TypeError("not an object")
    caption = said.get("caption")
    return PictureLink(classify(join("", str(said["url"]))).canonical, valid_utf8(str(caption)) if caption else None)
