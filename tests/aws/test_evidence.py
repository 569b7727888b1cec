"""The facts of an incident against botocore's models: values, pages, limits, and failures that are said."""

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from dockwarden.aws.asking import Deadline
from dockwarden.aws.evidence import AwsEvidence
from dockwarden.facts.alarms import Alarm, AlarmVerdict, ServiceAlarms
from dockwarden.facts.deployers import Deployers
from dockwarden.facts.evidence import (
    Alarms,
    DeployCall,
    Deployer,
    EvidenceAtOnce,
    Logs,
    LogTail,
    Question,
    RestartPolicy,
    Revisions,
    Services,
    Target,
    Targets,
)
from dockwarden.facts.revisions import Aspect, Change, How, RevisionDifference
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.lanes import RECORDS
from tests.aws.answering import REGION, Answering, refusal

ECS = f"arn:aws:ecs:{REGION}:111122223333"
WEB = ServiceRef("web-prod", "web-api")
BEGAN = datetime(2026, 11, 20, 8, 52, tzinfo=UTC)
GOOD, BAD = f"{ECS}:task-definition/web-api:41", f"{ECS}:task-definition/web-api:42"
TASK = f"{ECS}:task/web-prod/761d1f23e291f7174cccc54c7b4e2241"
GROUPS = [f"arn:aws:elasticloadbalancing:{REGION}:111122223333:targetgroup/web/{n}" for n in ("a1", "b2")]

MESSAGES = [f"(service web-api) has started 1 tasks: (task {n})." for n in range(100)]
MESSAGES[61] = "(service web-api) was unable to scale in due to the number of protected tasks"


def service(name: str = "web-api", **changes: Any) -> dict[str, Any]:
    """A service as DescribeServices has it."""
    return {
        "serviceArn": f"{ECS}:service/web-prod/{name}",
        "serviceName": name,
        "clusterArn": f"{ECS}:cluster/web-prod",
        "status": "ACTIVE",
        "desiredCount": 4,
        "runningCount": 1,
        "pendingCount": 2,
        "taskDefinition": BAD,
        "deploymentConfiguration": {
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
            "alarms": {"alarmNames": ["web-5xx"], "enable": True, "rollback": True},
        },
        "loadBalancers": [
            {"targetGroupArn": GROUPS[0], "advancedConfiguration": {"alternateTargetGroupArn": GROUPS[1]}},
        ],
        "deployments": [
            {
                "id": "ecs-svc/42",
                "status": "PRIMARY",
                "taskDefinition": BAD,
                "desiredCount": 4,
                "failedTasks": 6,
                "rolloutState": "IN_PROGRESS",
                "createdAt": BEGAN,
            },
            {"id": "ecs-svc/41", "status": "ACTIVE", "taskDefinition": GOOD, "runningCount": 1},
        ],
        "events": [{"id": str(n), "createdAt": BEGAN, "message": MESSAGES[n]} for n in range(100)],
        "tags": [{"key": "aws:cloudformation:stack-name", "value": "web-prod-stack"}],
        **changes,
    }


def evidence(aws: Answering, within: float = 5.0) -> AwsEvidence:
    """Evidence that never really waits between two calls."""

    def patient(seconds: float) -> Deadline:
        return Deadline(seconds, rest=lambda _: None)

    return AwsEvidence(aws, within, patient)  # type: ignore[arg-type]


def one_service(**changes: Any) -> Answering:
    return Answering().on("DescribeServices", {"services": [service(**changes)], "failures": []})


def test_one_object_answers_every_protocol() -> None:
    """Wiring needs one thing, and its permissions are those of all protocols."""
    answers = evidence(Answering()).answers()
    assert set(answers) == {Services, Logs, Revisions, Targets, Alarms, Deployers, EvidenceAtOnce}
    each = (Services, Logs, Revisions, Targets, Alarms)
    parts = {permission for protocol in each for permission in map(repr, protocol.PERMISSIONS)}
    assert parts == set(map(repr, EvidenceAtOnce.PERMISSIONS)) == set(map(repr, AwsEvidence.PERMISSIONS))


# --- services


