"""Why tasks stop and services fail: what decides, what a cut text may become, and that nothing in an event hurts."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockwarden.causes import phrases, sentences, texts
from dockwarden.causes.diagnosis import Diagnosis
from dockwarden.causes.services import (
    commonest,
    diagnose_deployment,
    diagnose_reason,
    diagnose_service_action,
)
from dockwarden.causes.tasks import diagnose_task
from dockwarden.causes.texts import diagnose_text
from dockwarden.causes.vocabulary import Cause
from dockwarden.errors import MalformedEventError
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.events.envelope import Envelope
from dockwarden.events.parse import parse
from tests.events import samples

ACCOUNT = "arn:aws:ecs:eu-central-1:111122223333"
ELB = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/a/b)"
SCALING = "Scaling activity initiated by (deployment ecs-svc/1)"
EXITED = "Essential container in task exited"
OOM = "OutOfMemoryError: Container killed due to memory usage"

# One text or more for each shape of message, each with its cause when nothing of it is missing.
TEXTS: tuple[tuple[Cause, str], ...] = (
    (
        Cause.IMAGE_MISSING,
        "CannotPullContainerError: Error response from daemon: manifest unknown: manifest unknown",
    ),
    (
        Cause.IMAGE_MISSING,
        (
            "CannotPullContainerError: inspect image has been retried 1 time(s): failed to resolve ref "
            '"111122223333.dkr.ecr.eu-central-1.amazonaws.com/secret-403:v1": '
            "111122223333.dkr.ecr.eu-central-1.amazonaws.com/secret-403:v1: not found"
        ),
    ),
    (
        Cause.IMAGE_ACCESS,
        (
            'CannotPullContainerError: inspect image has been retried 1 time(s): failed to resolve ref "a.b/c": '
            "unexpected status code [manifests v1]: 403 Forbidden"
        ),
    ),
    (
        Cause.IMAGE_NETWORK,
        (
            'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "a.b/c:1": '
            'failed to do request: Head "https://a.b/v2/c": dial tcp 10.0.0.1:443: i/o timeout'
        ),
    ),
    (
        Cause.IMAGE_RATE_LIMIT,
        (
            "CannotPullContainerError: inspect image has been retried 5 time(s): httpReaderSeeker: failed open: "
            "unexpected status code https://registry-1.docker.io/v2/x: 429 Too Many Requests"
        ),
    ),
    (
        Cause.IMAGE_INVALID,
        (
            "CannotPullContainerError: ref pull has been retried 1 time(s): failed to unpack image on snapshotter "
            "overlayfs: failed to extract layer sha256:1: failed to get stream processor for x: no processor"
        ),
    ),
    (
        Cause.IMAGE_INVALID,
        "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
    ),
    (
        Cause.DISK_FULL,
        (
            "CannotPullContainerError: containerd: pull command failed: failed to extract layer sha256:1: "
            "write /var/lib/x: no space left on device"
        ),
    ),
    (
        Cause.IMAGE_NETWORK,
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth "
            "from Amazon ECR: There is a connection issue between the task and Amazon ECR."
        ),
    ),
    (
        Cause.IMAGE_ACCESS,
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: "
            "arn:aws:sts::1:assumed-role/secret-log-role/x is not authorized to perform: ecr:GetAuthorizationToken"
        ),
    ),
    (
        Cause.SECRET_NETWORK,
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
            "unable to retrieve secrets from ssm: service call has been retried 5 time(s): RequestCanceled: request"
        ),
    ),
    (
        Cause.SECRET_MISSING,
        (
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
            "unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can\u2019t find the secret."
        ),
    ),
    (
        Cause.SECRET_ACCESS,
        (
            "Fetching secret data from AWS Secrets Manager in region eu-central-1: secret arn:aws:secretsmanager:x: "
            "AccessDeniedException: User is not authorized to perform: secretsmanager:GetSecretValue"
        ),
    ),
    (
        Cause.LOG_MISSING,
        (
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
            "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist."
        ),
    ),
    (
        Cause.LOG_NETWORK,
        (
            "ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log "
            "group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch."
        ),
    ),
    (
        Cause.LOG_ACCESS,
        (
            "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create "
            "Cloudwatch log group: AccessDeniedException: User: arn:aws:sts::1:x is not authorized to perform"
        ),
    ),
    (
        Cause.START_COMMAND,
        (
            "CannotStartContainerError: Error response from daemon: OCI runtime create failed: container_linux.go:1: "
            'starting container process caused: exec: "npm": executable file not found in $PATH: unknown'
        ),
    ),
    (
        Cause.IMAGE_INVALID,
        "ContainerRuntimeError: failed to create shim task: OCI runtime create failed: exec /app: exec format error",
    ),
    (
        Cause.CONFIG,
        (
            "CannotStartContainerError: OCI runtime create failed: container init caused: rootfs_linux.go:54: "
            'mounting "/a" to rootfs at "/b" caused: not a directory'
        ),
    ),
    (
        Cause.CONFIG,
        (
            "CannotStartContainerError: Error response from daemon: driver failed programming external connectivity on "
            "endpoint x: Bind for 0.0.0.0:80 failed: port is already allocated"
        ),
    ),
    (Cause.OOM, OOM),
    (Cause.NETWORK_INTERFACE, "Timeout waiting for network interface provisioning to complete."),
    (Cause.NETWORK_INTERFACE, "InternalError: the network interface was attached too late"),
    (Cause.PLACEMENT, "RESOURCE:MEMORY"),
    (Cause.INFRASTRUCTURE, "AGENT"),
    (
        Cause.INFRASTRUCTURE,
        (
            "(service a) was unable to place a task because no container instance met all of its requirements. "
            "The closest matching (container-instance x) doesn't have the agent connected."
        ),
    ),
    (Cause.HOST_TERMINATED, "Host EC2 (instance i-0abc) terminated."),
    (Cause.ELB_HEALTH, ELB),
    (Cause.CONTAINER_HEALTH, "Task failed container health checks"),
    (Cause.SCHEDULER, SCALING),
)
# What a text that was cut may mean, and says to be a guess: the broader cause of what was lost.
BROADER: Mapping[Cause, frozenset[Cause]] = {
    Cause.IMAGE_ACCESS: frozenset({Cause.IMAGE_MISSING, Cause.IMAGE_NETWORK, Cause.SECRET_ACCESS}),
    Cause.IMAGE_NETWORK: frozenset({Cause.IMAGE_MISSING}),
    Cause.IMAGE_RATE_LIMIT: frozenset({Cause.IMAGE_MISSING, Cause.IMAGE_NETWORK}),
    Cause.DISK_FULL: frozenset({Cause.IMAGE_NETWORK}),
    Cause.IMAGE_INVALID: frozenset({Cause.START_COMMAND, Cause.INFRASTRUCTURE}),
    Cause.CONFIG: frozenset({Cause.START_COMMAND}),
    Cause.NETWORK_INTERFACE: frozenset({Cause.INFRASTRUCTURE}),
    Cause.INFRASTRUCTURE: frozenset({Cause.PLACEMENT}),
}
# A scheduler's stop without a text: what the code means most, and a guess too.
BY_CODE = {"ServiceSchedulerInitiated": frozenset({Cause.SCHEDULER})}


def container(
    name: str = "web", code: int | None = None, reason: str | None = None, **more: Any
) -> dict[str, Any]:
    """Return one item of detail.containers; a None is a field that is absent."""
    fields = {"name": name, "lastStatus": "STOPPED", "exitCode": code, "reason": reason, **more}
    return {key: value for key, value in fields.items() if value is not None}


def task(
    code: str | None, reason: str | None, *containers: dict[str, Any], group: str = "service:web", **more: Any
) -> TaskStateChange:
    """Return a stopped task of a service."""
    detail = {
        "taskArn": f"{ACCOUNT}:task/prod/0123456789abcdef",
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stopCode": code,
        "stoppedReason": reason,
        "group": group,
        "containers": list(containers),
        **more,
    }
    present = {key: value for key, value in detail.items() if value is not None}
    return TaskStateChange.from_envelope(envelope("ECS Task State Change", present))


def envelope(detail_type: str, detail: dict[str, Any]) -> Envelope:
    """Return an event about the service `web`."""
    event = {
        "version": "0",
        "id": "1",
        "detail-type": detail_type,
        "source": "aws.ecs",
        "account": "111122223333",
        "time": "2026-11-20T10:00:00Z",
        "region": "eu-central-1",
        "resources": [f"{ACCOUNT}:service/prod/web"],
        "detail": detail,
    }
    return parse_envelope(event)


def parse_envelope(event: dict[str, Any]) -> Envelope:
    """Return the envelope that the parsers read."""
    return parse(event).envelope


def action(name: str, kind: str = "ERROR", reason: str | None = None) -> ServiceAction:
    """Return a service action, without a reason where there is none."""
    detail = {"eventName": name, "eventType": kind, **({"reason": reason} if reason is not None else {})}
    return ServiceAction.from_envelope(envelope("ECS Service Action", detail))


def cause_of(event: TaskStateChange) -> Cause | None:
    """Return the word only."""
    found = diagnose_task(event)
    return None if found is None else found.cause


def diagnosed(event: object) -> Diagnosis | None:
    """Return what the diagnosis of any typed event says."""
    if isinstance(event, TaskStateChange):
        return diagnose_task(event)
    if isinstance(event, ServiceAction):
        return diagnose_service_action(event)
    return diagnose_deployment(event, {}) if isinstance(event, DeploymentStateChange) else None


def ecs_samples() -> Iterator[Any]:
    """Yield each sample of ECS."""
    return (samples.load(name) for name in samples.NAMES if name.startswith("ecs/"))


# --- texts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cause", "text"), TEXTS)
def test_a_whole_text_gives_its_cause(cause: Cause, text: str) -> None:
    """Each shape of message is understood as a whole."""
    assert diagnose_text(text) is cause


@pytest.mark.parametrize(("cause", "text"), TEXTS)
def test_case_and_blanks_and_typography_do_not_matter(cause: Cause, text: str) -> None:
    """The same message in other case, with other blanks, gives the same cause."""
    assert diagnose_text(text.upper().replace(" ", " \n ")) is cause


@pytest.mark.parametrize(("cause", "text"), TEXTS)
def test_a_cut_text_keeps_its_cause_or_becomes_unknown_or_the_broader_one(cause: Cause, text: str) -> None:
    """Wherever Fargate cuts a text, no prefix of it gives another cause that is not declared, and no such guess is certain."""
    for end in range(len(text)):
        short, certain = texts.read(text[:end])
        assert short in {cause, Cause.UNKNOWN, *BROADER.get(cause, ())}, text[:end]
        assert short is cause or not certain, text[:end]


@pytest.mark.parametrize("table", [phrases.IMAGE, phrases.GENERAL, phrases.STOPS, phrases.IMAGE_GUESSES])
def test_no_phrase_begins_with_a_phrase_of_another_cause(table: phrases.Table) -> None:
    """Of two phrases at one place the shorter could be what is left of the longer: they must mean the same."""
    known = [(phrase, cause) for cause, several in table for phrase in several]
    for (one, cause), (other, another) in itertools.permutations(known, 2):
        assert cause is another or not other.startswith(one)


def test_phrases_are_written_as_texts_are_read() -> None:
    """A phrase in upper case or with two blanks would never be found."""
    tables = (phrases.IMAGE, phrases.GENERAL, phrases.STOPS, phrases.IMAGE_GUESSES, phrases.GENERAL_GUESSES)
    known = [phrase for table in tables for _, several in table for phrase in several]
    known += [phrase for several in phrases.TOPICS.values() for phrase in several]
    known += [phrase for _, several in phrases.FAULTS for phrase in several]
    assert [
        phrase for phrase in known if phrase != phrase.lower() or "  " in phrase or "can't" in phrase
    ] == []


def test_names_chosen_by_people_mean_nothing() -> None:
    """The words in an ARN, an address or an image do not decide."""
    hostile = "registry.example/no-space-left/out-of-memory:toomanyrequests"
    assert diagnose_text(f"CannotPullContainerError: {hostile}: manifest unknown") is Cause.IMAGE_MISSING
    assert diagnose_text(f"CannotPullContainerError: {hostile}") is Cause.UNKNOWN


@pytest.mark.parametrize(
    "text", ["", ":", "Task failed", "Cannot", "Essential container in task exited", "Task failed to start"]
)
def test_what_says_nothing_is_unknown(text: str) -> None:
    """Unknown rather than wrong."""
    assert diagnose_text(text) is Cause.UNKNOWN


@given(st.text())
def test_every_text_has_a_cause(text: str) -> None:
    """Total and deterministic on any text."""
    assert diagnose_text(text) is diagnose_text(text)


@pytest.mark.parametrize(
    "unit", ["a", ":", ".a", "arn:", "dial tcp ", "(/.", "\u202e", "ß", "CannotPullContainerError: "]
)
def test_a_hostile_text_costs_no_time(unit: str) -> None:
    """Only the beginning of a text is searched, by plain search: 10 kB and 10 MB cost the same few milliseconds."""
    text = unit * (10_000_000 // len(unit))
    begin = time.process_time()
    diagnose_text(text)
    assert time.process_time() - begin < 0.25


# --- tasks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (1, Cause.APP_EXIT),
        (2, Cause.APP_EXIT),
        (139, Cause.APP_EXIT),
        (255, Cause.APP_EXIT),
        (-1, Cause.APP_EXIT),
        (0, Cause.CLEAN_EXIT),
        (126, Cause.START_COMMAND),
        (127, Cause.START_COMMAND),
        (137, Cause.KILLED),
        (143, Cause.KILLED),
        (None, Cause.UNKNOWN),
    ],
)
def test_the_exit_code_decides_where_no_text_does(code: int | None, cause: Cause) -> None:
    """No exit code is not exit code 0."""
    assert cause_of(task("EssentialContainerExited", EXITED, container(code=code))) is cause


def test_the_reason_of_the_container_goes_before_its_exit_code() -> None:
    """137 is an out-of-memory kill only when the reason says so."""
    found = diagnose_task(
        task("EssentialContainerExited", EXITED, container(code=137, reason=OOM, memory="512"))
    )
    assert found is not None
    assert found.sentence == "Container 'web' was killed because it used more memory than its limit (512 MB)."
    assert (found.cause, found.container, found.certain) == (Cause.OOM, "web", True)


def test_the_code_goes_before_every_text() -> None:
    """A StopTask reason is free text of the caller and is not believed."""
    for reason in (OOM, ELB, SCALING, "Your Spot Task was interrupted.", None):
        assert cause_of(task("UserInitiated", reason, container(code=137, reason=OOM))) is Cause.USER
        assert cause_of(task("SpotInterruption", reason, container(code=1))) is Cause.SPOT


@pytest.mark.parametrize("code", [0, 1, 2, 137, 143, None])
def test_what_the_scheduler_stops_is_told_by_its_text_and_never_by_the_exit_code(code: int | None) -> None:
    """An application's answer to SIGTERM is no failure."""
    stop = "ServiceSchedulerInitiated"
    assert cause_of(task(stop, SCALING, container(code=code))) is Cause.SCHEDULER
    assert cause_of(task(stop, ELB, container(code=code))) is Cause.ELB_HEALTH
    assert cause_of(task(stop, "Task failed", container(code=code, reason=OOM))) is Cause.UNKNOWN


