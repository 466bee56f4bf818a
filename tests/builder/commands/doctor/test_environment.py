"""Findings of the doctor about the machine."""

from pathlib import Path

import pytest

from photoshop_request_builder.commands.doctor import CheckState, Finding, check_environment


def _refuse(host: str, port: int, seconds: float) -> None:
    raise ConnectionRefusedError(111, "Connection refused")


def _answer(host: str, port: int, seconds: float) -> None:
    return None


def _of(check: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.check == check]


def test_an_installation_as_declared_is_fine(tmp_path: Path) -> None:
    findings = {finding.check: finding for finding in check_environment(tmp_path, {}, online=False)}
    assert findings["python"].state is CheckState.OK
    assert findings["packages"].state is CheckState.OK, findings["packages"].detail
    assert findings["disk"].detail.endswith(f"at {tmp_path}")
    assert "network" not in findings


def test_secrets_are_named_and_never_shown(tmp_path: Path) -> None:
    secrets = {
        "PHOTOSHOP_REQUEST_REDDIT_CLIENT_ID": "canary-1",
        "PHOTOSHOP_REQUEST_REDDIT_CLIENT_SECRET": "canary-2",
        "HF_TOKEN": "canary-3",
    }
    findings = _of("credentials", check_environment(tmp_path, secrets, online=False))
    assert [finding.state for finding in findings] == [CheckState.OK, CheckState.NOTE, CheckState.OK]
    assert "canary" not in str(findings)
    assert "IMGUR_CLIENT_ID" in findings[1].advice


def test_a_service_that_does_not_answer_is_a_note(tmp_path: Path) -> None:
    findings = _of("network", check_environment(tmp_path, {}, connect=_refuse))
    assert [finding.state for finding in findings] == [CheckState.NOTE] * 3
    assert "Connection refused" in findings[0].detail
    findings = _of("network", check_environment(tmp_path, {}, connect=_answer))
    assert [finding.state for finding in findings] == [CheckState.OK] * 3


def test_another_hub_is_contacted_at_its_address(tmp_path: Path) -> None:
    asked: list[tuple[str, int]] = []
    check_environment(
        tmp_path, {"HF_ENDPOINT": "http://hub.local:8080"}, connect=lambda host, port, _: asked.append((host, port))
    )
    assert ("hub.local", 8080) in asked
    assert "huggingface.co" not in dict(asked)


def test_an_invalid_hub_address_is_reported(tmp_path: Path) -> None:
    """The other services are still checked."""
    network = _of("network", check_environment(tmp_path, {"HF_ENDPOINT": "http://hub.local:port"}, connect=_answer))
    assert sorted(finding.state for finding in network) == [CheckState.BAD, CheckState.OK, CheckState.OK]
    assert "HF_ENDPOINT" in next(finding.detail for finding in network if finding.state is CheckState.BAD)


def test_the_disk_of_a_missing_folder_is_that_of_its_parent(tmp_path: Path) -> None:
    disk = _of("disk", check_environment(tmp_path / "a" / "b", {}, online=False))[0]
    assert disk.detail.endswith(f"at {tmp_path}")


@pytest.mark.parametrize("free", [0, 1])
def test_a_disk_with_little_free_space_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    disk = _of("disk", check_environment(tmp_path, {}, online=False))[0]
    assert disk.state is CheckState.BAD
    assert "GiB" in disk.advice
