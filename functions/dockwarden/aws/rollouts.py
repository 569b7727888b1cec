"""What ECS knows of a service's rollouts: its newest service deployments, and the service revisions of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from dockwarden.aws.asking import Deadline
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.services import ServiceRef

MOST = 20
"""So many service deployments, or service revisions, one call describes; older ones are not looked at."""

ServiceRevision: TypeAlias = Mapping[str, Any]


def newest_rollouts(ecs: Any, service: ServiceRef, until: Deadline) -> list[Rollout]:
    """The newest service deployments, the newest first: two calls, one where there are none.

    ECS forgets them after 90 days and has none for other deployment controllers. Raises what boto3 raises, and
    TooLateError.
    """
    # No paginator: botocore has none, and the first page has the newest twenty.
    listed = ecs.list_service_deployments(cluster=service.cluster, service=service.name, maxResults=MOST)
    arns = [arn for one in listed.get("serviceDeployments", []) if (arn := one.get("serviceDeploymentArn"))]
    if not arns:
        return []
    until.check()
    answer = ecs.describe_service_deployments(serviceDeploymentArns=arns[:MOST])
    return sorted(map(_rollout, answer.get("serviceDeployments", [])), key=_began, reverse=True)


def service_revisions(ecs: Any, rollouts: Sequence[Rollout]) -> dict[str, ServiceRevision]:
    """The service revisions that some rollouts name, by ARN, those of the first ones first: one call."""
    arns = list(dict.fromkeys(arn for one in rollouts for arn in _named(one)))[:MOST]
    if not arns:
        return {}
    answer = ecs.describe_service_revisions(serviceRevisionArns=arns)
    return {
        revision.get("serviceRevisionArn", ""): revision for revision in answer.get("serviceRevisions", [])
    }


def _named(rollout: Rollout) -> Iterator[str]:
    yield from filter(None, (rollout.target, *rollout.sources, rollout.rolled_back_to))


def _rollout(data: Mapping[str, Any]) -> Rollout:
    created, finished = data.get("createdAt"), data.get("finishedAt")
    return Rollout(
        arn=data.get("serviceDeploymentArn", ""),
        status=data.get("status"),
        created_at=created if isinstance(created, datetime) else None,
        target=data.get("targetServiceRevision", {}).get("arn"),
        sources=tuple(arn for one in data.get("sourceServiceRevisions", []) if (arn := one.get("arn"))),
        rolled_back_to=data.get("rollback", {}).get("serviceRevisionArn"),
        finished_at=finished if isinstance(finished, datetime) else None,
    )


def _began(rollout: Rollout) -> float:
    return rollout.created_at.timestamp() if rollout.created_at is not None else 0.0
