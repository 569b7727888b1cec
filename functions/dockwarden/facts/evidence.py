"""What explains an incident: last log lines, what changed, who deployed, targets, alarms, and the service as it is now.

Each answer is read when it is asked for, and says NotRead with AWS's own code where it could not be.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from dockwarden.facts.alarms import ServiceAlarms
from dockwarden.facts.revisions import RevisionDifference
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import ON_LISTED_CLUSTERS, Permission

EVERYTHING = "*"
"""The resource of an action for which IAM knows no resources."""

_SERVICES_ARN = "arn:{partition}:ecs:{region}:{account}:service/*"

DESCRIBE_SERVICES = Permission(
    actions=("ecs:DescribeServices",),
    resources=(_SERVICES_ARN,),
    for_clusters=True,
    conditions=ON_LISTED_CLUSTERS,
    why="read counts, deployments, messages and tags of services in the listed clusters",
)
# IAM asks for the service as well as for the deployment or revision of it, says the Service Authorization Reference.
LIST_SERVICE_DEPLOYMENTS = Permission(
    actions=("ecs:ListServiceDeployments",),
    resources=(_SERVICES_ARN,),
    for_clusters=True,
    conditions=ON_LISTED_CLUSTERS,
    why="find the rollout that fails and the one before it",
)
DESCRIBE_SERVICE_DEPLOYMENTS = Permission(
    actions=("ecs:DescribeServiceDeployments",),
    resources=(_SERVICES_ARN, "arn:{partition}:ecs:{region}:{account}:service-deployment/*"),
    for_clusters=True,
    conditions=ON_LISTED_CLUSTERS,
    why="read from which service revision to which a rollout went",
)
DESCRIBE_SERVICE_REVISIONS = Permission(
    actions=("ecs:DescribeServiceRevisions",),
    resources=(_SERVICES_ARN, "arn:{partition}:ecs:{region}:{account}:service-revision/*"),
    for_clusters=True,
    conditions=ON_LISTED_CLUSTERS,
    why="read the image digests and the network of service revisions",
)
DESCRIBE_TASK_DEFINITION = Permission(
    actions=("ecs:DescribeTaskDefinition",),
    resources=(EVERYTHING,),
    why="compare revisions and find a container's log group; IAM knows no resource for this action",
    for_clusters=True,
)
GET_LOG_EVENTS = Permission(
    actions=("logs:GetLogEvents",),
    # Streams of the awslogs driver are named prefix/container/task; others cannot be read.
    resources=("arn:{partition}:logs:{region}:{account}:log-group:*:log-stream:*/*/*",),
    why="read the last lines of a stopped container; its log group is known only when it stops",
    for_clusters=True,
)
LOOKUP_EVENTS = Permission(
    actions=("cloudtrail:LookupEvents",),
    resources=(EVERYTHING,),
    why="find who deployed a service last; IAM knows no resource for this action",
    for_clusters=True,
)
DESCRIBE_TARGET_HEALTH = Permission(
    actions=("elasticloadbalancing:DescribeTargetHealth",),
    resources=(EVERYTHING,),
    why="read why a load balancer finds a task unhealthy; IAM knows no resource for this action",
    for_clusters=True,
)
DESCRIBE_ALARMS = Permission(
    actions=("cloudwatch:DescribeAlarms",),
    # CloudWatch shows composite alarms only to those who may describe all alarms.
    resources=(EVERYTHING,),
    why="read the alarms of a service; CloudWatch shows composite ones only to who may read all",
    for_clusters=True,
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that a container wrote, redacted and cut."""

    at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class LogTail:
    """The last lines of one container of one task, oldest first; none where it wrote nothing."""

    container: str
    log_group: str
    log_stream: str
    lines: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class DeployCall:
    """The call that began a deployment; `user_agent` and `session_name` are whatever the caller wrote."""

    event_name: str
    at: datetime | None
    principal: str | None
    principal_arn: str | None
    session_name: str | None
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class Deployer:
    """Who deployed a service last, and by what: `stack` is the CloudFormation stack that has it, if any."""

    call: DeployCall | NotRead
    stack: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """One target with its state and, where it is not healthy, the load balancer's reason code and sentence."""

    id: str
    port: int | None
    state: str | None
    reason: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """A target group of a service and how its targets are."""

    arn: str
    targets: tuple[Target, ...] | NotRead


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """That ECS restarts a container inside its task, without an event, if it ran for `period` seconds before."""

    container: str
    period: int


