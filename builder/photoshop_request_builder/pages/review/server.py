"""The review server: on loopback, for one reviewer, until it is stopped."""

import secrets
import socket
from collections.abc import Callable
from contextlib import closing

import uvicorn

from photoshop_request.errors import InputError
from photoshop_request_builder.pages.review.app import application
from photoshop_request_builder.pages.review.candidates import read_deck
from photoshop_request_builder.pages.review.session import Desk
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.decisions import CandidateOrder, open_decisions

__all__ = ["serve"]

_HOST = "127.0.0.1"


def serve(corpus: Corpus, reviewer: str, order: CandidateOrder, port: int, ready: Callable[[str, int], None]) -> None:
    """Serve until interrupted; `ready` is told the page's address, with its token, and how many candidates there are.

    Port 0 takes a free one. Holds no lock: others may build meanwhile.

    Raises:
        CorpusError: nothing has been compared yet, or the decisions cannot be read.
        InputError: the port is taken.
        StorageError: decisions cannot be kept.
    """
    deck = read_deck(corpus, order)
    with open_decisions(corpus.decisions_path) as store, closing(socket.socket()) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((_HOST, port))
        except OSError as error:
            raise InputError(f"port {port} cannot be had ({error.strerror}). Choose another with --port.") from error
        listening.listen()  # who opens the address at once waits, and is not refused
        port = listening.getsockname()[1]
        token = secrets.token_urlsafe(24)
        hosts = {f"{name}:{port}" for name in (_HOST, "localhost")}
        app = application(corpus, Desk(deck, store, reviewer, order), reviewer, token, hosts)
        settings = uvicorn.Config(app, log_level="error", access_log=False, server_header=False, lifespan="off")
        ready(f"http://{_HOST}:{port}/{token}/", len(deck))
        uvicorn.Server(settings).run(sockets=[listening])
