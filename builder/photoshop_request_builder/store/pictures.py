"""Where fetched bytes go: `images/ab/cd/<sha256>.<ext>`, written once, never changed."""

import asyncio
import contextlib
import hashlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from fsspec.implementations.local import LocalFileSystem

from photoshop_request.errors import CorpusError
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.tombstones import TombstoneKind, load_tombstones

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from photoshop_request.media.http.body import Body

__all__ = ["empty_download_folder", "find_picture", "picture_saver", "read_picture", "read_unless_taken_down"]


def read_picture(corpus: Corpus, sha256: str, extension: str) -> bytes:
    """The fetched bytes, checked: nothing is compared or published that is not what a host gave.

    Raises:
        CorpusError: the file is missing, or its bytes are others.
    """
    data = find_picture(corpus, sha256, extension)
    if data is None:
        raise _missing(corpus, sha256, extension)
    return data


def read_unless_taken_down(corpus: Corpus, sha256: str, extension: str) -> bytes | None:
    """The same, or None where the picture was taken down and erased, which tables of before do not say.

    Raises:
        CorpusError: the file is missing without that, or its bytes are others.
    """
    data = find_picture(corpus, sha256, extension)
    if data is None and not load_tombstones(corpus).covers(TombstoneKind.SHA256, sha256):
        raise _missing(corpus, sha256, extension)
    return data


def find_picture(corpus: Corpus, sha256: str, extension: str) -> bytes | None:
    """The same, or None where the picture is not there.

    Raises:
        CorpusError: its bytes are others.
    """
    path = corpus.image_path(sha256, extension)
    try:
        data = storage.read_bytes(corpus.fs, path)
    except FileNotFoundError:
        return None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise _broken(corpus, path, "not the bytes that were fetched: damaged, or changed by hand")
    return data


def _missing(corpus: Corpus, sha256: str, extension: str) -> CorpusError:
    return _broken(corpus, corpus.image_path(sha256, extension), "this picture is missing")


def _broken(corpus: Corpus, path: str, what: str) -> CorpusError:
    return CorpusError(f"{path}: {what}. Set it right with: photoshop-request doctor {corpus.address} --deep --repair")


def empty_download_folder(corpus: Corpus) -> Path:
    """An empty folder for bodies on their way: on the pictures' disk, so that the last step is a rename."""
    here = isinstance(corpus.fs, LocalFileSystem)
    folder = Path(corpus.root, "images", ".part") if here else corpus.ledger_path.with_suffix(".part")
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
    return folder


def picture_saver(corpus: Corpus) -> "Callable[[Body, str], Awaitable[str]]":
    """Keeps a body under its digest: flushed to the disk, then renamed; one that is on the disk already is left alone.

    The returned function gives the digest; OSError when the disk does not take the body, whose `.part` file is gone then.
    """
    put = _keep_here if isinstance(corpus.fs, LocalFileSystem) else _keep_away

    async def keep(body: "Body", extension: str) -> str:
        return await asyncio.to_thread(_keep, corpus, body, extension, put)

    return keep


def _keep(corpus: Corpus, body: "Body", extension: str, put: "Callable[[Corpus, Body, str], None]") -> str:
    try:
        sha256 = body.sha256()
        put(corpus, body, corpus.image_path(sha256, extension))
        return sha256
    finally:
        if body.part:
            body.part.unlink(missing_ok=True)


def _keep_here(corpus: Corpus, body: "Body", path: str) -> None:
    final = Path(path)
    with contextlib.suppress(FileNotFoundError):
        if final.stat().st_size == body.size:
            return
    # two addresses may give the same bytes at the same moment, each on a thread of its own
    part = body.part or Path(corpus.root, "images", ".part", f"{final.name}.{threading.get_ident()}")
    try:
        with part.open("rb+" if body.part else "wb") as file:
            if body.data is not None:
                file.write(body.data)
            file.flush()
            os.fsync(file.fileno())
        try:
            part.replace(final)
        except FileNotFoundError:  # the first picture of its folder
            final.parent.mkdir(parents=True, exist_ok=True)
            part.replace(final)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _keep_away(corpus: Corpus, body: "Body", path: str) -> None:
    # not asked whether it is there: most are new, and the same bytes again change nothing
    if body.part:
        corpus.fs.put_file(str(body.part), path)
    else:
        storage.write_bytes(corpus.fs, path, body.data or b"")
