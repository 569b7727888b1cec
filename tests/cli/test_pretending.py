"""The parts of `decide`: what was decided counts for later events, and what nobody knows is not made up."""

from dataclasses import replace
from typing import Any

import pytest

from dockwarden.actions import Action, ActivateContainerInstance, DrainContainerInstance, Unaimed
from dockwarden.cli.pretended_capacity import PretendCapacity
from dockwarden.cli.pretended_services import PretendServices
from dockwarden.cli.pretending import PretendFleet, PretendPerformer, PretendStacks
from dockwarden.cli.world import NO_WORLD, Cluster, World
from dockwarden.cli.world_file import world_of
from dockwarden.cli.world_services import UNSAID
from dockwarden.facts.fleet import ContainerInstance
from dockwarden.facts.releases import ServiceReleases
from dockwarden.facts.running import RunningTasks
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Room, denied
from dockwarden.guard.settings import GuardSettings
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.memory import MemoryStore
from dockwarden.performing import State
from dockwarden.service_actions import RollBackService, StopServiceDeployment
from tests.fakes import ACCOUNT, NOON, REGION, cluster_arn, container_instance

PLACE = {"v": 1, "account": ACCOUNT, "region": REGION}
WEB = ServiceRef("prod", "web")
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/web"
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


def serving(**changes: Any) -> World:
    """A cluster with the service `web`, which is on its second revision."""
    service = {"name": "web", "task_definition": "web:2", "desired": 2, "running": 2, "alarms": [], **changes}
    return world_of(
        {
            **PLACE,
            "clusters": [{"name": "prod", "opted_in": True, "services": [service]}],
            "alarms": {"slow": {"state": "ALARM", "since": "2026-11-20T10:00:00Z"}},
            "task_definitions": [{"task_definition": "web:1", "status": "ACTIVE"}],
        }
    )


def rollout(status: str) -> dict[str, Any]:
    return {
        "task_definition": "web:2",
        "from": "web:1",
        "status": status,
        "created_at": "2026-11-20T11:00:00Z",
    }


def services(of: World) -> PretendServices:
    return PretendServices(of, lambda: NOON)


def definition(number: int) -> str:
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web:{number}"


def roll_back() -> RollBackService:
    return RollBackService(
        cluster=cluster_arn(),
        service=SERVICE,
        task_definition=definition(1),
        bad_task_definition=definition(2),
        current_deployment="ecs-svc/9",
    )


def perform(of: PretendServices, action: Action) -> str | None:
    performer = PretendPerformer(index(), of)
    (effect,) = performer.perform("rollback", [action], "session", lambda _: None)
    assert effect.state is State.DONE
    return effect.made


def test_a_rollback_counts_as_a_deployment_of_what_worked() -> None:
    known = services(serving(rollouts=[rollout("SUCCESSFUL")]))
    made = perform(known, roll_back())
    now = known.of(WEB)
    assert isinstance(now, ServiceReleases)
    primary = now.state.deployment(made)
    assert primary is not None
    assert (primary.rollout_state, primary.created_at) == ("IN_PROGRESS", NOON)
    assert now.state.task_definition_arn == definition(1) == primary.task_definition_arn
    assert not isinstance(now.rollouts, NotRead)
    assert [one.status for one in now.rollouts] == ["IN_PROGRESS", "SUCCESSFUL"]
    assert known.running(WEB) == RunningTasks(NOON, ())


def test_a_deployment_that_was_stopped_is_taken_back_by_ecs() -> None:
    known = services(serving(rollouts=[rollout("IN_PROGRESS")]))
    stop = StopServiceDeployment(cluster_arn(), SERVICE, "arn:of-it", definition(2))
    assert perform(known, stop) == "arn:of-it"
    now = known.of(WEB)
    assert isinstance(now, ServiceReleases)
    assert not isinstance(now.rollouts, NotRead)
    assert [one.status for one in now.rollouts] == ["ROLLBACK_REQUESTED"]


