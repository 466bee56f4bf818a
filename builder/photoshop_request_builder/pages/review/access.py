"""Who may ask the review server: whoever knows the address with its token, from this machine, from its own page."""

import hmac
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["guarded"]

_HEADERS = {
    # nothing but the page's own files; no other page may frame it
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-robots-tag": "noindex, noai, noimageai",
}


def guarded(app: ASGIApp, token: str, hosts: Collection[str]) -> ASGIApp:
    """`app` under `/TOKEN`: everything else is refused before it is looked at.

    `hosts` are the values of the Host header that are ours: another name that leads here is DNS rebinding. A request
    that changes something must come from the page itself. No CORS header is ever sent.
    """

    async def ask(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        refused = _refused(scope, token, hosts)
        if refused is not None:
            await refused(scope, receive, send)
            return
        await app({**scope, "root_path": f"/{token}"}, receive, _with_headers(send))

    return ask


def _refused(scope: Scope, token: str, hosts: Collection[str]) -> PlainTextResponse | None:
    headers = Headers(scope=scope)
    if headers.get("host") not in hosts:
        return PlainTextResponse("not this host", 421, _HEADERS)
    given = scope["path"].split("/")[1]
    if not hmac.compare_digest(given.encode(), token.encode()):
        return PlainTextResponse("the address lacks its token: copy all of it", 404, _HEADERS)
    origin = headers.get("origin")
    if origin is not None and origin not in {f"http://{host}" for host in hosts}:
        return PlainTextResponse("not from this page", 403, _HEADERS)
    if scope["method"] == "POST" and headers.get("content-type") != "application/json":
        return PlainTextResponse("JSON only", 415, _HEADERS)
    return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            added = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sending
