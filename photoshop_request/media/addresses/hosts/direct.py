"""All other hosts: an address with a picture's extension is a picture. Other addresses are unsupported."""

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily
from photoshop_request.media.addresses.url import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, Url
from photoshop_request.verdicts import Verdict

_NAME = "direct"


def _classify(url: Url) -> AddressTarget:
    if url.extension in IMAGE_EXTENSIONS:
        return AddressTarget(AddressKind.IMAGE, url.https(), _NAME)
    if url.extension in VIDEO_EXTENSIONS:
        return AddressTarget(AddressKind.VIDEO, url.https(), _NAME, Verdict.NOT_AN_IMAGE, "a video")
    if url.extension == "svg":
        return AddressTarget(AddressKind.OTHER, url.https(), _NAME, Verdict.NOT_AN_IMAGE, "a drawing, not a photo")
    return AddressTarget(
        AddressKind.OTHER, url.https(), _NAME, Verdict.UNSUPPORTED_HOST, "a page of a host that nothing here knows"
    )


# Hosts of files under domains whose other pages belong to `never_fetched`.
FAMILY = HostFamily(_NAME, ("upload.wikimedia.org", "image.prntscr.com"), _classify)
