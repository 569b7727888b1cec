"""Rebalance recommendations: move tasks off a Spot Instance that EC2 may take soon, a few hosts at a time."""

from dataclasses import dataclass, replace

from dockwarden.actions import Action, DrainContainerInstance
from dockwarden.events.ec2_instance_rebalance_recommendation import InstanceRebalanceRecommendation
from dockwarden.facts.fleet import Fleet
from dockwarden.lanes import VOLUNTARY
from dockwarden.playbook import playbook
from dockwarden.playbooks._draining import Leaving
from dockwarden.verdicts import Decision, Verdict

_WHY = "EC2 sees a higher risk that it takes this Spot Instance back"


@dataclass(frozen=True, slots=True)
class RebalanceDrainSettings:
    """What an installation may set for this playbook.

    `leave_clusters` names the clusters whose Auto Scaling groups replace and drain such instances by themselves.
    """

    leave_clusters: tuple[str, ...] = ()


@playbook(
    lane=VOLUNTARY,
    may=[DrainContainerInstance],
    max_age=900,
    # A risk that is named again within the age at which it may be acted upon is the same risk.
    same_occurrence=900,
    when_stopped="hosts at risk are not drained while it is stopped; a Spot warning still follows where EC2 takes one",
)
def rebalance_drain(
    recommendation: InstanceRebalanceRecommendation, fleet: Fleet, settings: RebalanceDrainSettings
) -> Decision:
    """Drain the container instance of a Spot Instance that EC2 may take soon, as far as the budgets allow."""
    # Refused means that nothing is lost: if EC2 takes the host, its warning is a reason of its own.
    leaving = Leaving(recommendation.instance_id, _WHY, when_refused=Verdict.IGNORE)
    decision = leaving.drained(fleet)
    wanted = tuple(action for action in decision.actions if _cluster(action) not in settings.leave_clusters)
    if decision.actions and not wanted:
        alone = ", ".join(sorted({_cluster(action) for action in decision.actions}))
        return leaving.nothing(f"{_WHY}; the settings leave cluster {alone} alone", decision.target)
    return replace(decision, actions=wanted)


def _cluster(action: Action) -> str:
    return (action.cluster_arn or "").rpartition("/")[2]
