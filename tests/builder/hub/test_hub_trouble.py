"""Tests of publishing with errors, lost connections, conflicts and kills."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import hub_client
import pytest
from hub_client import Run
from servers.hub import Hub, Trouble
from servers.hub_store import Repo, plain

pytestmark = pytest.mark.slow

Wait = Callable[[Callable[[], bool]], None]
COMMIT = "/commit/"


@pytest.mark.parametrize("status", [409, 412, 429, 500, 503])
def test_transient_errors_are_retried(client: Run, hub: Hub, repo: str, sample_corpus: Path, status: int) -> None:
    """The commit fails twice, then succeeds. Nothing is uploaded twice."""
    hub.troubles.append(Trouble("POST", COMMIT, status, times=2))
    done = client(hub_client.publish, sample_corpus, repo)
    assert done.get("error") is None, done
    assert len(done["retries"]) == 2
    assert hub.count_requests("POST", COMMIT) == 3
    assert hub.count_requests("PUT", "/_lfs/") == done["sent"]
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_retry_after_sets_the_wait(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """The message names the seconds."""
    hub.troubles.append(Trouble("POST", COMMIT, 429, headers={"Retry-After": "17"}))
    assert client(hub_client.publish, sample_corpus, repo)["retries"] == [
        "Hub: rate limit reached; retry 1 of 7 in 17 s"
    ]


def test_creating_the_repository_is_retried(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """The client itself does not retry."""
    hub.troubles.append(Trouble("POST", "/api/repos/create", 503))
    assert client(hub_client.publish, sample_corpus, repo)["sent"] > 0


def test_a_permanent_error_is_reported(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """After eight attempts. Uploaded files are kept for the next run."""
    hub.troubles.append(Trouble("POST", COMMIT, 503, times=100))
    outcome = client(hub_client.publish, sample_corpus, repo)
    assert outcome["error"] == "NetworkError"
    assert "Run the same command again" in outcome["message"]
    assert len(outcome["retries"]) == 7
    assert hub.count_requests("POST", COMMIT) == 8
    hub.troubles.clear()
    puts = hub.count_requests("PUT", "/_lfs/")
    client(hub_client.publish, sample_corpus, repo)
    assert hub.count_requests("PUT", "/_lfs/") == puts


def test_a_concurrent_commit_is_kept(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """After the conflict, our commit goes on top."""

    def other(there: Repo) -> None:
        line = {"key": "file", "value": {"path": "theirs.txt", "encoding": "base64", "content": "aGk="}}
        there.apply("main", [{"key": "header", "value": {"summary": "theirs"}}, line])

    hub.before_commit.append(other)
    done = client(hub_client.publish, sample_corpus, repo)
    assert any("somebody else" in line for line in done["said"])
    assert hub.files(repo)["theirs.txt"] == plain(b"hi")
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_a_commit_with_a_lost_response_is_not_repeated(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """The retry finds nothing to do."""
    hub.troubles.append(Trouble("POST", COMMIT, None, lost=True))
    done = client(hub_client.publish, sample_corpus, repo)
    assert done["revision"] == hub.repos[repo].heads["main"]
    assert len(hub.repos[repo].commits) == 2
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_a_pull_request_with_a_lost_response_is_not_repeated(
    client: Run, hub: Hub, repo: str, sample_corpus: Path
) -> None:
    """An error is better than two pull requests."""
    client(hub_client.push_table, repo, "extra", [1])
    hub.troubles.append(Trouble("POST", COMMIT, None, lost=True))
    outcome = client(hub_client.publish, sample_corpus, repo, create_pr=True)
    assert outcome["error"] == "NetworkError"
    assert [name for name in hub.repos[repo].heads if name.startswith("refs/pr")] == ["refs/pr/1"]


def test_an_interrupted_upload_is_retried(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """Only that file is sent again."""
    hub.troubles.append(Trouble("PUT", "/_lfs/", None, after=50_000))
    done = client(hub_client.publish, sample_corpus, repo)
    assert hub.count_requests("PUT", "/_lfs/") == done["sent"] + 1
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_large_files_are_sent_in_parts(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """The Hub asks for it above 5 GB. An interrupted part is sent again."""
    hub.part, usual = 100_000, hub.part
    try:
        hub.troubles.append(Trouble("PUT", r"/_lfs/\w+/2", None, after=50_000))
        client(hub_client.publish, sample_corpus, repo)
    finally:
        hub.part = usual
    assert hub.count_requests("PUT", r"/_lfs/\w+/3") >= 1
    assert client(hub_client.verify, sample_corpus, repo) == ()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_stopped_publish_resumes(
    hub: Hub, repo: str, large_corpus: Path, client: Run, tmp_path: Path, wait_until: Wait, number: int, code: int
) -> None:
    """After SIGKILL or Ctrl-C between two files, uploaded files are not sent again."""
    # the second file hangs, which leaves time to kill
    hub.troubles.append(Trouble("PUT", "/_lfs/", 200, skip=1, hang=True))
    talk = tmp_path / "talk.txt"
    process = client(hub_client.start_command, talk, "publish", large_corpus, repo)
    wait_until(lambda: len(hub.objects_of(repo)) == 1 or client(hub_client.end_of_command, process, 0) is not None)
    os.killpg(process, number)
    assert client(hub_client.end_of_command, process, 60) == code, talk.read_text()
    assert "Traceback" not in talk.read_text()
    hub.troubles.clear()
    (arrived,) = hub.objects_of(repo)
    assert not hub.files(repo)
    hub.received.clear()
    done = client(hub_client.hub_command, "publish", large_corpus, repo)
    assert done.returncode == 0, done.stderr
    assert arrived not in hub.received
    assert len(hub.received) > 1
    assert client(hub_client.verify, large_corpus, repo) == ()


def test_a_publish_killed_anywhere_resumes(
    hub: Hub, repo: str, large_corpus: Path, client: Run, tmp_path: Path
) -> None:
    """Twenty SIGKILLs, each before or after a request. No uploaded file is sent again."""
    assert client(hub_client.hub_command, "publish", large_corpus, repo).returncode == 0
    # half of the kills come before the commit, since loading back takes far more requests
    undisturbed = len(hub.requests)
    to_the_commit = next(at for at, (_, path, _) in enumerate(hub.requests) if COMMIT in path) + 1
    chance, ends, resumed, talk = random.Random(0), [0], 0, tmp_path / "talk.txt"
    while ends.count(-signal.SIGKILL) < 20:
        if ends[-1] == 0:  # from the beginning
            hub.repos.clear()
            hub.objects.clear()
        arrived = set(hub.objects)
        resumed += len(arrived) > 0
        hub.received.clear()
        process = client(hub_client.start_command, talk, "publish", large_corpus, repo)
        at = chance.randrange(chance.choice([to_the_commit, undisturbed]))
        hub.troubles.append(Trouble("", "", skip=at, after=1000, lost=chance.random() < 0.5, kill=process))
        ends.append(client(hub_client.end_of_command, process))
        hub.troubles.clear()
        assert ends[-1] in {0, -signal.SIGKILL}, talk.read_text()
        assert not arrived & set(hub.received)
    assert resumed >= 10
    done = client(hub_client.hub_command, "publish", large_corpus, repo)
    assert done.returncode == 0, done.stderr
    assert client(hub_client.verify, large_corpus, repo) == ()


def test_loading_retries_an_interrupted_download(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """The connection is cut in the middle of a range."""
    client(hub_client.publish, sample_corpus, repo)
    hub.troubles.append(Trouble("GET", "/_cdn/", None, after=1000))
    assert client(hub_client.verify, sample_corpus, repo) == ()
    assert not hub.troubles
