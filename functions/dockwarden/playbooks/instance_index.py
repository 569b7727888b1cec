"""The index of instances: which cluster an EC2 instance belongs to, kept up to date from events."""

from dockwarden.events.arn import Arn
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.ecs_container_instance_state_change import ContainerInstanceStateChange
from dockwarden.facts.fleet import ContainerInstance, Fleet
from dockwarden.facts.unknown import NotRead
from dockwarden.lanes import RECORDS
from dockwarden.playbook import playbook
from dockwarden.verdicts import Decision, Verdict


@playbook(lane=RECORDS, when_stopped="the index is kept all the same; it changes nothing in AWS")
def instance_index(event: ContainerInstanceStateChange | Sweep, fleet: Fleet) -> Decision:
    """Remember which container instance an EC2 instance is, so that a Spot warning costs one read."""
    if isinstance(event, Sweep):
        return _sweep(fleet)
    return _remember(event, fleet)


def _sweep(fleet: Fleet) -> Decision:
    """Take over what the clusters hold now: events are lost, and the first fill has none."""
    found = fleet.all_container_instances()
    if isinstance(found, NotRead):
        return Decision(Verdict.IGNORE, f"the clusters could not be read: {found.why}", "index")
    return Decision(Verdict.IGNORE, f"{len(found)} container instances read", "index", remember=found)


def _remember(event: ContainerInstanceStateChange, fleet: Fleet) -> Decision:
    subject = event.ec2_instance_id or event.container_instance_arn
    if event.ec2_instance_id is None or event.status is None or event.cluster is None:
        return _ignore(event, subject, "it names no EC2 instance, no cluster or no status")
    cluster_arn = fleet.listed_cluster(event.cluster)
    if cluster_arn is None:
        return _ignore(event, subject, f"cluster {event.cluster} is not opted in")
    if isinstance(cluster_arn, NotRead):
        cluster_arn = event.cluster_arn or event.cluster
    # An instance is remembered under the configured cluster only if its own ARN is of that place.
    elif _home(event.container_instance_arn) != _home(cluster_arn):
        return _ignore(event, subject, "its ARN is not of the account and region of the cluster")
    seen = ContainerInstance(
        arn=event.container_instance_arn,
        cluster_arn=cluster_arn,
        ec2_instance_id=event.ec2_instance_id,
        status=event.status,
        version=event.version,
        registered_at=event.registered_at,
    )
    return Decision(
        verdict=Verdict.IGNORE,
        reason=f"seen as {event.status}",
        subject=subject,
        target=event.container_instance_arn,
        remember=(seen,),
    )


def _ignore(event: ContainerInstanceStateChange, subject: str, why: str) -> Decision:
    return Decision(Verdict.IGNORE, why, subject, event.container_instance_arn)


def _home(arn: str) -> tuple[str, str] | None:
    """Account and region of an ARN, None where it is none."""
    parts = Arn.read(arn)
    return None if parts is None else (parts.account, parts.region)
