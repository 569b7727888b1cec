"""Answers the protocols of facts.evidence from ECS, CloudWatch Logs, CloudTrail and Elastic Load Balancing."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar, cast

from dockwarden.aws import services
from dockwarden.aws.asking import Deadline, Once, UnreadableError, asked, together
from dockwarden.aws.clients import Clients
from dockwarden.aws.deploy_calls import deploy_call
from dockwarden.aws.log_lines import Wrote, log_tail
from dockwarden.aws.revisions import difference
from dockwarden.aws.target_health import target_groups
from dockwarden.aws.task_definitions import TaskDefinitions
from dockwarden.facts.evidence import (
    Deployer,
    Evidence,
    EvidenceAtOnce,
    Logs,
    LogTail,
    Question,
    Revisions,
    Services,
    TargetGroup,
    Targets,
)
from dockwarden.facts.revisions import RevisionDifference
from dockwarden.facts.services import STACK_TAG, ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission

_WITHIN = 8.0
_WITHIN_A_BATCH = 25.0  # of the 60 s that the function of the lane has
_PARTS = ("service", "log", "difference", "deployer", "targets")
_T = TypeVar("_T")


class AwsEvidence:
    """Answers Services, Logs, Revisions, Targets and EvidenceAtOnce; `within` is the deadline of each question, in seconds."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = EvidenceAtOnce.PERMISSIONS

    def __init__(
        self, clients: Clients, within: float = _WITHIN, deadline: Callable[[float], Deadline] = Deadline
    ) -> None:
        self._clients = clients
        self._within = within
        self._deadline = deadline
        self._batch: Deadline | None = None
        self._definitions = TaskDefinitions(self._ecs)

    def begin(self) -> None:
        """Begin a batch of events: from here on all its questions together have a deadline of their own."""
        self._batch = self._deadline(_WITHIN_A_BATCH)

    def _until(self) -> Deadline:
        left = self._batch.left() if self._batch is not None else self._within
        return self._deadline(min(self._within, left))

    def answers(self) -> Mapping[type, object]:
        """The object that answers each protocol."""
        return dict.fromkeys((Services, Logs, Revisions, Targets, EvidenceAtOnce), self)

    def now(self, service: ServiceRef) -> ServiceState | NotRead:
        """A service with its counts, deployments, last messages and tags."""
        return self._alone(lambda _: services.read(self._ecs(), service))

    def all_now(self, wanted: Iterable[ServiceRef]) -> Mapping[ServiceRef, ServiceState | NotRead]:
        """Several services, ten a call."""
        some = list(wanted)
        found = self._alone(lambda _: services.describe(self._ecs(), some))
        return dict.fromkeys(some, found) if isinstance(found, NotRead) else found

    def last_lines(
        self, task_definition_arn: str, task_arn: str, container: str, count: int = 20
    ) -> LogTail | NotRead:
        """The last lines of a container of a task, where its log driver is awslogs."""
        return self._alone(lambda until: self._log(task_definition_arn, task_arn, container, count, until))

    def difference(self, good: str, bad: str) -> RevisionDifference | NotRead:
        """The difference of two revisions, both by the ARNs of service revisions or of task definitions."""
        return self._alone(lambda _: difference(self._ecs(), self._definitions, good, bad))

    def last_deployer(self, service: ServiceRef, deployment_id: str | None = None) -> Deployer | NotRead:
        """Who began a deployment of a service, the primary one where none is named."""
        return self._alone(
            lambda until: self._deployer(service, services.read(self._ecs(), service), deployment_id, until)
        )

    def health(self, service: ServiceRef) -> tuple[TargetGroup, ...] | NotRead:
        """Every target group of a service; none where it has no load balancer of this kind."""
        return self._alone(lambda _: self._targets(services.read(self._ecs(), service)))

    def about(self, question: Question) -> Evidence:
        """What could be read about an incident; the rest is NotRead."""
        until = self._until()
        found = together(self._asks(question, until), until)
        # `together` answers each name with what was asked under it, or NotRead.
        return Evidence(**cast("dict[str, Any]", {name: found.get(name) for name in _PARTS}))

    def _asks(self, question: Question, until: Deadline) -> dict[str, Callable[[], object]]:
        """What a question knows enough for; the service is read once for all that need it."""
        asks: dict[str, Callable[[], object]] = {}
        if (service := question.service) is not None:
            state = Once(lambda: services.read(self._ecs(), service))
            asks["service"] = state
            asks["targets"] = lambda: self._targets(state())
            asks["deployer"] = lambda: self._deployer(service, state(), question.deployment_id, until)
        if (good := question.good_revision) is not None and (bad := question.bad_revision) is not None:
            asks["difference"] = lambda: difference(self._ecs(), self._definitions, good, bad)
        definition, task, container = question.task_definition_arn, question.task_arn, question.container
        if definition is not None and task is not None and container is not None:
            asks["log"] = lambda: self._log(definition, task, container, question.lines, until)
        return asks

    def _alone(self, read: Callable[[Deadline], _T]) -> _T | NotRead:
        until = self._until()
        return cast("_T | NotRead", together({"": lambda: read(until)}, until)[""])

    def _log(self, definition_arn: str, task: str, container: str, count: int, until: Deadline) -> LogTail:
        definition = self._definitions.read(definition_arn)
        until.check()
        logs = self._clients.client("logs")
        return log_tail(logs, self._clients.region, Wrote(definition, container, task), count, until)

    def _deployer(
        self, service: ServiceRef, state: ServiceState, deployment_id: str | None, until: Deadline
    ) -> Deployer:
        deployment = state.deployment(deployment_id)
        if deployment is None:
            raise UnreadableError("ECS shows no such deployment of the service any more")
        cloudtrail = self._clients.client("cloudtrail")
        call = asked(lambda: deploy_call(cloudtrail, service, deployment, until))
        return Deployer(call, state.tag(STACK_TAG))

    def _targets(self, state: ServiceState) -> tuple[TargetGroup, ...]:
        if not state.target_group_arns:
            return ()
        return target_groups(self._clients.client("elbv2"), state.target_group_arns)

    def _ecs(self) -> Any:
        return self._clients.client("ecs")
