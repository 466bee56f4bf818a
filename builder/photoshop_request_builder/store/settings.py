"""Resolve the settings of a run: a flag overrides the environment, then corpus.toml, then the default."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from photoshop_request.errors import InputError
from photoshop_request.reddit.arctic_shift import BASE
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, with the same name as flag, environment variable and entry of corpus.toml."""

    name: str
    parse: Callable[[Any], Any]
    default: Callable[[], Any]
    meaning: str

    @property
    def variable(self) -> str:
        """The name of its environment variable."""
        return f"PHOTOSHOP_REQUEST_{self.name.upper()}"


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    """The value in force and its origin: `flag`, `environment`, `corpus.toml` or `default`."""

    setting: Setting
    value: Any
    origin: str


def default_workers() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _positive_integer(value: Any) -> int:
    number = int(value)
    if number < 1:
        raise ValueError(value)
    return number


def _positive_number(value: Any) -> float:
    number = float(value)
    if not number > 0:
        raise ValueError(value)
    return number


def _share(value: Any) -> float:
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(value)
    return number


def remember_setting(corpus: Corpus, name: str, value: bool) -> None:
    """Write a setting to corpus.toml for all later commands. Comments and order of the file stay.

    Raises:
        StorageError: no space or no permission.
    """
    import tomlkit  # only writing needs it

    path = corpus.path("corpus.toml")
    document = tomlkit.parse(storage.read_bytes(corpus.fs, path).decode())
    document.setdefault("settings", tomlkit.table())[name] = value
    storage.write_bytes(corpus.fs, path, tomlkit.dumps(document).encode())


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[str(value).lower()]


def _engine(value: Any) -> str:
    if value not in {"local", "ray"}:
        raise ValueError(value)
    return str(value)


def _http_address(value: Any) -> str:
    text = str(value)
    if not text.startswith(("http://", "https://")):
        raise ValueError(text)
    return text.rstrip("/")


def parse_rates(value: Any) -> dict[str, float]:
    """Parse `i.redd.it=4,imgur.com=1`, or a table, as requests per second by host. `inf` means no limit.

    Raises:
        ValueError: another form, or a rate that is not positive.
    """
    pairs = value.items() if isinstance(value, Mapping) else (item.split("=") for item in str(value).split(",") if item)
    return {str(host).strip().lower(): _positive_number(rate) for host, rate in pairs}


SETTINGS = (
    Setting("workers", _positive_integer, default_workers, "number of worker processes"),
    Setting("engine", _engine, lambda: "local", "where stages run: local, or ray"),
    Setting(
        "address", str, lambda: None, "Ray cluster address: HOST:PORT or auto; without it Ray starts on this machine"
    ),
    Setting("mirror", _http_address, lambda: None, "base URL; https://HOST/PATH is requested as MIRROR/HOST/PATH"),
    Setting("contact", str, lambda: None, "e-mail or web address in the user agent, so that hosts can reach you"),
    Setting(
        "rate",
        parse_rates,
        dict,
        "requests per second by host, instead of the built-in limits: HOST=N,HOST=N; * is every other host",
    ),
    Setting(
        "robots",
        _yes_or_no,
        lambda: True,
        "honor robots.txt of every host; turn it off only for an institutional mirror",
    ),
    Setting("arctic_shift", _http_address, lambda: BASE, "base URL of the Arctic Shift service"),
    Setting("removal_contact", str, lambda: None, "address for removal requests, printed in the dataset card"),
    Setting("include_nsfw", _yes_or_no, lambda: False, "publish edits that are marked or scored as adult content"),
    Setting("include_removed", _yes_or_no, lambda: False, "publish requests and edits that moderators removed"),
    Setting("include_watermarked", _yes_or_no, lambda: False, "publish edits under a solver's watermark"),
    Setting("include_repaints", _yes_or_no, lambda: False, "publish edits whose whole picture a model drew anew"),
    Setting("classify_nsfw", _yes_or_no, lambda: False, "score the pictures of every edit (needs the extra nsfw)"),
    # OpenNSFW's authors: below 0.2 very likely safe, above 0.8 very likely not
    Setting("nsfw_threshold", _share, lambda: 0.8, "score from 0 to 1 at which the classifier marks a picture as nsfw"),
    Setting("keep_credit_lines", _yes_or_no, lambda: False, "publish artist and copyright from metadata of pictures"),
    Setting("verified_test", _yes_or_no, lambda: False, "put only edits confirmed in review into the test split"),
)


def resolve_settings(
    corpus: Corpus | None, flags: Mapping[str, Any], environment: Mapping[str, str] | None = None
) -> dict[str, EffectiveSetting]:
    """Return every setting by name. `flags` are the values from the command line, None if not given.

    Raises:
        InputError: a value is not valid. The message names the setting and its origin.
    """
    environment = os.environ if environment is None else environment
    stored = _stored(corpus) if corpus else {}
    return {setting.name: _resolve_one(setting, flags, environment, stored) for setting in SETTINGS}


def _resolve_one(
    setting: Setting, flags: Mapping[str, Any], environment: Mapping[str, str], stored: Mapping[str, Any]
) -> EffectiveSetting:
    places = (
        ("flag", flags.get(setting.name)),
        ("environment", environment.get(setting.variable) or None),
        ("corpus.toml", stored.get(setting.name)),
    )
    for origin, value in places:
        if value is None or value in ([], ()):
            continue
        try:
            return EffectiveSetting(setting, setting.parse(value), origin)
        except (ValueError, TypeError, AttributeError, KeyError):
            raise InputError(
                f"{setting.name} = {value!r} ({origin}) is not valid. Expected: {setting.meaning}."
            ) from None
    return EffectiveSetting(setting, setting.default(), "default")


def _stored(corpus: Corpus) -> Mapping[str, Any]:
    table = tomllib.loads(storage.read_bytes(corpus.fs, corpus.path("corpus.toml")).decode()).get("settings", {})
    known = {setting.name for setting in SETTINGS}
    if unknown := sorted(set(table) - known):
        raise InputError(
            f"{corpus.address}/corpus.toml: unknown setting {unknown[0]!r}; known: {', '.join(sorted(known))}."
        )
    return dict(table)
