"""Every row of the list of stop reasons as an event, section by section."""

from collections.abc import Iterator

from tests.causes.shapes import Container, Row, words
from tests.causes.texts import CONTAINER, INITIALIZATION, PULLING, Text

EXITED = "Essential container in task exited"
OOM = "OutOfMemoryError: Container killed due to memory usage"
SCALING = "Scaling activity initiated by (deployment ecs-svc/1234567890123456789)"
TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/shop/0123456789abcdef"
ELB = f"Task failed ELB health checks in (target-group {TARGET_GROUP})"
HEALTH = "Task failed container health checks"
SPOT = "Your Spot Task was interrupted."
STANDALONE = "family:nightly"
PROVIDERS = "arn:aws:ecs:eu-central-1:111122223333:capacity-provider/FARGATE_SPOT"


def app(exit_code: int | None = None, reason: str | None = None, last_status: str = "STOPPED") -> Container:
    """Return the essential container of the service."""
    return Container("app", reason, exit_code, last_status)


def exited(
    id_: str,
    code: int | None,
    *accepted: str | None,
    because: str,
    group: str = "service:shop",
    capacity_provider: str | None = None,
) -> Row:
    """Return a task whose essential container ended by itself."""
    return Row(
        id_,
        words(*accepted),
        because,
        "task",
        "EssentialContainerExited",
        EXITED,
        (app(code),),
        group=group,
        capacity_provider=capacity_provider,
    )


def start(id_: str, reason: str, *accepted: str | None, because: str) -> Row:
    """Return a task that never reached RUNNING, with its reason at the task only."""
    return Row(id_, words(*accepted), because, "task", "TaskFailedToStart", reason, (app(),))


def scheduler(id_: str, code: int | None, reason: str, *accepted: str | None, because: str) -> Row:
    """Return a task that the service scheduler stopped."""
    return Row(id_, words(*accepted), because, "task", "ServiceSchedulerInitiated", reason, (app(code),))


def at_task(text: Text, id_: str) -> Row:
    """Return the text as Fargate reports it: at the task, and at no container."""
    return Row(id_, text.accepted, text.because, "task", "TaskFailedToStart", text.text, (app(),))


def at_container(text: Text, id_: str) -> Row:
    """Return the text as the agent reports it: at the container, under a reason that says nothing."""
    box = (app(None, text.text),)
    return Row(id_, text.accepted, text.because, "task", "TaskFailedToStart", "Task failed to start", box)


def action(
    id_: str, event: str, reason: str | None, *accepted: str | None, because: str, **detail: object
) -> Row:
    """Return an ECS Service Action."""
    kind = (
        "INFO" if event.endswith(("STEADY_STATE", "UPDATED", "STOPPED", "COMPLETED", "PROGRESS")) else "ERROR"
    )
    return Row(
        id_,
        words(*accepted),
        because,
        "action",
        stopped_reason=reason,
        event_name=event,
        event_type=kind,
        detail=detail,
    )


CODES = (
    start(
        "file-1-failed-to-start", "Task failed to start", "unknown", because="the code alone says no cause"
    ),
    exited("file-1-exited", 1, "app-exit", because="an essential container ended with an error"),
    Row("file-1-user", words("user"), "StopTask by a caller", "task", "UserInitiated", None, (app(0),)),
    Row(
        "file-1-scheduler",
        words("scheduler"),
        "the code alone",
        "task",
        "ServiceSchedulerInitiated",
        None,
        (app(0),),
    ),
    Row("file-1-spot", words("spot"), "the code of today", "task", "SpotInterruption", SPOT, (app(143),)),
    Row(
        "file-1-notice",
        words("spot"),
        "the code of 2020 to 2022",
        "task",
        "TerminationNotice",
        SPOT,
        (app(137),),
    ),
    Row(
        "file-1-infrastructure",
        words("infrastructure"),
        "the newest code, no example seen: its own word is the cause",
        "task",
        "InfrastructureHealth",
        None,
        (app(),),
    ),
)