def test_a_code_of_tomorrow_is_no_crash() -> None:
    """An unknown stopCode is believed in its text only, not in exit codes."""
    assert cause_of(task("SomethingNew", "Some words", container(code=1))) is Cause.UNKNOWN
    assert cause_of(task("SomethingNew", OOM, container(code=137))) is Cause.OOM


@pytest.mark.parametrize(
    ("containers", "cause", "name"),
    [
        ([container("web", 1), container("log_router", 0)], Cause.APP_EXIT, "web"),
        ([container("web", 1), container("log_router", 137)], Cause.APP_EXIT, "web"),
        ([container("web", 1), container("helper", 143)], Cause.APP_EXIT, "web"),
        ([container("web", 1), container("helper")], Cause.APP_EXIT, "web"),
        ([container("web", 0), container("log_router", 143)], Cause.CLEAN_EXIT, "web"),
        ([container("web", 0), container("log_router")], Cause.CLEAN_EXIT, "web"),
        ([container("init", 0), container("web", 143)], Cause.KILLED, "web"),
        ([container("init", 0), container("web")], Cause.UNKNOWN, None),
        ([container("web", 0), container("log_router", 137)], Cause.CLEAN_EXIT, "web"),
        ([container("web", 137), container("log_router", 0)], Cause.KILLED, "web"),
        ([container("web", 137), container("envoy", 2)], Cause.KILLED, "web"),
        ([container("web", 137, OOM), container("helper", 1)], Cause.OOM, "web"),
        ([container("web", 1), container("log_router", 137, OOM)], Cause.APP_EXIT, "web"),
        ([container("web", 0), container("log_router", 137, OOM)], Cause.OOM, "log_router"),
        (
            [container("web", 1), container("x", 0, "CannotStopContainerError: no answer")],
            Cause.APP_EXIT,
            "web",
        ),
        ([container("web", 127), container("helper", 1)], Cause.START_COMMAND, "web"),
        ([container("hotel", 1), container("x-ray", 127)], Cause.APP_EXIT, "hotel"),
    ],
)
def test_the_container_that_failed_decides_in_any_order(
    containers: list[dict[str, Any]], cause: Cause, name: str | None
) -> None:
    """The sidecar, stopped with its task, decides nothing."""
    for some in itertools.permutations(containers):
        found = diagnose_task(task("EssentialContainerExited", EXITED, *some))
        assert found is not None
        assert (found.cause, found.container) == (cause, name)


