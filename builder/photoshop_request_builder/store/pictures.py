"""Write and read fetched pictures: `images/ab/cd/<sha256>.<ext>`, written once, never changed."""

import asyncio
import contextlib
import hashlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from photoshop_request.errors import CorpusError
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.tombstones import TombstoneKind, load_tombstones
from photoshop_request_builder.store.withdrawn import load_withdrawn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from photoshop_request.media.http.body import Body


def read_picture(corpus: Corpus, sha256: str, extension: str) -> bytes:
    """Read a picture, and check its SHA-256.

    Raises:
        CorpusError: the file is missing or damaged.
    """
    data = find_picture(corpus, sha256, extension)
    if data is None:
        raise _missing(corpus, sha256, extension)
    return data


def read_unless_taken_down(corpus: Corpus, sha256: str, extension: str) -> bytes | None:
    """Read a picture, or return None if it was erased after the tables were written: taken down, or its post deleted.

    Raises:
        CorpusError: the file is missing for another reason, or damaged.
    """
    data = find_picture(corpus, sha256, extension)
    if data is not None:
        return data
    is_erased = load_tombstones(corpus).covers(TombstoneKind.SHA256, sha256) or load_withdrawn(corpus).remembers(sha256)
    if not is_erased:
        raise _missing(corpus, sha256, extension)
    return None


def find_picture(corpus: Corpus, sha256: str, extension: str) -> bytes | None:
    """Read a picture, or return None if the file is missing.

    Raises:
        CorpusError: the file is damaged.
    """
    path = corpus.image_path(sha256, extension)
    try:
        data = storage.read_bytes(corpus.fs, path)
    except FileNotFoundError:
        return None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise _broken(corpus, path, "damaged: its SHA-256 is not that of the fetched picture")
    return data


def _missing(corpus: Corpus, sha256: str, extension: str) -> CorpusError:
    return _broken(corpus, corpus.image_path(sha256, extension), "missing")


def _broken(corpus: Corpus, path: str, what: str) -> CorpusError:
    return CorpusError(f"{path}: {what}. Repair it with: photoshop-request doctor {corpus.address} --deep --repair")


def empty_download_folder(corpus: Corpus) -> Path:
    """Return an empty folder for downloads, on the pictures' disk so that a rename publishes a file."""
    folder = Path(corpus.root, "images", ".part") if corpus.is_local else corpus.ledger_path.with_suffix(".part")
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.iterdir():
        leftover.unlink()
    return folder


def picture_saver(corpus: Corpus) -> "Callable[[Body, str], Awaitable[str]]":
    """Return a function that saves a body under its SHA-256 and returns the digest.

    A file that exists already is left alone. If the disk refuses the body, its `.part` file is removed and OSError raised.
    """
    write = _write_local if corpus.is_local else _write_remote

    async def save(body: "Body", extension: str) -> str:
        return await asyncio.to_thread(_save, corpus, body, extension, write)

    return save


def _save(corpus: Corpus, body: "Body", extension: str, write: "Callable[[Corpus, Body, str], None]") -> str:
    try:
        sha256 = body.sha256()
        write(corpus, body, corpus.image_path(sha256, extension))
        return sha256
    finally:
        if body.part:
            body.part.unlink(missing_ok=True)


def _write_local(corpus: Corpus, body: "Body", path: str) -> None:
    final = Path(path)
    with contextlib.suppress(FileNotFoundError):
        if final.stat().st_size == body.size:
            return
    # two threads may save the same bytes at the same moment
    part = body.part or Path(corpus.root, "images", ".part", f"{final.name}.{threading.get_ident()}")
    try:
        with part.open("rb+" if body.part else "wb") as file:
            if body.data is not None:
                file.write(body.data)
            file.flush()
            os.fsync(file.fileno())
        try:
            part.replace(final)
        except FileNotFoundError:  # its folder does not exist yet
            final.parent.mkdir(parents=True, exist_ok=True)
            part.replace(final)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write_remote(corpus: Corpus, body: "Body", path: str) -> None:
    # without a check: most files are new, and writing the same bytes again is harmless
    if body.part:
        corpus.fs.put_file(str(body.part), path)
    else:
        storage.write_bytes(corpus.fs, path, body.data or b"")