TASKS = (
    scheduler("file-2-scaling-0", 0, SCALING, "scheduler", because="scale-in or replacement"),
    scheduler("file-2-scaling-2", 2, SCALING, "scheduler", because="2 is the app's answer to SIGTERM"),
    scheduler(
        "file-2-scaling-137", 137, SCALING, "scheduler", because="the stop timeout ran out after the decision"
    ),
    scheduler("file-2-elb-0", 0, ELB, "elb-health", because="the load balancer found it unhealthy"),
    scheduler("file-2-elb-2", 2, ELB, "elb-health", because="the exit code is only the answer to SIGTERM"),
    scheduler(
        "file-2-elb-classic",
        0,
        "Task failed ELB health checks in (elb shop)",
        "elb-health",
        because="classic form",
    ),
    scheduler(
        "file-2-health-137", 137, HEALTH, "container-health", because="the container's own check failed"
    ),
    scheduler(
        "file-2-health-143", 143, HEALTH, "container-health", because="the container's own check failed"
    ),
    Row(
        "file-2-health-no-code",
        words("container-health"),
        "the stop code of this one is only inferred",
        stopped_reason=HEALTH,
        containers=(app(137),),
    ),
    exited("file-2-exit-0-service", 0, "clean-exit", because="exit 0 of an essential container in a service"),
    exited("file-2-exit-0-batch", 0, None, because="a one-shot task that finished", group=STANDALONE),
    exited("file-2-exit-1", 1, "app-exit", because="the application's own"),
    exited("file-2-exit-2", 2, "app-exit", because="the application's own"),
    exited("file-2-exit-99", 99, "app-exit", because="the application's own"),
    Row(
        "file-2-oom-container",
        words("oom"),
        "137 with the reason",
        "task",
        "EssentialContainerExited",
        EXITED,
        (app(137, OOM),),
    ),
    Row(
        "file-2-oom-task-exited",
        words("oom"),
        "the same at task level",
        "task",
        "EssentialContainerExited",
        OOM,
        (app(137),),
    ),
    Row(
        "file-2-oom-task-start", words("oom"), "the same at start", "task", "TaskFailedToStart", OOM, (app(),)
    ),
    exited(
        "file-2-exit-137", 137, "killed", because="SIGKILL without the reason is not called out of memory"
    ),
    Row("file-2-spot-137", words("spot"), "reclaimed", "task", "SpotInterruption", SPOT, (app(137),)),
    Row("file-2-spot-143", words("spot"), "reclaimed", "task", "TerminationNotice", SPOT, (app(143),)),
    Row(
        "file-2-spot-1",
        words("spot"),
        "the app's answer to SIGTERM",
        "task",
        "SpotInterruption",
        SPOT,
        (app(1),),
    ),
    Row(
        "file-2-user",
        words("user"),
        "the console",
        "task",
        "UserInitiated",
        "Task stopped by user",
        (app(0),),
    ),
    Row(
        "file-2-user-free-text",
        words("user"),
        "free text, not believed",
        "task",
        "UserInitiated",
        "CannotPullContainerError: pull access denied",
        (app(1),),
    ),
    Row(
        "file-2-host-terminated",
        words("host-terminated"),
        "the host is gone; the containers still read RUNNING",
        stopped_reason="Host EC2 (instance i-0123456789abcdef0) terminated.",
        containers=(app(None, None, "RUNNING"),),
    ),
    Row(
        "file-2-host-stopped",
        words("host-terminated"),
        "the host is gone",
        "task",
        "ServiceSchedulerInitiated",
        "Host EC2 (instance i-0123456789abcdef0) stopped",
        (app(None, None, "RUNNING"),),
    ),
    Row(
        "file-2-deregistered",
        words("user", "host-terminated"),
        "a user took the host away: both words are true",
        stopped_reason="Container instance deregistration forced by user",
        containers=(app(None, None, "RUNNING"),),
    ),
    start("file-2-generic", "Task failed to start", "unknown", because="details missing"),
    start(
        "file-2-eni-timeout",
        "Timeout waiting for network interface provisioning to complete.",
        "network-interface",
        because="the interface was not ready in time",
    ),
    start(
        "file-2-eni-subnet",
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet"
        " 'subnet-0123456789abcdef0'",
        "network-interface",
        because="subnet exhausted counts as network-interface",
    ),
    start(
        "file-2-internal",
        "InternalError: Network interface attachment timed out",
        "network-interface",
        "infrastructure",
        because="AWS's fault with an interface: both words are true",
    ),
    start(
        "file-2-compute-strategy",
        "The selected task definition is not compatible with the selected compute strategy",
        "config",
        "placement",
        because="the definition is wrong for the capacity: config first, placement is defensible",
    ),
    start(
        "file-2-eni-index",
        "Unable to attach network interface to unused device index",
        "network-interface",
        because="no slot for the interface",
    ),
    start(
        "file-2-agent",
        "AGENT",
        "infrastructure",
        because="the agent is disconnected, and agent is infrastructure",
    ),
    *(
        start(
            f"file-2-resource-{what.lower()}",
            f"RESOURCE:{what}",
            "placement",
            because="RESOURCE:* is placement",
        )
        for what in ("GPU", "CPU", "MEMORY", "PORTS", "ENI", "FARGATE")
    ),
)

