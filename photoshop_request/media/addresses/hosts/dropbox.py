"""Dropbox: shared files answer with their bytes under `dl.dropboxusercontent.com` or with `dl=1`."""

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily
from photoshop_request.media.addresses.outcomes import AddressState
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "dropbox"


def _classify(url: Url) -> AddressTarget:
    match url.parts:
        case ("s", "dl", key, name) | ("s", key, name) if key != "dl":
            return AddressTarget(AddressKind.FILE, f"https://dl.dropboxusercontent.com/s/{key}/{name}", _NAME)
        case ("scl", "fi", _, _):
            # rlkey is the right to read: without it the file is private
            return AddressTarget(
                AddressKind.FILE, url.with_arguments(("rlkey",), dl="1").replace(url.host, "www.dropbox.com", 1), _NAME
            )
        case ("s" | "sh", *_) | ("scl", "fo", *_):
            return AddressTarget(AddressKind.FOLDER, url.https(), _NAME, Verdict.UNSUPPORTED_HOST, "a folder")
        case ("u", *_):
            return AddressTarget(
                AddressKind.DEAD, url.https(query=False), _NAME, Verdict.GONE, "public folders ended in 2017"
            )
        case _ if url.host.startswith(("db.tt", "www.db.tt")):
            return AddressTarget(
                AddressKind.DEAD, url.https(query=False), _NAME, Verdict.GONE, "Dropbox's shortener has ended"
            )
        case _:
            return AddressTarget(
                AddressKind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "not a shared file"
            )


def _interstitial(_page: str) -> str | AddressState:
    """A page instead of bytes: the file is shared no more."""
    return AddressState.GONE


FAMILY = HostFamily(_NAME, ("dropbox.com", "dropboxusercontent.com", "db.tt"), _classify, interstitial=_interstitial)
