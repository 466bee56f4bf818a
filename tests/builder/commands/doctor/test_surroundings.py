"""What the doctor says of the machine."""

from pathlib import Path

import pytest

from photoshop_request_builder.commands.doctor import State, surroundings


def _refuse(host: str, port: int, seconds: float) -> None:
    raise ConnectionRefusedError(111, "Connection refused")


def _answer(host: str, port: int, seconds: float) -> None:
    return None


def test_an_installation_as_declared_is_fine(tmp_path: Path) -> None:
    found = {finding.check: finding for finding in surroundings(tmp_path, {}, online=False)}
    assert found["python"].state is State.OK
    assert found["packages"].state is State.OK, found["packages"].detail
    assert found["disk"].detail.endswith(f"at {tmp_path}")
    assert "network" not in found


def test_secrets_are_named_and_never_shown(tmp_path: Path) -> None:
    secrets = {
        "PHOTOSHOP_REQUEST_REDDIT_CLIENT_ID": "canary-1",
        "PHOTOSHOP_REQUEST_REDDIT_CLIENT_SECRET": "canary-2",
        "HF_TOKEN": "canary-3",
    }
    found = [finding for finding in surroundings(tmp_path, secrets, online=False) if finding.check == "credentials"]
    assert [finding.state for finding in found] == [State.OK, State.NOTE, State.OK]
    assert "canary" not in str(found)
    assert "IMGUR_CLIENT_ID" in found[1].advice


def test_a_service_that_does_not_answer_is_a_note(tmp_path: Path) -> None:
    found = [finding for finding in surroundings(tmp_path, {}, connect=_refuse) if finding.check == "network"]
    assert [finding.state for finding in found] == [State.NOTE] * 3
    assert "Connection refused" in found[0].detail
    found = [finding for finding in surroundings(tmp_path, {}, connect=_answer) if finding.check == "network"]
    assert [finding.state for finding in found] == [State.OK] * 3


def test_a_hub_of_ones_own_is_asked_where_it_is(tmp_path: Path) -> None:
    asked: list[tuple[str, int]] = []
    surroundings(
        tmp_path, {"HF_ENDPOINT": "http://hub.local:8080"}, connect=lambda host, port, _: asked.append((host, port))
    )
    assert ("hub.local", 8080) in asked
    assert "huggingface.co" not in dict(asked)


def test_an_address_of_the_hub_that_is_none_is_told(tmp_path: Path) -> None:
    """The others are asked all the same."""
    found = surroundings(tmp_path, {"HF_ENDPOINT": "http://hub.local:port"}, connect=_answer)
    network = [finding for finding in found if finding.check == "network"]
    assert sorted(finding.state for finding in network) == [State.BAD, State.OK, State.OK]
    assert "HF_ENDPOINT" in next(finding.detail for finding in network if finding.state is State.BAD)


def test_a_folder_that_does_not_exist_yet_is_judged_by_where_it_will_be(tmp_path: Path) -> None:
    disk = next(f for f in surroundings(tmp_path / "a" / "b", {}, online=False) if f.check == "disk")
    assert disk.detail.endswith(f"at {tmp_path}")


@pytest.mark.parametrize("free", [0, 1])
def test_a_disk_with_little_room_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    disk = next(f for f in surroundings(tmp_path, {}, online=False) if f.check == "disk")
    assert disk.state is State.BAD
    assert "GiB" in disk.advice