def test_a_guess_between_two_containers_says_so() -> None:
    """Where each of two containers could have ended the task, the diagnosis is not certain."""
    found = diagnose_task(task("EssentialContainerExited", EXITED, container("a", 1), container("b", 127)))
    assert found is not None
    assert not found.certain
    assert found.sentence.startswith("Probably: ")


def test_a_task_that_never_ran_takes_the_reason_of_any_container() -> None:
    """A sidecar whose image is missing keeps its task from starting."""
    missing = "CannotPullContainerError: manifest unknown"
    found = diagnose_task(
        task(
            "TaskFailedToStart",
            "Task failed to start",
            container("web", 1),
            container("envoy", reason=missing),
        )
    )
    assert found is not None
    assert (found.cause, found.container) == (Cause.IMAGE_MISSING, "envoy")


def test_a_task_that_never_ran_and_says_nothing_is_unknown() -> None:
    """Neither no exit code nor exit code 0 says why a task failed to start."""
    for code in (None, 0):
        assert (
            cause_of(task("TaskFailedToStart", "Task failed to start", container(code=code))) is Cause.UNKNOWN
        )


@pytest.mark.parametrize("group", ["family:job", "batch"])
def test_a_standalone_task_that_ends_with_0_has_not_failed(group: str) -> None:
    """A job that is done is null; another exit code is the same as in a service."""
    done = task("EssentialContainerExited", EXITED, container(code=0), container("envoy", 143), group=group)
    assert diagnose_task(done) is None
    assert (
        cause_of(task("EssentialContainerExited", EXITED, container(code=1), group=group)) is Cause.APP_EXIT
    )


