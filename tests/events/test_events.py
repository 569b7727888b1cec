"""What later decisions read out of single events."""

from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from dockwarden.events.aws_health_event import HealthEvent
from dockwarden.events.cloudwatch_alarm_state_change import AlarmStateChange
from dockwarden.events.ecr_image_action import EcrImageAction
from dockwarden.events.ecr_image_scan import EcrImageScan
from dockwarden.events.ecs_container_instance_state_change import ContainerInstanceStateChange
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.events.inspector2_finding import Inspector2Finding
from dockwarden.events.inspector2_scan import Inspector2Scan
from dockwarden.events.parse import Event, parse
from tests.events import samples

EventT = TypeVar("EventT", bound=Event)


def read(cls: type[EventT], name: str, **detail: Any) -> EventT:
    """Return a sample as its typed event, after some keys of its detail were changed."""
    raw = samples.load(name)
    raw["detail"].update({key.replace("_", "-"): value for key, value in detail.items()})
    event = parse(raw)
    assert isinstance(event, cls)
    return event


def test_a_stopped_task_says_who_ended_it_and_how() -> None:
    """Evidence for a diagnosis is complete in the event, since ECS forgets stopped tasks within the hour."""
    task = read(TaskStateChange, "ecs/task-stopped-out-of-memory")
    assert (task.service_name, task.deployment_id, task.cluster) == (
        "web-api",
        "ecs-svc/1234567890123456789",
        "web-prod",
    )
    assert (task.stop_code, task.version) == ("EssentialContainerExited", 6)
    assert task.stopped_at == datetime(2026, 11, 20, 9, 3, 24, 610000, tzinfo=UTC)
    (container,) = task.containers
    assert (container.exit_code, container.memory) == (137, "512")
    assert container.reason == "OutOfMemoryError: Container killed due to memory usage"


def test_an_absent_exit_code_is_not_zero() -> None:
    """A container that never ran did not end well."""
    assert [c.exit_code for c in read(TaskStateChange, "ecs/task-stopped-cannot-pull").containers] == [None]
    assert [c.exit_code for c in read(TaskStateChange, "ecs/task-stopped-by-user").containers] == [0]


@pytest.mark.parametrize(
    ("group", "service"),
    [("service:a", "a"), ("service:", None), ("family:a", None), (None, None), (7, None)],
)
def test_only_the_group_of_a_service_names_one(group: Any, service: str | None) -> None:
    """A standalone task belongs to no service, whatever its group is called."""
    assert read(TaskStateChange, "ecs/task-running", group=group).service_name == service


@pytest.mark.parametrize("by", [None, "ecs-svc/", "arn:aws:iam::1:user/x", "events-rule/x", 7])
def test_only_the_scheduler_starts_tasks_of_a_deployment(by: Any) -> None:
    """``startedBy`` of a person or rule is no deployment."""
    assert read(TaskStateChange, "ecs/task-running", startedBy=by).deployment_id is None


def test_a_fargate_spot_warning_still_runs() -> None:
    """The warning is a task event whose two states differ."""
    task = read(TaskStateChange, "ecs/task-fargate-spot-warning")
    assert (task.last_status, task.desired_status) == ("RUNNING", "STOPPED")
    assert (task.stop_code, task.capacity_provider_name) == ("SpotInterruption", "FARGATE_SPOT")


@pytest.mark.parametrize("name", ["ecs/container-instance-active", "ecs/container-instance-short-arn"])
def test_a_container_instance_says_its_cluster_in_either_arn_form(name: str) -> None:
    """The index of instances needs the cluster of each."""
    instance = read(ContainerInstanceStateChange, name)
    assert (instance.cluster, instance.status, instance.agent_connected) == ("web-prod", "ACTIVE", True)


def test_a_container_instance_without_cluster_arn_is_placed_by_its_own_arn() -> None:
    """A long ARN names the cluster too; a short one does not, and ``default`` is not assumed."""
    assert (
        read(ContainerInstanceStateChange, "ecs/container-instance-active", clusterArn=None).cluster
        == "web-prod"
    )
    assert (
        read(ContainerInstanceStateChange, "ecs/container-instance-short-arn", clusterArn=None).cluster
        is None
    )


@pytest.mark.parametrize("version", [None, "41", 41.0, True])
def test_a_version_that_is_no_whole_number_is_unknown(version: Any) -> None:
    """Nothing is ordered by a guess."""
    assert (
        read(ContainerInstanceStateChange, "ecs/container-instance-active", version=version).version is None
    )


@pytest.mark.parametrize("name", ["ecs/service-steady-state", "ecs/service-steady-state-short-arn"])
def test_invariant_79_a_service_is_named_with_its_cluster_in_either_arn_form(name: str) -> None:
    """The short form of a service ARN is completed by the cluster's ARN in the detail."""
    action = read(ServiceAction, name)
    assert (action.cluster, action.service_name) == ("web-prod", "web-api")