class Services(Protocol):
    """How services are now."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (DESCRIBE_SERVICES,)

    def now(self, service: ServiceRef) -> ServiceState | NotRead:
        """A service with its counts, deployments, last messages and tags."""

    def all_now(self, services: Iterable[ServiceRef]) -> Mapping[ServiceRef, ServiceState | NotRead]:
        """Several services, ten a call."""


class Logs(Protocol):
    """What a container wrote last."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (DESCRIBE_TASK_DEFINITION, GET_LOG_EVENTS)

    def last_lines(
        self, task_definition_arn: str, task_arn: str, container: str, count: int = 20
    ) -> LogTail | NotRead:
        """The last lines of a container of a task, where its log driver is awslogs."""


class Revisions(Protocol):
    """What changed between revisions of a service, and who changed it."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        DESCRIBE_SERVICES,
        LIST_SERVICE_DEPLOYMENTS,
        DESCRIBE_SERVICE_DEPLOYMENTS,
        DESCRIBE_SERVICE_REVISIONS,
        DESCRIBE_TASK_DEFINITION,
        LOOKUP_EVENTS,
    )

    def what_changed(
        self, service: ServiceRef, task_definition_arn: str | None = None, deployment_id: str | None = None
    ) -> RevisionDifference | NotRead:
        """What changed from the revision of a service that worked to the one whose tasks fail.

        That is the one of a task definition, or else that of a deployment, the primary one where none is named.
        """

    def difference(self, good: str, bad: str) -> RevisionDifference | NotRead:
        """The difference of two revisions, both by the ARNs of service revisions or of task definitions."""

    def last_deployer(self, service: ServiceRef, deployment_id: str | None = None) -> Deployer | NotRead:
        """Who began a deployment of a service, the primary one where none is named."""


class Targets(Protocol):
    """How a service's load balancers see its tasks."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (DESCRIBE_SERVICES, DESCRIBE_TARGET_HEALTH)

    def health(self, service: ServiceRef) -> tuple[TargetGroup, ...] | NotRead:
        """Every target group of a service; none where it has no load balancer of this kind."""


class Alarms(Protocol):
    """What a service's CloudWatch alarms say."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (DESCRIBE_SERVICES, DESCRIBE_ALARMS)

    def alarms(self, service: ServiceRef, deployment_id: str | None = None) -> ServiceAlarms | NotRead:
        """The alarms of a service, held against a deployment of it, the primary one where none is named."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an incident is about, as far as it is known; what is None is not asked."""

    service: ServiceRef | None = None
    task_definition_arn: str | None = None
    task_arn: str | None = None
    container: str | None = None
    deployment_id: str | None = None
    lines: int = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was asked; None for what there was nothing to ask about."""

    service: ServiceState | NotRead | None
    log: LogTail | NotRead | None
    difference: RevisionDifference | NotRead | None
    deployer: Deployer | NotRead | None
    targets: tuple[TargetGroup, ...] | NotRead | None
    alarms: ServiceAlarms | NotRead | None
    restarts: RestartPolicy | NotRead | None = None


class EvidenceAtOnce(Protocol):
    """All of it together, read side by side within one deadline."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        DESCRIBE_SERVICES,
        LIST_SERVICE_DEPLOYMENTS,
        DESCRIBE_SERVICE_DEPLOYMENTS,
        DESCRIBE_SERVICE_REVISIONS,
        DESCRIBE_TASK_DEFINITION,
        GET_LOG_EVENTS,
        LOOKUP_EVENTS,
        DESCRIBE_TARGET_HEALTH,
        DESCRIBE_ALARMS,
    )

    def about(self, question: Question) -> Evidence:
        """What could be read about an incident; the rest is NotRead."""
