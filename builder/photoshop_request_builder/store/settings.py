"""The settings of a run, and where each value comes from: flag > environment > corpus.toml > default."""

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
    """One value that a user may set, by the same name everywhere."""

    name: str
    parse: Callable[[Any], Any]
    default: Callable[[], Any]
    meaning: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"PHOTOSHOP_REQUEST_{self.name.upper()}"


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    """A setting's value in force, and its origin: `flag`, `environment`, `corpus.toml` or `default`."""

    setting: Setting
    value: Any
    origin: str


def default_workers() -> int:
    """The cores this process may use."""
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
    """Set a setting in corpus.toml, so that every later command has it; the other lines stay as they are.

    Raises:
        StorageError: no space or no permission.
    """
    path = corpus.path("corpus.toml")
    lines = corpus.fs.cat_file(path).decode().splitlines()
    heads = [line.partition("#")[0].strip() for line in lines]
    if "[settings]" not in heads:
        for grown in (lines, heads):
            grown += ["", "[settings]"]
    here = heads.index("[settings]") + 1
    end = next((place for place in range(here, len(heads)) if heads[place].startswith("[")), len(heads))
    kept = [line for line in lines[here:end] if line.partition("=")[0].strip() != name]
    lines[here:end] = [f"{name} = {str(value).lower()}", *kept]
    storage.write_bytes(corpus.fs, path, ("\n".join(lines) + "\n").encode())


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
    """`i.redd.it=4,imgur.com=1` (or the same as a table) as requests a second by host; `inf` lifts a limit.

    Raises:
        ValueError: not of that form, or a rate that is not positive.
    """
    pairs = value.items() if isinstance(value, Mapping) else (item.split("=") for item in str(value).split(",") if item)
    return {str(host).strip().lower(): _positive_number(rate) for host, rate in pairs}


SETTINGS = (
    Setting("workers", _positive_integer, default_workers, "processes for stages that are bound by cores"),
    Setting("engine", _engine, lambda: "local", "local, or ray: who runs the stages that are bound by cores"),
    Setting("address", str, lambda: None, "of the Ray cluster: HOST:PORT or auto; none starts one on this machine"),
    Setting("mirror", _http_address, lambda: None, "https://HOST/PATH is requested as MIRROR/HOST/PATH"),
    Setting("contact", str, lambda: None, "a mail or web address for the user agent, so that hosts can reach you"),
    Setting(
        "rate",
        parse_rates,
        dict,
        "requests a second by host, over the built-in limits: HOST=N,HOST=N; * is every other host",
    ),
    Setting("arctic_shift", _http_address, lambda: BASE, "base address of the Arctic Shift service"),
    Setting("removal_contact", str, lambda: None, "where people ask for removal: printed in the dataset's card"),
    Setting("include_nsfw", _yes_or_no, lambda: False, "publish edits that are marked or scored as content for adults"),
    Setting("classify_nsfw", _yes_or_no, lambda: False, "score every picture of an edit (needs the extra nsfw)"),
    # the makers of OpenNSFW: under 0.2 is safe with high probability, over 0.8 is not
    Setting("nsfw_threshold", _share, lambda: 0.8, "score, 0 to 1, from which the classifier's word counts as nsfw"),
    Setting(
        "verified_test", _yes_or_no, lambda: False, "the test split holds only edits that people confirmed in review"
    ),
)


def resolve_settings(
    corpus: Corpus | None, flags: Mapping[str, Any], environment: Mapping[str, str] | None = None
) -> dict[str, EffectiveSetting]:
    """Every setting's value in force, by name. `flags` holds what was given on the command line (None: not given).

    Raises:
        InputError: a value cannot be used; the message names the setting and where it was set.
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
    for origin, given in places:
        if given is None or given in ([], ()):
            continue
        try:
            return EffectiveSetting(setting, setting.parse(given), origin)
        except (ValueError, TypeError, AttributeError, KeyError):
            raise InputError(f"{setting.name} = {given!r} ({origin}) cannot be used: {setting.meaning}.") from None
    return EffectiveSetting(setting, setting.default(), "default")


def _stored(corpus: Corpus) -> Mapping[str, Any]:
    table = tomllib.loads(storage.read_bytes(corpus.fs, corpus.path("corpus.toml")).decode()).get("settings", {})
    known = {setting.name for setting in SETTINGS}
    if unknown := sorted(set(table) - known):
        raise InputError(
            f"{corpus.address}/corpus.toml: unknown setting {unknown[0]!r}; known: {', '.join(sorted(known))}."
        )
    return dict(table)