def test_a_change_of_a_service_that_the_world_does_not_name_changes_nothing() -> None:
    known = services(world())
    assert perform(known, roll_back()) is None
    assert isinstance(known.of(WEB), NotRead)


@pytest.mark.parametrize(
    ("changes", "alarms"),
    [
        ({}, ()),
        ({"alarms": ["slow"]}, ("slow",)),
        ({"tags": {"dockwarden:alarms": "slow"}}, ("slow",)),
        ({"alarms": None}, NotRead(f"{UNSAID}: no 'alarms' of service prod/web")),
        ({"alarms": ["other"]}, NotRead(f"{UNSAID}: no alarm other")),
        ({"running": None}, NotRead(f"{UNSAID}: no 'running' of service prod/web")),
    ],
)
def test_the_alarms_of_a_service_are_those_that_the_world_names(
    changes: dict[str, Any], alarms: tuple[str, ...] | NotRead
) -> None:
    """One that is not told of is not taken for quiet."""
    found = services(serving(**changes)).alarms(WEB)
    assert (found if isinstance(found, NotRead) else tuple(one.name for one in found.alarms)) == alarms


def test_what_a_world_does_not_say_of_a_release_is_not_read() -> None:
    known = services(serving())
    assert known.of(ServiceRef("prod", "api")) == NotRead(f"{UNSAID}: no service prod/api")
    assert known.running(WEB) == NotRead(f"{UNSAID}: no 'tasks_started_at' of service prod/web")
    assert known.definition(definition(7)) == NotRead(f"{UNSAID}: no task definition web:7")
    assert known.candidate(definition(7), {}) == NotRead(f"{UNSAID}: no task definition web:7")
    assert known.candidate(definition(1), {}) == NotRead(f"{UNSAID}: no 'images' of task definition web:1")
    assert services(NO_WORLD).of(WEB) == NotRead("no world file was given")


def test_the_services_of_a_world_are_those_of_its_clusters() -> None:
    deployment = {"id": "ecs-svc/9", "rollout_state": "COMPLETED"}
    found = services(serving(deployment=deployment)).services()
    assert not isinstance(found, NotRead)
    assert [(one.key, one.running, one.settled, one.deploying) for one in found] == [
        ("prod/service/web", 2, True, False)
    ]


@pytest.mark.parametrize("of", [NO_WORLD, world(), serving(running=None)])
def test_services_of_which_not_all_is_told_are_not_listed(of: World) -> None:
    assert isinstance(services(of).services(), NotRead)


def test_the_tags_of_a_service_are_its_own_and_not_those_of_a_cluster_of_its_name() -> None:
    named = Cluster("web", None, opted_in=True, tags={"of": "the cluster"})
    tagged = serving(tags={"of": "the service"})
    fleet = PretendFleet(replace(tagged, clusters=(named, *(tagged.clusters or ()))), index())
    assert fleet.tags(SERVICE) == {"of": "the service"}
    assert isinstance(fleet.tags(SERVICE.replace("prod", "test")), NotRead)


def test_the_services_of_a_cluster_are_counted_for_its_budget() -> None:
    """A service may be the only one of its cluster, and can be rolled back all the same."""
    capacity = PretendCapacity(serving(), index(), GuardSettings())
    need = capacity.needs(roll_back())[0]
    assert need.room == Room(1, {}, left=0)
    assert denied(need, {}, SERVICE) is None
    assert PretendCapacity(world(), index(), GuardSettings()).needs(roll_back())[0].room == NotRead(UNSAID)


def test_stacks_are_those_that_the_world_names() -> None:
    known = PretendStacks(world_of({"v": 1, "stacks": {"shop": "UPDATE_IN_PROGRESS"}}))
    assert (known.status("shop"), known.status("other")) == ("UPDATE_IN_PROGRESS", NotRead(UNSAID))
