"""Test that weighted draws follow their policy."""

import pytest

from photoshop_request.training.sampling import TaskPolicy, sampling_weights

COUNTS = {"delete": 60, "add": 30, "zoom": 10, "clone": 0}


def shares(policy: str, **options: float) -> dict[str, float]:
    weights = sampling_weights(COUNTS, policy, **options)
    drawn = {task: weight * COUNTS[task] for task, weight in weights.items()}
    return {task: value / sum(drawn.values()) for task, value in drawn.items()}


def test_natural_weights_are_one():
    """Give each request weight 1."""
    assert sampling_weights(COUNTS) == pytest.approx({"delete": 1.0, "add": 1.0, "zoom": 1.0})


def test_balanced_draws_each_type_equally_often():
    """Give rare types larger weights."""
    assert shares(TaskPolicy.BALANCED) == pytest.approx({"delete": 1 / 3, "add": 1 / 3, "zoom": 1 / 3})


def test_temperature_lies_between_natural_and_balanced():
    """Expect square roots at temperature 2, natural at 1, and nearly balanced at a high temperature."""
    roots = {"delete": 0.6**0.5, "add": 0.3**0.5, "zoom": 0.1**0.5}
    assert shares("temperature") == pytest.approx({task: root / sum(roots.values()) for task, root in roots.items()})
    assert shares("temperature", temperature=1) == pytest.approx(shares("natural"))
    assert shares("temperature", temperature=1e9) == pytest.approx(shares("balanced"))


@pytest.mark.parametrize("policy", list(TaskPolicy))
def test_weights_average_one(policy):
    """Keep the length of an epoch, and give no weight to types without requests."""
    weights = sampling_weights(COUNTS, policy)
    assert sum(weights[task] * COUNTS[task] for task in weights) / 100 == pytest.approx(1)
    assert "clone" not in weights


def test_no_requests_give_no_weights():
    """Return no weights without requests."""
    assert sampling_weights({}) == {}


@pytest.mark.parametrize(("counts", "options"), [({"a": -1}, {}), ({"a": 1}, {"temperature": 0.5})])
def test_impossible_settings_are_refused(counts, options):
    """Refuse negative counts and temperatures below 1."""
    with pytest.raises(ValueError, match=r"negative|temperature"):
        sampling_weights(counts, TaskPolicy.TEMPERATURE, **options)


def test_unknown_policies_are_refused():
    """Refuse names outside the enum."""
    with pytest.raises(ValueError, match="not a valid TaskPolicy"):
        sampling_weights({"a": 1}, "loud")
