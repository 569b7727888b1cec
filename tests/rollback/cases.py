"""A service that fails, as the pure rules are told of it; each test changes what it is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dockwarden.causes.vocabulary import Cause
from dockwarden.facts.known_good import BadRevision, GoodRevision, Known
from dockwarden.facts.releases import (
    Candidate,
    Definition,
    ImageNow,
    ImageState,
    Revision,
    RevisionImage,
    ServiceReleases,
)
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.services import Deployment, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.case import Ask, Case, Gates
from dockwarden.rollback.share import Share
from dockwarden.rollback.targets import AskCandidate
from tests.fakes import ACCOUNT, NOON, REGION, cluster_arn

HOUR = timedelta(hours=1)
GATES = Gates(timedelta(hours=24), 50, timedelta(days=90))
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/web"
SAFE = (("dockwarden:rollback", "safe"),)
DIGEST = "sha256:" + "a" * 64


def definition(number: int) -> str:
    """The ARN of a revision of `web`."""
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web:{number}"


def revision_arn(number: int) -> str:
    """The ARN of the service revision of a revision of `web`."""
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-revision/prod/web/{number}"


def good(number: int, last_seen: datetime = NOON - HOUR, **changes: Any) -> GoodRevision:
    """A revision that is known to have worked."""
    since = last_seen - 2 * HOUR
    made = GoodRevision(
        "prod/web", definition(number), revision_arn(number), (("app", DIGEST),), since, since, last_seen
    )
    return replace(made, **changes)


def bad(number: int = 2, at: datetime = NOON - HOUR, **changes: Any) -> BadRevision:
    """A revision that was rolled back by us."""
    return replace(BadRevision("prod/web", definition(number), (), at, "rollback-1", "ecs-svc/9"), **changes)


def deployment(number: int = 2, state: str = "COMPLETED", began: datetime = NOON - HOUR) -> Deployment:
    """The primary deployment."""
    return Deployment(
        "ecs-svc/9",
        "PRIMARY",
        state,
        None,
        definition(number),
        4,
        4,
        0,
        0,
        began,
        began + timedelta(minutes=3),
    )


def service(number: int = 2, **changes: Any) -> ServiceState:
    """The service on a revision, whose deployment is over for an hour."""
    made = ServiceState(
        arn=SERVICE,
        cluster_arn=cluster_arn(),
        status="ACTIVE",
        task_definition_arn=definition(number),
        desired=4,
        running=4,
        pending=0,
        minimum_healthy_percent=100,
        maximum_percent=200,
        alarm_names=(),
        target_group_arns=(),
        deployment_controller="ECS",
        scheduling_strategy="REPLICA",
        current_deployment_arn=None,
        service_revision_arns=(),
        deployments=(deployment(number),),
        messages=(),
        tags=SAFE,
    )
    return replace(made, **changes)


def rollout(number: int, status: str = "SUCCESSFUL", source: int | None = None, **changes: Any) -> Rollout:
    """A service deployment that brought a revision."""
    made = Rollout(
        arn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-deployment/prod/web/{number}",
        status=status,
        created_at=NOON - HOUR,
        target=revision_arn(number),
        sources=(revision_arn(source),) if source is not None else (),
        finished_at=None if status.endswith("PROGRESS") else NOON - HOUR,
    )
    return replace(made, **changes)


def revisions(*numbers: int) -> Mapping[str, Revision]:
    """Service revisions by their ARN."""
    image = RevisionImage("app", "shop:1", DIGEST)
    return {revision_arn(n): Revision(revision_arn(n), definition(n), (image,)) for n in numbers}


def releases(**changes: Any) -> ServiceReleases:
    """A service that went from the first to the second revision."""
    made = ServiceReleases(
        service(), "ROLLING", "CUSTOMER", (rollout(2, source=1), rollout(1)), revisions(1, 2, 3)
    )
    return replace(made, **changes)


def of_share(steady: int | NotRead, of: ServiceReleases) -> Share | NotRead:
    """So many tasks of a service that hold, while all others have failed."""
    return steady if isinstance(steady, NotRead) else Share(of.state.desired, steady, failed=None)


def case(**changes: Any) -> Case:
    """A second revision that fails by itself, while the first one is known to have worked.

    `steady` is how many of its tasks hold; all others have failed.
    """
    if "steady" in changes:
        changes["share"] = of_share(changes.pop("steady"), changes.get("releases", releases()))
    made = Case(
        cause=Cause.APP_EXIT,
        releases=releases(),
        known=Known("prod/web", (good(1),)),
        current=Definition(definition(2), "ACTIVE"),
        share=of_share(0, releases()),
        beside=(),
        alarms=None,
        now=NOON,
    )
    return replace(made, **changes)


def candidate(task_definition: str, state: ImageState = ImageState.SAME, status: str = "ACTIVE") -> Candidate:
    """An earlier release as it could be deployed now."""
    return Candidate(Definition(task_definition, status), (ImageNow("app", "shop:1", DIGEST, state),))


def deployable(task_definition: str, digests: Mapping[str, str]) -> Candidate | NotRead:
    """Answers that everything can be deployed."""
    del digests
    return candidate(task_definition)


def asking(candidates: AskCandidate = deployable) -> Ask:
    """What is asked for only where a rollback is considered: candidates, and task definitions without tags."""
    return Ask(candidates, lambda arn: Definition(arn, "ACTIVE"))
