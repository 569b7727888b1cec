"""Two revisions of a service, found, read and compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dockwarden.aws.asking import Deadline, UnreadableError, asked
from dockwarden.aws.comparison import Definition, compare, digests, has_all_digests
from dockwarden.aws.placing import compare_placing
from dockwarden.aws.rollouts import ServiceRevision, newest_rollouts, service_revisions
from dockwarden.aws.task_definitions import TaskDefinitions
from dockwarden.events.arn import Arn
from dockwarden.facts.revisions import RevisionDifference
from dockwarden.facts.rollouts import rollout_of, worked_before
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.parallel import side_by_side

NO_EARLIER = "no earlier revision is known"


@dataclass(frozen=True, slots=True)
class Failing:
    """What fails: tasks of a task definition, which a deployment of a service started; None where not known."""

    service: ServiceRef
    task_definition_arn: str | None
    deployment_id: str | None


def difference(ecs: Any, definitions: TaskDefinitions, good: str, bad: str) -> RevisionDifference:
    """What changed from good to bad. Raises what boto3 raises, and UnreadableError for what ECS does not know."""
    found = _service_revisions(ecs, [arn for arn in (good, bad) if is_service_revision(arn)])
    old, new = (found.get(arn, {"taskDefinition": arn}) for arn in (good, bad))
    return _compared(definitions, old, new)


def changed_by(
    ecs: Any, definitions: TaskDefinitions, failing: Failing, state: ServiceState, until: Deadline
) -> RevisionDifference:
    """What changed from the revision that worked to the one that fails: three calls and the task definitions.

    Where ECS tells no rollouts, the task definition of another deployment that still runs tasks is what worked.
    Raises UnreadableError where nothing is known that worked, and what boto3 raises.
    """
    deployment = state.deployment(failing.deployment_id)
    of_deployment = deployment.task_definition_arn if deployment is not None else None
    bad = failing.task_definition_arn or of_deployment or state.task_definition_arn
    if bad is None:
        raise UnreadableError(NO_EARLIER)
    began = deployment.created_at if deployment is not None else None
    pair = asked(lambda: _by_rollouts(ecs, failing.service, bad, began, until))
    if isinstance(pair, NotRead):
        running = _running_elsewhere(state, bad)
        if running is None:
            raise UnreadableError(pair.why)
        pair = {"taskDefinition": running}, {"taskDefinition": bad}
    until.check()
    return _compared(definitions, *pair)


def is_service_revision(value: str) -> bool:
    """Whether an ARN is that of a service revision."""
    found = Arn.read(value)
    return found is not None and found.names("ecs", "service-revision")


def _by_rollouts(
    ecs: Any, service: ServiceRef, bad: str, began: datetime | None, until: Deadline
) -> tuple[ServiceRevision, ServiceRevision]:
    """The service revision that worked, and the one that fails."""
    rollouts = newest_rollouts(ecs, service, until)
    until.check()
    known = service_revisions(ecs, rollouts)
    named = {arn: revision.get("taskDefinition", "") for arn, revision in known.items()}
    failing = rollout_of(rollouts, named, bad, began)
    good = worked_before(rollouts, failing) if failing is not None else None
    if failing is None or failing.target is None or good is None:
        raise UnreadableError(NO_EARLIER)
    if good not in known:
        raise UnreadableError("DescribeServiceRevisions: MISSING")
    return known[good], known[failing.target]


def _running_elsewhere(state: ServiceState, bad: str) -> str | None:
    """The task definition of another deployment that still runs tasks."""
    others = (d for d in state.deployments if d.task_definition_arn not in (None, bad) and d.running > 0)
    return next((d.task_definition_arn for d in others), None)


def _compared(definitions: TaskDefinitions, old: ServiceRevision, new: ServiceRevision) -> RevisionDifference:
    """The difference of two service revisions, of which only the task definition may be known."""
    good, bad = old["taskDefinition"], new["taskDefinition"]
    wanted = list(dict.fromkeys((good, bad)))
    read: dict[str, Definition] = dict(zip(wanted, side_by_side(definitions.read, wanted), strict=True))
    both_placed = all(is_service_revision(one.get("serviceRevisionArn", "")) for one in (old, new))
    return RevisionDifference(
        good_task_definition_arn=good,
        bad_task_definition_arn=bad,
        changes=(
            *compare(read[good], read[bad], digests(old), digests(new)),
            *(compare_placing(old, new) if both_placed else ()),
        ),
        images_resolved=has_all_digests(read[good], digests(old))
        and has_all_digests(read[bad], digests(new)),
        placing_compared=both_placed,
    )


def _service_revisions(ecs: Any, arns: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Two at most, of the twenty that one call takes."""
    if not arns:
        return {}
    answer = ecs.describe_service_revisions(serviceRevisionArns=list(dict.fromkeys(arns)))
    found = {revision.get("serviceRevisionArn"): revision for revision in answer.get("serviceRevisions", [])}
    if missing := [arn for arn in arns if arn not in found]:
        failures = {failure.get("arn"): failure.get("reason") for failure in answer.get("failures", [])}
        raise UnreadableError(f"DescribeServiceRevisions: {failures.get(missing[0]) or 'MISSING'}")
    return {arn: found[arn] for arn in arns}
