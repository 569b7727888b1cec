"""Which calls the roles of the template allow, as IAM evaluates them, and that nothing is allowed that nobody calls."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.store import Absent, Change, Delete, Equals, Put
from tests.cdk.resolved import HOME, log_stream, statements
from tests.cdk.stacks import EVERY, Synthesized, acting, listed, observing, shipped, text
from tests.ecs_authorization import requests
from tests.iam import Request, allows

INSTANCE = "0123456789abcdef0123456789abcdef"
SINGLE = {"Put": "PutItem", "Delete": "DeleteItem"}
READS: list[tuple[str, dict[str, Any]]] = [
    ("ListContainerInstances", {"cluster": f"{HOME}:cluster/alpha"}),
    ("DescribeContainerInstances", {"cluster": "alpha", "containerInstances": [INSTANCE]}),
    ("DescribeClusters", {"clusters": ["alpha", "beta"]}),
]
COUNTS: list[tuple[str, dict[str, Any]]] = [
    ("ListTasks", {"cluster": f"{HOME}:cluster/alpha", "containerInstance": INSTANCE}),
    ("DescribeTasks", {"cluster": f"{HOME}:cluster/alpha", "tasks": [INSTANCE]}),
    ("DescribeServices", {"cluster": "alpha", "services": ["web"]}),
]


def roles(found: Synthesized) -> dict[str, Any]:
    """Every role of a stack that a function of ours may have, by a name."""
    act = {name: role for lane in found.stack.lanes for name, role in lane.act_roles.items()}
    lanes = {lane.declaration.name: lane.function.role for lane in found.stack.lanes}
    return {**act, **lanes, "fill": found.stack.fill.worker.role, "notifier": found.stack.outbox.role}


def allowing(found: Synthesized, operation: str, params: dict[str, Any]) -> set[str]:
    """The roles that may make a call of ECS."""
    asked = requests(operation, params, HOME)
    return {
        name
        for name, role in roles(found).items()
        if all(allows(statements(found, role), request) for request in asked)
    }


def drain(cluster: str, instance: str = INSTANCE) -> dict[str, Any]:
    return {"cluster": cluster, "containerInstances": [instance], "status": "DRAINING"}


@pytest.mark.parametrize("cluster", ["alpha", "beta", f"{HOME}:cluster/alpha"])
def test_a_drain_in_a_listed_cluster_is_allowed_by_the_act_roles_alone(cluster: str) -> None:
    """No function may do it under its own role."""
    assert allowing(acting(), "UpdateContainerInstancesState", drain(cluster)) == {
        "spot_drain",
        "rebalance_drain",
    }


@pytest.mark.parametrize(
    "params",
    [
        drain("gamma"),
        drain("alphabet"),
        drain("gamma", f"{HOME}:container-instance/alpha/{INSTANCE}"),
        drain("alpha", f"{HOME}:container-instance/gamma/{INSTANCE}"),
        drain("alpha", f"{HOME.replace('111122223333', '444455556666')}:container-instance/alpha/{INSTANCE}"),
    ],
)
def test_a_drain_anywhere_else_is_denied(params: dict[str, Any]) -> None:
    """Neither the instance's ARN nor the cluster that the call names may be of another cluster or account."""
    assert allowing(acting(), "UpdateContainerInstancesState", params) == set()


@pytest.mark.parametrize("made", [shipped, observing])
def test_an_observe_only_install_can_drain_nothing(made: Callable[[], Synthesized]) -> None:
    assert allowing(made(), "UpdateContainerInstancesState", drain("alpha")) == set()


@pytest.mark.parametrize(("operation", "params"), READS)
def test_the_act_role_reads_nothing(operation: str, params: dict[str, Any]) -> None:
    """What is read is read under the function's own role, and by the notifier not at all."""
    able = allowing(acting(), operation, params)
    assert "spot" in able
    assert not able & {"spot_drain", "rebalance_drain", "notifier"}


@pytest.mark.parametrize(("operation", "params"), COUNTS)
def test_what_a_budget_counts_is_read_by_the_voluntary_lane_and_in_listed_clusters_only(
    operation: str, params: dict[str, Any]
) -> None:
    """A reclaim happens anyway and is counted without reading."""
    able = allowing(acting(), operation, params)
    assert "voluntary" in able
    assert not able & {"spot", "fill", "notifier"}
    assert allowing(acting(), operation, {**params, "cluster": "gamma"}) == set()


def rollbacks(cluster: str) -> list[tuple[str, dict[str, Any]]]:
    """The calls that change a service of a cluster."""
    rollout = f"{HOME}:service-deployment/{cluster}/web/0123456789abcdef"
    return [
        ("UpdateService", {"cluster": cluster, "service": "web", "taskDefinition": "web:1"}),
        ("UpdateService", {"cluster": cluster, "service": f"{HOME}:service/{cluster}/web"}),
        ("StopServiceDeployment", {"serviceDeploymentArn": rollout, "stopType": "ROLLBACK"}),
    ]


@pytest.mark.parametrize(("operation", "params"), rollbacks("alpha"))
def test_a_service_of_a_listed_cluster_is_changed_by_the_act_role_of_rollback_alone(
    operation: str, params: dict[str, Any]
) -> None:
    """And by nobody below the ceiling approve."""
    assert allowing(acting(), operation, params) == {"rollback"}
    assert allowing(observing(), operation, params) == set()