def test_a_service_is_known_by_its_deployment_too() -> None:
    """A service's task may be in another group."""
    done = task(
        "EssentialContainerExited", EXITED, container(code=0), group="task-group", startedBy="ecs-svc/1"
    )
    assert cause_of(done) is Cause.CLEAN_EXIT


@pytest.mark.parametrize("status", ["RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING"])
@pytest.mark.parametrize(
    ("code", "reason", "cause"),
    [
        ("SpotInterruption", "Your Spot Task was interrupted.", Cause.SPOT),
        ("TerminationNotice", "Your Spot Task was interrupted.", Cause.SPOT),
        ("SpotInterruption", None, Cause.SPOT),
        ("UserInitiated", "Task stopped by user", Cause.USER),
        ("ServiceSchedulerInitiated", SCALING, Cause.SCHEDULER),
        ("ServiceSchedulerInitiated", ELB, Cause.ELB_HEALTH),
        ("ServiceSchedulerInitiated", None, None),
        ("ServiceSchedulerInitiated", "Task failed", None),
        ("EssentialContainerExited", EXITED, None),
        (None, None, None),
    ],
)
def test_on_the_way_down_only_what_is_certain_is_said(
    status: str, code: str | None, reason: str | None, cause: Cause | None
) -> None:
    """The Spot warning of a running task counts; an essential container without an exit code does not yet."""
    running = container(lastStatus="RUNNING")
    assert cause_of(task(code, reason, running, lastStatus=status)) is cause


