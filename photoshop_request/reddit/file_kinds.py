"""Recognize files that are no archive of posts, with the command that makes one of them.

Their lines may look like posts: an uncompressed zip or tar holds whole lines, but the first one is damaged.
"""

import glob
import re
import shlex

_TO_PARQUET = "import sys, duckdb; duckdb.read_csv(sys.argv[1], all_varchar=True).write_parquet(sys.argv[2])"
_KINDS = {
    rb"PK\x03\x04": "It is a zip archive. Unpack it, and name the files in it: unzip {path}",
    rb"7z\xbc\xaf\x27\x1c": "It is a 7z archive. Unpack it, and name the files in it: 7z x {path}",
    rb"Rar!\x1a\x07": "It is a rar archive. Unpack it, and name the files in it: unrar x {path}",
    rb".{257}ustar": "It is a tar archive. Unpack it, and name the files in it: tar -xf {path}",
    rb"version https://git-lfs": "It is a pointer of Git LFS, not the file. In its repository, run: git lfs pull",
    rb"(?i:\s*<(?:!doctype|html|head|body|\?xml))": "It is a web page, such as an error of the server. Check the address, "
    "and download the file again.",
    rb"\0+\Z": "It holds zeros, so its download is not complete. Download it again.",
    rb'(?:\xef\xbb\xbf)?(?:"?\w+"?[,;\t])*"?(?:id|subreddit|created_utc)"?[,;\t\r\n]': "It is a CSV table. Convert it to "
    f"Parquet: python -c {shlex.quote(_TO_PARQUET)} {{pattern}} {{path}}.parquet",
}
"""Start of a file -> its kind, and what to do."""


def describe(head: bytes, path: str) -> str:
    """Return the kind of the file at `path` and what to do, or an empty string for an unknown kind.

    `head` is its start, decompressed: its first line or more.
    """
    for start, advice in _KINDS.items():
        if re.match(start, head, re.DOTALL):
            return advice.format(path=shlex.quote(path), pattern=shlex.quote(glob.escape(path)))
    return ""
