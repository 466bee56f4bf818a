"""The command that has a language model write the instructions."""

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from photoshop_request.errors import InputError
from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import data, hint, say, write_json
from photoshop_request_builder.cli.stages import reporter, work
from photoshop_request_builder.commands.rewriting.endpoint import Endpoint, key_for
from photoshop_request_builder.store.answers import open_answers
from photoshop_request_builder.store.corpus import open_corpus

if TYPE_CHECKING:
    from photoshop_request_builder.commands.rewriting.run import Estimate

_ROUTER = "https://router.huggingface.co/v1"
_Price = Annotated[float | None, typer.Option(min=0, help="Per million tokens, in any currency.")]


def rewrite(
    corpus: options.CorpusArgument,
    model: Annotated[str, typer.Option("--model", help="The model's name, as the endpoint knows it.")],
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="Any OpenAI-compatible endpoint, up to /v1.")
    ] = _ROUTER,
    with_pictures: Annotated[
        bool, typer.Option("--with-pictures", help="Send the requests' pictures too, at most 768 pixels a side.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be asked, and the cost.")] = False,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, max=64, help="Questions at once.")] = 8,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Questions in this run.")] = None,
    price_in: _Price = None,
    price_out: _Price = None,
    as_json: options.Json = False,
) -> None:
    """Have a language model write the instruction of each request, beside the one made by rules.

    The texts of the requests (and with --with-pictures their pictures) are sent to the endpoint; names of users and
    addresses are not. Nothing that was answered is asked again. The key is taken from OPENAI_API_KEY, or for Hugging
    Face from HF_TOKEN.

    Example: photoshop-request rewrite CORPUS --model Qwen/Qwen3-VL-8B-Instruct --dry-run --price-in 0.1 --price-out 0.4
    """
    from photoshop_request_builder.commands.rewriting.run import planned_for, rewrite_verb  # slow to import

    if not base_url.startswith(("http://", "https://")):
        raise InputError(f"--base-url {base_url}: must start with https:// or http://.")
    found = open_corpus(corpus)
    if dry_run:
        with open_answers(found) as answers:
            planned = planned_for(found, answers, model, with_pictures=with_pictures, limit=limit)
        _show(planned, planned.price(price_in, price_out), as_json=as_json)
        return
    endpoint = Endpoint(model, base_url.rstrip("/"), concurrency)
    done = work(
        found,
        {},
        lambda _: rewrite_verb(
            found, endpoint, key_for(base_url), with_pictures=with_pictures, limit=limit, reporter=reporter
        ),
    )
    if as_json:
        write_json(dataclasses.asdict(done))
    for result, count in done.results.most_common():
        say(f"rewrite: {result} {count:,}")
    say(f"rewrite: {done.tokens_in:,} tokens in, {done.tokens_out:,} out, as the endpoint counted")
    hint(f"build {corpus}")


def _show(planned: "Estimate", price: float | None, *, as_json: bool) -> None:
    if as_json:
        write_json({**dataclasses.asdict(planned), "price": price})
        return
    table = Table(title="Rewriting: an estimate", title_justify="left", show_header=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_row("requests with a published edit", f"{planned.requests:,}")
    table.add_row("answered already", f"{planned.answered:,}")
    for reason, count in planned.unfit.most_common():
        table.add_row(f"not sent: {reason}", f"{count:,}")
    table.add_row("to ask", f"{planned.to_ask:,}")
    table.add_row("pictures to send", f"{planned.pictures:,}")
    table.add_row("tokens in, about", f"{planned.tokens_in:,}")
    table.add_row("tokens out, about", f"{planned.tokens_out:,}")
    if price is not None:
        table.add_row("price, about", f"{price:,.2f}")
    data.print(table)
    say("Nothing was sent.")