def test_a_service_is_read_with_all_that_explains_it() -> None:
    """Counts, deployments, limits, alarms, target groups, tags, the newest messages, and what an older one says."""
    aws = one_service()
    now = evidence(aws).now(WEB)
    assert isinstance(now, ServiceState)
    assert (now.desired, now.running, now.pending) == (4, 1, 2)
    assert (now.minimum_healthy_percent, now.maximum_percent, now.alarm_names) == (100, 200, ("web-5xx",))
    assert now.target_group_arns == tuple(GROUPS)
    assert now.tag("aws:cloudformation:stack-name") == "web-prod-stack"
    assert [message.message for message in now.messages] == [*MESSAGES[:20], MESSAGES[61]]
    primary = now.deployment()
    assert primary is not None
    assert (primary.id, primary.failed_tasks, primary.created_at) == ("ecs-svc/42", 6, BEGAN)
    assert aws.asked("DescribeServices") == [
        {"cluster": "web-prod", "services": ["web-api"], "include": ["TAGS"]}
    ]


def test_alarms_that_are_off_are_none() -> None:
    """A deployment whose alarms are not enabled is not tied to them."""
    off = {"alarms": {"alarmNames": ["web-5xx"], "enable": False, "rollback": False}}
    now = evidence(one_service(deploymentConfiguration=off)).now(WEB)
    assert isinstance(now, ServiceState)
    assert now.alarm_names == ()


def test_a_service_that_ecs_does_not_know_is_not_read() -> None:
    """A missing service is a failure inside an answer of 200."""
    aws = Answering().on(
        "DescribeServices", {"services": [], "failures": [{"arn": "x", "reason": "MISSING"}]}
    )
    assert evidence(aws).now(WEB) == NotRead("DescribeServices: MISSING")


def test_many_services_are_read_ten_a_call_and_by_cluster() -> None:
    """DescribeServices takes ten services of one cluster; one cluster's refusal is that cluster's only."""
    refs = [ServiceRef("web-prod", f"s{n}") for n in range(23)] + [ServiceRef("locked", "x")]

    def answer(asked: Mapping[str, Any]) -> Any:
        if asked["cluster"] == "locked":
            return refusal("AccessDeniedException", "DescribeServices")
        return {"services": [service(name) for name in asked["services"] if name != "s7"]}

    aws = Answering().on("DescribeServices", answer)
    found = evidence(aws).all_now([*refs, refs[0]])
    assert sorted(len(call["services"]) for call in aws.asked("DescribeServices")) == [1, 3, 10, 10]
    assert found[refs[-1]] == NotRead("DescribeServices: AccessDeniedException")
    assert found[refs[7]] == NotRead("DescribeServices: MISSING")
    assert sum(isinstance(state, ServiceState) for state in found.values()) == 22


# --- logs


def definition(number: int = 42, **changes: Any) -> dict[str, Any]:
    """A task definition as DescribeTaskDefinition has it, with canaries where secrets are."""
    container = {
        "name": "web",
        "image": "web:v41",
        "essential": True,
        "environment": [{"name": "DB_URL", "value": "canary-url"}, {"name": "PORT", "value": "8080"}],
        "secrets": [{"name": "API_KEY", "valueFrom": "arn:canary-secret"}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": "/web", "awslogs-region": REGION, "awslogs-stream-prefix": "web"},
        },
        **changes,
    }
    return {
        "taskDefinitionArn": f"{ECS}:task-definition/web-api:{number}",
        "containerDefinitions": [container],
    }


def with_log(events: Any, **changes: Any) -> Answering:
    aws = Answering().on("DescribeTaskDefinition", {"taskDefinition": definition(**changes)})
    return aws.on("GetLogEvents", events)


def at(number: int) -> dict[str, Any]:
    return {"timestamp": 1_795_165_200_000 + number, "message": f"line {number}"}


def test_the_last_lines_are_those_of_the_task() -> None:
    """The stream is named after container and task, and is read from its end."""
    aws = with_log({"events": [at(1), at(2)], "nextBackwardToken": "b/1"})
    tail = evidence(aws).last_lines(BAD, TASK, "web", 2)
    assert isinstance(tail, LogTail)
    assert [line.text for line in tail.lines] == ["line 1", "line 2"]
    assert tail.lines[0].at == datetime(2026, 11, 20, 9, 0, 0, 1000, tzinfo=UTC)
    assert aws.asked("GetLogEvents") == [
        {
            "logGroupName": "/web",
            "logStreamName": "web/web/761d1f23e291f7174cccc54c7b4e2241",
            "startFromHead": False,
            "limit": 2,
        }
    ]


