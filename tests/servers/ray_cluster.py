"""A Ray cluster of three nodes on this machine: a head that runs no tasks, and two others with a core each.

`cluster()` runs this file as a process of its own. The tests import nothing of Ray, and survive a lost head.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_gcs_rpc_server_reconnect_timeout_s": "3"}
"""Environment without telemetry, in which workers give up a lost head after seconds."""


@dataclass(frozen=True, slots=True)
class RayCluster:
    """The running cluster."""

    address: str
    process: subprocess.Popen[str]

    def kill_node(self) -> None:
        """SIGKILL everything of one of the two nodes that run tasks."""
        self._ask("node")

    def kill_head(self) -> None:
        """SIGKILL everything of the head."""
        self._ask("head")

    def _ask(self, what: str) -> None:
        assert self.process.stdin
        assert self.process.stdout
        print(what, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline().strip() == what


@contextmanager
def cluster() -> Iterator[RayCluster]:
    """Run a cluster until the block ends."""
    with subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **QUIET},
    ) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().removeprefix("address ").strip()
            assert address, "Ray did not start"
            yield RayCluster(address, process)
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


def _serve() -> None:
    from ray.cluster_utils import Cluster

    running = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    nodes = [running.add_node(num_cpus=1) for _ in range(2)]
    sys.stdout.write(f"address {running.address}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        what = line.strip()
        if what == "node":
            running.remove_node(nodes.pop(), allow_graceful=False)
        else:
            assert running.head_node
            running.head_node.kill_all_processes(check_alive=False, allow_graceful=False, wait=True)
        sys.stdout.write(f"{what}\n")
        sys.stdout.flush()
    running.shutdown()


if __name__ == "__main__":
    _serve()
