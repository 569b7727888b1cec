"""The parts of `decide`: what was decided counts for later events, and what nobody knows is not made up."""

import pytest

from dockwarden.actions import Action, ActivateContainerInstance, DrainContainerInstance, Unaimed
from dockwarden.cli.pretended_capacity import PretendCapacity
from dockwarden.cli.pretending import PretendPerformer
from dockwarden.cli.world import NO_WORLD, Cluster, World
from dockwarden.facts.fleet import ContainerInstance
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Room, denied
from dockwarden.guard.settings import GuardSettings
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.memory import MemoryStore
from dockwarden.performing import State
from tests.fakes import NOON, cluster_arn, container_instance

HOSTS = tuple(container_instance(f"i-0a{n}") for n in range(4))


def index(*known: ContainerInstance) -> InstanceIndex:
    made = InstanceIndex(MemoryStore())
    made.remember(known, NOON)
    return made


def world(*hosts: ContainerInstance, tags: dict[str, str] | None = None) -> World:
    listed = Cluster("prod", cluster_arn(), opted_in=True, tags=tags or {}, container_instances=hosts)
    return World(why="the world file does not say", clusters=(listed,))


def drain(host: ContainerInstance = HOSTS[0]) -> DrainContainerInstance:
    return DrainContainerInstance(host.cluster_arn, host.arn, host.ec2_instance_id)


def activate(host: ContainerInstance = HOSTS[0]) -> ActivateContainerInstance:
    return ActivateContainerInstance(host.cluster_arn, host.arn, host.ec2_instance_id)


def status(of: InstanceIndex, host: ContainerInstance = HOSTS[0]) -> str:
    return of.find([host.ec2_instance_id])[host.ec2_instance_id].status


def test_a_drain_and_its_undo_count_for_later_events() -> None:
    known = index(*HOSTS)
    performer = PretendPerformer(known)
    for action, expected in ((drain(), "DRAINING"), (activate(), "ACTIVE")):
        (effect,) = performer.perform("any", [action], "session", lambda _: None)
        assert (effect.state, status(known)) == (State.DONE, expected)


@pytest.mark.parametrize(
    ("action", "over"),
    [
        (drain(HOSTS[1]), False),
        (drain(HOSTS[0]), True),
        (activate(), True),
        (Unaimed("Any", "target"), False),
    ],
)
def test_a_disruption_is_over_when_events_have_said_so(action: Action, *, over: bool) -> None:
    draining = container_instance(HOSTS[1].ec2_instance_id, "DRAINING")
    assert PretendPerformer(index(HOSTS[0], draining)).over([action]) == [over]


def test_a_host_of_which_no_event_told_is_not_over() -> None:
    assert PretendPerformer(index()).over([drain()]) == [False]


def test_the_hosts_that_a_world_lists_are_counted_as_events_have_changed_them() -> None:
    known = index(*HOSTS)
    capacity = PretendCapacity(world(*HOSTS), known, GuardSettings())
    assert capacity.needs(drain())[0].room == Room(4, {})
    PretendPerformer(known).perform("any", [drain(HOSTS[3])], "session", lambda _: None)
    need = capacity.needs(drain())[0]
    assert need.room == Room(4, {HOSTS[3].arn: 1})
    assert denied(need, {}, HOSTS[0].arn) is not None


def test_the_budget_tag_of_a_worlds_cluster_tightens() -> None:
    capacity = PretendCapacity(world(*HOSTS, tags={"dockwarden:budget": "0"}), index(*HOSTS), GuardSettings())
    assert denied(capacity.needs(drain())[0], {}, HOSTS[0].arn) is not None


def test_without_a_world_nobody_knows_and_so_nothing_goes() -> None:
    need = PretendCapacity(NO_WORLD, index(*HOSTS), GuardSettings()).needs(drain())[0]
    assert need.room == NotRead("no world file was given")
    assert denied(need, {}, HOSTS[0].arn) is not None


def test_the_undo_of_a_drain_needs_nothing() -> None:
    assert PretendCapacity(NO_WORLD, index(), GuardSettings()).needs(activate()) == ()
