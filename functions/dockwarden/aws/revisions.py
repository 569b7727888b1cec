"""Two revisions of a service, read and compared."""

from collections.abc import Mapping, Sequence
from typing import Any

from dockwarden.aws.asking import UnreadableError
from dockwarden.aws.comparison import Definition, compare, digests
from dockwarden.aws.placing import compare_placing
from dockwarden.aws.task_definitions import TaskDefinitions
from dockwarden.events.arn import Arn
from dockwarden.facts.revisions import RevisionDifference
from dockwarden.parallel import side_by_side

_NONE: Definition = {}


def difference(ecs: Any, definitions: TaskDefinitions, good: str, bad: str) -> RevisionDifference:
    """What changed from good to bad. Raises what boto3 raises, and UnreadableError for what ECS does not know."""
    found = _service_revisions(ecs, [arn for arn in (good, bad) if is_service_revision(arn)])
    arns = [found.get(arn, _NONE).get("taskDefinition", arn) for arn in (good, bad)]
    wanted = list(dict.fromkeys(arns))
    read = dict(zip(wanted, side_by_side(definitions.read, wanted), strict=True))
    old, new = found.get(good, _NONE), found.get(bad, _NONE)
    return RevisionDifference(
        good_task_definition_arn=arns[0],
        bad_task_definition_arn=arns[1],
        changes=(
            *compare(read[arns[0]], read[arns[1]], digests(old), digests(new)),
            *compare_placing(old, new),
        ),
        images_resolved=bool(digests(old) and digests(new)),
    )


def is_service_revision(value: str) -> bool:
    """Whether an ARN is that of a service revision."""
    found = Arn.read(value)
    return found is not None and found.names("ecs", "service-revision")


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
