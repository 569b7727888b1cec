"""DescribeTasks: the service of a single task."""

from collections.abc import Callable
from typing import Any, ClassVar

from dockwarden.aws.asking import UnreadableError, asked
from dockwarden.facts.tasks import Tasks
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission

_GROUP = "service:"


class EcsTasks:
    """Answers Tasks."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = Tasks.PERMISSIONS

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def service_of(self, cluster: str, task: str) -> str | NotRead | None:
        """The name of the service of a task; NotRead where ECS does not know the task any more."""
        return asked(lambda: self._service_of(cluster, task))

    def _service_of(self, cluster: str, task: str) -> str | None:
        answer = self._client().describe_tasks(cluster=cluster, tasks=[task])
        for found in answer.get("tasks", []):
            group = str(found.get("group", ""))
            return group.removeprefix(_GROUP) if group.startswith(_GROUP) else None
        raise UnreadableError("DescribeTasks: ECS does not know the task")