def test_an_empty_page_of_a_log_is_not_its_end() -> None:
    """CloudWatch Logs may answer with nothing and a way on; the end is the token that was sent."""
    pages = {
        None: {"events": [], "nextBackwardToken": "b/1"},
        "b/1": {"events": [at(2), at(3)], "nextBackwardToken": "b/2"},
        "b/2": {"events": [at(1)], "nextBackwardToken": "b/3"},
        "b/3": {"events": [], "nextBackwardToken": "b/3"},
    }
    aws = with_log(lambda asked: pages[asked.get("nextToken")])
    tail = evidence(aws).last_lines(BAD, TASK, "web", 5)
    assert isinstance(tail, LogTail)
    assert [line.text for line in tail.lines] == ["line 1", "line 2", "line 3"]
    assert [call["limit"] for call in aws.asked("GetLogEvents")] == [5, 5, 3, 2]


def test_invariant_71_no_secret_of_a_log_line_gets_out() -> None:
    """Lines are redacted and cut before anything else sees them, also those that are cut."""
    key = ["-----BEGIN PRIVATE KEY-----", "MIIEcanary0", "-----END PRIVATE KEY-----"]
    messages = [
        "user bob password=canary1 ok",
        *key,
        "x " * 400 + "token=canary2",
        "y" * 15_990 + " postgres://a:canary3" + "z" * 50_000,
    ]
    aws = with_log({"events": [{"timestamp": 1, "message": message} for message in messages]})
    tail = evidence(aws).last_lines(BAD, TASK, "web")
    assert isinstance(tail, LogTail)
    assert len(tail.lines) == len(messages)
    assert "canary" not in repr(tail)
    assert tail.lines[0].text == "user bob password=[redacted] ok"
    assert max(len(line.text) for line in tail.lines) <= 500


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": "other"}, "its task definition has no such container"),
        (
            {"logConfiguration": {"logDriver": "awsfirelens"}},
            "its log driver is awsfirelens, and only awslogs is read",
        ),
        (
            {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/web"}}},
            "its log options name no group and stream prefix",
        ),
        (
            {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-region": "us-east-1"}}},
            "its log is in us-east-1",
        ),
    ],
)
def test_a_log_that_is_elsewhere_is_said_to_be(changes: dict[str, Any], why: str) -> None:
    """What cannot be read is not read, and no call is made for it."""
    aws = with_log({"events": []}, **changes)
    assert evidence(aws).last_lines(BAD, TASK, "web") == NotRead(why)
    assert aws.asked("GetLogEvents") == []


def test_a_missing_log_stream_is_said_with_awss_code() -> None:
    """A container that never ran has no stream."""
    aws = with_log(refusal("ResourceNotFoundException", "GetLogEvents"))
    assert evidence(aws).last_lines(BAD, TASK, "web") == NotRead("GetLogEvents: ResourceNotFoundException")


# --- revisions


def revisions(old: dict[str, Any], new: dict[str, Any]) -> Answering:
    by_arn = {GOOD: old, BAD: new}
    return Answering().on(
        "DescribeTaskDefinition", lambda asked: {"taskDefinition": by_arn[asked["taskDefinition"]]}
    )


def test_a_difference_names_what_changed_and_shows_no_value() -> None:
    """Image, command, memory, ports and health check in words; variables and secrets by name."""
    old = definition(
        41, memory=1024, command=["run"], portMappings=[{"containerPort": 8080, "hostPort": 8080}]
    )
    new = definition(
        42,
        image="web:v42",
        memory=512,
        command=["run", "--url", "canary-url", "--token=canary-token"],
        environment=[
            {"name": "DB_URL", "value": "canary-other"},
            {"name": "CACHE_WARMUP", "value": "canary-1"},
        ],
        secrets=[
            {"name": "API_KEY", "valueFrom": "arn:canary-other"},
            {"name": "NEW_KEY", "valueFrom": "arn:canary"},
        ],
        healthCheck={"command": ["CMD-SHELL", "curl -f localhost || exit 1"], "interval": 10},
        portMappings=[{"containerPort": 9090, "protocol": "tcp"}],
    )
    new |= {"taskRoleArn": "arn:aws:iam::111122223333:role/app/web", "networkMode": "awsvpc", "cpu": "256"}
    found = evidence(revisions(old, new)).difference(GOOD, BAD)
    assert isinstance(found, RevisionDifference)
    assert set(found.changes) == {
        Change(Aspect.IMAGE, How.CHANGED, "web", before="web:v41", after="web:v42"),
        Change(Aspect.CONTAINER_MEMORY, How.CHANGED, "web", before="1024 MB", after="512 MB"),
        Change(
            Aspect.COMMAND,
            How.CHANGED,
            "web",
            before="run",
            after="run --url [redacted] --token=[redacted]",
        ),
        Change(Aspect.PORTS, How.CHANGED, "web", before="8080/tcp", after="9090/tcp"),
        Change(
            Aspect.HEALTH_CHECK,
            How.ADDED,
            "web",
            after="CMD-SHELL 'curl -f localhost || exit 1' "
            "(every 10 s, timeout 5 s, 3 retries, start period 0 s)",
        ),
        Change(Aspect.ENVIRONMENT, How.ADDED, "web", "CACHE_WARMUP"),
        Change(Aspect.ENVIRONMENT, How.CHANGED, "web", "DB_URL"),
        Change(Aspect.ENVIRONMENT, How.REMOVED, "web", "PORT"),
        Change(Aspect.SECRET, How.CHANGED, "web", "API_KEY"),
        Change(Aspect.SECRET, How.ADDED, "web", "NEW_KEY"),
        Change(Aspect.TASK_ROLE, How.ADDED, after="role/web"),
        Change(Aspect.NETWORK_MODE, How.ADDED, after="awsvpc"),
        Change(Aspect.CPU, How.ADDED, after="256"),
    }
    assert "canary" not in repr(found)
    assert found.images_resolved is False


