"""What later decisions read out of the events about daemons, hooks, calls, findings and retirements."""

from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from dockwarden.events.arn import InCluster
from dockwarden.events.aws_health_event import HealthEvent
from dockwarden.events.caller import Caller
from dockwarden.events.ecs_api_call import EcsApiCall
from dockwarden.events.ecs_daemon_deployment_state_change import DaemonDeploymentStateChange
from dockwarden.events.ecs_daemon_service_action import DaemonServiceAction
from dockwarden.events.ecs_hook_state_change import HookStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.guardduty_finding import FindingContainer, GuardDutyFinding
from dockwarden.events.parse import Event, parse
from tests.events import samples

EventT = TypeVar("EventT", bound=Event)
ECS = "arn:aws:ecs:eu-central-1:111122223333"
ACT_ROLE = "arn:aws:iam::111122223333:role/dockwarden/Dockwarden-SpotDrainActRole"


def read(cls: type[EventT], name: str, **detail: Any) -> EventT:
    """Return a sample as its typed event, after some keys of its detail were changed."""
    raw = samples.load(name)
    raw["detail"].update(detail)
    event = parse(raw)
    assert isinstance(event, cls)
    return event


def test_a_daemon_is_named_without_any_resource() -> None:
    """AWS sends the failure to create a task without resources and without a task."""
    action = read(DaemonServiceAction, "ecs/daemon-task-creation-failed")
    assert (action.cluster, action.daemon_name, action.task_arn) == ("fleet-prod", "log-shipper", None)
    assert (action.failure_type, action.event_type) == ("TASK_CREATION_FAILED", "WARNING")
    assert action.reason is not None
    assert action.reason.startswith("RESOURCE:CPU")


@pytest.mark.parametrize("key", ["daemonArn", "daemonDeploymentArn", "targetDaemonRevisionArn"])
def test_any_arn_of_a_daemon_names_the_same_one(key: str) -> None:
    """A deployment's and a revision's ARN begin with their daemon's names."""
    raw = samples.load("ecs/daemon-deployment-rollback-failed")
    others = {"daemonArn", "daemonDeploymentArn", "targetDaemonRevisionArn"} - {key}
    raw["detail"] = {name: value for name, value in raw["detail"].items() if name not in others}
    raw["resources"] = []
    event = parse(raw)
    assert isinstance(event, DaemonDeploymentStateChange)
    assert event.daemon_arn == f"{ECS}:daemon/fleet-prod/log-shipper"
    assert event.updated_at == datetime(2026, 11, 20, 9, 12, 0, 618059, tzinfo=UTC)


def test_a_hook_says_what_to_answer_and_until_when() -> None:
    """An answer needs the deployment and the id of the hook; the end of waiting is the owner's choice."""
    hook = read(HookStateChange, "ecs/hook-awaiting-action")
    assert (hook.cluster, hook.service_name, hook.lifecycle_stage) == ("web-prod", "web-api", "PRE_SCALE_UP")
    assert hook.service_deployment_arn == f"{ECS}:service-deployment/web-prod/web-api/7hQ2vX9LkZr4TnB0WcYdE"
    assert hook.hook_id is not None
    assert hook.expires_at == datetime(2026, 11, 20, 9, 16, tzinfo=UTC)


def test_the_arn_of_a_service_deployment_names_the_service() -> None:
    """Where only the deployment is named, its ARN has cluster and service in it."""
    hook = read(HookStateChange, "ecs/hook-awaiting-action", serviceArn=None, clusterArn=None)
    assert (hook.service_arn, hook.cluster) == (f"{ECS}:service/web-prod/web-api", "web-prod")


@pytest.mark.parametrize(
    ("name", "event_name", "event_type"),
    [
        ("service-deployment-in-progress-as-action", "SERVICE_DEPLOYMENT_IN_PROGRESS", "INFO"),
        ("service-deployment-completed-as-action", "SERVICE_DEPLOYMENT_COMPLETED", "INFO"),
        ("service-deployment-failed-as-action", "SERVICE_DEPLOYMENT_FAILED", "ERROR"),
        ("service-task-configuration-failure", "SERVICE_TASK_CONFIGURATION_FAILURE", "ERROR"),
        ("service-vpc-lattice-target-unhealthy", "VPC_LATTICE_TARGET_UNHEALTHY", "WARN"),
        ("service-operation-throttled", "ECS_OPERATION_THROTTLED", "ERROR"),
        ("service-tasks-stopped", "TASKS_STOPPED", "INFO"),
    ],
)
def test_names_of_service_events_arrive_as_aws_writes_them(
    name: str, event_name: str, event_type: str
) -> None:
    """No list of names has to be kept up with AWS's."""
    action = read(ServiceAction, f"ecs/{name}")
    assert (action.event_name, action.event_type) == (event_name, event_type)
    assert action.service_name == "web-api"


