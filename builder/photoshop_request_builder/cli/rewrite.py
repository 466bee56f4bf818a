"""The command `rewrite`."""

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from photoshop_request.errors import InputError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say, write_json
from photoshop_request_builder.cli.execution import exclusive, reporter
from photoshop_request_builder.store.answers import open_answers
from photoshop_request_builder.store.corpus import open_corpus

if TYPE_CHECKING:
    from photoshop_request_builder.commands.rewriting.run import Estimate

_ROUTER = "https://router.huggingface.co/v1"
_PriceIn = Annotated[float | None, typer.Option(min=0, help="Price per million input tokens, in any currency.")]
_PriceOut = Annotated[float | None, typer.Option(min=0, help="Price per million output tokens, in any currency.")]


def rewrite(
    folder: options.CorpusFolder,
    model: Annotated[str, typer.Option("--model", help="Model name, as the endpoint knows it.")],
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="OpenAI-compatible endpoint, up to /v1.")
    ] = _ROUTER,
    with_pictures: Annotated[
        bool, typer.Option("--with-pictures", help="Send the pictures of the requests too, at most 768 pixels a side.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the number of questions and tokens, and the price.")
    ] = False,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, max=64, help="Questions in parallel.")] = 8,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Maximum questions to ask.")] = None,
    price_in: _PriceIn = None,
    price_out: _PriceOut = None,
    as_json: options.Json = False,
) -> None:
    """Rewrite instructions with a language model.

    The original instructions stay in the dataset. The texts of the requests are sent to the endpoint, with
    --with-pictures also their pictures. User names and addresses are not sent. Answered questions are not asked again.

    The key comes from OPENAI_API_KEY. For Hugging Face, HF_TOKEN comes first.

    Example: photoshop-request rewrite CORPUS --model Qwen/Qwen3-VL-8B-Instruct --dry-run --price-in 0.1 --price-out 0.4
    """
    from photoshop_request_builder.commands.rewriting.endpoint import Endpoint, key_for  # slow to import
    from photoshop_request_builder.commands.rewriting.run import plan_run, rewrite_instructions

    if not base_url.startswith(("http://", "https://")):
        raise InputError(f"--base-url {base_url}: the URL must start with https:// or http://.")
    corpus = open_corpus(folder)
    if dry_run:
        with open_answers(corpus) as answers:
            estimate = plan_run(corpus, answers, model, with_pictures=with_pictures, limit=limit)
        _show(estimate, estimate.price(price_in, price_out), as_json=as_json)
        return
    endpoint = Endpoint(model, base_url.rstrip("/"), concurrency)
    key = key_for(base_url)
    with exclusive(corpus):
        summary = rewrite_instructions(
            corpus, endpoint, key, with_pictures=with_pictures, limit=limit, reporter=reporter
        )
    if as_json:
        write_json(dataclasses.asdict(summary))
    for result, count in summary.results.most_common():
        say(f"rewrite: {result} {count:,}")
    say(f"rewrite: {summary.tokens_in:,} tokens in, {summary.tokens_out:,} out, as counted by the endpoint")
    hint(f"build {folder}")


def _show(estimate: "Estimate", price: float | None, *, as_json: bool) -> None:
    if as_json:
        write_json({**dataclasses.asdict(estimate), "price": price})
        return
    rows = {
        "requests with a published edit": f"{estimate.requests:,}",
        "already answered": f"{estimate.answered:,}",
        **{f"not sent: {reason}": f"{count:,}" for reason, count in estimate.unfit.most_common()},
        "to ask": f"{estimate.to_ask:,}",
        "pictures to send": f"{estimate.pictures:,}",
        "tokens in, about": f"{estimate.tokens_in:,}",
        "tokens out, about": f"{estimate.tokens_out:,}",
    }
    if price is not None:
        rows["price, about"] = f"{price:,.2f}"
    table = Table(title="Estimate of rewriting", title_justify="left", show_header=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    for row in rows.items():
        table.add_row(*row)
    data.print(table)
    say("Nothing was sent.")
