"""Ten thousand events at once: counted, not timed (the benchmarks print how long it takes)."""

from collections import Counter

import pytest

from tests.fuzz.machine import in_one_thread
from tests.fuzz.storming import CLUSTERS, Storm, mixed, prepared, rage, recommendations

_EVENTS = 10_000
_MOST_MEMORY = 48_000_000


def raged(storm: Storm, capsys: pytest.CaptureFixture[str]) -> None:
    """Say what it came to."""
    with capsys.disabled():
        print(f"\n  {storm.line()}")  # noqa: T201 - what make test prints


@pytest.mark.slow
def test_invariant_46_ten_thousand_recommendations_drain_no_more_than_the_budget(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Three of the account at once, whatever the twenty clusters would allow: the witness looks at every call."""
    with in_one_thread():
        storm = prepared()
        rage(storm, recommendations(storm, _EVENTS))
    raged(storm, capsys)
    assert storm.witness.problems == []
    draining = [host.arn for _, host in storm.installation.town.hosts if host.status == "DRAINING"]
    assert sorted(draining) == sorted(storm.changed)
    assert len(draining) == 3
    assert storm.peak < _MOST_MEMORY


@pytest.mark.slow
def test_invariant_80_ten_thousand_mixed_events_change_each_target_once_within_the_budgets(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every reclaimed host is drained once, and of free will no more than the budget allows at any instant."""
    with in_one_thread():
        storm = prepared()
        events = mixed(storm, _EVENTS)
        rage(storm, events)
    raged(storm, capsys)
    assert storm.witness.problems == []
    deeds = storm.witness.deeds.ours()
    assert set(Counter((deed.intent.playbook, deed.target) for deed in deeds if deed.intent).values()) == {1}
    assert set(Counter(deed.target for deed in deeds if deed.changed).values()) == {1}
    warned = {event["detail"]["instance-id"] for lane, event in events if lane == "spot"}
    spot = {host.instance_id for _, host in storm.installation.town.hosts if host.status == "DRAINING"}
    assert warned <= spot
    assert len(spot - warned) <= 3
    assert len(storm.installation.town.services) == 50
    assert len(CLUSTERS) == 20
    assert storm.peak < _MOST_MEMORY
    # One read or two for each host, not for each event.
    assert sum(storm.calls.values()) < _EVENTS