EXIT_CODES = (
    exited("file-6-139", 139, "app-exit", because="other signals count as app-exit"),
    exited("file-6-143", 143, "killed", because="SIGTERM without a reason"),
    exited("file-6-126", 126, "start-command", because="the command cannot be executed"),
    exited("file-6-127", 127, "start-command", because="the command was not found"),
    exited("file-6-absent", None, "unknown", because="absent is not 0"),
)

SERVICES = (
    action(
        "file-7-place-fargate",
        "SERVICE_TASK_PLACEMENT_FAILURE",
        "RESOURCE:FARGATE",
        "placement",
        because="no capacity",
        capacityProviderArns=[PROVIDERS],
    ),
    *(
        action(
            f"file-7-place-{what.lower()}",
            "SERVICE_TASK_PLACEMENT_FAILURE",
            f"RESOURCE:{what}",
            "placement",
            because="RESOURCE:* is placement",
        )
        for what in ("CPU", "MEMORY", "PORTS", "ENI")
    ),
    action(
        "file-7-place-agent",
        "SERVICE_TASK_PLACEMENT_FAILURE",
        "AGENT",
        "infrastructure",
        "placement",
        because="no place, because of the agent: both words are true",
    ),
    action(
        "file-7-place-attribute",
        "SERVICE_TASK_PLACEMENT_FAILURE",
        "ATTRIBUTE:ecs.os-type",
        "placement",
        because="no instance has the attribute",
    ),
    action(
        "file-7-place-constraint",
        "SERVICE_TASK_PLACEMENT_FAILURE",
        "MemberOf placement constraint unsatisfied.",
        "placement",
        because="no instance meets the constraint",
    ),
    action(
        "file-7-impaired", "SERVICE_TASK_START_IMPAIRED", None, "unknown", because="the event gives no reason"
    ),
    action(
        "file-7-config-tags",
        "SERVICE_TASK_CONFIGURATION_FAILURE",
        "The new ARN and resource ID format must be enabled to add tags to the task",
        "config",
        because="the event's own name",
    ),
    action(
        "file-7-config-role",
        "SERVICE_TASK_CONFIGURATION_FAILURE",
        "failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::111122223333:role/shop' that"
        " was provided for this task. Please verify that the role being passed has the proper trust relationship and"
        " permissions)",
        "config",
        because="roles count as config",
    ),
    *(
        action(
            f"file-7-{name.lower().replace('_', '-')}",
            name,
            None,
            "elb-health",
            "container-health",
            "unknown",
            None,
            because="a warning about health without a task that stops: the vocabulary has no own word",
        )
        for name in ("SERVICE_DISCOVERY_INSTANCE_UNHEALTHY", "VPC_LATTICE_TARGET_UNHEALTHY")
    ),
    action(
        "file-7-daemon-constraint",
        "SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED",
        None,
        "placement",
        because="a placement constraint",
    ),
    action("file-7-throttled", "ECS_OPERATION_THROTTLED", None, "throttled", because="the event's own name"),
    action(
        "file-7-throttled-discovery",
        "SERVICE_DISCOVERY_OPERATION_THROTTLED",
        None,
        "throttled",
        because="the event's own name",
    ),
    action(
        "file-7-health-unknown",
        "SERVICE_HEALTH_UNKNOWN",
        None,
        "unknown",
        because="an ERROR that says unknown",
    ),
    *(
        action(
            f"file-7-{name.lower().replace('_', '-')}", name, None, None, because="nothing stopped or failed"
        )
        for name in (
            "SERVICE_STEADY_STATE",
            "TASKSET_STEADY_STATE",
            "CAPACITY_PROVIDER_STEADY_STATE",
            "SERVICE_DESIRED_COUNT_UPDATED",
        )
    ),
    action(
        "file-7-tasks-stopped",
        "TASKS_STOPPED",
        None,
        None,
        "scheduler",
        "unknown",
        because="INFO without a cause; the tasks have events of their own",
    ),
    *(
        action(
            f"file-7-action-{name.lower()}", f"SERVICE_DEPLOYMENT_{name}", None, None, because="no failure"
        )
        for name in ("IN_PROGRESS", "COMPLETED")
    ),
    action(
        "file-7-action-failed",
        "SERVICE_DEPLOYMENT_FAILED",
        "ECS deployment circuit breaker: tasks failed to start.",
        "unknown",
        because="no task of this deployment seen so far",
    ),
)


