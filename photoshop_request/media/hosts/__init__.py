"""Which host family speaks for an address. One module a family; the longest domain wins, `direct` takes the rest."""

from photoshop_request.media.hosts import chevereto, direct, drive, dropbox, imgur, known, postimg, reddit
from photoshop_request.media.hosts.target import Family, Kind, Picture, Secrets, Step, Target
from photoshop_request.media.hosts.url import parse
from photoshop_request.media.policy import refuse
from photoshop_request.verdicts import Verdict

__all__ = [
    "FAMILIES",
    "Family",
    "Kind",
    "Picture",
    "Secrets",
    "Step",
    "Target",
    "classify",
    "family_of",
    "host_of",
    "named",
    "picture_key",
    "with_true_extension",
]

FAMILIES: tuple[Family, ...] = (
    reddit.FAMILY,
    imgur.FAMILY,
    postimg.FAMILY,
    chevereto.FAMILY,
    dropbox.FAMILY,
    drive.FAMILY,
    *known.FAMILIES,
    direct.FAMILY,
)
_BY_NAME = {family.name: family for family in FAMILIES}
_BY_DOMAIN = {domain: family for family in reversed(FAMILIES) for domain in family.domains}
# Hosts where the last path piece without its extension names the picture.
_ANY_EXTENSION = frozenset({"i.imgur.com", "i.redd.it"})


def family_of(host: str) -> Family:
    """The family that speaks for a host name; `direct` where none does."""
    labels = host.split(".")
    for start in range(len(labels)):
        if family := _BY_DOMAIN.get(".".join(labels[start:])):
            return family
    return direct.FAMILY


def named(name: str) -> Family:
    """The family of that name."""
    return _BY_NAME[name]


def classify(address: str) -> Target:
    """What an address is, in one spelling. Never makes a request; what the policy refuses is `Kind.BLOCKED`."""
    if why := refuse(address):
        return Target(Kind.BLOCKED, address, "policy", Verdict.BLOCKED_ADDRESS, why)
    url = parse(address)
    if url is None:  # the policy lets nothing through that does not parse
        return Target(Kind.BLOCKED, address, "policy", Verdict.BLOCKED_ADDRESS, "cannot be parsed")
    return _guarded(family_of(url.host).classify(url))


def _guarded(target: Target) -> Target:
    """A family may unwrap an address from another one; the result passes the policy again."""
    if target.reason is None and (why := refuse(target.canonical)):
        return Target(Kind.BLOCKED, target.canonical, "policy", Verdict.BLOCKED_ADDRESS, why)
    return target


def picture_key(canonical: str) -> str:
    """The same for two addresses of one picture that differ in nothing but the extension the host ignores."""
    url = parse(canonical)
    return f"{url.host}/{url.stem}" if url and url.host in _ANY_EXTENSION else canonical


def with_true_extension(canonical: str, extension: str | None) -> str:
    """How a fetched picture's address is published: where the host ignores extensions, with the one its bytes have.

    A page at imgur.com tells no extension, so it is asked for as `.jpg` and may answer with a PNG.
    """
    url = parse(canonical)
    same = {"jpeg": "jpg", "tif": "tiff"}
    if url is None or url.host != "i.imgur.com" or not extension or same.get(url.extension, url.extension) == extension:
        return canonical
    return f"https://{url.host}/{url.stem}.{extension}"


def host_of(canonical: str) -> str:
    """The host name of an address, lower case; for `giphy:…` and the like the part before the colon."""
    url = parse(canonical)
    return url.host if url else canonical.partition(":")[0]
