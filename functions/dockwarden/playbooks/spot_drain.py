"""Spot reclaims: drain the container instance while its two minutes last."""

from dataclasses import dataclass

from dockwarden.actions import DrainContainerInstance
from dockwarden.events.ec2_spot_instance_interruption_warning import SpotInstanceInterruptionWarning
from dockwarden.facts.fleet import Fleet
from dockwarden.lanes import SPOT
from dockwarden.playbook import playbook
from dockwarden.playbooks._draining import Leaving
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
    # The host goes anyway: a budget or a freeze would only make its end rougher.
    involuntary=True,
    approve_within=120,
    when_stopped="reclaimed hosts are not drained while it is stopped; EC2 takes them all the same, and people are told",
)
def spot_drain(
    warning: SpotInstanceInterruptionWarning, fleet: Fleet, settings: SpotDrainSettings
) -> Decision:
    """Drain the container instance of an EC2 Spot Instance that is about to be reclaimed."""
    reclaim = f"EC2 takes this Spot Instance back ({warning.instance_action or 'action not named'})"
    leaving = Leaving(warning.instance_id, reclaim, when_refused=Verdict.TELL, in_haste=True)
    if warning.instance_action is not None and warning.instance_action not in settings.drain_for:
        return leaving.nothing(f"{reclaim}, and the settings drain for {', '.join(settings.drain_for)} only")
    return leaving.drained(fleet)
