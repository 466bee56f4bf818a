"""Dropbox: shared files answer with their bytes under `dl.dropboxusercontent.com` or with `dl=1`."""

from photoshop_request.media.addresses.hosts.target import Family, Kind, Target
from photoshop_request.media.addresses.states import State
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "dropbox"


def _classify(url: Url) -> Target:
    match url.parts:
        case ("s", "dl", key, name) | ("s", key, name) if key != "dl":
            return Target(Kind.FILE, f"https://dl.dropboxusercontent.com/s/{key}/{name}", _NAME)
        case ("scl", "fi", _, _):
            # rlkey is the right to read: without it the file is private
            return Target(
                Kind.FILE, url.with_arguments(("rlkey",), dl="1").replace(url.host, "www.dropbox.com", 1), _NAME
            )
        case ("s" | "sh", *_) | ("scl", "fo", *_):
            return Target(Kind.FOLDER, url.https(), _NAME, Verdict.UNSUPPORTED_HOST, "a folder")
        case ("u", *_):
            return Target(Kind.DEAD, url.https(query=False), _NAME, Verdict.GONE, "public folders ended in 2017")
        case _ if url.host.startswith(("db.tt", "www.db.tt")):
            return Target(Kind.DEAD, url.https(query=False), _NAME, Verdict.GONE, "Dropbox's shortener has ended")
        case _:
            return Target(Kind.NAVIGATION, url.https(query=False), _NAME, Verdict.NOT_AN_IMAGE, "not a shared file")


def _interstitial(_page: str) -> str | State:
    """A page instead of bytes: the file is shared no more."""
    return State.GONE


FAMILY = Family(_NAME, ("dropbox.com", "dropboxusercontent.com", "db.tt"), _classify, interstitial=_interstitial)
