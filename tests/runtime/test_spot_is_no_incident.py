"""Every event of a reclaimed host through the diagnosis: the service loses tasks, and nothing has failed."""

import pytest

from dockwarden.verdicts import Verdict
from lab.drydock.ec2_instances import interrupt
from tests.drydock.conftest import make_fleet
from tests.fakes import Bench


@pytest.mark.parametrize("drained", [True, False], ids=["drained in time", "taken with its tasks"])
def test_a_reclaimed_host_is_explained_and_told_to_nobody(drained: bool) -> None:  # noqa: FBT001
    """Tasks of a drained host are stopped by the scheduler; those of one that was not go down with it."""
    fleet = make_fleet()
    interrupt(fleet.world, fleet.instances[0].instance_id)
    if drained:
        fleet.drain(0)
    fleet.world.advance(600)
    bench = Bench()
    events = [{**e, "account": "111122223333", "region": "eu-central-1"} for e in fleet.world.log.events]
    outcomes = [o for r in bench.run(*events) for o in r.outcomes if o.playbook == "diagnose"]
    causes = {o.cause for o in outcomes if o.cause}
    assert causes == ({"scheduler", "host-terminated"} if drained else {"host-terminated"})
    assert [o for o in outcomes if o.verdict is not Verdict.IGNORE or o.incident] == []
    assert bench.world.asked == []