@pytest.mark.parametrize(
    ("value", "command", "shown"),
    [
        ("it's s3kret v", ["run", "it's s3kret v"], "run [redacted]"),
        ("it's s3kret v", ["run", "--key=it's s3kret v"], "run --key=[redacted]"),
        ("a b s3kret", ["sh", "-c", 'echo "a b s3kret" | run'], "sh -c 'echo \"[redacted]\" | run'"),
        ("s3k", ["run", "s3k"], "run [redacted]"),
        ("s3k", ["run", "--pin=s3k", "s3kx"], "run --pin=[redacted] s3kx"),
        ("4711", ["run", "4711"], "run [redacted]"),
        ("4711", ["sh", "-c", "run 4711 47110"], "sh -c 'run [redacted] 47110'"),
        ("7", ["run", "7", "47"], "run [redacted] 47"),
        ("-s3kret -other1", ["run", "-s3kret", "-other1"], "run [redacted] [redacted]"),
    ],
)
def test_no_value_of_a_variable_is_shown_in_a_command(value: str, command: list[str], shown: str) -> None:
    """Invariant 71: whatever its length and its marks, in the command, the entry point and the health check."""
    variables = [{"name": "ANY", "value": value}]
    new = definition(42, command=command, entryPoint=command, environment=variables, image="web:v41")
    new["containerDefinitions"][0]["healthCheck"] = {"command": ["CMD", *command]}
    found = evidence(revisions(definition(41), new)).difference(GOOD, BAD)
    assert isinstance(found, RevisionDifference)
    words = [
        found.of(aspect)[0].after for aspect in (Aspect.COMMAND, Aspect.ENTRY_POINT, Aspect.HEALTH_CHECK)
    ]
    assert words[:2] == [shown, shown]
    assert words[2] is not None
    assert words[2].startswith(f"CMD {shown} (every")


def test_containers_that_came_and_went_are_named() -> None:
    """A new sidecar is one change, not one for each of its settings."""
    new = definition(42)
    new["containerDefinitions"] = [*new["containerDefinitions"], {"name": "proxy", "image": "envoy"}]
    found = evidence(revisions(definition(41), new)).difference(GOOD, BAD)
    assert isinstance(found, RevisionDifference)
    assert found.changes == (Change(Aspect.CONTAINER, How.ADDED, "proxy", "proxy"),)


def test_an_image_that_moved_under_its_tag_is_a_change() -> None:
    """Two service revisions of one task definition may run different images; so may their networks differ."""
    arns = [f"{ECS}:service-revision/web-prod/web-api/{n}" for n in (1, 2)]

    def revision(number: int) -> dict[str, Any]:
        return {
            "serviceRevisionArn": arns[number],
            "taskDefinition": BAD,
            "containerImages": [
                {"containerName": "web", "image": "web:v41", "imageDigest": f"sha256:{number}"}
            ],
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": [f"subnet-{number}"]}},
            "launchType": "FARGATE",
        }

    aws = Answering().on("DescribeTaskDefinition", {"taskDefinition": definition()})
    aws.on("DescribeServiceRevisions", {"serviceRevisions": [revision(1), revision(0)], "failures": []})
    found = evidence(aws).difference(arns[0], arns[1])
    assert isinstance(found, RevisionDifference)
    assert found.of(Aspect.IMAGE_DIGEST) == (
        Change(Aspect.IMAGE_DIGEST, How.CHANGED, "web", before="sha256:0", after="sha256:1"),
    )
    assert [change.before for change in found.of(Aspect.NETWORK)] == [
        "subnets subnet-0; security groups none; public IP DISABLED"
    ]
    assert found.images_resolved is True
    assert len(aws.asked("DescribeTaskDefinition")) == len(aws.asked("DescribeServiceRevisions")) == 1


