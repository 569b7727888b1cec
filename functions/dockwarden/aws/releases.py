"""The releases of a service, from ECS and ECR."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from dockwarden.aws import services
from dockwarden.aws.asking import Deadline, UnreadableError, asked
from dockwarden.aws.clients import Clients
from dockwarden.aws.images import Images, Wanted
from dockwarden.aws.rollouts import ServiceRevision, newest_rollouts, service_revisions
from dockwarden.clock import SystemClock
from dockwarden.events.arn import Arn
from dockwarden.facts.releases import (
    Candidate,
    Definition,
    Releases,
    Revision,
    RevisionImage,
    ServiceReleases,
)
from dockwarden.facts.running import RunningTask, RunningTasks
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission

_WITHIN = 8.0
_PAGES = 5
_SYSTEM = SystemClock()


class AwsReleases:
    """Answers Releases; `within` is the deadline of each question, in seconds.

    `pinnable` says that there is a function that registers pinned copies.
    """

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = Releases.PERMISSIONS

    def __init__(
        self,
        clients: Clients,
        within: float = _WITHIN,
        deadline: Callable[[float], Deadline] = Deadline,
        *,
        pinnable: bool = False,
        now: Callable[[], datetime] = _SYSTEM.now,
    ) -> None:
        self._now = now
        self._clients = clients
        self._pinnable = pinnable
        self._within = within
        self._deadline = deadline

    def of(self, service: ServiceRef) -> ServiceReleases | NotRead:
        """A service with its newest rollouts and their revisions: four calls, two where it has none."""
        until = self._deadline(self._within)
        return asked(lambda: self._of(service, until))

    def definition(self, task_definition: str) -> Definition | NotRead:
        """A revision of a task definition with its tags: one call."""
        return asked(lambda: _definition(self._described(task_definition)))

    def running(self, service: ServiceRef) -> RunningTasks | NotRead:
        """The tasks of a service that run: two calls for each hundred, of five hundred at most."""
        return asked(lambda: self._running(service))

    def candidate(self, task_definition: str, digests: Mapping[str, str]) -> Candidate | NotRead:
        """Whether a task definition can be deployed again: one call, and one for each repository of its images."""
        return asked(lambda: self._candidate(task_definition, digests))

    def _of(self, service: ServiceRef, until: Deadline) -> ServiceReleases:
        ecs = self._clients.client("ecs")
        data = _service(ecs, service)
        rollouts = asked(lambda: newest_rollouts(ecs, service, until))
        known: Mapping[str, ServiceRevision] | NotRead
        if isinstance(rollouts, NotRead):
            known = rollouts
        else:
            until.check()
            known = asked(lambda: service_revisions(ecs, rollouts))
        return ServiceReleases(
            state=services.state(data),
            strategy=data.get("deploymentConfiguration", {}).get("strategy"),
            managed_by=data.get("resourceManagementType"),
            rollouts=rollouts if isinstance(rollouts, NotRead) else tuple(rollouts),
            revisions=known if isinstance(known, NotRead) else {a: _revision(a, r) for a, r in known.items()},
        )

    def _candidate(self, task_definition: str, digests: Mapping[str, str]) -> Candidate:
        answer = self._described(task_definition)
        found = answer["taskDefinition"]
        arn = Arn.read(found.get("taskDefinitionArn"))
        if arn is None:
            raise UnreadableError("DescribeTaskDefinition: no ARN")
        containers = [one for one in found.get("containerDefinitions", []) if one.get("image")]
        wanted = [Wanted(c.get("name", ""), c["image"], digests.get(c.get("name", ""))) for c in containers]
        images = Images(self._clients.client("ecr"), arn.account, arn.region)
        return Candidate(_definition(answer), images.now(wanted), self._pinnable)

    def _described(self, task_definition: str) -> Mapping[str, Any]:
        # Not from what was read before: of a revision all stays as it is but its status and its tags.
        answer: Mapping[str, Any] = self._clients.client("ecs").describe_task_definition(
            taskDefinition=task_definition, include=["TAGS"]
        )
        return answer

    def _running(self, service: ServiceRef) -> RunningTasks:
        ecs = self._clients.client("ecs")
        found: list[RunningTask] = []
        wanted = {"cluster": service.cluster, "serviceName": service.name, "desiredStatus": "RUNNING"}
        # The time before the first answer: a task that starts meanwhile has not run for longer than it has.
        read_at, token = self._now(), None
        for _ in range(_PAGES):
            listed = ecs.list_tasks(**wanted, **({"nextToken": token} if token else {}))
            if listed["taskArns"]:
                answer = ecs.describe_tasks(cluster=service.cluster, tasks=listed["taskArns"])
                found += filter(None, map(_running_task, answer["tasks"]))
            token = listed.get("nextToken")
            if not token:
                break
        return RunningTasks(read_at, tuple(found), complete=not token)


def _running_task(one: Mapping[str, Any]) -> RunningTask | None:
    """A task as boto3 brings it, None where it does not run."""
    at = one.get("startedAt")
    if one.get("lastStatus") != "RUNNING" or not isinstance(at, datetime):
        return None
    return RunningTask(str(one.get("taskDefinitionArn")), one.get("startedBy"), at)


def _definition(answer: Mapping[str, Any]) -> Definition:
    found = answer["taskDefinition"]
    tags = ((tag.get("key", ""), tag.get("value", "")) for tag in answer.get("tags", []))
    return Definition(found["taskDefinitionArn"], str(found.get("status")), tuple(tags))


def _service(ecs: Any, service: ServiceRef) -> Mapping[str, Any]:
    """A service as boto3 brings it. Raises what boto3 raises, and UnreadableError where ECS does not know it."""
    answer = ecs.describe_services(cluster=service.cluster, services=[service.name], include=["TAGS"])
    for found in answer.get("services", []):
        data: Mapping[str, Any] = found
        return data
    failures = answer.get("failures", [])
    raise UnreadableError(f"DescribeServices: {failures[0].get('reason') if failures else 'MISSING'}")


def _revision(arn: str, data: ServiceRevision) -> Revision:
    images = (
        RevisionImage(one.get("containerName", ""), one.get("image", ""), one.get("imageDigest"))
        for one in data.get("containerImages", [])
    )
    return Revision(arn, data.get("taskDefinition", ""), tuple(images))
