from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from lab.drydock.build import deploy
from lab.drydock.model import Behaviour, HealthCheck
from tests.drydock.deploying import ROLLS_BACK, rollout, seconds

CHECK = HealthCheck(interval=10, retries=3, start_period=5)
MISSING = "Secrets Manager can't find the specified secret."


def _first_stop(made: Any) -> tuple[str | None, str, str | None, int | None]:
    made.world.advance(400)
    detail = made.stopped()[0]
    container = detail["containers"][0]
    return detail["stopCode"], detail["stoppedReason"], container.get("reason"), container.get("exitCode")


@pytest.mark.parametrize("instances", [0, 2])
def test_out_of_memory_is_said_by_the_container_and_not_by_the_task(instances: int) -> None:
    """StoppedReason is that of any ended container; only the container's reason tells it from another 137."""
    made = rollout(Behaviour("out-of-memory", after=30), instances=instances, memory=256)
    assert _first_stop(made) == (
        "EssentialContainerExited",
        "Essential container in task exited",
        "OutOfMemoryError: Container killed due to memory usage",
        137,
    )


@pytest.mark.parametrize("network_mode", ["awsvpc", "bridge"])
def test_an_exit_on_ec2_is_seen_at_once(network_mode: Any) -> None:
    """ExecutionStoppedAt is the time of the event that reports the exit; Fargate reports it ten seconds later."""
    made = rollout(Behaviour("exits", after=30, exit_code=3), instances=2, network_mode=network_mode)
    assert _first_stop(made)[::3] == ("EssentialContainerExited", 3)
    stopped = made.stopped()[0]
    assert seconds(stopped["executionStoppedAt"], stopped["stoppingAt"]) == 0
    assert "platformVersion" not in stopped
    assert stopped["containerInstanceArn"]


def test_a_failing_container_health_check_shows_unhealthy_before_the_stop() -> None:
    """UNHEALTHY while RUNNING after startPeriod and all retries, then the scheduler's stop with its reason."""
    made = rollout(
        Behaviour("container-unhealthy"), balanced=False, health_check=CHECK, exit_code_on_stop=137
    )
    assert _first_stop(made) == (
        "ServiceSchedulerInitiated",
        "Task failed container health checks",
        None,
        137,
    )
    events = next(iter(made.by_task(made.deployment_id).values()))
    seen = [(detail["lastStatus"], detail["healthStatus"]) for detail in events]
    assert seen.index(("RUNNING", "UNKNOWN")) + 1 == seen.index(("RUNNING", "UNHEALTHY"))
    unhealthy = events[seen.index(("RUNNING", "UNHEALTHY"))]
    assert seconds(unhealthy["startedAt"], unhealthy["updatedAt"]) == CHECK.start_period + 3 * CHECK.interval
    assert all(detail["containers"][0]["healthStatus"] == detail["healthStatus"] for detail in events)


def test_a_passing_health_check_shows_healthy_and_completes() -> None:
    made = rollout(balanced=False, health_check=CHECK)
    made.world.advance(300)
    events = next(iter(made.by_task(made.deployment_id).values()))
    assert [detail["healthStatus"] for detail in events][-2:] == ["UNKNOWN", "HEALTHY"]
    assert made.names()[-1] == "SERVICE_DEPLOYMENT_COMPLETED"


def test_a_failing_load_balancer_check_names_the_target_group_and_leaves_it() -> None:
    """initial, unhealthy with the code, draining, gone; the reason on the task is the recorded wording."""
    made = rollout(Behaviour("elb-unhealthy"), exit_code_on_stop=2)
    group = made.service.target_group
    assert group is not None
    elb = made.session.client("elbv2")
    seen: list[tuple[str, str | None]] = []
    for _ in range(140):
        made.world.advance(1)
        for target in elb.describe_target_health(TargetGroupArn=group.arn)["TargetHealthDescriptions"]:
            health = target["TargetHealth"]
            if health["State"] != "healthy" and (health["State"], health.get("Reason")) not in seen:
                seen.append((health["State"], health.get("Reason")))
    assert seen == [
        ("initial", "Elb.RegistrationInProgress"),
        ("unhealthy", "Target.ResponseCodeMismatch"),
        ("draining", "Target.DeregistrationInProgress"),
    ]
    text = f"Task failed ELB health checks in (target-group {group.arn})"
    assert _first_stop(made) == ("ServiceSchedulerInitiated", text, None, 2)
    assert any("is unhealthy in (target-group" in message for _id, _at, message in made.service.messages)


