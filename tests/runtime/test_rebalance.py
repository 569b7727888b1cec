"""A rebalance recommendation and the Spot warning of the same host: two reasons, one drain, no waiting."""

from datetime import timedelta

from dockwarden.guard.modes import Mode
from tests.core.test_rebalance_drain import recommendation
from tests.fakes import NOON, Bench, container_instance, warning


def test_an_observed_recommendation_does_not_keep_the_spot_warning_from_draining() -> None:
    """Both are about one target; what was only observed holds no lease and is no duplicate."""
    bench = Bench(mode=Mode.OBSERVE)
    assert bench.verdicts(recommendation()) == ["observe"]
    assert bench.performer.performed == []
    bench.mode = Mode.ENFORCE
    bench.clock.set(NOON + timedelta(seconds=12))
    assert bench.verdicts(warning(at=NOON + timedelta(seconds=10))) == ["act"]
    assert bench.performer.performed == [container_instance().arn]


def test_a_recommendation_in_the_same_batch_as_the_warning_costs_no_drain() -> None:
    """EC2 says that both may arrive together. A warning that has to wait for the other comes back."""
    bench = Bench()
    batch = (recommendation(), warning())
    if any(result.retry for result in bench.run(*batch)):
        bench.run(*batch)
    assert bench.performer.performed == [container_instance().arn]
