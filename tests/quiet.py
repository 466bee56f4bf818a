"""A reporter that prints nothing."""

from contextlib import nullcontext

from photoshop_request_builder.engine.running import Reporter

QUIET = Reporter(lambda _: None, lambda *_: nullcontext(lambda _done: None))
