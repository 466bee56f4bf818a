"""Restrict the review server to its own page: check token, Host and Origin, and set security headers."""

import hmac
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    # only the page's own files load, and no other page may frame it
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-robots-tag": "noindex, noai, noimageai",
}


def restrict_access(app: ASGIApp, token: str, hosts: Collection[str]) -> ASGIApp:
    """Serve `app` below `/TOKEN` and refuse every other request.

    `hosts` are the allowed Host headers. Any other Host may be a DNS rebinding attack. A request from another page's
    origin is refused. No CORS header is ever sent.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        refusal = _refusal(scope, token, hosts)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await app({**scope, "root_path": f"/{token}"}, receive, _with_headers(send))

    return answer


def _refusal(scope: Scope, token: str, hosts: Collection[str]) -> PlainTextResponse | None:
    headers = Headers(scope=scope)
    if headers.get("host") not in hosts:
        return PlainTextResponse("This host is not served.", 421, _HEADERS)
    if not hmac.compare_digest(scope["path"].split("/")[1].encode(), token.encode()):
        return PlainTextResponse("The URL lacks its token. Copy the whole URL.", 404, _HEADERS)
    origin = headers.get("origin")
    if origin is not None and origin not in {f"http://{host}" for host in hosts}:
        return PlainTextResponse("Requests from other pages are refused.", 403, _HEADERS)
    if scope["method"] == "POST" and headers.get("content-type") != "application/json":
        return PlainTextResponse("Send JSON.", 415, _HEADERS)
    return None


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            added = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return send_with_headers
