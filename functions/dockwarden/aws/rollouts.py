"""What ECS knows of a service's rollouts: its newest service deployments, and the service revisions of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from dockwarden.aws.asking import Deadline, UnreadableError
from dockwarden.facts.rollouts import MOST_ROLLOUTS, Rollout
from dockwarden.facts.services import ServiceRef

_MOST_REVISIONS = 20

ServiceRevision: TypeAlias = Mapping[str, Any]


def newest_rollouts(ecs: Any, service: ServiceRef, until: Deadline) -> list[Rollout]:
    """The newest service deployments, the newest first: two calls, one where there are none.

    ECS forgets them after 90 days and has none for other deployment controllers. Raises what boto3 raises,
    TooLateError, and UnreadableError where one that it lists is not described: what it brought would be overlooked.
    """
    # No paginator: botocore has none, and the first page has the newest twenty.
    listed = ecs.list_service_deployments(
        cluster=service.cluster, service=service.name, maxResults=MOST_ROLLOUTS
    )
    arns = [arn for one in listed.get("serviceDeployments", []) if (arn := one.get("serviceDeploymentArn"))]
    if not arns:
        return []
    until.check()
    answer = ecs.describe_service_deployments(serviceDeploymentArns=arns[:MOST_ROLLOUTS])
    found = list(map(_rollout, answer.get("serviceDeployments", [])))
    if not {one.arn for one in found}.issuperset(arns[:MOST_ROLLOUTS]):
        failures = answer.get("failures", [])
        why = failures[0].get("reason") if failures else "not all of them are described"
        raise UnreadableError(f"DescribeServiceDeployments: {why}")
    return sorted(found, key=_began, reverse=True)


def service_revisions(ecs: Any, rollouts: Sequence[Rollout]) -> dict[str, ServiceRevision]:
    """The service revisions that some rollouts name, by ARN, those of the first ones first: one call."""
    arns = list(dict.fromkeys(arn for one in rollouts for arn in _named(one)))[:_MOST_REVISIONS]
    if not arns:
        return {}
    answer = ecs.describe_service_revisions(serviceRevisionArns=arns)
    return {
        revision.get("serviceRevisionArn", ""): revision for revision in answer.get("serviceRevisions", [])
    }


def _named(rollout: Rollout) -> Iterator[str]:
    yield from filter(None, (rollout.target, *rollout.sources, rollout.rolled_back_to))


def _rollout(data: Mapping[str, Any]) -> Rollout:
    created, finished, alarms = data.get("createdAt"), data.get("finishedAt"), data.get("alarms", {})
    return Rollout(
        arn=data.get("serviceDeploymentArn", ""),
        status=data.get("status"),
        created_at=created if isinstance(created, datetime) else None,
        target=data.get("targetServiceRevision", {}).get("arn"),
        sources=tuple(arn for one in data.get("sourceServiceRevisions", []) if (arn := one.get("arn"))),
        rolled_back_to=data.get("rollback", {}).get("serviceRevisionArn"),
        finished_at=finished if isinstance(finished, datetime) else None,
        early=bool(data.get("deploymentConfiguration", {}).get("earlySuccessCriteria", {}).get("enable")),
        alarms=alarms.get("status") if alarms.get("alarmNames") else None,
    )


def _began(rollout: Rollout) -> float:
    return rollout.created_at.timestamp() if rollout.created_at is not None else 0.0
