"""Work in a process that ends without ceremony.

A Parquet stream that is left early keeps threads of Arrow reading through Python. Where the interpreter ends before they
do, it aborts or hangs (pyarrow 26, `datasets` 5.2: in 5 of 14 runs): not in the process that has more to say.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from photoshop_request.errors import NetworkError, PhotoshopRequestError

__all__ = ["in_a_process"]

R = TypeVar("R")


def in_a_process(work: Callable[..., R], *arguments: Any) -> R:
    """The result of `work(*arguments)`, done by another process; `work` is a function of a module of this package.

    Raises:
        PhotoshopRequestError: what `work` raised.
        NetworkError: the process died.
    """
    done = subprocess.run(  # noqa: S603 - this module, by this interpreter
        [sys.executable, "-m", __name__], input=pickle.dumps((work, arguments)), capture_output=True, check=False
    )
    if not done.stdout:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise NetworkError(f"The process that loads the dataset back died ({last}). Run the same command again.")
    result: R | PhotoshopRequestError = pickle.loads(done.stdout)  # noqa: S301 - of our own process
    if isinstance(result, PhotoshopRequestError):
        raise result
    return result


def _main() -> None:
    # what libraries print goes with the errors
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    work, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own process
    try:
        result = work(*arguments)
    except PhotoshopRequestError as error:
        result = error
    answer.write(pickle.dumps(result))
    answer.flush()
    os._exit(0)


if __name__ == "__main__":
    _main()
