"""Spot reclaims: drain the container instance while its two minutes last."""

from dataclasses import dataclass

from dockwarden.actions import DrainContainerInstance, Unaimed
from dockwarden.events.ec2_spot_instance_interruption_warning import SpotInstanceInterruptionWarning
from dockwarden.facts.fleet import ContainerInstance, Fleet
from dockwarden.facts.unknown import NotRead
from dockwarden.lanes import SPOT
from dockwarden.playbook import playbook
from dockwarden.verdicts import Decision, Verdict


@dataclass(frozen=True, slots=True)
class SpotDrainSettings:
    """What an installation may set for this playbook.

    `drain_for` lists the interruption actions after which to drain; EC2 knows terminate, stop, hibernate.
    """

    drain_for: tuple[str, ...] = ("terminate", "stop", "hibernate")


@playbook(
    lane=SPOT,
    may=[DrainContainerInstance],
    # EC2 takes the instance two minutes after the warning; a later drain would move nothing.
    max_age=120,
    # One instance cannot be warned twice within its two minutes, so closer warnings are duplicates.
    same_occurrence=150,
    when_stopped="reclaimed hosts are not drained while it is stopped; EC2 takes them all the same, and people are told",
)
def spot_drain(
    warning: SpotInstanceInterruptionWarning, fleet: Fleet, settings: SpotDrainSettings
) -> Decision:
    """Drain the container instance of an EC2 Spot Instance that is about to be reclaimed."""
    reclaim = f"EC2 takes this Spot Instance back ({warning.instance_action or 'action not named'})"
    if warning.instance_action is not None and warning.instance_action not in settings.drain_for:
        return _nothing(
            warning, f"{reclaim}, and the settings drain for {', '.join(settings.drain_for)} only"
        )
    found = fleet.container_instances(warning.instance_id)
    if isinstance(found, NotRead):
        return _unaimed(warning, f"{reclaim}, but its container instance is not known: {found.why}")
    if not found:
        return _nothing(warning, f"{reclaim}; it is no container instance of an opted-in cluster")
    active = tuple(instance for instance in found if instance.status == "ACTIVE")
    if not active:
        return _nothing(
            warning, f"{reclaim}; its container instance is {found[0].status} already", found[0].arn
        )
    return Decision(
        verdict=Verdict.ACT,
        reason=reclaim,
        subject=warning.instance_id,
        target=active[0].arn,
        actions=tuple(_drain(instance) for instance in active),
        when_refused=Verdict.TELL,
    )


def _drain(instance: ContainerInstance) -> DrainContainerInstance:
    return DrainContainerInstance(instance.cluster_arn, instance.arn, instance.ec2_instance_id)


def _nothing(warning: SpotInstanceInterruptionWarning, why: str, target: str | None = None) -> Decision:
    return Decision(Verdict.IGNORE, why, warning.instance_id, target or warning.instance_id)


def _unaimed(warning: SpotInstanceInterruptionWarning, why: str) -> Decision:
    return Decision(
        verdict=Verdict.HOLD,
        reason=why,
        subject=warning.instance_id,
        target=warning.instance_id,
        actions=(Unaimed(DrainContainerInstance.KIND, warning.instance_id),),
        when_refused=Verdict.TELL,
    )