def test_a_kill_is_not_told_before_the_task_has_stopped() -> None:
    """Whether 137 was an out-of-memory kill may still be reported."""
    early = task("EssentialContainerExited", EXITED, container(code=137), lastStatus="DEPROVISIONING")
    assert diagnose_task(early) is None
    crashed = task("EssentialContainerExited", EXITED, container(code=99), lastStatus="DEPROVISIONING")
    assert cause_of(crashed) is Cause.APP_EXIT


def test_a_running_task_with_a_stopped_container_has_not_stopped() -> None:
    """The exit of a container that is not essential stops nothing."""
    assert (
        diagnose_task(task(None, None, container(code=1), lastStatus="RUNNING", desiredStatus="RUNNING"))
        is None
    )


def test_maintenance_is_not_taken_for_spot() -> None:
    """On-demand Fargate has notices of termination too."""
    text = "ECS is performing maintenance on the underlying infrastructure hosting the task."
    assert cause_of(task("TerminationNotice", text, container())) is Cause.INFRASTRUCTURE


@pytest.mark.parametrize("text", [None, "", "Your Spot Task was interrupted.", "your spot ta"])
def test_a_notice_without_a_text_or_about_spot_is_certain(text: str | None) -> None:
    """The warning of a task that still runs counts."""
    found = diagnose_task(task("TerminationNotice", text, container(), lastStatus="RUNNING"))
    assert found is not None
    assert (found.cause, found.certain) == (Cause.SPOT, True)


