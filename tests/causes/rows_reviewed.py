"""What a second reviewer found: init containers, texts of the scheduler that are not understood, further wordings, cuts."""

from collections.abc import Iterator

from tests.causes.rows_adversary import EXITS, FAILED, SCHEDULER, either_order, side, stage
from tests.causes.rows_file import (
    ELB,
    HEALTH,
    OOM,
    SCALING,
    SPOT,
    STANDALONE,
    app,
    at_container,
    at_task,
    scheduler,
)
from tests.causes.shapes import Container, Row, Words, words
from tests.causes.texts import AUTH, ECR, INIT, LOGGER, OLD_AUTH, PULL, START, STREAM, Text

_SSM = OLD_AUTH + "unable to retrieve secrets from ssm: service call has been retried 5 time(s)"
_STEP = 3
_MAINTENANCE = "Your task was stopped for AWS maintenance of the underlying host."


def init(code: int | None = 0, name: str = "migrate") -> Container:
    """Return a container that has to be done before the application starts."""
    return Container(name, None, code, essential=False)


def _inits() -> Iterator[Row]:
    open_ = "an exit code that is missing is not 0: the application may have failed"
    killed = "the application was stopped by a signal; only its init container ended well"
    for group, name in (("service:shop", "service"), (STANDALONE, "standalone")):
        id_ = f"reviewed-init-{name}"
        yield from _both(f"{id_}-app-absent", (init(), app()), "unknown", because=open_, group=group)
        yield from _both(f"{id_}-app-143", (init(), app(143)), "killed", because=killed, group=group)
        yield from _both(f"{id_}-app-137", (init(), app(137)), "killed", because=killed, group=group)
        yield from _both(f"{id_}-app-1", (init(), app(1)), "app-exit", because="the app failed", group=group)
        done = "clean-exit" if name == "service" else None
        yield from _both(f"{id_}-app-0", (init(), app(0)), done, because="all ended well", group=group)
        helped = (init(), app(0), side(None, name="aws-guardduty-agent-x1"), side(143, name="envoy"))
        yield from _both(
            f"{id_}-helpers", helped, done, because="a helper without a code is no app", group=group
        )
        three = (init(), init(0, "assets"), app(), side(0))
        yield from _both(f"{id_}-three", three, "unknown", because=open_, group=group)
        for status in ("DEACTIVATING", "DEPROVISIONING"):
            boxes = (init(), app(None, None, "RUNNING"))
            yield _named(
                f"{id_}-{status.lower()}",
                stage("", status, EXITS, None, boxes, None, because="the app has not ended yet", group=group),
            )
    oom = (init(), app(None, OOM))
    yield from _both("reviewed-init-oom", oom, "oom", because="the reason of the container counts")
    yield from _both("reviewed-helper-0-app-absent", (side(0), app()), "unknown", because=open_)
    yield from _both(
        "reviewed-helper-143-app-absent", (init(), side(143), app()), "unknown", "killed", because=open_
    )


def _both(
    id_: str, boxes: tuple[Container, ...], *accepted: str | None, because: str, group: str = "service:shop"
) -> tuple[Row, ...]:
    rows = either_order("", boxes, *accepted, because=because, group=group)
    return tuple(_named(f"{id_}-{way}", row) for way, row in zip(("forward", "backward"), rows, strict=True))


def _named(id_: str, row: Row) -> Row:
    return Row(
        id_,
        row.accepted,
        row.because,
        row.kind,
        row.stop_code,
        row.stopped_reason,
        row.containers,
        row.last_status,
        row.desired_status,
        row.group,
    )


_NOT_UNDERSTOOD = (
    "Task did not pass its probes",
    "Target deregistered after too many 502",
    "Task crashed repeatedly",
    "Circuit breaker threshold reached",
    "Request timed ou",
    "Request timed out",
    "Task was found unhealt",
    "Task was found unhealthy",
    "TASK WAS FOUND UNHEALTHY",
    "Task failed",
    "Task fai",
    "Task",
    "Health checks failed",
    "Tasks are failing; replacing them",
    "Replacing unhealthy task",
    "Task failed its probe and was replaced",
    "The deployment was rolled back after tasks failed their probes",
    "Readiness gate did not open in time",
    "Too many restarts",
    "Essential work is missing",
    "Task was replaced",
    "Task replaced, fa",
    "Replacing unhealth",
    "Amazon ECS is re",
)
_CHECKED = (
    "Task is unhealthy: container app failed its health check",
    "Unhealthy: container 'app' failed its health check 3 times",
    "The health check of container app failed",
    "Health check of container 'app' did not pass; task replaced",
    "ECS replaced the task because it was unhealthy: container app failed its health check",
    "UNHEALTHY: CONTAINER APP FAILED ITS HEALTH CHECK",
    "Container app is unhealthy",
    "Task failed Docker health checks",
)
_BALANCED = (
    "Replaced: target is unhealthy in target group shop",
    "Task replaced, failed ELB health checks",
    "The load balancer found the task unhealthy (Request timed out)",
    "task failed elb health checks in (TARGET-GROUP arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/a/b)",
    "(service shop) (port 8080) is unhealthy in (target-group arn:aws:x:y:z) due to (reason Request timed out)",
)
_WILLED = (
    "Scaling activity ini",
    "Scaling activity",
    "Scaling activ",
    "SCALING ACTIVITY INITIATED BY (deployment ecs-svc/1)",
    "Service shop is scaling in",
    "Amazon ECS is rebalancing tasks across Availability Zones",
    "Amazon ECS is rebal",
    "Task set ecs-svc/1 was scaled down",
    "Scaling activity initiated by (service fail-over)",
    "Replaced by a new deployment",
)


