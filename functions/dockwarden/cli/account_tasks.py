"""Services and stopped tasks of an account, as ECS remembers them; every call only reads."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dockwarden.aws.clients import Clients
from dockwarden.aws.services import state
from dockwarden.cli.account import ask
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.events.parse import parse
from dockwarden.facts.services import ServiceRef, ServiceState

_DESCRIBE = 100  # DescribeTasks takes no more
_MOST = 300
"""More stopped tasks of one service than this are not looked at: the commonest cause is plain by then."""


class AccountTasks:
    """What ECS knows. Raises AccountError where it does not answer."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def clusters(self) -> list[str]:
        """The ARNs of all clusters of the account and region."""
        pages = self._ecs().get_paginator("list_clusters")
        return ask(
            "listing clusters", lambda: [arn for page in pages.paginate() for arn in page["clusterArns"]]
        )

    def service(self, service: ServiceRef) -> ServiceState | None:
        """A service; None where the cluster has none of that name."""
        answer = ask(
            f"reading service {service.name}",
            lambda: self._ecs().describe_services(
                cluster=service.cluster, services=[service.name], include=["TAGS"]
            ),
        )
        return next((state(found) for found in answer.get("services", [])), None)

    def task(self, cluster: str, arn: str) -> TaskStateChange | None:
        """A task as the event that it would be now; None where ECS knows it no more."""
        return next(iter(self._described(cluster, [arn])), None)

    def stopped(self, service: ServiceRef) -> list[TaskStateChange]:
        """The tasks of a service that have stopped and that ECS remembers, the one that stopped last at the end."""
        pages = (
            self._ecs()
            .get_paginator("list_tasks")
            .paginate(
                cluster=service.cluster,
                serviceName=service.name,
                desiredStatus="STOPPED",
                PaginationConfig={"MaxItems": _MOST},
            )
        )
        doing = f"listing the stopped tasks of {service.name}"
        arns = ask(doing, lambda: [arn for page in pages for arn in page["taskArns"]])
        parts = [arns[start : start + _DESCRIBE] for start in range(0, len(arns), _DESCRIBE)]
        tasks = [task for some in parts for task in self._described(service.cluster, some)]
        return sorted(tasks, key=lambda task: (_ended(task), task.task_arn))

    def _described(self, cluster: str, arns: Sequence[str]) -> list[TaskStateChange]:
        def call() -> Mapping[str, Any]:
            answer: Mapping[str, Any] = self._ecs().describe_tasks(cluster=cluster, tasks=list(arns))
            return answer

        return list(_events(ask("reading tasks", call).get("tasks", []), self._clients.region))

    def _ecs(self) -> Any:
        return self._clients.client("ecs")


def _ended(task: TaskStateChange) -> datetime:
    return task.stopped_at or task.stopping_at or datetime.min.replace(tzinfo=UTC)


def _events(tasks: Iterable[Mapping[str, Any]], region: str) -> Iterable[TaskStateChange]:
    """Tasks as the events that say the same: DescribeTasks and the event share their fields."""
    for task in tasks:
        raw = {
            "source": TaskStateChange.SOURCE,
            "detail-type": TaskStateChange.DETAIL_TYPES[0],
            "region": region,
            "resources": [task.get("taskArn", "")],
            "detail": _plain(task),
        }
        event = parse(raw)
        if isinstance(event, TaskStateChange):
            yield event


def _plain(value: Any) -> Any:
    """A value of boto3 as JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
