"""How much there is and what of it is in disruption, as ECS says it."""

from collections.abc import Mapping
from typing import Any

import pytest

from dockwarden.actions import ActivateContainerInstance, DrainContainerInstance, Unaimed
from dockwarden.aws.capacity import EcsCapacity
from dockwarden.aws.fleet import EcsFleet
from dockwarden.facts.capacity import Capacity
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Need, Room, denied
from dockwarden.guard.settings import GuardSettings
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.memory import MemoryStore
from tests.aws.answering import Answer, Answering, refusal
from tests.fakes import ACCOUNT, REGION, cluster_arn, container_instance

MINE = container_instance()
DRAIN = DrainContainerInstance(cluster_arn(), MINE.arn, MINE.ec2_instance_id)
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/web"


def task_arn(number: int) -> str:
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/prod/{number}"


def cluster(tag: str | None = None, instances: int = 20, services: int = 4) -> Answer:
    """DescribeClusters with one cluster."""
    tags = [{"key": "dockwarden:budget", "value": tag}] if tag is not None else []
    counts = {"registeredContainerInstancesCount": instances, "activeServicesCount": services}
    return {"clusters": [{"clusterArn": cluster_arn(), "tags": tags, **counts}]}


def draining(*arns: str) -> Mapping[str, Any]:
    return {"containerInstanceArns": list(arns)}


def service(name: str, desired: int, running: int, tag: str | None = None) -> dict[str, Any]:
    tags = [{"key": "dockwarden:budget", "value": tag}] if tag is not None else []
    return {"serviceName": name, "desiredCount": desired, "runningCount": running, "tags": tags}


def ecs(
    groups: Mapping[str, str] | None = None, services: list[dict[str, Any]] | None = None, **answers: Answer
) -> Answering:
    """ECS with a host whose tasks have groups (by number), and services."""
    tasks = [
        {"taskArn": task_arn(int(n)), "group": group, "lastStatus": "RUNNING"}
        for n, group in (groups or {}).items()
    ]
    clients = Answering().on("DescribeClusters", answers.get("clusters", cluster()))
    clients.on("ListContainerInstances", answers.get("draining", draining()))
    clients.on("ListTasks", answers.get("tasks", {"taskArns": [task["taskArn"] for task in tasks]}))
    clients.on("DescribeTasks", {"tasks": tasks})
    return clients.on("DescribeServices", {"services": services or []})


def capacity(clients: Answering, **settings: str) -> EcsCapacity:
    client = lambda: clients.client("ecs")  # noqa: E731
    fleet = EcsFleet(client, InstanceIndex(MemoryStore()), {"prod": cluster_arn()})
    return EcsCapacity(client, fleet.cluster, GuardSettings(**settings))  # type: ignore[arg-type]


def by_key(needs: tuple[Need, ...]) -> dict[str, Need]:
    return {need.pool.key: need for need in needs}


def test_a_drain_needs_a_host_of_its_cluster_its_tasks_of_each_service_and_a_target_of_the_account() -> None:
    groups = {"1": "service:web", "2": "service:web", "3": "service:api", "4": "family:report"}
    clients = ecs(groups, [service("web", 8, 8), service("api", 4, 3)])
    needs = by_key(capacity(clients).needs(DRAIN))
    assert {key: (need.units, need.room) for key, need in needs.items()} == {
        "cluster:prod:container-instances": (1, Room(20, {})),
        "account": (1, Room(None, {})),
        "service:prod/web": (2, Room(8, {})),
        "service:prod/api": (1, Room(4, {"tasks that do not run": 1})),
    }