def deployment(
    id_: str, name: str, reason: str | None, *accepted: str | None, because: str, **so_far: int
) -> Row:
    """Return an ECS Deployment State Change after so many causes of its tasks (underscores for hyphens)."""
    kind = "ERROR" if name == "FAILED" else "INFO"
    return Row(
        id_,
        words(*accepted),
        because,
        "deployment",
        stopped_reason=reason,
        event_name=f"SERVICE_DEPLOYMENT_{name}",
        event_type=kind,
        so_far={cause.replace("_", "-"): count for cause, count in so_far.items()},
    )


DEPLOYMENTS = (
    deployment(
        "file-7-failed-doc",
        "FAILED",
        "ECS deployment circuit breaker: task failed to start.",
        "unknown",
        because="no tasks so far; the documented singular",
    ),
    deployment(
        "file-7-failed-real",
        "FAILED",
        "ECS deployment circuit breaker: tasks failed to start.",
        "app-exit",
        because="the commonest of its tasks",
        app_exit=4,
    ),
    deployment(
        "file-7-rollback-start",
        "IN_PROGRESS",
        "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1234567890123456788.",
        None,
        "unknown",
        because="the rollback begins; what failed had its own event",
    ),
    deployment("file-7-completed", "COMPLETED", "ECS deployment completed.", None, because="no failure"),
)

MESSAGES = (
    start(
        "file-7-text-agent",
        "was unable to place a task because no container instance met all of its requirements. The closest matching"
        " (container-instance 0123456789abcdef) doesn't have the agent connected.",
        "placement",
        "infrastructure",
        because="no place, because of the agent: both words are true",
    ),
    start(
        "file-7-text-cpu",
        "was unable to place a task because no container instance met all of its requirements. The closest matching"
        " (container-instance 0123456789abcdef) has insufficient CPU units available.",
        "placement",
        because="no place",
    ),
    start(
        "file-7-text-error-agent",
        "was unable to place a task because no container instance met all of its requirements. The closest matching"
        ' (container-instance 0123456789abcdef) encountered error "AGENT".',
        "placement",
        "infrastructure",
        because="no place, because of the agent: both words are true",
    ),
    start(
        "file-7-text-consistently",
        "is unable to consistently start tasks successfully.",
        "unknown",
        because="says that, not why",
    ),
    start(
        "file-7-text-throttled",
        "operations are being throttled. Will try again later.",
        "throttled",
        because="the text says so",
    ),
    start(
        "file-7-text-deployment-configuration",
        "was unable to stop or start tasks during a deployment because of the service deployment configuration.",
        "config",
        "scheduler",
        "unknown",
        because="minimum and maximum percent are settings, which the boundaries do not place",
    ),
    start(
        "file-7-text-limit",
        "was unable to place a task. Reason: You've reached the limit on the number of tasks you can run concurrently",
        "placement",
        "throttled",
        because="a quota keeps it from its place",
    ),
    start(
        "file-7-text-protected",
        "task set (ecs-svc/1234567890123456789) was unable to scale in. Reason: The number of protected tasks are more"
        " than the desired count of tasks.",
        "scheduler",
        "unknown",
        because="nothing failed but the scale-in",
    ),
    start(
        "file-7-text-role",
        "failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::111122223333:role/shop' that"
        " was provided for this task. Please verify that the role being passed has the proper trust relationship and"
        " permissions)",
        "config",
        because="roles count as config",
    ),
    start(
        "file-7-text-daemon-cpu",
        "RESOURCE:CPU - Unable to place daemon task on container instance: insufficient CPU",
        "placement",
        because="RESOURCE:* with a tail",
    ),
)


def _rows() -> Iterator[Row]:
    yield from (*CODES, *TASKS)
    yield from (at_task(text, f"file-3-{text.id}") for text in INITIALIZATION)
    yield from (at_task(text, f"file-4-{text.id}") for text in PULLING)
    yield from (at_container(text, f"file-5-{text.id}") for text in CONTAINER)
    yield from (*EXIT_CODES, *SERVICES, *DEPLOYMENTS, *MESSAGES)


ROWS = tuple(_rows())
