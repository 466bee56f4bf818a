"""One address to its end: bytes on disk, the pictures it leads to, or the reason why not. Failures are values."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin

from photoshop_request.media.body import Body, TooLargeError, UnreadableError, read_body, read_text
from photoshop_request.media.decode import EXTENSIONS, sniff
from photoshop_request.media.hosts import Kind, Picture, Secrets, Step, Target, classify, host_of, named
from photoshop_request.media.http import (
    PICTURE_HEADERS,
    Answer,
    Client,
    Failure,
    FailureError,
    answer,
    failure_of,
    retry_after,
)
from photoshop_request.media.outcome import Outcome
from photoshop_request.media.placeholders import by_digest, by_etag
from photoshop_request.media.states import RETRIED, State, state_of_reason
from photoshop_request.verdicts import Verdict

__all__ = ["MAX_BYTES", "Fetcher", "fetch"]

MAX_BYTES = 40 * 2**20
"""Of one picture: beyond it lie videos and archives."""
_PAGE_BYTES = 2 * 2**20
_TRIES = 4
_MAX_INTERSTITIALS = 2
_MAX_SHORTLINKS = 3
_STATUS_STATES = {
    401: State.NEEDS_AUTH,
    403: State.FORBIDDEN,
    404: State.GONE,
    410: State.GONE,
    451: State.GONE,
    429: State.RATE_LIMITED,
}
# Tags of X-Robots-Tag that have a value after their colon; before any other colon stands a program's name.
_VALUED_TAGS = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_PAGE_HEADERS = {"Accept": "text/html,application/json;q=0.9,*/*;q=0.5", "Accept-Encoding": "gzip, deflate"}


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What fetching needs besides the address."""

    client: Client
    keep: Callable[[Body, str], Awaitable[None]]
    """Puts a body where pictures lie, under its digest and this extension; owns its `.part` file from then on."""
    scratch: Path
    """A folder for `.part` files, on the disk where pictures lie."""
    secrets: Secrets = field(default_factory=Secrets)
    tries: int = _TRIES
    max_bytes: int = MAX_BYTES


async def fetch(fetcher: Fetcher, address: str, *, etag: str | None = None) -> Outcome:
    """Bring `address` (canonical) to its end, with retries. With `etag`, an unchanged picture keeps its bytes (HTTP 304).

    Never raises for what hosts do; `keep` may raise when the disk does not take the bytes.
    """
    target = classify(address)
    if target.reason is not None:
        return Outcome(address, state_of_reason(target.reason, target.kind), target.why, tries=0)
    outcome = Outcome(address, State.UNREACHABLE, "not tried")
    for attempt in range(fetcher.tries):
        failure = None
        try:
            outcome = await _once(fetcher, target, etag)
        except (TooLargeError, UnreadableError) as error:
            state = State.TOO_LARGE if isinstance(error, TooLargeError) else State.NOT_IMAGE
            outcome = Outcome(address, state, str(error))
        except Exception as error:  # noqa: BLE001 - failure_of raises what is not the host's doing
            failure = failure_of(error)
            outcome = Outcome(address, failure.state, failure.detail, failure.http, final=failure.final)
        outcome = replace(outcome, tries=attempt + 1)
        limiter = fetcher.client.limits.of(host_of(outcome.final or address))
        if outcome.state not in RETRIED or failure is None:
            limiter.answered()
            break
        if failure.http in {429, 503}:
            limiter.overloaded(address, failure.retry_after, attempt)  # the next try waits in the limiter
        elif attempt + 1 < fetcher.tries:
            await fetcher.client.sleep(2.0**attempt)
    return outcome


async def _once(fetcher: Fetcher, target: Target, etag: str | None) -> Outcome:
    if target.kind in {Kind.PAGE, Kind.ALBUM}:
        return await _resolve(fetcher, target)
    if target.kind is Kind.SHORTLINK:
        return await _follow(fetcher, target)
    return await _picture(fetcher, target, etag)


async def _picture(fetcher: Fetcher, target: Target, etag: str | None) -> Outcome:
    address = target.canonical
    for _ in range(_MAX_INTERSTITIALS + 1):
        headers = {**PICTURE_HEADERS, **({"If-None-Match": etag} if etag else {})}
        async with answer(fetcher.client, address, headers) as found:
            if found.response.status == 304:
                return _outcome(target, found, State.OK, "unchanged")
            _check_status(found)
            result = await _read_picture(fetcher, target, found)
        if isinstance(result, Outcome):
            return result
        address = result
    return Outcome(target.canonical, State.NOT_IMAGE, "a page leads to a page")


