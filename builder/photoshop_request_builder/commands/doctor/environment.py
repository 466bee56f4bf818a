"""The machine around a run: versions, room on the disk, credentials that are set, services that answer."""

import importlib.metadata
import os
import platform
import shutil
import socket
import sys
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from packaging.requirements import Requirement

from photoshop_request.reddit import api
from photoshop_request_builder.commands.doctor.findings import Finding, State

_PACKAGE = "photoshop-request"
_ROOM = 5 << 30
"""Bytes: a picture of the subreddit has 0.5 MB on average, and a run should get through ten thousand."""
_PATIENCE = 3.0
"""Seconds that a service has to take up a connection."""
_CREDENTIALS = {
    "Reddit's API": ((api.CLIENT_ID, api.CLIENT_SECRET), "ingest --from reddit and refresh; archives need none"),
    "imgur's API": (("IMGUR_CLIENT_ID",), "albums of imgur in full; without it their pages are read"),
    "the Hub": (("HF_TOKEN",), "publish; a token of `hf auth login` does as well"),
}
_HUB = "https://huggingface.co"
_HOSTS = ("i.redd.it", "i.imgur.com")

Connect = Callable[[str, int, float], None]
"""Opens and closes a connection to (host, port) within some seconds; OSError where that fails."""


def surroundings(
    folder: Path, environment: Mapping[str, str], *, online: bool = True, connect: Connect | None = None
) -> list[Finding]:
    """Look at everything but the corpus; `folder` is where it lies or will lie. Without `online` nothing is asked."""
    found = [_python(), *_packages(), _disk(folder), *_credentials(environment)]
    return found + (list(_network(environment, connect or _connect)) if online else [])


def _python() -> Finding:
    return Finding("python", State.OK, f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _packages() -> Iterator[Finding]:
    """Every package that this one needs, in the version that it needs; those of extras are not looked at."""
    needed = [Requirement(text) for text in importlib.metadata.requires(_PACKAGE) or ()]
    wrong = []
    for requirement in needed:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} {version}, needed {requirement.specifier}")
    version = importlib.metadata.version(_PACKAGE)
    if wrong:
        advice = f"{Path(sys.executable).name} -m pip install --upgrade {_PACKAGE}"
        yield Finding("packages", State.BAD, f"{_PACKAGE} {version}: {'; '.join(wrong)}", advice)
    else:
        yield Finding("packages", State.OK, f"{_PACKAGE} {version} with all it needs")


def _disk(folder: Path) -> Finding:
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        return Finding("disk", State.BAD, f"{place} cannot be written", "Choose another folder.")
    free = shutil.disk_usage(place).free
    detail = f"{free / 2**30:,.1f} GiB free at {place}"
    if free < _ROOM:
        return Finding("disk", State.BAD, detail, f"A run should have {_ROOM >> 30} GiB; `fetch --dry-run` says more.")
    return Finding("disk", State.OK, detail)


def _credentials(environment: Mapping[str, str]) -> Iterator[Finding]:
    for service, (names, use) in _CREDENTIALS.items():
        missing = [name for name in names if not environment.get(name)]
        if missing:
            yield Finding("credentials", State.NOTE, f"none for {service}", f"{', '.join(missing)}: for {use}.")
        else:
            yield Finding("credentials", State.OK, f"{service}: set ({', '.join(names)})")


def _network(environment: Mapping[str, str], connect: Connect) -> Iterator[Finding]:
    services = [(host, 443) for host in _HOSTS]
    try:
        hub = urllib.parse.urlsplit(environment.get("HF_ENDPOINT") or _HUB)
        services.append((hub.hostname or "", hub.port or (443 if hub.scheme == "https" else 80)))
    except ValueError as error:
        yield Finding("network", State.BAD, f"HF_ENDPOINT is no address ({error})", "Write https://HOST, or unset it.")
    for host, port in services:
        try:
            connect(host, port, _PATIENCE)
        except OSError as error:
            reason = error.strerror or str(error) or type(error).__name__
            advice = "Check the network, or a firewall; what needs it will wait or fail."
            yield Finding("network", State.NOTE, f"{host} does not answer ({reason})", advice)
        else:
            yield Finding("network", State.OK, f"{host} answers")


def _connect(host: str, port: int, seconds: float) -> None:
    with socket.create_connection((host, port), timeout=seconds):
        pass