@pytest.mark.parametrize("text", ["Your task was stopped for AWS main", "Your tas", "Something else"])
def test_a_notice_that_is_not_understood_is_no_certain_spot(text: str) -> None:
    """What is left of a text about maintenance must not be told as Spot."""
    assert diagnose_task(task("TerminationNotice", text, container(), lastStatus="RUNNING")) is None
    found = diagnose_task(task("TerminationNotice", text, container()))
    assert found is not None
    assert not found.certain


@pytest.mark.parametrize("group", ["service:web", "family:job"])
@pytest.mark.parametrize(("status", "cause"), [("DEPROVISIONING", None), ("STOPPED", Cause.UNKNOWN)])
def test_an_init_container_that_ended_well_does_not_speak_for_the_application(
    group: str, status: str, cause: Cause | None
) -> None:
    """No exit code is not exit code 0, of a job neither; before the task has stopped the code may still come."""
    boxes = (container("migrate", 0), container("app"))
    assert cause_of(task("EssentialContainerExited", EXITED, *boxes, group=group, lastStatus=status)) is cause


@pytest.mark.parametrize(
    "text", ["Task crashed repeatedly", "Request timed ou", "Task was replaced, it failed"]
)
def test_a_text_that_is_not_understood_is_never_silent(text: str) -> None:
    """`scheduler` is told to nobody; the exit code, an answer to SIGTERM, does not decide either."""
    for code in (0, 1, 137):
        assert cause_of(task("ServiceSchedulerInitiated", text, container(code=code))) is Cause.UNKNOWN
    assert diagnose_task(task("ServiceSchedulerInitiated", text, container(), lastStatus="RUNNING")) is None


def test_the_code_of_the_scheduler_without_a_text_is_a_guess() -> None:
    """It is what the scheduler does most."""
    for text in (None, "", "  "):
        found = diagnose_task(task("ServiceSchedulerInitiated", text, container(code=0)))
        assert found is not None
        assert (found.cause, found.certain) == (Cause.SCHEDULER, False)