def test_a_failed_deployment_is_the_same_under_both_detail_types() -> None:
    """AWS lists SERVICE_DEPLOYMENT_FAILED as service action and as deployment state change."""
    one = read(DeploymentStateChange, "ecs/deployment-failed")
    other = read(ServiceAction, "ecs/service-deployment-failed-as-action")
    assert (one.service_arn, one.event_name, one.deployment_id, one.reason) == (
        other.service_arn,
        other.event_name,
        other.deployment_id,
        other.reason,
    )


def test_invariant_37_ecr_and_inspector_name_the_same_image() -> None:
    """The three families of scan events agree on repository, registry and digest."""
    basic = read(EcrImageScan, "ecr/image-scan-findings")
    scan = read(Inspector2Scan, "inspector2/scan-findings").image
    finding = read(Inspector2Finding, "inspector2/finding-image-active").resources[0].image
    assert scan is not None
    assert finding is not None
    names = {(i.repository_name, i.registry_id, i.image_digest) for i in (basic, scan, finding)}
    assert names == {("web/api", "111122223333", basic.image_digest)}


def test_invariant_37_a_registry_of_another_account_is_kept() -> None:
    """The account of the event is only the last guess at the registry."""
    other = "arn:aws:ecr:eu-central-1:444455556666:repository/web/api"
    assert read(EcrImageScan, "ecr/image-scan-clean", repository_name=other).registry_id == "444455556666"
    assert read(EcrImageAction, "ecr/image-action-push").registry_id == "111122223333"


def test_the_detail_of_a_scan_wins_over_its_resources() -> None:
    """Where name and resources are of different repositories, the resources say nothing about the registry."""
    scan = read(EcrImageScan, "ecr/image-scan-clean", repository_name="other/app")
    assert (scan.repository_name, scan.registry_id) == ("other/app", "111122223333")


def test_a_scanned_machine_image_is_recognised() -> None:
    """What Inspector scans beside images of ECR is no error."""
    scan = read(Inspector2Scan, "inspector2/scan-machine-image")
    assert (scan.image, scan.resource_id) == (None, "ami-0123456789abcdef0")


def test_a_finding_in_an_instance_names_it() -> None:
    """A finding need not be in an image."""
    (resource,) = read(Inspector2Finding, "inspector2/finding-instance-active").resources
    assert (resource.id, resource.type, resource.image) == ("i-0a1b2c3d4e5f60718", "AWS_EC2_INSTANCE", None)


def test_a_finding_reads_the_image_from_any_of_its_forms() -> None:
    """The older object, its twin of 2026 and the ARN alone each name the image."""
    (whole,) = samples.load("inspector2/finding-image-active")["detail"]["resources"]
    forms = [
        {**whole, "details": {"awsEcrContainerImage": whole["details"]["awsEcrContainerImage"]}},
        {**whole, "details": {"image": whole["details"]["image"]}},
        {"id": whole["id"]},
    ]
    found = {
        (image.repository_name, image.registry_id, image.image_digest)
        for form in forms
        if (
            image := read(Inspector2Finding, "inspector2/finding-image-active", resources=[form])
            .resources[0]
            .image
        )
    }
    assert found == {("web/api", "111122223333", whole["details"]["image"]["imageDigest"])}
    assert len(forms) == 3


def test_a_finding_keeps_no_file_path_of_a_package() -> None:
    """Paths inside images may hold credentials."""
    package = {"name": "openssl", "filePath": "/srv/hunter2", "version": "3"}
    finding = read(
        Inspector2Finding,
        "inspector2/finding-image-active",
        packageVulnerabilityDetails={"vulnerablePackages": [package]},
    )
    assert finding.vulnerable_packages[0].name == "openssl"
    assert "hunter2" not in repr(finding)


def test_an_alarm_says_which_service_it_watches() -> None:
    """An alarm is evidence about a service through the dimensions of its metrics."""
    alarm = read(AlarmStateChange, "cloudwatch/alarm-in-alarm")
    assert (alarm.state, alarm.previous_state) == ("ALARM", "OK")
    assert dict(alarm.metrics[0].dimensions) == {"ClusterName": "web-prod", "ServiceName": "web-api"}
    assert alarm.state_timestamp == datetime(2026, 11, 20, 9, 5, 31, 405000, tzinfo=UTC)


def test_a_retirement_says_what_and_when() -> None:
    """Health names a service as cluster|service and a standalone task by its ARN."""
    event = read(HealthEvent, "health/task-retirement")
    assert [entity.entity_value for entity in event.affected_entities] == ["web-prod|web-api"]
    assert event.start_time == datetime(2026, 11, 27, 7, tzinfo=UTC)


def test_an_alarm_or_health_event_without_a_name_is_read() -> None:
    """Neither is about a task, instance, image or service."""
    assert read(AlarmStateChange, "cloudwatch/alarm-ok", alarmName=None).alarm_name is None
    assert read(HealthEvent, "health/operational-issue", eventTypeCode=None).event_type_code is None
