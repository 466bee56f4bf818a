"""Drive a real headless Chromium over loopback. It reaches no other machine."""

import functools
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

WIDTHS = {"phone": (390, 844, True), "desktop": (1366, 900, False)}


@contextmanager
def chromium(profile: Path) -> Iterator[Any]:
    """Yield a driver of a fresh Chromium. Skip the test if there is none."""
    selenium = pytest.importorskip("selenium.webdriver", reason="needs the package selenium")
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (binary and driver):
        pytest.skip("needs chromium and chromedriver (Debian: apt-get install chromium chromium-driver)")
    from selenium.webdriver.chrome.service import Service

    options = selenium.ChromeOptions()
    options.binary_location = binary
    for flag in (
        "headless=new",
        "no-sandbox",
        "disable-dev-shm-usage",
        "no-first-run",
        "disable-background-networking",
    ):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={profile}")
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    page = selenium.Chrome(options=options, service=Service(driver))
    try:
        yield page
    finally:
        page.quit()


def resize(page: Any, width: str) -> None:
    """Set the window to the width of a phone or a desktop."""
    wide, high, mobile = WIDTHS[width]
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": wide, "height": high, "deviceScaleFactor": 1, "mobile": mobile},
    )


def prefer_dark(page: Any, *, dark: bool) -> None:
    """Set the preferred colour scheme."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})


def requested(page: Any) -> list[str]:
    """Return every address requested since the last call."""
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    return [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]


def complaints(page: Any) -> list[str]:
    """Return the console messages since the last call."""
    return [entry["message"] for entry in page.get_log("browser")]


def wait(page: Any, script: str) -> Any:
    """Wait until a script returns a true value and return it."""
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(page, 20, 0.05).until(lambda _: page.execute_script(script))


def pressed(page: Any, keys: str) -> None:
    """Send keys to the focused element, one after the other."""
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(page).send_keys(keys).perform()


def serious_findings(page: Any) -> list[tuple[str, str, list[Any]]]:
    """Return serious and critical findings of axe-core on the page. Skip the test without axe-core."""
    page.execute_script(_axe())
    # a report has thousands of cells: report one passing node of each kind
    asked = "axe.run({ preload: false, resultTypes: ['violations'] }).then(arguments[arguments.length - 1])"
    page.set_script_timeout(300)
    found = page.execute_async_script(asked)
    assert found["passes"]
    return [
        (each["id"], each["help"], [node["target"] for node in each["nodes"][:3]])
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]


@functools.cache
def _axe() -> str:
    if not shutil.which("npm"):
        pytest.skip("needs npm, for axe-core")
    with tempfile.TemporaryDirectory() as folder:
        got = subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, "axe-core@4"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        axe = Path(folder, "node_modules", "axe-core", "axe.min.js")
        if got.returncode or not axe.is_file():
            pytest.skip("axe-core could not be had from npm")
        return axe.read_text("utf-8")