async def _read_picture(fetcher: Fetcher, target: Target, found: Answer) -> Outcome | str:
    """The picture in an answer, or the address that the page in it leads to."""
    etag = found.response.headers.get("ETag")
    if by_etag(etag):
        return _outcome(target, found, State.PLACEHOLDER, "the host's picture for removed ones (ETag)")
    if tag := _opted_out(found.response.headers.getall("X-Robots-Tag", [])):
        return _outcome(target, found, State.OPTED_OUT, f"X-Robots-Tag: {tag}")
    part = fetcher.scratch / f"{id(found):x}.part"
    body = await read_body(found.response, fetcher.max_bytes, part)
    kind = sniff(body.head)
    if kind is None:
        return _read_page(target, found, body)
    if by_digest(body):
        return _outcome(target, found, State.PLACEHOLDER, "the host's picture for removed ones (bytes)", body)
    extension = EXTENSIONS[kind]
    await fetcher.keep(body, extension)
    return replace(_outcome(target, found, State.OK, "", body), extension=extension, etag=etag)


def _read_page(target: Target, found: Answer, body: Body) -> Outcome | str:
    if body.part:
        body.part.unlink(missing_ok=True)
    interstitial = named(target.family).interstitial
    text = (body.data or b"").decode("utf-8", "replace")
    said = interstitial(text) if interstitial and target.kind is Kind.FILE and "<" in text[:2000] else None
    if isinstance(said, Verdict):
        return _outcome(target, found, state_of_reason(said, target.kind), "the host answers with a page, not the file")
    if said:
        return said
    kind = found.response.headers.get("Content-Type", "unknown type")
    return _outcome(target, found, State.NOT_IMAGE, f"{kind}, starts with {body.head[:16]!r}")


async def _resolve(fetcher: Fetcher, target: Target) -> Outcome:
    """Ask for what a page or album names, by each step until one tells."""
    steps = named(target.family).steps
    last: Failure | None = None
    for step in steps(target, fetcher.secrets) if steps else []:
        try:
            async with answer(fetcher.client, step.url, {**_PAGE_HEADERS, **step.headers}) as found:
                _check_status(found)
                pictures = _read_step(step, await read_text(found.response, _PAGE_BYTES), found.address)
                outcome = _outcome(target, found, State.RESOLVED, "")
        except FailureError as error:
            last = error.failure
            if last.state in RETRIED:
                raise
            continue
        if pictures:
            return replace(outcome, pictures=tuple(pictures))
        last = Failure(State.GONE, "the page names no picture", http=outcome.http, final=outcome.final)
    assert last is not None, f"{target.family} has no steps for {target.kind}"
    raise FailureError(last)


def _read_step(step: Step, body: str, address: str) -> list[Picture]:
    """The pictures of a page in canonical spelling, each once, without the host's placeholder and the page itself."""
    found: dict[str, Picture] = {}
    for picture in step.read(body):
        target = classify(picture.url)
        if target.reason is not Verdict.PLACEHOLDER and target.canonical not in {step.url, address}:
            found.setdefault(target.canonical, replace(picture, url=target.canonical))
    return list(found.values())


async def _follow(fetcher: Fetcher, target: Target) -> Outcome:
    """Where a short link leads, without asking for the thing itself."""
    address = target.canonical
    for _ in range(_MAX_SHORTLINKS):
        async with answer(fetcher.client, address, _PAGE_HEADERS, follow=False) as found:
            status = found.response.status
            location = found.response.headers.get("Location") if 300 <= status < 400 else None
            if location is None:
                _check_status(found)
                return _outcome(target, found, State.GONE, "leads nowhere")
        after = classify(urljoin(address, location))
        if after.kind is not Kind.SHORTLINK:
            pictures = (Picture(after.canonical),)
            return Outcome(target.canonical, State.RESOLVED, "", status, final=after.canonical, pictures=pictures)
        address = after.canonical
    return Outcome(target.canonical, State.GONE, f"more than {_MAX_SHORTLINKS} short links in a row")


def _check_status(found: Answer) -> None:
    status = found.response.status
    if status == 200:
        return
    rest = retry_after(found.response.headers.get("Retry-After"))
    state = _STATUS_STATES.get(status, State.UNREACHABLE if status >= 500 else State.GONE)
    raise FailureError(Failure(state, f"HTTP {status}", status, rest, found.address))


def _opted_out(values: list[str]) -> str | None:
    """The tag by which a host asks not to be used for training; tags meant for other programs do not count."""
    for value in values:
        meant = True
        for part in value.lower().split(","):
            name, colon, rest = part.partition(":")
            if colon and name.strip() not in _VALUED_TAGS:
                meant = name.strip() in {"photoshop-request", "*"}
            tag = (rest if colon else name).strip()
            if meant and tag in {"noai", "noimageai"}:
                return tag
    return None


def _outcome(target: Target, found: Answer, state: State, detail: str, body: Body | None = None) -> Outcome:
    return Outcome(
        target.canonical,
        state,
        detail,
        found.response.status,
        sha256=body.sha256 if body else None,
        size=body.size if body else None,
        final=found.address,
    )