def test_a_call_says_who_did_what_to_which_service_by_what() -> None:
    """A deployment by a pipeline is told from one by a person."""
    call = read(EcsApiCall, "ecs/api-update-service")
    assert (call.event_name, call.succeeded) == ("UpdateService", True)
    assert (call.cluster, call.service_name, call.task_definition) == ("web-prod", "web-api", "web-api:42")
    assert (call.caller.principal, call.caller.session_name) == ("role/gha-deploy", "GitHubActions")
    assert call.caller.user_agent is not None
    assert "Terraform" in call.caller.user_agent
    assert call.asked_for == ("cluster", "forceNewDeployment", "service", "taskDefinition")


def test_a_stopped_task_and_a_registered_revision_are_named() -> None:
    """What the request leaves out is in the answer."""
    stop = read(EcsApiCall, "ecs/api-stop-task")
    assert (stop.cluster, stop.task) == ("web-prod", "761d1f23e291f7174cccc54c7b4e2241")
    assert stop.caller.principal == "user/jane"
    registered = read(EcsApiCall, "ecs/api-register-task-definition")
    assert registered.task_definition == f"{ECS}:task-definition/web-api:42"
    assert registered.caller.invoked_by == "cloudformation.amazonaws.com"


def test_a_drain_names_its_hosts_and_what_they_were_set_to() -> None:
    drain = read(EcsApiCall, "ecs/api-drain-by-person")
    assert (drain.container_instances, drain.status) == (("8f0d4a1b2c3e4f5a6b7c8d9e0f1a2b3c",), "DRAINING")


def test_a_session_says_whether_it_is_the_consoles_and_has_a_second_factor() -> None:
    """CloudTrail writes both as texts; what it does not say is no."""
    assert read(EcsApiCall, "ecs/api-update-service-by-person").caller.console
    assert read(EcsApiCall, "ecs/api-stop-service-deployment").caller.mfa
    neither = read(EcsApiCall, "ecs/api-drain-by-dockwarden").caller
    assert (neither.mfa, neither.console) == (False, False)


def test_a_call_that_failed_is_known_by_its_error() -> None:
    """A refused UpdateService deployed nothing."""
    assert read(EcsApiCall, "ecs/api-update-service-denied").succeeded is False


def test_invariant_71_a_call_keeps_no_value_of_its_request() -> None:
    """Requests carry environment values; only the names of their parts are kept."""
    asked = {
        "family": "web-api",
        "containerDefinitions": [{"environment": [{"name": "A", "value": "canary"}]}],
    }
    call = read(EcsApiCall, "ecs/api-register-task-definition", requestParameters=asked)
    assert call.asked_for == ("containerDefinitions", "family")
    assert "canary" not in repr(call)


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        ({"service": "a", "cluster": "c"}, None, ("c", "a")),
        ({"serviceName": "a", "cluster": f"{ECS}:cluster/c"}, None, ("c", "a")),
        ({"service": f"{ECS}:service/c/a"}, None, ("c", "a")),
        ({"service": f"{ECS}:service/a", "cluster": "c"}, None, ("c", "a")),
        ({"service": "a"}, {"service": {"serviceArn": f"{ECS}:service/c/a"}}, ("c", "a")),
        ({"service": "a"}, {"service": {"clusterArn": f"{ECS}:cluster/c"}}, ("c", "a")),
        ({"service": "a"}, None, ("default", "a")),
        ({"service": "arn:aws:s3:::a"}, None, (None, None)),
        ({"serviceDeploymentArn": f"{ECS}:service-deployment/c/a/1"}, None, ("c", "a")),
        ({"serviceDeploymentArn": f"{ECS}:service-deployment/c/a"}, None, (None, None)),
        ({"serviceDeploymentArn": f"{ECS}:service/c/a"}, None, (None, None)),
        ({"task": "1"}, {"task": {"group": "service:a", "clusterArn": f"{ECS}:cluster/c"}}, ("c", "a")),
        ({"task": "1"}, {"task": {"group": "family:a"}}, ("default", None)),
        ({"task": "1"}, {"clusterArn": f"{ECS}:cluster/c"}, ("c", None)),
        ({"containerInstances": ["1"]}, None, ("default", None)),
        (None, None, (None, None)),
        ([], "x", (None, None)),
    ],
)
def test_a_call_names_its_service_in_every_form(asked: Any, answered: Any, expected: Any) -> None:
    """Name or ARN, old or new, in the request or only in the answer."""
    call = read(EcsApiCall, "ecs/api-update-service", requestParameters=asked, responseElements=answered)
    assert (call.cluster, call.service_name) == expected