# --- services and deployments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "reason", "cause"),
    [
        ("SERVICE_TASK_PLACEMENT_FAILURE", "ERROR", "RESOURCE:CPU", Cause.PLACEMENT),
        ("SERVICE_TASK_PLACEMENT_FAILURE", "ERROR", "AGENT", Cause.INFRASTRUCTURE),
        ("SERVICE_TASK_PLACEMENT_FAILURE", "ERROR", "words of tomorrow", Cause.PLACEMENT),
        ("SERVICE_TASK_PLACEMENT_FAILURE", "ERROR", None, Cause.PLACEMENT),
        ("SERVICE_TASK_START_IMPAIRED", "WARN", None, Cause.UNKNOWN),
        ("SERVICE_TASK_CONFIGURATION_FAILURE", "ERROR", None, Cause.CONFIG),
        ("ECS_OPERATION_THROTTLED", "ERROR", None, Cause.THROTTLED),
        ("SERVICE_DISCOVERY_OPERATION_THROTTLED", "ERROR", None, Cause.THROTTLED),
        ("VPC_LATTICE_TARGET_UNHEALTHY", "WARN", None, Cause.ELB_HEALTH),
        ("SERVICE_HEALTH_UNKNOWN", "ERROR", None, Cause.UNKNOWN),
        ("SOMETHING_NEW", "ERROR", None, Cause.UNKNOWN),
        ("SOMETHING_NEW", "INFO", "RESOURCE:CPU", None),
        ("SERVICE_STEADY_STATE", "INFO", None, None),
        ("CAPACITY_PROVIDER_STEADY_STATE", "INFO", None, None),
        ("SERVICE_DEPLOYMENT_IN_PROGRESS", "INFO", "ECS deployment circuit breaker: rolling back", None),
        (
            "SERVICE_DEPLOYMENT_FAILED",
            "ERROR",
            "ECS deployment circuit breaker: tasks failed to start.",
            Cause.UNKNOWN,
        ),
        ("TASKS_STOPPED", "INFO", None, Cause.SCHEDULER),
    ],
)
def test_a_service_action_has_a_cause_when_it_reports_a_failure(
    name: str, kind: str, reason: str | None, cause: Cause | None
) -> None:
    """A failure has one word, a steady state none."""
    found = diagnose_service_action(action(name, kind, reason))
    assert (None if found is None else found.cause) is cause


@pytest.mark.parametrize("detail_type", ["ECS Service Action", "ECS Deployment State Change"])
def test_a_failed_deployment_has_the_commonest_cause_of_its_tasks(detail_type: str) -> None:
    """In both detail-types; unknown when no task was seen; what was stopped on purpose is not why it failed."""
    read = ServiceAction if detail_type == "ECS Service Action" else DeploymentStateChange
    event = read.from_envelope(
        envelope(detail_type, {"eventName": "SERVICE_DEPLOYMENT_FAILED", "eventType": "ERROR"})
    )
    seen = {Cause.SCHEDULER: 5, Cause.APP_EXIT: 3, Cause.SPOT: 1}
    found = diagnose_deployment(event, seen)
    assert found is not None
    assert found.cause is Cause.APP_EXIT
    assert found.sentence == "The deployment failed: 3 of its 9 stopped tasks have the cause app-exit."
    nothing = diagnose_deployment(event, {})
    assert nothing is not None
    assert nothing.cause is Cause.UNKNOWN


@given(st.permutations(list(Cause)), st.integers(1, 3))
def test_a_tie_goes_to_what_the_revision_brings(order: list[Cause], count: int) -> None:
    """Among equals the order of the counting has no influence and code goes before infrastructure."""
    assert commonest(dict.fromkeys(order, count)) is Cause.APP_EXIT
    assert commonest({Cause.SPOT: count, Cause.CONFIG: count, Cause.UNKNOWN: count}) is Cause.CONFIG


def test_the_reason_of_a_daemon_is_read_as_any_other() -> None:
    """The daemon's wording puts the category behind another colon."""
    said = "Task failed to reach RUNNING status: CannotPullContainerError: pull image manifest has been retried 5 time(s)"
    assert diagnose_reason(said).cause is Cause.IMAGE_MISSING
    assert diagnose_reason("RESOURCE:CPU - Unable to place daemon task").cause is Cause.PLACEMENT
    assert diagnose_reason(None).cause is Cause.UNKNOWN