@pytest.mark.parametrize(
    ("kind", "instances", "reason", "of_container"),
    [
        ("image-missing", 0, "CannotPullContainerError: pull image manifest has been retried", None),
        ("image-missing", 2, "Task failed to start", "CannotPullContainerError: Error response from daemon"),
        ("secret-missing", 0, "ResourceInitializationError: unable to pull secrets", None),
        ("secret-missing", 2, "Fetching secret data from AWS Secrets Manager in region us-east-1", None),
    ],
)
def test_what_cannot_start_has_no_exit_code(
    kind: Any, instances: int, reason: str, of_container: str | None
) -> None:
    """Never RUNNING, never an exit code, not even 0; Fargate and EC2 word it differently."""
    made = rollout(Behaviour(kind), instances=instances, secrets={"KEY": "arn:aws:secretsmanager:eu:1:s"})
    made.world.advance(400)
    stop = made.stopped()[0]
    container = stop["containers"][0]
    assert stop["stopCode"] == "TaskFailedToStart"
    assert stop["stoppedReason"].startswith(reason)
    assert (container.get("reason") or "").startswith(of_container or "")
    assert not {"exitCode", "runtimeId"} & set(container)
    assert not {"startedAt", "executionStoppedAt"} & set(stop)
    assert ("secret" not in kind) or MISSING in stop["stoppedReason"]


def test_any_wording_of_a_start_failure_can_be_played() -> None:
    """Every row of a table of stop reasons can become a task event."""
    text = "ResourceInitializationError: failed to validate logger args: : signal: killed"
    assert _first_stop(rollout(Behaviour("fails-to-start", reason=text)))[:2] == ("TaskFailedToStart", text)


def test_start_failures_lengthen_the_time_between_attempts_up_to_fifteen_minutes() -> None:
    """The scheduler never gives up, says once that it is impaired, and a new task definition ends the waiting."""
    made = rollout(Behaviour("image-missing"))
    made.world.advance(3 * 3600)
    begun = [
        datetime.fromisoformat(events[0]["createdAt"]) for events in made.by_task(made.deployment_id).values()
    ]
    gaps = [(after - before).total_seconds() for before, after in pairwise(begun)]
    assert all(after >= before for before, after in pairwise(gaps))
    assert [round(gap, -1) for gap in gaps[:3]] == [110, 340, 580]
    assert gaps[-1] == pytest.approx(900 + 100, abs=20)
    assert made.names().count("SERVICE_TASK_START_IMPAIRED") == 1
    good = deploy(made.world, made.cluster, made.service, behaviour=Behaviour())
    made.world.advance(120)
    assert good.id in {detail["startedBy"] for detail in made.details()}
    assert made.names()[-1] == "SERVICE_DEPLOYMENT_COMPLETED"


def test_crashes_after_running_are_neither_throttled_nor_impaired() -> None:
    """A crash loop restarts within seconds for ever; without a health check the breaker does not see it either."""
    made = rollout(Behaviour("exits", after=3), balanced=False, settings={"breaker": ROLLS_BACK})
    made.world.advance(3600)
    assert made.names() == ["SERVICE_DEPLOYMENT_IN_PROGRESS"]
    begun = [
        datetime.fromisoformat(events[0]["createdAt"]) for events in made.by_task(made.deployment_id).values()
    ]
    assert len(begun) > 50
    assert max((after - before).total_seconds() for before, after in pairwise(begun)) < 60


def test_a_container_logs_at_its_start_and_at_its_end() -> None:
    """The last line comes when the process ends; GetLogEvents and FilterLogEvents give what was said."""
    made = rollout(Behaviour("exits", after=20, lines=("listening", "cannot reach the database")))
    made.world.advance(60)
    logs = made.session.client("logs")
    task = next(iter(made.by_task(made.deployment_id)))
    stream = f"web/app/{task.rsplit('/', 1)[-1]}"
    found = logs.get_log_events(logGroupName="/web", logStreamName=stream)
    assert [event["message"] for event in found["events"]] == ["listening", "cannot reach the database"]
    assert found["events"][1]["timestamp"] - found["events"][0]["timestamp"] == 20_000
    latest = logs.get_log_events(logGroupName="/web", logStreamName=stream, limit=1)
    assert [event["message"] for event in latest["events"]] == ["cannot reach the database"]
    begin = found["events"][1]["timestamp"]
    later = logs.filter_log_events(logGroupName="/web", logStreamNames=[stream], startTime=begin)
    assert [event["message"] for event in later["events"]] == ["cannot reach the database"]
    with pytest.raises(logs.exceptions.ResourceNotFoundException, match="log stream does not exist"):
        logs.get_log_events(logGroupName="/web", logStreamName="none")
    with pytest.raises(logs.exceptions.ResourceNotFoundException, match="log group does not exist"):
        logs.get_log_events(logGroupName="/none", logStreamName="none")
