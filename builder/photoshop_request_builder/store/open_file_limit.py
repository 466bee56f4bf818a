"""Raise the limit of open files: reading an archive writes to all shards at once, and systems allow 256 or 1,024."""

from photoshop_request.errors import StorageError

_OTHERS = 64
"""Other open files of the process: libraries, pipes, the input."""


def raise_open_file_limit(count: int) -> None:
    """Raise this process's soft limit so that it can open `count` more files.

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
            "Raise that limit, or create a corpus with fewer shards (`--shards`)."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
