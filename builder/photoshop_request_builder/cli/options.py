"""Define arguments and options that several commands share."""

from typing import Annotated

import typer

CorpusFolder = Annotated[str, typer.Argument(metavar="CORPUS", help="Working folder: a path or an fsspec address.")]
Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE…",
        help="Reddit archives of submissions and comments: .zst, .jsonl, … Paths, globs, folders or addresses.",
    ),
]
Subreddits = Annotated[
    list[str] | None,
    typer.Option("--subreddit", help="Subreddit to read. Repeat it for several. Default: PhotoshopRequest."),
]
Shards = Annotated[int | None, typer.Option("--shards", help="Shards of a new corpus, a power of two. Default: 64.")]
Workers = Annotated[int | None, typer.Option("--workers", help="Worker processes. Default: one per core.")]
Engine = Annotated[
    str | None,
    typer.Option("--engine", metavar="local|ray", help="Run the jobs on this machine or on a Ray cluster (extra ray)."),
]
Address = Annotated[
    str | None,
    typer.Option(
        "--address", metavar="HOST:PORT", help="Ray cluster address, or auto. Default: start one on this machine."
    ),
]
Mirror = Annotated[
    str | None, typer.Option("--mirror", metavar="URL", help="Request URL/HOST/PATH instead of https://HOST/PATH.")
]
Rate = Annotated[
    str | None,
    typer.Option(
        "--rate",
        metavar="HOST=N,…",
        help="Requests per second by host, instead of the built-in limits. * is every other host.",
    ),
]
Contact = Annotated[
    str | None, typer.Option("--contact", help="Email or web address in the user agent, so that hosts can reach you.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
