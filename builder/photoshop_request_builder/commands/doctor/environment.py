"""Check the machine: versions, free disk space, credentials, reachable services."""

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
from photoshop_request_builder.commands.doctor.findings import CheckState, Finding

_PACKAGE = "photoshop-request"
_MIN_FREE_BYTES = 5 << 30
"""Enough for ten thousand pictures: a picture of the subreddit has 0.5 MB on average."""
_CONNECT_TIMEOUT = 3.0
"""Seconds."""
_CREDENTIALS = {
    "Reddit's API": (
        (api.CLIENT_ID, api.CLIENT_SECRET),
        "`ingest --from reddit` and `refresh`. Archives need no credentials",
    ),
    "imgur's API": (("IMGUR_CLIENT_ID",), "complete imgur albums. Without it, album pages are read"),
    "the Hub": (("HF_TOKEN",), "`publish`. `hf auth login` works as well"),
}
_HUB = "https://huggingface.co"
_HOSTS = ("i.redd.it", "i.imgur.com")

Connect = Callable[[str, int, float], None]
"""Function that connects to (host, port) within a timeout in seconds. Raises OSError if that fails."""


def check_environment(
    folder: Path, environment: Mapping[str, str], *, online: bool = True, connect: Connect | None = None
) -> list[Finding]:
    """Check the machine for a corpus in `folder`, which may not exist yet. Contact services only if `online`."""
    findings = [_python(), *_packages(), _disk(folder), *_credentials(environment)]
    return findings + (list(_network(environment, connect or _connect)) if online else [])


def _python() -> Finding:
    return Finding("python", CheckState.OK, f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _packages() -> Iterator[Finding]:
    """Check the version of every dependency, except dependencies of extras."""
    requirements = [Requirement(text) for text in importlib.metadata.requires(_PACKAGE) or ()]
    problems = []
    for requirement in requirements:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            problems.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            problems.append(f"{requirement.name} {version}, required {requirement.specifier}")
    version = importlib.metadata.version(_PACKAGE)
    if problems:
        advice = f"{Path(sys.executable).name} -m pip install --upgrade {_PACKAGE}"
        yield Finding("packages", CheckState.BAD, f"{_PACKAGE} {version}: {'; '.join(problems)}", advice)
    else:
        yield Finding("packages", CheckState.OK, f"{_PACKAGE} {version} with all dependencies")


def _disk(folder: Path) -> Finding:
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        return Finding("disk", CheckState.BAD, f"{place} is not writable", "Choose another folder.")
    free = shutil.disk_usage(place).free
    detail = f"{free / 2**30:,.1f} GiB free at {place}"
    if free < _MIN_FREE_BYTES:
        return Finding("disk", CheckState.BAD, detail, f"Free at least {_MIN_FREE_BYTES >> 30} GiB.")
    return Finding("disk", CheckState.OK, detail)


def _credentials(environment: Mapping[str, str]) -> Iterator[Finding]:
    for service, (names, use) in _CREDENTIALS.items():
        missing = [name for name in names if not environment.get(name)]
        if missing:
            yield Finding("credentials", CheckState.NOTE, f"none for {service}", f"{', '.join(missing)}: for {use}.")
        else:
            yield Finding("credentials", CheckState.OK, f"{service}: set ({', '.join(names)})")


def _network(environment: Mapping[str, str], connect: Connect) -> Iterator[Finding]:
    services = [(host, 443) for host in _HOSTS]
    try:
        hub = urllib.parse.urlsplit(environment.get("HF_ENDPOINT") or _HUB)
        services.append((hub.hostname or "", hub.port or (443 if hub.scheme == "https" else 80)))
    except ValueError as error:
        yield Finding(
            "network", CheckState.BAD, f"HF_ENDPOINT is not an address ({error})", "Write https://HOST, or unset it."
        )
    for host, port in services:
        try:
            connect(host, port, _CONNECT_TIMEOUT)
        except OSError as error:
            reason = error.strerror or str(error) or type(error).__name__
            advice = "Check the network and the firewall. Commands that need this host will retry or fail."
            yield Finding("network", CheckState.NOTE, f"{host} does not answer ({reason})", advice)
        else:
            yield Finding("network", CheckState.OK, f"{host} answers")


def _connect(host: str, port: int, seconds: float) -> None:
    with socket.create_connection((host, port), timeout=seconds):
        pass