def test_a_revision_that_is_gone_is_said_to_be() -> None:
    """A service revision of before 2024, or a deleted task definition, cannot be compared."""
    gone = f"{ECS}:service-revision/web-prod/web-api/1"
    aws = Answering().on(
        "DescribeServiceRevisions", {"serviceRevisions": [], "failures": [{"arn": gone, "reason": "MISSING"}]}
    )
    assert evidence(aws).difference(gone, BAD) == NotRead("DescribeServiceRevisions: MISSING")
    aws = Answering().on("DescribeTaskDefinition", refusal("ClientException", "DescribeTaskDefinition"))
    assert evidence(aws).difference(GOOD, BAD) == NotRead("DescribeTaskDefinition: ClientException")


# --- who deployed


def record(**changes: Any) -> dict[str, Any]:
    """A CloudTrail record of the call that began deployment 42."""
    issuer = {"type": "Role", "arn": "arn:aws:iam::111122223333:role/ci/gha-deploy"}
    return {
        "eventName": "UpdateService",
        "eventSource": "ecs.amazonaws.com",
        "eventTime": "2026-11-20T08:51:59Z",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": "arn:aws:sts::111122223333:assumed-role/gha-deploy/run-7",
            "sessionContext": {"sessionIssuer": issuer},
        },
        "userAgent": "Terraform/1.13",
        "requestParameters": {"cluster": "web-prod", "service": "web-api", "taskDefinition": "web-api:42"},
        "responseElements": {"service": {"deployments": [{"id": "ecs-svc/42"}]}},
        **changes,
    }


def trail(*records: Any, then: str | None = None) -> dict[str, Any]:
    events = [
        {"EventName": "x", "CloudTrailEvent": r if isinstance(r, str) else json.dumps(r)} for r in records
    ]
    return {"Events": events, **({"NextToken": then} if then else {})}


def test_the_deployer_is_principal_user_agent_and_stack() -> None:
    """Who called, by what, and which stack has the service."""
    aws = one_service().on("LookupEvents", trail(record()))
    assert evidence(aws).last_deployer(WEB) == Deployer(
        DeployCall(
            event_name="UpdateService",
            at=datetime(2026, 11, 20, 8, 51, 59, tzinfo=UTC),
            principal="role/gha-deploy",
            principal_arn="arn:aws:sts::111122223333:assumed-role/gha-deploy/run-7",
            session_name="run-7",
            user_agent="Terraform/1.13",
        ),
        "web-prod-stack",
    )
    (asked,) = aws.asked("LookupEvents")
    assert asked["LookupAttributes"] == [{"AttributeKey": "EventName", "AttributeValue": "UpdateService"}]
    assert (asked["MaxResults"], asked["StartTime"]) == (50, BEGAN - timedelta(minutes=10))


def test_who_began_a_deployment_that_ecs_shows_no_more_is_found_by_its_time_alone() -> None:
    """ECS is not asked for it, and of several calls the nearest one is meant."""
    other = record(eventTime="2026-11-20T08:45:00Z", userAgent="aws-cli/2")
    aws = Answering().on("LookupEvents", trail(other, record()))
    found = evidence(aws).deployer(WEB, BEGAN, None)
    assert isinstance(found, DeployCall)
    assert found.user_agent == "Terraform/1.13"
    assert [operation for operation, _ in aws.calls] == ["LookupEvents"]
    unknown = evidence(aws).deployer(WEB, None, None)
    assert unknown == NotRead("ECS does not say when the deployment began")


@pytest.mark.parametrize(
    "other",
    [
        record(requestParameters={"cluster": "web-prod", "service": "other", "taskDefinition": "x"}),
        record(requestParameters={"cluster": "staging", "service": "web-api", "taskDefinition": "x"}),
        record(requestParameters={"cluster": "web-prod", "service": "web-api", "desiredCount": 9}),
        record(errorCode="AccessDenied"),
        record(eventSource="evil.example.com"),
        record(eventTime=None),
        "no JSON",
        "[1]",
    ],
)
def test_calls_that_began_nothing_are_passed_over(other: Any) -> None:
    """Other services, autoscaling, failed calls and what cannot be read deployed nothing."""
    aws = one_service()
    deployer = evidence(aws.on("LookupEvents", trail(other))).last_deployer(WEB)
    assert deployer == Deployer(
        NotRead("CloudTrail shows no call that began it, and may be 15 minutes late"), "web-prod-stack"
    )