def _schedulers() -> Iterator[Row]:
    silent = "`scheduler` is silent: not for a text that is not understood"
    for number, text in enumerate(_NOT_UNDERSTOOD, start=1):
        yield scheduler(f"reviewed-scheduler-unknown-{number}", 137, text, "unknown", because=silent)
    check = "a container's own health check"
    for number, text in enumerate(_CHECKED, start=1):
        yield scheduler(f"reviewed-scheduler-check-{number}", 137, text, "container-health", because=check)
    for number, text in enumerate(_BALANCED, start=1):
        yield scheduler(
            f"reviewed-scheduler-elb-{number}", 0, text, "elb-health", because="a load balancer's check"
        )
    for number, text in enumerate(_WILLED, start=1):
        yield scheduler(
            f"reviewed-scheduler-willed-{number}", 1, text, "scheduler", because="the scheduler's own will"
        )
    for end in range(len("Task failed ELB h"), len("Task failed ELB health checks in ("), 4):
        yield scheduler(f"reviewed-elb-{end}", 0, ELB[:end], "elb-health", because="nothing else begins so")
    for end in range(len("Task failed c"), len(HEALTH), 4):
        yield scheduler(
            f"reviewed-health-{end}", 0, HEALTH[:end], "container-health", because="nothing else begins so"
        )
    prefixed = f"(service shop) (task 0123456789abcdef) {HEALTH[5:]}"
    for end in range(prefixed.index("container ") + 4, len(prefixed), 6):
        yield scheduler(
            f"reviewed-health-service-{end}",
            0,
            prefixed[:end],
            "container-health",
            because="the same, in the service's words",
        )


def _cuts() -> Iterator[Row]:
    """The same typical texts, cut off at each third character."""
    typical = (
        ("scaling", SCHEDULER, SCALING, "Scaling activity", "scheduler"),
        ("elb", SCHEDULER, ELB, "Task failed ELB", "elb-health"),
        ("health", SCHEDULER, HEALTH, "Task failed container", "container-health"),
        (
            "maintenance",
            "TerminationNotice",
            _MAINTENANCE,
            "Your task was stopped for AWS mainten",
            "infrastructure",
        ),
    )
    for name, code, text, key, cause in typical:
        for end in range(_STEP, min(len(text), len(key) + 2 * _STEP), _STEP):
            # Before its key the code of a notice is all there is: spot, if only as a guess.
            less = words("unknown", *(("spot",) if cause == "infrastructure" else ()))
            accepted = words(cause) if key in text[:end] else words(cause) | less
            because = "cut off: its cause, or unknown before the word that decides"
            yield Row(f"reviewed-cut-{name}-{end}", accepted, because, "task", code, text[:end], (app(),))


