"""As many open files as there are shards: an input's rows go to all of them at once, and systems allow 256 or 1,024."""

from photoshop_request.errors import StorageError

_OTHERS = 64
"""Files that a process has open beside those it asked for: libraries, pipes, the input."""


def raise_open_file_limit(count: int) -> None:
    """Let this process have `count` more files open, as far as its own limit may be raised without rights.

    Raises:
        StorageError: the system's hard limit is lower.
    """
    try:
        import resource  # not on Windows, which has no such limit
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = count + _OTHERS
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise StorageError(
            f"{needed:,} files must be open at once, but this system allows {hard:,} (`ulimit -Hn`). "
            "Raise that limit, or start a corpus with fewer shards (`--shards`)."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
