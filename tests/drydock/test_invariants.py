"""What holds in drydock whatever happens: random stories of drains, reclaims, launches, deployments and time."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from lab.drydock import scheduler
from lab.drydock.build import deploy, launch_instance
from lab.drydock.ec2_instances import interrupt
from lab.drydock.model import Behaviour
from lab.drydock.task_life import is_healthy
from lab.drydock.views import remaining
from tests.drydock.conftest import make_fleet

if TYPE_CHECKING:
    from tests.drydock.conftest import Fleet

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["drain", "reopen", "reclaim", "launch", "deploy", "wait"]), st.integers(0, 90)
    ),
    max_size=15,
)
PERCENT = st.sampled_from([(100, 200), (50, 100), (50, 150), (0, 100), (100, 150)])


BEHAVIOURS = (
    Behaviour("exits", after=7),
    Behaviour("image-missing"),
    Behaviour("runs"),
    Behaviour("out-of-memory", after=60),
)


def _step(fleet: Fleet, name: str, number: int) -> None:
    live = [i for i in fleet.cluster.instances.values() if i.status != "INACTIVE"]
    chosen = live[number % len(live)] if live else None
    if name == "launch":
        launch_instance(fleet.world, fleet.cluster)
    elif name == "deploy":
        behaviour = BEHAVIOURS[number % len(BEHAVIOURS)]
        deploy(fleet.world, fleet.cluster, fleet.cluster.services["web"], behaviour=behaviour)
    elif chosen is not None and name == "drain":
        scheduler.drain(fleet.world, fleet.cluster, chosen)
    elif chosen is not None and name == "reopen":
        scheduler.reopen(fleet.world, fleet.cluster, chosen)
    elif chosen is not None and name == "reclaim" and fleet.world.ec2[chosen.instance_id].state == "running":
        interrupt(fleet.world, chosen.instance_id)
    fleet.world.advance(number)


def _check(fleet: Fleet) -> None:
    service = fleet.cluster.services["web"]
    wanted = [t for t in fleet.cluster.tasks_of(service) if t.desired_status == "RUNNING"]
    assert len(wanted) <= math.floor(service.desired_count * service.maximum_percent / 100)
    for instance in fleet.cluster.instances.values():
        assert min(remaining(fleet.cluster, instance)) >= 0
        assert instance.status != "INACTIVE" or not fleet.cluster.tasks_on(instance)


@settings(max_examples=60)
@given(steps=STEPS, percent=PERCENT, seed=st.integers(0, 5))
def test_bounds_hold_in_every_story_and_capacity_heals_it(
    steps: list[tuple[str, int]], percent: tuple[int, int], seed: int
) -> None:
    """Never more tasks than allowed or than fit, versions grow by one, and with room all tasks run in the end."""
    fleet = make_fleet(seed=seed, minimum_healthy_percent=percent[0], maximum_percent=percent[1])
    for name, number in steps:
        _step(fleet, name, number)
        _check(fleet)
    launch_instance(fleet.world, fleet.cluster)
    launch_instance(fleet.world, fleet.cluster)
    deploy(fleet.world, fleet.cluster, fleet.cluster.services["web"], behaviour=Behaviour())
    fleet.world.advance(1200)
    _check(fleet)
    service = fleet.cluster.services["web"]
    assert {task.started_by for task in fleet.cluster.tasks_of(service)} == {service.deployment_id}
    assert sum(map(is_healthy, fleet.cluster.tasks_of(service))) == service.desired_count
    for task in fleet.cluster.tasks.values():
        versions = [detail["version"] for detail in fleet.details_of(task)]
        assert all(second == first + 1 for first, second in pairwise(versions))
