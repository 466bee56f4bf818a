"""The command `decisions`."""

from photoshop_request_builder.cli import options
from photoshop_request_builder.cli.console import write_json_line
from photoshop_request_builder.store.corpus import open_corpus


def decisions(folder: options.CorpusFolder) -> None:
    """Print a JSON line per picture address: decision and reason.

    Keys: submission_id, comment_id (null for the request's own pictures), url (canonical), link (as posted), role,
    decision (`edit`, `source` or the reason), source_url, and figures of the comparison.

    Example: photoshop-request decisions CORPUS | grep '"decision": "unrelated"'
    """
    from photoshop_request_builder.commands.decisions import decision_lines  # slow to import

    for line in decision_lines(open_corpus(folder)):
        write_json_line(line)
