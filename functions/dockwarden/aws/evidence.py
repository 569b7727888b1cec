"""Answers the protocols of facts.evidence from ECS, CloudWatch and its Logs, CloudTrail and Elastic Load Balancing."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast

from dockwarden.aws import services
from dockwarden.aws.alarms import described
from dockwarden.aws.asking import Batch, Deadline, Once, UnreadableError, asked, together
from dockwarden.aws.clients import Clients
from dockwarden.aws.deploy_calls import Begun, deploy_call
from dockwarden.aws.log_lines import Wrote, log_tail
from dockwarden.aws.revisions import Failing, changed_by, difference
from dockwarden.aws.target_health import target_groups
from dockwarden.aws.task_definitions import TaskDefinitions, restart_policy
from dockwarden.facts.alarms import ServiceAlarms, alarm_names
from dockwarden.facts.deployers import Deployers
from dockwarden.facts.evidence import (
    Alarms,
    DeployCall,
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
_PARTS = ("service", "log", "difference", "deployer", "targets", "alarms", "restarts")
_T = TypeVar("_T")


class AwsEvidence:
    """Answers Services, Logs, Revisions, Targets, Alarms, Deployers and EvidenceAtOnce; `within` is the deadline of each question, in seconds."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = EvidenceAtOnce.PERMISSIONS

    def __init__(
        self,
        clients: Clients,
        within: float = _WITHIN,
        deadline: Callable[[float], Deadline] = Deadline,
        batch: Batch | None = None,
    ) -> None:
        self._clients = clients
        self._within = within
        self._batch = batch or Batch(deadline)
        self._definitions = TaskDefinitions(self._ecs)

    def begin(self) -> None:
        """Begin a batch of events: from here on all its questions together have a deadline of their own."""
        self._batch.begin()

    def _until(self) -> Deadline:
        return self._batch.until(self._within)

    def answers(self) -> Mapping[type, object]:
        """The object that answers each protocol."""
        protocols = (Services, Logs, Revisions, Targets, Alarms, Deployers, EvidenceAtOnce)
        return dict.fromkeys(protocols, self)

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
        read = Once(lambda: self._definitions.read(task_definition_arn))
        return self._alone(lambda until: self._log(read, task_arn, container, count, until))

    def difference(self, good: str, bad: str) -> RevisionDifference | NotRead:
        """The difference of two revisions, both by the ARNs of service revisions or of task definitions."""
        return self._alone(lambda _: difference(self._ecs(), self._definitions, good, bad))

    def what_changed(
        self, service: ServiceRef, task_definition_arn: str | None = None, deployment_id: str | None = None
    ) -> RevisionDifference | NotRead:
        """What changed from the revision of a service that worked to the one whose tasks fail."""
        failing = Failing(service, task_definition_arn, deployment_id)
        return self._alone(lambda until: self._changed(failing, services.read(self._ecs(), service), until))

    def last_deployer(self, service: ServiceRef, deployment_id: str | None = None) -> Deployer | NotRead:
        """Who began a deployment of a service, the primary one where none is named."""
        return self._alone(
            lambda until: self._deployer(service, services.read(self._ecs(), service), deployment_id, until)
        )

    def deployer(
        self, service: ServiceRef, began: datetime | None, deployment_id: str | None
    ) -> DeployCall | NotRead:
        """The call that began a deployment, also one that ECS shows no more."""
        begun = Begun(began, deployment_id)
        cloudtrail = self._clients.client("cloudtrail")
        return self._alone(lambda until: deploy_call(cloudtrail, service, begun, until))

    def health(self, service: ServiceRef) -> tuple[TargetGroup, ...] | NotRead:
        """Every target group of a service; none where it has no load balancer of this kind."""
        return self._alone(lambda _: self._targets(services.read(self._ecs(), service)))

    def alarms(self, service: ServiceRef, deployment_id: str | None = None) -> ServiceAlarms | NotRead:
        """The alarms of a service, held against a deployment of it, the primary one where none is named."""
        return self._alone(
            lambda until: self._alarms(services.read(self._ecs(), service), deployment_id, until)
        )

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
            asks["alarms"] = lambda: self._alarms(state(), question.deployment_id, until)
            failing = Failing(service, question.task_definition_arn, question.deployment_id)
            asks["difference"] = lambda: self._changed(failing, state(), until)
        definition, task, container = question.task_definition_arn, question.task_arn, question.container
        if definition is not None and task is not None and container is not None:
            read = Once(lambda: self._definitions.read(definition))
            asks["log"] = lambda: self._log(read, task, container, question.lines, until)
            asks["restarts"] = lambda: restart_policy(read(), container)
        return asks

    def _alone(self, read: Callable[[Deadline], _T]) -> _T | NotRead:
        until = self._until()
        return cast("_T | NotRead", together({"": lambda: read(until)}, until)[""])

    def _log(
        self, read: Callable[[], Mapping[str, Any]], task: str, container: str, count: int, until: Deadline
    ) -> LogTail:
        definition = read()
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
        begun = Begun(deployment.created_at, deployment.id)
        call = asked(lambda: deploy_call(cloudtrail, service, begun, until))
        return Deployer(call, state.tag(STACK_TAG))

    def _changed(self, failing: Failing, state: ServiceState, until: Deadline) -> RevisionDifference:
        return changed_by(self._ecs(), self._definitions, failing, state, until)

    def _targets(self, state: ServiceState) -> tuple[TargetGroup, ...]:
        if not state.target_group_arns:
            return ()
        return target_groups(self._clients.client("elbv2"), state.target_group_arns)

    def _alarms(self, state: ServiceState, deployment_id: str | None, until: Deadline) -> ServiceAlarms:
        deployment, names = state.deployment(deployment_id), alarm_names(state)
        began = deployment.created_at if deployment is not None else None
        # Most services have none, and then no client is made.
        found = described(self._clients.client("cloudwatch"), names, until) if names else ()
        return ServiceAlarms(found, began)

    def _ecs(self) -> Any:
        return self._clients.client("ecs")
