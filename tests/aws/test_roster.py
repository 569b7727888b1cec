"""The services of the opted-in clusters, from ECS."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from dockwarden.aws.roster import EcsRoster
from dockwarden.facts.roster import ServiceNow
from dockwarden.facts.unknown import NotRead
from tests.aws.answering import Answer, Answering, refusal
from tests.fakes import ACCOUNT, NOON, REGION, cluster_arn

DEPLOYMENT = {"status": "PRIMARY"}


def service_arn(name: str, cluster: str = "prod") -> str:
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{cluster}/{name}"


def described(arn: str, **changes: Any) -> dict[str, Any]:
    """A service as DescribeServices answers it."""
    return {
        "serviceName": arn.rpartition("/")[2],
        "serviceArn": arn,
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "deployments": [DEPLOYMENT],
        **changes,
    }


def describe(params: Mapping[str, Any]) -> Answer:
    return {"services": [described(arn) for arn in params["services"]]}


def roster(clients: Answering, *clusters: str) -> EcsRoster:
    return EcsRoster(
        lambda: clients.client("ecs"), {name: cluster_arn(name) for name in clusters or ("prod",)}
    )


def names(found: tuple[ServiceNow, ...] | NotRead) -> list[str]:
    assert not isinstance(found, NotRead)
    return [service.name for service in found]


def test_which_deployment_a_service_has_is_said_and_since_when() -> None:
    primary = {"id": "ecs-svc/2", "status": "PRIMARY", "createdAt": NOON}
    older = {"id": "ecs-svc/1", "status": "ACTIVE"}
    clients = Answering().on("ListServices", {"serviceArns": [service_arn("web")]})
    clients.on(
        "DescribeServices", {"services": [described(service_arn("web"), deployments=[older, primary])]}
    )
    found = roster(clients).services()
    assert not isinstance(found, NotRead)
    assert [(one.deployment, one.deployed_at) for one in found] == [("ecs-svc/2", NOON)]


def test_all_pages_are_read_and_ten_services_are_described_at_a_time() -> None:
    """DescribeServices takes no more than ten."""
    pages = [[service_arn(f"s{n}") for n in range(start, start + 10)] for start in (0, 10)]
    pages.append([service_arn("s20")])

    def listed(params: Mapping[str, Any]) -> Answer:
        page = int(params.get("nextToken", 0))
        more = {"nextToken": str(page + 1)} if page < 2 else {}
        return {"serviceArns": pages[page], **more}

    clients = Answering().on("ListServices", listed).on("DescribeServices", describe)
    assert names(roster(clients).services()) == [f"s{n}" for n in range(21)]
    assert sorted(len(asked["services"]) for asked in clients.asked("DescribeServices")) == [1, 10, 10]
    assert {asked["cluster"] for asked in clients.asked("DescribeServices")} == {cluster_arn()}


def test_a_service_is_told_with_its_counts_and_whether_it_deploys() -> None:
    counts = {"desiredCount": 3, "runningCount": 1, "pendingCount": 2}
    both = {"deployments": [DEPLOYMENT, {"status": "ACTIVE"}]}
    clients = Answering().on("ListServices", {"serviceArns": [service_arn("web")]})
    clients.on("DescribeServices", {"services": [described(service_arn("web"), **counts, **both)]})
    assert roster(clients).services() == (ServiceNow("prod", "web", 3, 1, 2, deploying=True),)


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_a_service_that_is_being_deleted_is_left_out(status: str) -> None:
    clients = Answering().on("ListServices", {"serviceArns": [service_arn("web")]})
    clients.on("DescribeServices", {"services": [described(service_arn("web"), status=status)]})
    assert roster(clients).services() == ()


def test_a_service_that_is_gone_between_the_two_calls_is_left_out() -> None:
    clients = Answering().on("ListServices", {"serviceArns": [service_arn("web")]})
    clients.on("DescribeServices", {"services": [], "failures": [{"reason": "MISSING"}]})
    assert roster(clients).services() == ()


def test_an_empty_cluster_costs_one_call() -> None:
    clients = Answering().on("ListServices", {"serviceArns": []})
    assert roster(clients).services() == ()
    assert len(clients.calls) == 1


def test_without_a_listed_cluster_nothing_is_asked() -> None:
    clients = Answering()
    assert EcsRoster(lambda: clients.client("ecs"), {}).services() == ()
    assert clients.calls == []


def by_cluster(answers: Mapping[str, Answer]) -> Answering:
    listing = Answering().on("ListServices", lambda params: answers[params["cluster"].rpartition("/")[2]])
    return listing.on("DescribeServices", describe)


def test_a_cluster_that_is_gone_has_no_services_and_the_others_are_read() -> None:
    gone = refusal("ClusterNotFoundException", "ListServices")
    clients = by_cluster({"prod": gone, "beta": {"serviceArns": [service_arn("web", "beta")]}})
    assert names(roster(clients, "prod", "beta").services()) == ["web"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refusal("AccessDeniedException", "ListServices"), "prod: AccessDeniedException"),
        (EndpointConnectionError(endpoint_url="https://ecs"), "prod: EndpointConnectionError"),
    ],
)
def test_a_cluster_that_cannot_be_read_means_that_nobody_knows(error: Exception, words: str) -> None:
    """A part of the services must not pass for all: what is missing would look healthy, or gone."""
    clients = by_cluster({"prod": error, "beta": {"serviceArns": [service_arn("web", "beta")]}})
    assert roster(clients, "prod", "beta").services() == NotRead(
        words, passing=not isinstance(error, ClientError)
    )


def test_a_failing_description_means_that_nobody_knows_either() -> None:
    clients = Answering().on("ListServices", {"serviceArns": [service_arn("web")]})
    clients.on("DescribeServices", refusal("ThrottlingException", "DescribeServices"))
    assert roster(clients).services() == NotRead("prod: ThrottlingException", passing=True)


SETS = {
    "alone": ([{"status": "PRIMARY", "stabilityStatus": "STEADY_STATE"}], True, False),
    "not steady": ([{"status": "PRIMARY", "stabilityStatus": "STABILIZING"}], False, False),
    "two": (
        [
            {"status": "ACTIVE", "stabilityStatus": "STEADY_STATE"},
            {"status": "PRIMARY", "stabilityStatus": "STEADY_STATE"},
        ],
        False,
        True,
    ),
    "one on its way out": (
        [
            {"status": "PRIMARY", "stabilityStatus": "STEADY_STATE"},
            {"status": "DRAINING", "stabilityStatus": "STABILIZING"},
        ],
        True,
        False,
    ),
}


@pytest.mark.parametrize(("sets", "settled", "deploying"), SETS.values(), ids=SETS)
def test_a_service_of_task_sets_is_settled_when_one_is_left_and_steady(
    sets: list[dict[str, Any]], *, settled: bool, deploying: bool
) -> None:
    """As CodeDeploy and external controllers leave it; ECS shows no deployments of it, and no service revision."""
    arn = service_arn("web")
    first = {**sets[0], "taskDefinition": "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:2"}
    shown = described(arn, deployments=[], taskSets=[first, *sets[1:]])
    clients = (
        Answering().on("ListServices", {"serviceArns": [arn]}).on("DescribeServices", {"services": [shown]})
    )
    found = roster(clients).services()
    assert not isinstance(found, NotRead)
    (web,) = found
    assert (web.settled, web.deploying, web.revision) == (settled, deploying, None)
    assert (web.task_definition or "").endswith("web:2")
