"""A Hub that refuses, breaks off and changes under our hands: publishing ends well, or says why not."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import hub_client
import pytest
from commands import start
from hub_client import Run, hub_command, hub_environment
from servers.hub import Hub, Trouble
from servers.hub_store import Repo, plain

pytestmark = pytest.mark.slow

Wait = Callable[[Callable[[], bool]], None]
COMMIT = "/commit/"


@pytest.mark.parametrize("status", [409, 412, 429, 500, 503])
def test_what_passes_is_waited_out(client: Run, hub: Hub, repo: str, sample_corpus: Path, status: int) -> None:
    """Twice refused at the commit, then taken; nothing is uploaded twice."""
    hub.troubles.append(Trouble("POST", COMMIT, status, times=2))
    done = client(hub_client.publish, sample_corpus, repo)
    assert done.get("error") is None, done
    assert len(done["retries"]) == 2
    assert hub.asked("POST", COMMIT) == 3
    assert hub.asked("PUT", "/_lfs/") == done["sent"]
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_a_rate_limit_is_waited_out_for_as_long_as_it_says(
    client: Run, hub: Hub, repo: str, sample_corpus: Path
) -> None:
    """By Retry-After."""
    hub.troubles.append(Trouble("POST", COMMIT, 429, headers={"Retry-After": "17"}))
    assert client(hub_client.publish, sample_corpus, repo)["retries"] == [
        "Hub: rate limit reached; retry 1 of 7 in 17 s"
    ]


def test_making_the_repository_is_tried_again(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """The library itself asks once."""
    hub.troubles.append(Trouble("POST", "/api/repos/create", 503))
    assert client(hub_client.publish, sample_corpus, repo)["sent"] > 0


def test_what_stays_is_given_up_with_a_reason(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """After growing waits; what arrived is kept for the next time."""
    hub.troubles.append(Trouble("POST", COMMIT, 503, times=100))
    found = client(hub_client.publish, sample_corpus, repo)
    assert found["error"] == "NetworkError"
    assert "Run the same command again" in found["message"]
    assert len(found["retries"]) == 7
    assert hub.asked("POST", COMMIT) == 8
    hub.troubles.clear()
    puts = hub.asked("PUT", "/_lfs/")
    client(hub_client.publish, sample_corpus, repo)
    assert hub.asked("PUT", "/_lfs/") == puts


def test_somebody_elses_commit_in_between_is_kept(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """A real conflict: looked at anew, committed on top."""

    def other(there: Repo) -> None:
        line = {"key": "file", "value": {"path": "theirs.txt", "encoding": "base64", "content": "aGk="}}
        there.apply("main", [{"key": "header", "value": {"summary": "theirs"}}, line])

    hub.before_commit.append(other)
    done = client(hub_client.publish, sample_corpus, repo)
    assert any("somebody else" in line for line in done["said"])
    assert hub.files(repo)["theirs.txt"] == plain(b"hi")
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_a_commit_whose_answer_was_lost_is_not_made_twice(
    client: Run, hub: Hub, repo: str, sample_corpus: Path
) -> None:
    """The Hub has it, so there is nothing left to do."""
    hub.troubles.append(Trouble("POST", COMMIT, None, lost=True))
    done = client(hub_client.publish, sample_corpus, repo)
    assert done["revision"] == hub.repos[repo].heads["main"]
    assert len(hub.repos[repo].commits) == 2
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_a_pull_request_whose_answer_was_lost_is_not_asked_for_twice(
    client: Run, hub: Hub, repo: str, sample_corpus: Path
) -> None:
    """Two of them would be worse than a look at the page."""
    client(hub_client.push_table, repo, "extra", [1])
    hub.troubles.append(Trouble("POST", COMMIT, None, lost=True))
    found = client(hub_client.publish, sample_corpus, repo, create_pr=True)
    assert found["error"] == "NetworkError"
    assert [name for name in hub.repos[repo].heads if name.startswith("refs/pr")] == ["refs/pr/1"]


def test_a_connection_cut_in_the_middle_of_a_file_is_tried_again(
    client: Run, hub: Hub, repo: str, sample_corpus: Path
) -> None:
    """That file from its start, the others not at all."""
    hub.troubles.append(Trouble("PUT", "/_lfs/", None, after=50_000))
    done = client(hub_client.publish, sample_corpus, repo)
    assert hub.asked("PUT", "/_lfs/") == done["sent"] + 1
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_large_files_go_in_parts(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """As the Hub asks for files over 5 GB; a part that breaks off is sent again."""
    hub.part, usual = 100_000, hub.part
    try:
        hub.troubles.append(Trouble("PUT", r"/_lfs/\w+/2", None, after=50_000))
        client(hub_client.publish, sample_corpus, repo)
    finally:
        hub.part = usual
    assert hub.asked("PUT", r"/_lfs/\w+/3") >= 1
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_a_killed_publish_goes_on_where_it_was(
    hub: Hub, hub_home: Path, repo: str, large_corpus: Path, client: Run, wait_until: Wait
) -> None:
    """SIGKILL between two files: those that arrived are not sent again."""
    environment = hub_environment(hub, hub_home)
    # the second file hangs, so that there is time to kill
    hub.troubles.append(Trouble("PUT", "/_lfs/", 200, skip=1, hang=True))
    process = start("publish", large_corpus, repo, variables=environment)
    wait_until(lambda: len(hub.objects_of(repo)) == 1 or process.poll() is not None)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    hub.troubles.clear()
    (arrived,) = hub.objects_of(repo)
    assert not hub.files(repo)
    hub.received.clear()
    done = hub_command(environment, "publish", large_corpus, repo)
    assert done.returncode == 0, done.stderr
    assert arrived not in hub.received
    assert len(hub.received) > 1
    assert client(hub_client.verify, large_corpus, repo) == ()


def test_a_publish_killed_anywhere_goes_on_where_it_was(
    hub: Hub, hub_home: Path, repo: str, large_corpus: Path, client: Run
) -> None:
    """Twenty SIGKILLs, each at a request, before it is done or after: no file that arrived is sent again."""
    environment = hub_environment(hub, hub_home)
    assert hub_command(environment, "publish", large_corpus, repo).returncode == 0
    # what follows the commit is loading back, in far more requests: half of the blows come before
    undisturbed = len(hub.requests)
    to_the_commit = next(at for at, (_, path, _) in enumerate(hub.requests) if COMMIT in path) + 1
    chance, ends, resumed = random.Random(0), [0], 0
    while ends.count(-signal.SIGKILL) < 20:
        if ends[-1] == 0:  # from the beginning
            hub.repos.clear()
            hub.objects.clear()
        arrived = set(hub.objects)
        resumed += len(arrived) > 0
        hub.received.clear()
        process = start("publish", large_corpus, repo, variables=environment)
        at = chance.randrange(chance.choice([to_the_commit, undisturbed]))
        hub.troubles.append(Trouble("", "", skip=at, after=1000, lost=chance.random() < 0.5, kill=process.pid))
        _, talk = process.communicate()
        hub.troubles.clear()
        ends.append(process.returncode)
        assert process.returncode in {0, -signal.SIGKILL}, talk
        assert not arrived & set(hub.received)
    assert resumed >= 10
    done = hub_command(environment, "publish", large_corpus, repo)
    assert done.returncode == 0, done.stderr
    assert client(hub_client.verify, large_corpus, repo) == ()


def test_loading_survives_a_cdn_that_breaks_off(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """Cut in the middle of a range: loading back asks again."""
    client(hub_client.publish, sample_corpus, repo)
    hub.troubles.append(Trouble("GET", "/_cdn/", None, after=1000))
    assert client(hub_client.verify, sample_corpus, repo) == ()
    assert not hub.troubles