def test_every_page_is_read_and_the_call_that_names_the_deployment_wins() -> None:
    """The nearer of two calls is not the right one where CloudTrail says which deployment a call began."""
    nearer = record(eventTime="2026-11-20T08:52:00Z", userAgent="other", responseElements=None)
    pages = {None: trail(nearer, then="2"), "2": trail(record())}
    aws = one_service().on("LookupEvents", lambda asked: pages[asked.get("NextToken")])
    deployer = evidence(aws).last_deployer(WEB)
    assert isinstance(deployer, Deployer)
    assert isinstance(deployer.call, DeployCall)
    assert deployer.call.user_agent == "Terraform/1.13"
    assert len(aws.asked("LookupEvents")) == 2


def test_calls_to_cloudtrail_keep_to_two_a_second() -> None:
    """The limit is the account's, so each further call waits, and none begins after the deadline."""
    rests: list[float] = []
    time = [0.0]

    def rest(seconds: float) -> None:
        rests.append(seconds)
        time[0] += seconds

    aws = one_service().on("LookupEvents", trail(then="more"))
    slow = AwsEvidence(aws, 3.0, lambda seconds: Deadline(seconds, lambda: time[0], rest))  # type: ignore[arg-type]
    assert slow.last_deployer(WEB) == Deployer(NotRead("no answer within 3 s"), "web-prod-stack")
    assert all(seconds >= 0.5 for seconds in rests)
    assert len(aws.asked("LookupEvents")) == len(rests) + 1 == 6


def test_a_deployment_that_ecs_forgot_is_not_guessed() -> None:
    """The one that was asked for is not mistaken for another."""
    why = NotRead("ECS shows no such deployment of the service any more")
    assert evidence(one_service()).last_deployer(WEB, "ecs-svc/7") == why


# --- targets


def test_targets_say_why_they_are_unhealthy() -> None:
    """Every target group of the service, also the other one of a blue/green pair, each for itself."""
    targets = [
        {
            "Target": {"Id": "10.0.0.5", "Port": 8080},
            "TargetHealth": {
                "State": "unhealthy",
                "Reason": "Target.Timeout",
                "Description": "Request timed out",
            },
        }
    ]

    def answer(asked: Mapping[str, Any]) -> Any:
        if asked["TargetGroupArn"] == GROUPS[1]:
            return refusal("TargetGroupNotFoundException", "DescribeTargetHealth")
        return {"TargetHealthDescriptions": targets}

    found = evidence(one_service().on("DescribeTargetHealth", answer)).health(WEB)
    assert not isinstance(found, NotRead)
    assert [group.targets for group in found] == [
        (Target("10.0.0.5", 8080, "unhealthy", "Target.Timeout", "Request timed out"),),
        NotRead("DescribeTargetHealth: TargetGroupNotFoundException"),
    ]


def test_a_service_without_a_load_balancer_has_no_targets() -> None:
    """No load balancer is an answer, and costs no call."""
    aws = one_service(loadBalancers=[])
    assert evidence(aws).health(WEB) == ()
    assert [name for name, _ in aws.calls] == ["DescribeServices"]


# --- alarms

RANG = BEGAN + timedelta(minutes=5)


def metric(name: str = "web-5xx", state: str = "ALARM", **changes: Any) -> dict[str, Any]:
    """An alarm as DescribeAlarms has it; its evaluation changed after its state."""
    times = {"StateTransitionedTimestamp": RANG, "StateUpdatedTimestamp": RANG + timedelta(minutes=1)}
    return {"AlarmName": name, "StateValue": state, **times, **changes}


