"""Every other host: an address that ends in a picture's extension is a picture, the rest is counted as unsupported."""

from photoshop_request.media.addresses.hosts.target import Family, Kind, Target
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

__all__ = ["FAMILY"]

_NAME = "direct"


def _classify(url: Url) -> Target:
    if url.extension in IMAGE_EXTENSIONS:
        return Target(Kind.IMAGE, url.https(), _NAME)
    if url.extension in VIDEO_EXTENSIONS:
        return Target(Kind.VIDEO, url.https(), _NAME, Verdict.NOT_AN_IMAGE, "a video")
    if url.extension == "svg":
        return Target(Kind.OTHER, url.https(), _NAME, Verdict.NOT_AN_IMAGE, "a drawing, not a photo")
    return Target(Kind.OTHER, url.https(), _NAME, Verdict.UNSUPPORTED_HOST, "a page of a host that nothing here knows")


# Files of hosts whose pages are no use here.
FAMILY = Family(_NAME, ("upload.wikimedia.org", "image.prntscr.com"), _classify)