def test_invariant_18_our_own_calls_are_known_by_their_role() -> None:
    """Dockwarden must recognise the events that its own actions cause."""
    own = read(EcsApiCall, "ecs/api-drain-by-dockwarden").caller
    assert own.is_session_of([ACT_ROLE])
    assert own.session_name == "spot_drain-0a1b2c3d4e5f"
    assert not read(EcsApiCall, "ecs/api-update-service").caller.is_session_of([ACT_ROLE])


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:sts::111122223333:assumed-role/Dockwarden-SpotDrainActRole/x", True),
        ("arn:aws:sts::444455556666:assumed-role/Dockwarden-SpotDrainActRole/x", False),
        ("arn:aws:sts::111122223333:assumed-role/other/Dockwarden-SpotDrainActRole", False),
        ("arn:aws:iam::111122223333:user/Dockwarden-SpotDrainActRole", False),
        (None, False),
    ],
)
def test_invariant_18_a_session_without_its_issuer_is_known_by_its_arn(
    arn: str | None,
    expected: Any,
) -> None:
    """The account and the role's own name decide, never the name of a session, which anybody may choose."""
    caller = Caller(arn, "AssumedRole", None, None, None)
    assert caller.is_session_of([ACT_ROLE]) is expected
    assert caller.is_session_of([]) is False


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        ({"type": "Root", "arn": "arn:aws:iam::111122223333:root"}, "root"),
        ({"type": "AWSService", "invokedBy": "ecs.amazonaws.com"}, "ecs.amazonaws.com"),
        ({"arn": "arn:aws:sts::111122223333:assumed-role/deploy/run"}, "role/deploy"),
        ({"arn": "arn:aws-cn:iam::111122223333:user/team/jane"}, "user/jane"),
        ("text", None),
    ],
)
def test_a_principal_is_named_in_a_few_words(identity: Any, principal: str | None) -> None:
    """A card has no room for an ARN; what nothing names is unknown."""
    assert Caller.read({"userIdentity": identity}).principal == principal


def test_a_finding_in_a_task_names_service_and_container() -> None:
    """GuardDuty's runtime findings say which task it was."""
    finding = read(GuardDutyFinding, "guardduty/finding-ecs-task")
    (subject,) = finding.ecs
    assert (subject.cluster, subject.service_name) == ("web-prod", "web-api")
    assert subject.task_arn == f"{ECS}:task/web-prod/761d1f23e291f7174cccc54c7b4e2241"
    assert [container.name for container in subject.containers] == ["web"]
    assert isinstance(subject.containers[0], FindingContainer)
    assert (finding.severity, finding.type) == (8.0, "CryptoCurrency:Runtime/BitcoinTool.B")


def test_an_attack_sequence_names_cluster_and_task_and_nothing_else() -> None:
    """Of all resources of a sequence those of ECS are its subjects."""
    subjects = read(GuardDutyFinding, "guardduty/finding-ecs-attack-sequence").ecs
    assert [(s.cluster, s.task_arn is not None) for s in subjects] == [
        ("web-prod", False),
        ("web-prod", True),
    ]


def test_a_finding_about_something_else_is_recognised() -> None:
    """It is no error, and about nothing of ECS."""
    finding = read(GuardDutyFinding, "guardduty/finding-instance")
    assert (finding.ecs, finding.resource_type) == ((), "Instance")
    assert read(GuardDutyFinding, "guardduty/finding-instance", resource=None, service=7).ecs == ()


@pytest.mark.parametrize(
    ("group", "service"), [("service:a", "a"), ("service:", None), ("family:a", None), (None, None)]
)
def test_a_finding_in_a_standalone_task_names_no_service(group: str | None, service: str | None) -> None:
    """Only the group of a service names one."""
    raw = samples.load("guardduty/finding-ecs-task")
    raw["detail"]["resource"]["ecsClusterDetails"]["taskDetails"]["group"] = group
    event = parse(raw)
    assert isinstance(event, GuardDutyFinding)
    assert event.ecs[0].service_name == service


def test_a_retirement_names_services_and_tasks_wherever_they_stand() -> None:
    """AWS's own example has services among the resources and tasks among the entities."""
    event = read(HealthEvent, "health/task-retirement-mixed")
    assert event.is_task_retirement
    assert event.affected_services == (InCluster("web-prod", "web-api"), InCluster("web-prod", "web-admin"))
    assert [task.rpartition("/")[2][:4] for task in event.affected_tasks] == ["761d", "0c5d"]
    assert event.start_time == datetime(2026, 11, 27, 7, tzinfo=UTC)


def test_a_retirement_names_each_service_once() -> None:
    """The resources of the envelope repeat the entities."""
    event = read(HealthEvent, "health/task-retirement")
    assert (event.affected_services, event.affected_tasks) == ((InCluster("web-prod", "web-api"),), ())
    assert not read(HealthEvent, "health/operational-issue").is_task_retirement


@pytest.mark.parametrize("value", ["a|b|c", "|b", "a|", "|", "a", "arn:aws:ecs:", "i-1"])
def test_an_entity_that_is_no_service_is_none(value: str) -> None:
    """Health's text is not trusted to be what it mostly is."""
    event = read(HealthEvent, "health/task-retirement", affectedEntities=[{"entityValue": value}])
    assert event.affected_services == (InCluster("web-prod", "web-api"),)
