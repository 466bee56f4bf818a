"""Arguments and options that several commands share."""

from typing import Annotated

import typer

CorpusArgument = Annotated[str, typer.Argument(metavar="CORPUS", help="The working folder (a path or fsspec address).")]
Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE…", help="Reddit archives: submissions and comments, .zst or .jsonl."),
]
Subreddits = Annotated[
    list[str] | None,
    typer.Option("--subreddit", help="Which subreddit to read; may be given several times. Default PhotoshopRequest."),
]
Shards = Annotated[
    int | None, typer.Option("--shards", help="Units of work of a new corpus, a power of two. Default 64.")
]
Workers = Annotated[int | None, typer.Option("--workers", help="Processes. Default: one a core.")]
Engine = Annotated[
    str | None,
    typer.Option(
        "--engine", metavar="local|ray", help="Who runs the work: this machine, or a Ray cluster (extra ray)."
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        "--address", metavar="HOST:PORT", help="Of the Ray cluster, or auto. Default: one started on this machine."
    ),
]
Mirror = Annotated[str | None, typer.Option("--mirror", metavar="URL", help="Ask URL/HOST/PATH for https://HOST/PATH.")]
Rate = Annotated[
    str | None,
    typer.Option("--rate", metavar="HOST=N,…", help="Requests a second for a host, over the built-in limits."),
]
Contact = Annotated[
    str | None, typer.Option("--contact", help="A mail or web address for the user agent, so that hosts can reach you.")
]
Json = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