def test_invariant_46_hosts_that_drain_by_anyones_hand_count_on_all_pages() -> None:
    """The budget is of the cluster, and not of what Dockwarden has done to it."""

    def listed(params: Mapping[str, Any]) -> Answer:
        assert params["status"] == "DRAINING"
        more = {} if "nextToken" in params else {"nextToken": "2"}
        return {**draining("b" if "nextToken" in params else "a"), **more}

    clients = ecs().on("ListContainerInstances", listed)
    need = capacity(clients).needs(DRAIN)[0]
    assert need.room == Room(20, {"a": 1, "b": 1})
    assert denied(need, {}, DRAIN.target) == (
        "2 container instances of 20 of cluster prod are in disruption, "
        "and guard.budget_cluster allows 2 at once (10%)"
    )


def test_where_the_cluster_has_no_room_its_services_are_not_read() -> None:
    """Of ten thousand recommendations most cost no call more than the first."""
    clients = ecs(draining=draining("a", "b"))
    needs = capacity(clients).needs(DRAIN)
    assert denied(needs[0], {}, DRAIN.target) is not None
    assert clients.asked("ListTasks") == []


def test_the_only_task_of_a_service_keeps_its_host_from_being_drained() -> None:
    needs = by_key(capacity(ecs({"1": "service:web"}, [service("web", 1, 1)])).needs(DRAIN))
    assert denied(needs["service:prod/web"], {}, DRAIN.target) is not None


def test_a_task_that_does_not_run_yet_counts_once_and_that_is_as_missing() -> None:
    clients = ecs({"1": "service:web"}, [service("web", 4, 3)])
    starting = {"taskArn": task_arn(2), "group": "service:web", "lastStatus": "PENDING"}
    running = {"taskArn": task_arn(1), "group": "service:web", "lastStatus": "RUNNING"}
    clients.on("DescribeTasks", {"tasks": [running, starting]})
    need = by_key(capacity(clients).needs(DRAIN))["service:prod/web"]
    assert (need.units, need.room) == (1, Room(4, {"tasks that do not run": 1}))


def test_more_tasks_than_running_ones_are_wanted_is_no_disruption_below_nothing() -> None:
    need = by_key(capacity(ecs({"1": "service:web"}, [service("web", 4, 6)])).needs(DRAIN))
    assert need["service:prod/web"].room == Room(4, {})


def test_tags_of_cluster_and_service_tighten() -> None:
    clients = ecs({"1": "service:web"}, [service("web", 100, 100, tag="0")], clusters=cluster(tag="nonsense"))
    needs = capacity(clients, budget_cluster="5").needs(DRAIN)
    why = denied(needs[0], {}, DRAIN.target)
    assert why is not None
    assert "which is neither a number nor a percent" in why
    clients.on("DescribeClusters", cluster(tag="1"))
    needs = capacity(clients, budget_cluster="5").needs(DRAIN)
    assert denied(needs[0], {}, DRAIN.target) is None
    assert denied(by_key(needs)["service:prod/web"], {}, DRAIN.target) is not None


@pytest.mark.parametrize(
    ("operation", "pool"),
    [
        ("DescribeClusters", "cluster:prod:container-instances"),
        ("ListContainerInstances", "cluster:prod:container-instances"),
        ("ListTasks", "cluster:prod:container-instances"),
        ("DescribeTasks", "cluster:prod:container-instances"),
        ("DescribeServices", "service:prod/web"),
    ],
)
def test_what_cannot_be_read_is_not_known_and_so_denied(operation: str, pool: str) -> None:
    """Never an exception, and never taken for an empty pool."""
    clients = ecs({"1": "service:web"}, [service("web", 8, 8)])
    clients.on(operation, refusal("AccessDeniedException", operation))
    need = by_key(capacity(clients).needs(DRAIN))[pool]
    assert isinstance(need.room, NotRead)
    assert "AccessDeniedException" in need.room.why
    assert denied(need, {}, DRAIN.target) is not None


def test_a_cluster_without_a_count_is_not_known() -> None:
    clients = ecs(clusters={"clusters": [{"clusterArn": cluster_arn()}]})
    assert isinstance(capacity(clients).needs(DRAIN)[0].room, NotRead)