@pytest.mark.parametrize(("operation", "params"), rollbacks("gamma"))
def test_a_service_of_another_cluster_is_changed_by_nobody(operation: str, params: dict[str, Any]) -> None:
    assert allowing(acting(), operation, params) == set()


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("ListTasks", {"cluster": "alpha", "serviceName": "web", "desiredStatus": "RUNNING"}),
        ("DescribeTasks", {"cluster": "alpha", "tasks": [INSTANCE]}),
        ("DescribeServices", {"cluster": "alpha", "services": ["web"]}),
        ("ListServiceDeployments", {"cluster": "alpha", "service": "web"}),
        ("DescribeServiceDeployments", {"serviceDeploymentArns": [f"{HOME}:service-deployment/alpha/web/1"]}),
        ("DescribeServiceRevisions", {"serviceRevisionArns": [f"{HOME}:service-revision/alpha/web/1"]}),
        ("DescribeTaskDefinition", {"taskDefinition": "web:1", "include": ["TAGS"]}),
    ],
)
def test_what_a_rollback_has_to_know_is_read_by_the_voluntary_lane(
    operation: str, params: dict[str, Any]
) -> None:
    """Else every rollback would be held for what could not be read."""
    able = allowing(acting(), operation, params)
    assert "voluntary" in able
    assert not able & {"rollback", "spot", "notifier"}
    assert "voluntary" in allowing(observing(), operation, params)


@pytest.mark.parametrize("made", EVERY)
def test_what_lambda_does_under_a_role_by_itself_is_allowed(made: Callable[[], Synthesized]) -> None:
    """Polling and logging are calls of Lambda that no code of ours makes, so no other test would miss them.

    Source: AWS Lambda Developer Guide, "Create the execution role" of event source mappings for Amazon SQS.
    """
    found = made()
    for role, function in functions(found):
        group = function["LoggingConfig"]["LogGroup"]["Ref"]
        asked = [Request(f"logs:{name}", log_stream(group)) for name in ("CreateLogStream", "PutLogEvents")]
        for queue in sources(found, function):
            polled = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
            asked += [Request(f"sqs:{name}", queue) for name in polled]
        assert [r for r in asked if not allows(statements(found, role), r)] == []


def test_a_function_polls_no_queue_but_its_own() -> None:
    """Else a card or an event could be taken away unheard."""
    found = acting()
    queues = {queue for _, function in functions(found) for queue in sources(found, function)}
    for role, function in functions(found):
        able = {q for q in queues if allows(statements(found, role), Request("sqs:ReceiveMessage", q))}
        assert able == set(sources(found, function))


def test_the_notifier_may_postpone_a_card_and_set_it_aside() -> None:
    """It goes on where postponing fails, so that a missing permission would be seen by nobody."""
    found, outbox = acting(), acting().stack.outbox
    queue, dead = (f"<{found.id_of(construct)}.Arn>" for construct in (outbox.queue, outbox.dead_letters))
    own = statements(found, outbox.role)
    assert allows(own, Request("sqs:ChangeMessageVisibility", queue))
    assert allows(own, Request("sqs:SendMessage", dead))
    assert not allows(own, Request("sqs:SendMessage", queue))


def functions(found: Synthesized) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The functions' roles with the functions' properties."""
    made = {lane.function.role: lane.function.function for lane in found.stack.lanes}
    made[found.stack.fill.worker.role] = found.stack.fill.worker.function
    made[found.stack.outbox.role] = found.stack.outbox.function
    return ((role, {**found.properties(f), "Id": found.id_of(f)}) for role, f in made.items())


def sources(found: Synthesized, function: dict[str, Any]) -> list[str]:
    mappings = found.of_type("AWS::Lambda::EventSourceMapping").values()
    own = [m["Properties"] for m in mappings if m["Properties"]["FunctionName"] == {"Ref": function["Id"]}]
    return [text(mapping["EventSourceArn"]) for mapping in own]


class Recording:
    """A client of DynamoDB that notes which IAM actions its calls need."""

    def __init__(self) -> None:
        self.actions: set[str] = set()

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        def call(**request: Any) -> dict[str, Any]:
            operation = "".join(part.capitalize() for part in name.split("_"))
            parts = [SINGLE[part] for item in request.get("TransactItems", []) for part in item]
            self.actions |= {f"dynamodb:{needed}" for needed in (parts or [operation])}
            return {"Items": [], "Responses": {}}

        return call


def test_the_ledger_may_be_used_as_the_store_uses_it_and_no_further() -> None:
    """The lanes' actions on the table are exactly those of the calls that the store can make."""
    client = Recording()
    store = DynamoStore(lambda: client, "t")
    put, delete = Put({"pk": "p", "sk": "s"}, Absent()), Delete(("p", "s"), Equals("field", 1))
    store.get(("p", "s"))
    store.get_many([("p", "s")])
    store.query("p")
    changes: list[list[Change]] = [[put], [delete], [put, delete]]
    assert all(store.write(some) for some in changes)
    for lane in acting().stack.lanes:
        own = [s for s in acting().statements(lane.function.role) if s["Effect"] == "Allow"]
        granted = {a for s in own for a in listed(s["Action"]) if a.startswith("dynamodb:")}
        assert granted == client.actions