# --- what people read ---------------------------------------------------------------------------------------------


def test_every_cause_has_a_sentence_and_a_next_step() -> None:
    """One line each, no word of the vocabulary left out."""
    for cause in Cause:
        assert sentences.sentence(cause).endswith(".")
        assert "\n" not in sentences.sentence(cause, certain=False) + sentences.NEXT_STEPS[cause]
    assert set(sentences.SENTENCES) == set(sentences.NEXT_STEPS) == set(Cause)


HOSTILE = st.text(st.characters(exclude_categories=()), max_size=400)


@given(
    HOSTILE,
    HOSTILE,
    HOSTILE,
    st.sampled_from(["TaskFailedToStart", "EssentialContainerExited", "UserInitiated", None]),
)
@settings(deadline=None)
def test_invariant_60_no_text_of_an_event_gets_into_a_sentence(
    name: str, reason: str, own: str, code: str | None
) -> None:
    """Names are reduced to the characters that ECS allows, and what is quoted is one printable line that is cut."""
    found = diagnose_task(task(code, reason, container(name, 1, own)))
    assert found is not None
    assert all(char.isalnum() or char in " -_…`?.:,()" for char in found.sentence.replace("'", ""))
    assert all(line.isprintable() and len(line) <= 400 for line in found.evidence)


# --- everything -------------------------------------------------------------------------------------------------


def test_no_mutation_of_a_sample_is_an_error() -> None:
    """Whatever node is missing or of another type: a diagnosis or none, the same for the same event."""
    seen = 0
    for sample in ecs_samples():
        for place in samples.places(sample):
            for changed in (samples.without(sample, place), *samples.retyped(sample, place)):
                try:
                    event = parse(changed)
                except MalformedEventError:
                    continue
                seen += 1
                assert diagnosed(event) == diagnosed(event)
    assert seen > 1000


ENDINGS = st.tuples(
    st.sampled_from(["web", "log_router", "api", "envoy", ""]),
    st.sampled_from([None, 0, 1, 2, 126, 137, 139, 143]),
    st.sampled_from([None, OOM, *(text for _, text in TEXTS), "CannotStopContainerError: x", "words"]),
)


@given(
    st.lists(ENDINGS, max_size=4),
    st.sampled_from(["EssentialContainerExited", "TaskFailedToStart", None, "New"]),
    st.randoms(),
)
@settings(deadline=None)
def test_the_order_of_the_containers_has_no_influence(
    endings: list[tuple[str, int | None, str | None]], code: str | None, shuffled: Any
) -> None:
    """The event lists containers in any order."""
    some = [container(*one) for one in endings]
    other = list(some)
    shuffled.shuffle(other)
    assert diagnose_task(task(code, EXITED, *some)) == diagnose_task(task(code, EXITED, *other))


@given(
    st.sampled_from(TEXTS),
    st.integers(0, 400),
    st.sampled_from(["TaskFailedToStart", "ServiceSchedulerInitiated", None]),
)
@settings(deadline=None)
def test_cutting_a_stopped_reason_never_names_another_cause(
    known: tuple[Cause, str], end: int, code: str | None
) -> None:
    """The same as for texts, through the whole task."""
    whole = cause_of(task(code, known[1], container()))
    cut = cause_of(task(code, known[1][:end], container()))
    assert whole is not None
    assert cut in {whole, Cause.UNKNOWN, *BROADER.get(whole, ()), *BY_CODE.get(code or "", ())}


def test_the_import_is_cheap() -> None:
    """A cold function imports this beside the events: about 3 ms, with room here for a busy machine."""
    code = (
        "import time, dockwarden.events.parse, dockwarden.events.ecs_task_state_change\n"
        "begin = time.process_time()\n"
        "import dockwarden.causes.tasks, dockwarden.causes.services\n"
        "print(time.process_time() - begin)"
    )
    assert min(_measured(code) for _ in range(3)) < 0.015


def _measured(code: str) -> float:
    path = os.pathsep.join(sys.path)
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": path}
    )
    return float(run.stdout)