def test_a_service_that_is_gone_is_not_known() -> None:
    need = by_key(capacity(ecs({"1": "service:web"})).needs(DRAIN))["service:prod/web"]
    assert need.room == NotRead("DescribeServices: MISSING")


def test_what_a_batch_needs_of_a_cluster_is_read_once_and_by_the_next_anew() -> None:
    clients = ecs()
    mine = capacity(clients)
    mine.begin()
    mine.needs(DRAIN)
    mine.needs(DRAIN)
    assert len(clients.asked("ListContainerInstances")) == 1
    clients.on("ListContainerInstances", draining("a"))
    mine.begin()
    assert mine.needs(DRAIN)[0].room == Room(20, {"a": 1})


def test_outside_of_a_batch_nothing_is_remembered() -> None:
    """A command that approves asks what holds now."""
    clients = ecs()
    mine = capacity(clients)
    mine.needs(DRAIN)
    clients.on("ListContainerInstances", draining("a"))
    assert mine.needs(DRAIN)[0].room == Room(20, {"a": 1})


def test_a_service_as_a_whole_takes_one_of_its_clusters_services_even_where_it_is_the_only_one() -> None:
    needs = capacity(ecs(clusters=cluster(services=1))).needs(
        Unaimed("RollBack", SERVICE, cluster_arn(), SERVICE)
    )
    assert [need.pool.key for need in needs] == ["cluster:prod:services", "account"]
    assert denied(needs[0], {}, SERVICE) is None
    assert denied(needs[0], {"another": 1}, SERVICE) is not None


def test_setting_an_instance_active_needs_nothing_and_asks_nothing() -> None:
    clients = Answering()
    action = ActivateContainerInstance(*DRAIN.fields().values())
    assert capacity(clients).needs(action) == capacity(clients).pools(action) == ()
    assert clients.calls == []


def test_invariant_47_what_happens_anyway_is_counted_without_any_call() -> None:
    """A Spot reclaim has two minutes; its pools are known from its ARN alone."""
    clients = Answering()
    needs = capacity(clients).pools(DRAIN)
    assert [need.pool.key for need in needs] == ["cluster:prod:container-instances", "account"]
    assert clients.calls == []


def test_every_call_is_declared_for_iam() -> None:
    clients = ecs({"1": "service:web"}, [service("web", 8, 8)])
    capacity(clients).needs(DRAIN)
    declared = {action for permission in Capacity.PERMISSIONS for action in permission.actions}
    assert {f"ecs:{operation}" for operation, _ in clients.calls} == declared


def test_the_tags_of_clusters_and_services_are_read_by_their_arns() -> None:
    clients = ecs(services=[service("web", 1, 1, tag="1")], clusters=cluster(tag="2"))
    fleet = EcsFleet(lambda: clients.client("ecs"), InstanceIndex(MemoryStore()), {"prod": cluster_arn()})
    assert fleet.tags(SERVICE) == {"dockwarden:budget": "1"}
    assert fleet.tags(cluster_arn()) == {"dockwarden:budget": "2"}
    assert isinstance(fleet.tags(cluster_arn("other")), NotRead)


@pytest.mark.parametrize(
    "operation", ["DescribeClusters", "ListContainerInstances", "ListTasks", "DescribeServices"]
)
@pytest.mark.parametrize(
    ("code", "passing"), [("ThrottlingException", True), ("AccessDeniedException", False)]
)
def test_what_was_throttled_is_told_apart_from_what_nobody_may_read(
    operation: str, code: str, *, passing: bool
) -> None:
    """The one is read again in a moment; the other is a person's to mend."""
    clients = ecs({"1": "service:web"}, [service("web", 8, 8)]).on(operation, refusal(code, operation))
    rooms = [need.room for need in capacity(clients).needs(DRAIN)]
    assert [room.passing for room in rooms if isinstance(room, NotRead)] == [passing]
