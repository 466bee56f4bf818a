"""The review application: a page, its files, the cards as JSON, and pictures by SHA-256."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.pages.review.access import guarded
from photoshop_request_builder.pages.review.pictures import Kind, draw
from photoshop_request_builder.pages.review.session import GIVEN, Desk
from photoshop_request_builder.pages.viewer.cards import meanings
from photoshop_request_builder.store.corpus import Corpus

__all__ = ["application"]

_FILES = {
    "cards.js": ("pages.viewer", "static", "text/javascript"),
    "viewer.css": ("pages.viewer", "static", "text/css"),
    "img-comparison-slider.js": ("pages.viewer", "vendor", "text/javascript"),
    "img-comparison-slider.css": ("pages.viewer", "vendor", "text/css"),
    "img-comparison-slider.LICENSE": ("pages.viewer", "vendor", "text/plain"),
    "review.js": ("pages.review", "static", "text/javascript"),
    "review.css": ("pages.review", "static", "text/css"),
}
_KEPT = {"cache-control": "private, max-age=3600, immutable"}
"""A picture of one digest never changes."""
_FRESH = {"cache-control": "no-store"}
_LARGEST = 10_000
"""Bytes of a decision: it is a number and a word."""
_DOWN = "Something was taken down since this review began. Stop it and start it again: it goes on where it was."

Ask = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Review:
    """What every answer needs."""

    corpus: Corpus
    desk: Desk
    reviewer: str
    taken_down: object
    """What `_taken_down` said when the review began."""


def application(corpus: Corpus, desk: Desk, reviewer: str, token: str, hosts: Collection[str]) -> ASGIApp:
    """The application of one reviewer, for whoever has `token`; see `guarded`."""
    routes = [
        Route("/", _answer_page),
        Route("/api/start", _unless_taken_down(_start)),
        Route("/api/card/{number:int}", _unless_taken_down(_show)),
        Route("/api/after/{number:int}", _unless_taken_down(_skip)),
        Route("/api/decide", _unless_taken_down(_decide), methods=["POST"]),
        Route("/api/undo", _unless_taken_down(_undo), methods=["POST"]),
        Route("/pictures/{number:int}/{kind}/{sha256}", _unless_taken_down(_picture)),
        Route("/{name}", _file),
    ]
    app = Starlette(routes=routes)
    app.state.review = _Review(corpus, desk, reviewer, _taken_down(corpus))
    return guarded(app, token, hosts)


def _of(request: Request) -> _Review:
    found: _Review = request.app.state.review
    return found


def _unless_taken_down(ask: Ask) -> Ask:
    """What is in memory may not be shown any more once something was taken down."""

    async def answer(request: Request) -> Response:
        review = _of(request)
        if _taken_down(review.corpus) != review.taken_down:
            return PlainTextResponse(_DOWN, 410, _FRESH)
        return await ask(request)

    return answer


async def _answer_page(request: Request) -> Response:
    review = _of(request)
    return HTMLResponse(_page(review.corpus.subreddits, review.reviewer), headers=_FRESH)


async def _start(request: Request) -> Response:
    desk = _of(request).desk
    shown = desk.show(desk.undecided(0))
    return JSONResponse({**shown, "figures": meanings(), "agreement": desk.agreement()}, headers=_FRESH)


async def _show(request: Request) -> Response:
    return JSONResponse(_of(request).desk.show(request.path_params["number"]), headers=_FRESH)


async def _skip(request: Request) -> Response:
    desk = _of(request).desk
    return JSONResponse(desk.show(desk.undecided(request.path_params["number"] + 1)), headers=_FRESH)


async def _decide(request: Request) -> Response:
    desk, said = _of(request).desk, await _json(request)
    number, verdict = said.get("number"), said.get("verdict")
    if type(number) is not int or not 0 <= number < len(desk.deck) or verdict not in list(GIVEN):
        return PlainTextResponse("no such decision", 422, _FRESH)
    return JSONResponse(desk.decide(number, Verdict(verdict)), headers=_FRESH)


async def _undo(request: Request) -> Response:
    return JSONResponse(_of(request).desk.undo() or {}, headers=_FRESH)


async def _picture(request: Request) -> Response:
    review, number, kind = _of(request), request.path_params["number"], request.path_params["kind"]
    data = None
    if number < len(review.desk.deck) and kind in list(Kind):
        found, place = review.desk.deck.request(number)
        if place is not None:
            sha256 = request.path_params["sha256"]
            data = await run_in_threadpool(draw, review.corpus, found, place, Kind(kind), sha256)
    if data is None:
        return PlainTextResponse("no such picture", 404, _FRESH)
    return Response(data, media_type="image/png" if kind == Kind.MASK else "image/jpeg", headers=_KEPT)


def _page(subreddits: Sequence[str], reviewer: str) -> str:
    text = files("photoshop_request_builder.pages.review").joinpath("static", "review.html.jinja").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    given = [verdict.value for verdict in GIVEN]
    return environment.from_string(text).render(subreddits=subreddits, reviewer=reviewer, given=given)


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        return PlainTextResponse("no such file", 404)
    room, folder, kind = _FILES[name]
    data = files(f"photoshop_request_builder.{room}").joinpath(folder, name).read_bytes()
    return Response(data, media_type=kind, headers=_FRESH)


async def _json(request: Request) -> dict[str, Any]:
    """The body as an object; an empty one where it is none."""
    if int(request.headers.get("content-length") or _LARGEST + 1) > _LARGEST:
        return {}
    try:
        found = await request.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _taken_down(corpus: Corpus) -> object:
    """Changes with every takedown."""
    path = corpus.path("takedown", "tombstones.json")
    return corpus.fs.modified(path) if corpus.fs.exists(path) else None