_GROUPS: dict[str, tuple[Words, tuple[str, ...]]] = {
    "placement": (
        words("placement"),
        (
            "InsufficientInstanceCapacity: We currently do not have sufficient capacity in the Availability Zone",
            "Unexpected EC2 error while attempting to run the instance: InsufficientInstanceCapacity",
            "There is not sufficient capacity for the requested instance type",
        ),
    ),
    "image-invalid": (
        words("image-invalid"),
        (
            PULL + "failed to extract layer: gzip: invalid header",
            PULL + "failed to register layer: unsupported layer compression: zstd",
            PULL + f"image {ECR}/shop:7 does not support the linux/arm64 platform",
            PULL + "The image does not support the required platform linux/amd64",
        ),
    ),
    "config": (
        words("config"),
        (
            START + "mount source path does not exist",
            "CannotCreateContainerError: invalid mount source path '/data'",
            INIT + "EBS volume attachment timed out",
            INIT + "failed to attach Amazon EBS volume to the task",
            INIT + "failed to mount FSx: connection timed out",
            INIT + "fsxWindowsFileServer: file system was not found",
        ),
    ),
    "infrastructure": (
        words("infrastructure"),
        (
            "CannotCreateContainerError: dial unix /run/containerd/containerd.sock: connect: connection refused",
            PULL + "dial unix:///run/containerd/containerd.sock: connect: connection refused",
            START
            + 'connection error: desc = "transport: dial unix /run/containerd/containerd.sock: connection refused"',
        ),
    ),
    "secret-access": (
        words("secret-access"),
        (
            INIT
            + "The execution role of the task does not have the required permissions to read secrets from Secrets Manager",
            _SSM + ": the execution role does not have the required permissions",
        ),
    ),
    "image-access": (
        words("image-access"),
        (
            PULL + "the task execution role does not have the required permissions",
            INIT + "unable to get ecr auth token: AccessDeniedException",
            AUTH + "unable to get ECR auth token: the execution role does not have the required permissions",
        ),
    ),
    "image-network": (
        words("image-network"),
        (INIT + "failed to get ecr auth token: dial tcp 10.0.1.4:443: i/o timeout",),
    ),
    "log-access": (
        words("log-access"),
        (LOGGER + "the execution role does not have the required permissions to create the log stream",),
    ),
    "either-access": (
        words("secret-access", "image-access", "unknown"),
        (AUTH + "the execution role does not have the required permissions",),
    ),
    "host-terminated": (
        words("host-terminated"),
        (
            "The EC2 instance hosting this task was terminated",
            "EC2 instance hosting the task has been terminated.",
            "THE EC2 INSTANCE HOSTING THIS TASK WAS TERMINATED",
        ),
    ),
    "secret-network": (
        words("secret-network"),
        (
            _SSM[: -len("ed 5 time(s)")] + "...",
            _SSM[: -len("ed 5 time(s)")],
            _SSM + ":",
            _SSM,
        ),
    ),
    "secret-cut": (
        words("secret-network", "unknown"),
        (_SSM.replace("secrets from ssm", "secret from asm"), _SSM.replace("5 time", "1 time")),
    ),
    "secret-missing": (
        words("secret-missing"),
        (
            _SSM + ": ValidationException: Invalid parameter name. Please use correct syntax",
            INIT
            + "Fetching secret data from SSM Parameter Store in eu-central-1: Invalid parameter name: //shop",
        ),
    ),
    "log-missing": (
        words("log-missing"),
        (
            LOGGER + "The task cannot find the Amazon CloudWatch log group '/ecs/shop': it does not exist",
            LOGGER + "The task cannot find the Amazon CloudWatch log group defined in the task definition:"
            " ResourceNotFoundException: The specified log group does not exist.",
            LOGGER + "log group /ecs/shop was not found. Check your network configuration or create it",
            STREAM + "the log group '/ecs/shop' could not be found",
            LOGGER + "cannot find log group /ecs/shop",
        ),
    ),
}


def _wordings() -> Iterator[Row]:
    for group, (accepted, texts) in _GROUPS.items():
        for number, text in enumerate(texts, start=1):
            one = Text(f"{group}-{number}", text, text, accepted, f"another wording of {group}")
            yield at_task(one, f"reviewed-{one.id}-at-task")
            yield at_container(one, f"reviewed-{one.id}-at-container")


def _dependencies() -> Iterator[Row]:
    because = "the health check of the container that it needs; its own end was only a consequence"
    reasons = (
        "dependency container db is unhealthy",
        "container db is unhealthy",
        "Dependency 'db' container unhealthy",
    )
    for number, reason in enumerate(reasons, start=1):
        accepted = words("container-health", "config", "unknown")
        id_ = f"reviewed-dependency-{number}"
        boxes = (app(137, reason), Container("db", None, 143))
        yield Row(f"{id_}-exited", accepted, because, "task", EXITS, None, boxes)
        yield Row(f"{id_}-start", accepted, because, "task", FAILED, "Task failed to start", boxes)


def _notices() -> Iterator[Row]:
    code = "TerminationNotice"
    running = (app(None, None, "RUNNING"),)
    for end in (len(_MAINTENANCE), 41, 37, 35, 20, 10):
        text = _MAINTENANCE[:end]
        because = "maintenance is not Spot; what it is may be clear only when all of the text is there"
        accepted = words("infrastructure", None) if end > 36 else words(None)
        yield Row(f"reviewed-notice-{end}", accepted, because, "task", code, text, running, "RUNNING")
    spots = (None, SPOT, SPOT[:12], "Spot capacity is needed back", SPOT.upper())
    for number, spot in enumerate(spots, start=1):
        id_ = f"reviewed-notice-spot-{number}"
        yield Row(id_, words("spot"), "about Spot", "task", code, spot, running, "RUNNING")


def _rows() -> Iterator[Row]:
    for group in (_inits, _schedulers, _cuts, _wordings, _dependencies, _notices):
        yield from group()


ROWS = tuple(_rows())