def test_alarms_are_those_of_the_deployments_and_of_the_tag_metric_and_composite() -> None:
    """One call names both types, since composite alarms are left out otherwise, and brings every alarm by its state."""
    tags = [{"key": "dockwarden:alarms", "value": "web-latency, web-5xx  web-gone"}]
    aws = one_service(tags=tags).on(
        "DescribeAlarms",
        {
            "MetricAlarms": [metric()],
            "CompositeAlarms": [
                {"AlarmName": "web-latency", "StateValue": "OK", "StateTransitionedTimestamp": RANG},
            ],
        },
    )
    found = evidence(aws).alarms(WEB)
    alarms = (Alarm("web-5xx", "ALARM", RANG), Alarm("web-latency", "OK", RANG), Alarm("web-gone", None))
    assert found == ServiceAlarms(alarms, BEGAN)
    assert [found.verdict(one) for one in alarms] == [
        AlarmVerdict.FAILING,
        AlarmVerdict.FINE,
        AlarmVerdict.INCONCLUSIVE,
    ]
    assert aws.asked("DescribeAlarms") == [
        {
            "AlarmNames": ["web-5xx", "web-latency", "web-gone"],
            "AlarmTypes": ["MetricAlarm", "CompositeAlarm"],
            "MaxRecords": 100,
        }
    ]


def test_an_alarm_whose_transition_has_no_time_speaks_neither_for_nor_against_a_deployment() -> None:
    """The time of its last evaluation is no substitute: an ALARM that was there before would count as new."""
    timeless = {key: value for key, value in metric().items() if key != "StateTransitionedTimestamp"}
    aws = one_service().on("DescribeAlarms", {"MetricAlarms": [timeless]})
    found = evidence(aws).alarms(WEB)
    assert isinstance(found, ServiceAlarms)
    assert [found.verdict(one) for one in found.alarms] == [AlarmVerdict.INCONCLUSIVE]


def test_alarms_are_held_against_the_deployment_that_is_asked_about() -> None:
    """The primary one where none is named, and none that ECS has forgotten."""
    aws = one_service().on("DescribeAlarms", {"MetricAlarms": [metric()]})
    for deployment, began in ((None, BEGAN), ("ecs-svc/42", BEGAN), ("ecs-svc/7", None)):
        found = evidence(aws).alarms(WEB, deployment)
        assert isinstance(found, ServiceAlarms)
        assert found.began == began


def test_a_service_without_alarms_costs_no_call() -> None:
    aws = one_service(deploymentConfiguration={})
    assert evidence(aws).alarms(WEB) == ServiceAlarms((), BEGAN)
    assert [name for name, _ in aws.calls] == ["DescribeServices"]


def test_many_alarms_are_read_a_hundred_a_call_and_to_the_last_page() -> None:
    """A name that is too long for CloudWatch is not asked for, and costs the others nothing."""
    names = [f"a{n}" for n in range(150)]
    named = {"alarms": {"alarmNames": [*names, "x" * 256], "enable": True, "rollback": False}}

    def answer(asked: Mapping[str, Any]) -> Any:
        wanted = asked["AlarmNames"]
        if len(wanted) == 100 and "NextToken" not in asked:
            return {"MetricAlarms": [metric(name) for name in wanted[:60]], "NextToken": "60"}
        return {"MetricAlarms": [metric(name) for name in wanted[60 if "NextToken" in asked else 0 :]]}

    aws = one_service(deploymentConfiguration=named).on("DescribeAlarms", answer)
    found = evidence(aws).alarms(WEB)
    assert isinstance(found, ServiceAlarms)
    assert [alarm.name for alarm in found.alarms] == [*names, "x" * 256]
    assert [alarm.name for alarm in found.alarms if alarm.state is None] == ["x" * 256]
    assert [len(call["AlarmNames"]) for call in aws.asked("DescribeAlarms")] == [100, 100, 50]


def test_alarms_that_may_not_be_read_are_said_with_awss_code() -> None:
    aws = one_service().on("DescribeAlarms", refusal("AccessDenied", "DescribeAlarms"))
    assert evidence(aws).alarms(WEB) == NotRead("DescribeAlarms: AccessDenied")


# --- all at once

EVERYTHING = Question(
    service=WEB,
    task_definition_arn=BAD,
    task_arn=TASK,
    container="web",
)


def everything() -> Answering:
    aws = one_service().on("LookupEvents", trail(record())).on("ListServiceDeployments", {})
    aws.on("DescribeTargetHealth", {"TargetHealthDescriptions": []})
    aws.on("DescribeTaskDefinition", {"taskDefinition": definition()})
    aws.on("DescribeAlarms", {"MetricAlarms": [metric()]})
    return aws.on("GetLogEvents", {"events": [at(1)]})


def test_all_evidence_is_read_side_by_side_and_the_service_once() -> None:
    """What needs the service shares one read of it."""
    aws = everything()
    found = evidence(aws).about(EVERYTHING)
    assert isinstance(found.service, ServiceState)
    assert isinstance(found.log, LogTail)
    assert isinstance(found.difference, RevisionDifference)
    assert isinstance(found.deployer, Deployer)
    assert isinstance(found.targets, tuple)
    assert found.alarms == ServiceAlarms((Alarm("web-5xx", "ALARM", RANG),), BEGAN)
    assert len(aws.asked("DescribeServices")) == 1


