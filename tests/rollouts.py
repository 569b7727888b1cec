"""Two rollouts as ECS reports them, event by event: one that succeeds, and one whose tasks exit and exit again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from tests.fakes import ACCOUNT, NOON, REGION, cluster_arn

Raw: TypeAlias = dict[str, Any]

SCALING = "Scaling activity initiated by (deployment ecs-svc/{})"
EXITED = "Essential container in task exited"
OLD, NEW, OTHER = "1000000000000000001", "1000000000000000002", "1000000000000000003"


def at(seconds: float) -> str:
    """A moment after noon, as ECS writes it."""
    return f"{NOON + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def raw(detail_type: str, seconds: float, resource: str, detail: Raw) -> Raw:
    """An event of ECS as it arrives, decoded."""
    return {
        "version": "0",
        "id": f"{detail_type}-{resource}-{seconds}",
        "detail-type": detail_type,
        "source": "aws.ecs",
        "account": ACCOUNT,
        "region": REGION,
        "time": at(seconds)[:19] + "Z",
        "resources": [resource],
        "detail": {"clusterArn": cluster_arn(), **detail},
    }


def task(
    name: str,
    version: int,
    last: str,
    seconds: float,
    *,
    group: str = "service:web",
    revision: str = "web:29",
    deployment: str | None = NEW,
    code: str | None = None,
    reason: str | None = None,
    exits: Sequence[int | None] = (None,),
    started: float | None = None,
    stopping: float | None = None,
    **more: Any,
) -> Raw:
    """A task on its way: with a `code` it is being stopped, and `stopping` is since when."""
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/prod/{name}"
    names = ["app", "router"]
    detail = {
        "taskArn": arn,
        "group": group,
        "version": version,
        "lastStatus": last,
        "desiredStatus": "STOPPED" if code else "RUNNING",
        "taskDefinitionArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{revision}",
        "startedBy": f"ecs-svc/{deployment}" if deployment else None,
        "stopCode": code,
        "stoppedReason": reason,
        "startedAt": at(started) if started is not None else None,
        "stoppingAt": at(stopping) if stopping is not None else None,
        "stoppedAt": at(seconds) if last == "STOPPED" else None,
        "containers": [
            {"name": n, "lastStatus": last, **({} if e is None else {"exitCode": e})}
            for n, e in zip(names, exits, strict=False)
        ],
        **more,
    }
    return raw("ECS Task State Change", seconds, arn, {k: v for k, v in detail.items() if v is not None})


def rising(name: str, seconds: float, **of: Any) -> list[Raw]:
    """A task from its beginning until it runs."""
    states = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]
    return [task(name, n + 1, s, seconds + 8 * n, **of) for n, s in enumerate(states)]


def replaced(name: str, seconds: float, **of: Any) -> list[Raw]:
    """A task that the scheduler stops for a deployment; its exit code is whatever its signal handler gives."""
    why: Raw = {"code": "ServiceSchedulerInitiated", "reason": SCALING.format(of["deployment"])}
    states = [("DEACTIVATING", None), ("STOPPING", None), ("DEPROVISIONING", 2), ("STOPPED", 2)]
    return [
        task(name, n + 7, s, seconds + 20 * n, exits=(e,), started=-60000, stopping=seconds, **why, **of)
        for n, (s, e) in enumerate(states)
    ]


def crashed(name: str, seconds: float, code: int = 99, **of: Any) -> list[Raw]:
    """A task whose container exits seven seconds after it started."""
    why: Raw = {"code": "EssentialContainerExited", "reason": EXITED, "exits": (code,)}
    times: Raw = {"started": seconds - 7, "stopping": seconds}
    return [
        task(name, 5, "DEPROVISIONING", seconds, **why, **times, **of),
        task(name, 6, "STOPPED", seconds + 24, **why, **times, **of),
    ]


def service(
    name: str, event: str, seconds: float, service_name: str = "web", kind: str = "INFO", **more: Any
) -> Raw:
    """An action or a deployment of a service; `more` is the rest of its detail."""
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/{service_name}"
    moment = "updatedAt" if "Deployment" in name else "createdAt"
    return raw(name, seconds, arn, {"eventType": kind, "eventName": event, moment: at(seconds), **more})


def deployment(event: str, seconds: float, of: str = NEW, service_name: str = "web") -> Raw:
    """The state of a deployment."""
    kind = "ERROR" if event.endswith("FAILED") else "INFO"
    name = f"SERVICE_DEPLOYMENT_{event}"
    reason = f"ECS deployment ecs-svc/{of} {event.lower()}."
    more = {"deploymentId": f"ecs-svc/{of}", "reason": reason}
    return service("ECS Deployment State Change", name, seconds, service_name, kind, **more)


def action(event: str, seconds: float, service_name: str = "web", kind: str = "INFO", **more: Any) -> Raw:
    """What the scheduler reports of a service."""
    return service("ECS Service Action", event, seconds, service_name, kind, **more)


def in_order(events: Sequence[Raw]) -> list[Raw]:
    """Events by their time, as they would arrive at best."""
    return sorted(events, key=lambda event: str(event["time"]))


API: Raw = {"group": "service:api", "revision": "api:41"}
BUILD: Raw = {"group": "family:build", "revision": "build:5", "deployment": None}


def success() -> list[Raw]:
    """Two services are deployed at once, and the old tasks of both are replaced."""
    return in_order(
        [
            deployment("IN_PROGRESS", 0),
            deployment("IN_PROGRESS", 2, OTHER, "api"),
            *(action("CAPACITY_PROVIDER_STEADY_STATE", s) for s in (5, 9, 20, 75)),
            *replaced("old-web", 9, deployment=OLD, revision="web:28"),
            *rising("new-web", 10),
            *replaced("old-api", 18, **{**API, "deployment": OLD, "revision": "api:40"}),
            *rising("new-api", 19, **{**API, "deployment": OTHER}),
            deployment("COMPLETED", 75),
            action("SERVICE_STEADY_STATE", 76),
            deployment("COMPLETED", 96, OTHER, "api"),
            action("SERVICE_STEADY_STATE", 97, "api"),
        ]
    )


def failure() -> list[Raw]:
    """A build runs to its end, `api` is deployed well, and all tasks of the new `web` exit until ECS gives up."""
    built: Raw = {"code": "EssentialContainerExited", "reason": EXITED, "exits": (0, 0), **BUILD}
    tasks = [("first", 140), ("second", 176), ("third", 207), ("fourth", 243)]
    return in_order(
        [
            *rising("builder", 0, **BUILD),
            task("builder", 5, "DEPROVISIONING", 101, started=21, stopping=101, **built),
            task("builder", 6, "STOPPED", 114, started=21, stopping=101, **built),
            deployment("IN_PROGRESS", 0, OTHER, "api"),
            *replaced("old-api", 16, **{**API, "deployment": OLD, "revision": "api:40"}),
            *rising("new-api", 17, **{**API, "deployment": OTHER}),
            action("SERVICE_STEADY_STATE", 94, "api"),
            deployment("COMPLETED", 94, OTHER, "api"),
            deployment("IN_PROGRESS", 104),
            *(event for name, end in tasks for event in rising(name, end - 31)),
            *(event for name, end in tasks for event in crashed(name, end)),
            action("SERVICE_TASK_START_IMPAIRED", 230, kind="WARN"),
            deployment("FAILED", 239),
        ]
    )


def moment(seconds: float) -> datetime:
    """A moment after noon."""
    return NOON + timedelta(seconds=seconds)
