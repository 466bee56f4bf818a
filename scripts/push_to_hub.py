"""Publish a built dataset on the Hub, as `photoshop-request publish` does.

    HF_TOKEN=… python scripts/push_to_hub.py CORPUS ORG/NAME [--private] [--create-pr] [--tag v1.0] [--dry-run]

Only changed Parquet files are sent. The card keeps every config on the Hub. Then the dataset is loaded back and compared.
"""

import argparse
import sys
from functools import partial

from huggingface_hub import HfApi

from photoshop_request.errors import PhotoshopRequestError
from photoshop_request_builder.cli.console import progress, say
from photoshop_request_builder.engine.running import Reporter
from photoshop_request_builder.hub.changes import count_rows
from photoshop_request_builder.hub.publish import Destination, preview, publish
from photoshop_request_builder.hub.remote import read_columns
from photoshop_request_builder.hub.verify import verify
from photoshop_request_builder.store.corpus import lock_corpus, open_corpus


def main() -> None:
    """Publish, or print what would change."""
    parser = argparse.ArgumentParser(description="Publish a built dataset on the Hub.")
    parser.add_argument("corpus", help="the corpus, with its dataset built")
    parser.add_argument("repo", help="ORG/NAME of the dataset on the Hub")
    parser.add_argument("--private", action="store_true", help="make it private")
    parser.add_argument("--create-pr", action="store_true", help="open a pull request instead of committing")
    parser.add_argument("--revision", default="main", help="the branch; made if it is missing")
    parser.add_argument("--tag", help="tag the commit as a release")
    parser.add_argument("--dry-run", action="store_true", help="only print what would change")
    given = parser.parse_args()

    api = HfApi()  # its token comes from HF_TOKEN or from `hf auth login`
    corpus = open_corpus(given.corpus)
    to = Destination(given.repo, given.revision, (), given.private, given.create_pr, given.tag)
    reporter = Reporter(say, progress)
    with lock_corpus(corpus):
        if given.dry_run:
            remote, changes = preview(corpus, api, to, reporter)
            read = partial(read_columns, api, to.repo, remote.head or "")
            for config, rows in count_rows(changes, corpus.fs, read).items():
                print(f"{config}: {rows.added:,} rows added, {rows.removed:,} removed, {rows.kept:,} kept")
            print(f"{len(changes.send):,} files to send, {changes.bytes:,} bytes; {len(changes.remove):,} to remove")
            return
        done = publish(corpus, api, to, reporter=reporter)
        found = verify(corpus, api, to.repo, done.revision, done.files, say=say)
    if found.differences:
        raise PhotoshopRequestError("; ".join(found.differences))
    print(f"{done.sent:,} files sent, commit {done.revision}; {found.pictures:,} pictures loaded back and compared")
    print(done.pull_request or f'datasets.load_dataset("{to.repo}", revision="{to.tag or to.revision}")')


if __name__ == "__main__":
    try:
        main()
    except PhotoshopRequestError as error:
        sys.exit(f"error: {error}")
