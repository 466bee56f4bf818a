"""Rank scores within their month."""

import numpy as np

from photoshop_request_builder.stages.rank import percentiles


def test_a_percentile_is_of_the_month_and_not_of_all_time() -> None:
    """Give equal values one rank, and missing values none."""
    values = [1, 2, 3, 900, 100, None, 2]
    months = np.array(["2013-01"] * 3 + ["2025-01"] * 3 + ["2013-01"])
    assert percentiles(values, months) == [0.125, 0.5, 0.875, 0.75, 0.25, None, 0.5]
