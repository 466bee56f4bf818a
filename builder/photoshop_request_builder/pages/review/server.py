"""Serve the review on this machine: the page, its files, candidates as JSON, and pictures by SHA-256."""

import secrets
import socket
from collections.abc import Awaitable, Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import jinja2
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from photoshop_request.errors import InputError
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.pages.review.access import restrict_access
from photoshop_request_builder.pages.review.candidates import read_candidate_queue
from photoshop_request_builder.pages.review.session import CHOICES, PictureView, ReviewSession, draw
from photoshop_request_builder.pages.viewer.cards import meanings
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.decisions import CandidateOrder, open_decisions

_HOST = "127.0.0.1"
_FILES = {
    "cards.js": ("pages.viewer", "static", "text/javascript"),
    "viewer.css": ("pages.viewer", "static", "text/css"),
    "img-comparison-slider.js": ("pages.viewer", "vendor", "text/javascript"),
    "img-comparison-slider.css": ("pages.viewer", "vendor", "text/css"),
    "img-comparison-slider.LICENSE": ("pages.viewer", "vendor", "text/plain"),
    "review.js": ("pages.review", "static", "text/javascript"),
    "review.css": ("pages.review", "static", "text/css"),
}
_CACHED = {"cache-control": "private, max-age=3600, immutable"}
"""Header for pictures, since a digest's bytes never change."""
_NOT_CACHED = {"cache-control": "no-store"}
_MAX_BODY = 10_000
"""Bytes. A decision is a number and a word."""
_TAKEN_DOWN = "Something was taken down during this review. Restart the review to resume it."

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _State:
    """Objects that every handler needs."""

    corpus: Corpus
    session: ReviewSession
    reviewer: str
    takedowns: object
    """Value of `_takedowns` when the review began."""


def serve(corpus: Corpus, reviewer: str, order: CandidateOrder, port: int, ready: Callable[[str, int], None]) -> None:
    """Serve the review until interrupted. Call `ready` with the page's private URL and the number of candidates.

    Port 0 picks a free port. The corpus is not locked, so builds can run meanwhile.

    Raises:
        CorpusError: no pictures are compared yet, or the decisions cannot be read.
        InputError: the port is unavailable.
        StorageError: decisions cannot be written.
    """
    queue = read_candidate_queue(corpus, order)
    with open_decisions(corpus.decisions_path) as store, closing(socket.socket()) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((_HOST, port))
        except OSError as error:
            raise InputError(f"Port {port} is unavailable ({error.strerror}). Choose another with --port.") from error
        listening.listen()  # from now on, connections wait instead of being refused
        port = listening.getsockname()[1]
        token = secrets.token_urlsafe(24)
        hosts = {f"{name}:{port}" for name in (_HOST, "localhost")}
        app = application(corpus, ReviewSession(queue, store, reviewer, order), reviewer, token, hosts)
        settings = uvicorn.Config(app, log_level="error", access_log=False, server_header=False, lifespan="off")
        ready(f"http://{_HOST}:{port}/{token}/", len(queue))
        uvicorn.Server(settings).run(sockets=[listening])


def application(corpus: Corpus, session: ReviewSession, reviewer: str, token: str, hosts: Collection[str]) -> ASGIApp:
    """Return the application of one reviewer, restricted to requests with `token`. See `restrict_access`."""
    routes = [
        Route("/", _page),
        Route("/api/start", _unless_taken_down(_start)),
        Route("/api/card/{number:int}", _unless_taken_down(_show)),
        Route("/api/after/{number:int}", _unless_taken_down(_skip)),
        Route("/api/decide", _unless_taken_down(_decide), methods=["POST"]),
        Route("/api/undo", _unless_taken_down(_undo), methods=["POST"]),
        Route("/pictures/{number:int}/{view}/{sha256}", _unless_taken_down(_picture)),
        Route("/{name}", _file),
    ]
    app = Starlette(routes=routes)
    app.state.review = _State(corpus, session, reviewer, _takedowns(corpus))
    return restrict_access(app, token, hosts)


def _state(request: Request) -> _State:
    state: _State = request.app.state.review
    return state


def _unless_taken_down(handler: Handler) -> Handler:
    """Refuse requests after a takedown, since the data in memory may no longer be shown."""

    async def answer(request: Request) -> Response:
        state = _state(request)
        if _takedowns(state.corpus) != state.takedowns:
            return PlainTextResponse(_TAKEN_DOWN, 410, _NOT_CACHED)
        return await handler(request)

    return answer


async def _page(request: Request) -> Response:
    state = _state(request)
    text = files("photoshop_request_builder.pages.review").joinpath("static", "review.html.jinja").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    choices = [verdict.value for verdict in CHOICES]
    page = environment.from_string(text).render(
        subreddits=state.corpus.subreddits, reviewer=state.reviewer, choices=choices
    )
    return HTMLResponse(page, headers=_NOT_CACHED)


async def _start(request: Request) -> Response:
    session = _state(request).session
    shown = session.show(session.next_undecided(0))
    return JSONResponse({**shown, "figures": meanings(), "agreement": session.agreement()}, headers=_NOT_CACHED)


async def _show(request: Request) -> Response:
    return JSONResponse(_state(request).session.show(request.path_params["number"]), headers=_NOT_CACHED)


async def _skip(request: Request) -> Response:
    session = _state(request).session
    following = session.next_undecided(request.path_params["number"] + 1)
    return JSONResponse(session.show(following), headers=_NOT_CACHED)


async def _decide(request: Request) -> Response:
    session, body = _state(request).session, await _json(request)
    number, verdict = body.get("number"), body.get("verdict")
    if type(number) is not int or not 0 <= number < len(session.queue) or verdict not in list(CHOICES):
        return PlainTextResponse("This decision is invalid.", 422, _NOT_CACHED)
    return JSONResponse(session.decide(number, Verdict(verdict)), headers=_NOT_CACHED)


async def _undo(request: Request) -> Response:
    return JSONResponse(_state(request).session.undo() or {}, headers=_NOT_CACHED)


async def _picture(request: Request) -> Response:
    state, number, view = _state(request), request.path_params["number"], request.path_params["view"]
    data = None
    if number < len(state.session.queue) and view in list(PictureView):
        viewed, index = state.session.queue.request(number)
        if index is not None:
            sha256 = request.path_params["sha256"]
            data = await run_in_threadpool(draw, state.corpus, viewed, index, PictureView(view), sha256)
    if data is None:
        return PlainTextResponse("This picture does not exist.", 404, _NOT_CACHED)
    return Response(data, media_type="image/png" if view == PictureView.MASK else "image/jpeg", headers=_CACHED)


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        return PlainTextResponse("This file does not exist.", 404)
    package, folder, media_type = _FILES[name]
    data = files(f"photoshop_request_builder.{package}").joinpath(folder, name).read_bytes()
    return Response(data, media_type=media_type, headers=_NOT_CACHED)


async def _json(request: Request) -> dict[str, Any]:
    """Return the body as an object, empty if it is too long or not a JSON object."""
    if int(request.headers.get("content-length") or _MAX_BODY + 1) > _MAX_BODY:
        return {}
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _takedowns(corpus: Corpus) -> object:
    """Return a value that changes with every takedown."""
    path = corpus.path("takedown", "tombstones.json")
    return corpus.fs.modified(path) if corpus.fs.exists(path) else None