def test_nothing_is_asked_that_nobody_knows_enough_for() -> None:
    """A standalone task has no service, and a first revision nothing to compare with."""
    aws = everything()
    found = evidence(aws).about(Question(task_definition_arn=BAD, task_arn=TASK, container="web"))
    assert (found.service, found.difference, found.deployer, found.targets) == (None, None, None, None)
    assert found.alarms is None
    assert sorted(name for name, _ in aws.calls) == ["DescribeTaskDefinition", "GetLogEvents"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "SomethingOf2031"])
def test_what_could_not_be_read_is_said_with_awss_code_and_the_rest_stays(code: str) -> None:
    """One refusal costs one answer, and AWS's message, which may quote names, is not repeated."""
    for operation, parts in {
        "DescribeServices": {"service", "deployer", "targets", "alarms", "difference"},
        "DescribeAlarms": {"alarms"},
        "GetLogEvents": {"log"},
        "DescribeTaskDefinition": {"log", "difference", "restarts"},
    }.items():
        found = evidence(everything().on(operation, refusal(code, operation))).about(EVERYTHING)
        unread = {
            part
            for part in ("service", "log", "difference", "deployer", "targets", "alarms", "restarts")
            if isinstance(getattr(found, part), NotRead)
        }
        assert unread == parts
        assert {getattr(found, part) for part in parts} == {
            NotRead(f"{operation}: {code}", passing=code == "ThrottlingException")
        }
        assert "canary-message" not in repr(found)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"enabled": True}, RestartPolicy("web", 300)),
        ({"enabled": True, "restartAttemptPeriod": 60}, RestartPolicy("web", 60)),
        ({"enabled": False, "restartAttemptPeriod": 60}, None),
        (None, None),
    ],
)
def test_a_container_that_ecs_restarts_inside_its_task_is_told_by_its_definition(
    policy: dict[str, Any] | None, expected: RestartPolicy | None
) -> None:
    """The definition is read once, for the log and for this; a side container's policy says nothing."""
    aws, known = everything(), definition()
    main, *others = known["containerDefinitions"]
    sidecar = {"name": "sidecar", "restartPolicy": {"enabled": True}}
    changed = {**main, "restartPolicy": policy} if policy else main
    known = {**known, "containerDefinitions": [sidecar, changed, *others]}
    aws.on("DescribeTaskDefinition", {"taskDefinition": known})
    question = Question(task_definition_arn=BAD, task_arn=TASK, container="web")
    assert evidence(aws).about(question).restarts == expected
    assert len(aws.asked("DescribeTaskDefinition")) == 1


def test_no_connection_is_a_failure_like_any_other() -> None:
    """An error that no service sent is named by its class."""
    aws = everything().on("GetLogEvents", EndpointConnectionError(endpoint_url="https://logs"))
    assert evidence(aws).about(EVERYTHING).log == NotRead("EndpointConnectionError", passing=True)


def test_a_call_that_hangs_costs_only_its_own_answer() -> None:
    """At the deadline the rest is told, and nobody waits for the one that hangs."""
    hangs = threading.Event()

    def answer(_: Mapping[str, Any]) -> dict[str, Any]:
        hangs.wait(10)
        return {"events": []}

    try:
        found = evidence(everything().on("GetLogEvents", answer), within=0.7).about(EVERYTHING)
        assert found.log == NotRead("no answer within 0.7 s")
        assert isinstance(found.service, ServiceState)
    finally:
        hangs.set()


def test_the_questions_of_one_batch_have_a_deadline_together() -> None:
    """Twenty services that fail at once must not take a function past its timeout."""
    given: list[float] = []
    now = [0.0]

    def deadline(seconds: float) -> Deadline:
        given.append(seconds)
        return Deadline(seconds, lambda: now[0], lambda _: None)

    found = AwsEvidence(one_service(), 8.0, deadline)  # type: ignore[arg-type]
    found.begin()
    for spent in (0, 20, 25, 60):
        now[0] = spent
        found.now(WEB)
    batch, *questions = given
    assert (batch, questions) == (25.0, [8.0, 5.0, 0.0, 0.0])
    found.begin()
    found.now(WEB)
    assert given[-1] == 8.0
    assert batch + RECORDS.batch_window < RECORDS.function_timeout
