"""Dropbox: shared files answer with their bytes at `dl.dropboxusercontent.com` or with `dl=1`."""

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, no_picture
from photoshop_request.media.addresses.outcomes import AddressState
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

_NAME = "dropbox"


def _classify(url: Url) -> AddressTarget:
    match url.parts:
        case ("s", "dl", key, name) | ("s", key, name) if key != "dl":
            return AddressTarget(AddressKind.FILE, f"https://dl.dropboxusercontent.com/s/{key}/{name}", _NAME)
        case ("scl", "fi", _, _):
            # rlkey is the permission to read: without it the file is private
            address = url.with_arguments(("rlkey",), dl="1").replace(url.host, "www.dropbox.com", 1)
            return AddressTarget(AddressKind.FILE, address, _NAME)
        case ("s" | "sh", *_) | ("scl", "fo", *_):
            return AddressTarget(AddressKind.FOLDER, url.https(), _NAME, Verdict.UNSUPPORTED_HOST, "a folder")
        case ("u", *_):
            return _dead(url, "public folders ended in 2017")
        case _ if url.host.startswith(("db.tt", "www.db.tt")):
            return _dead(url, "Dropbox's shortener has ended")
        case _:
            return no_picture(url, _NAME, "not a shared file")


def _dead(url: Url, detail: str) -> AddressTarget:
    return AddressTarget(AddressKind.DEAD, url.https(query=False), _NAME, Verdict.GONE, detail)


def _interstitial(_page: str) -> str | AddressState:
    return AddressState.GONE  # a page in place of the bytes: the file is no longer shared


def _identity(url: Url) -> str | None:
    match url.parts:
        case ("s", key, _) | ("scl", "fi", key, _):
            return key
        case _:
            return None


_DOMAINS = ("dropbox.com", "dropboxusercontent.com", "db.tt")
FAMILY = HostFamily(_NAME, _DOMAINS, _classify, interstitial=_interstitial, identity=_identity)
