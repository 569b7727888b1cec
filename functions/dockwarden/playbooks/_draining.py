"""What the playbooks that drain a host decide alike: which container instances of it are to be drained."""

from dataclasses import dataclass

from dockwarden.actions import DrainContainerInstance, Unaimed
from dockwarden.facts.fleet import ContainerInstance, Fleet
from dockwarden.facts.unknown import NotRead
from dockwarden.verdicts import Decision, Verdict


@dataclass(frozen=True, slots=True)
class Leaving:
    """An EC2 instance that EC2 takes or may take, why in words, and what a refusal of the guard means.

    `in_haste` says that there is no time to read the status of a container instance right before the call.
    """

    ec2_instance_id: str
    why: str
    when_refused: Verdict
    in_haste: bool = False

    def drained(self, fleet: Fleet) -> Decision:
        """Drain each of its container instances that is ACTIVE."""
        found = fleet.container_instances(self.ec2_instance_id)
        if isinstance(found, NotRead):
            return self._unaimed(f"{self.why}, but its container instance is not known: {found.why}")
        if not found:
            return self.nothing(f"{self.why}; it is no container instance of an opted-in cluster")
        active = tuple(instance for instance in found if instance.status == "ACTIVE")
        if not active:
            return self.nothing(
                f"{self.why}; its container instance is {found[0].status} already", found[0].arn
            )
        return Decision(
            verdict=Verdict.ACT,
            reason=self.why,
            subject=self.ec2_instance_id,
            target=active[0].arn,
            actions=tuple(map(self._drain, active)),
            when_refused=self.when_refused,
        )

    def nothing(self, why: str, target: str | None = None) -> Decision:
        """Leave it alone."""
        return Decision(Verdict.IGNORE, why, self.ec2_instance_id, target or self.ec2_instance_id)

    def _unaimed(self, why: str) -> Decision:
        return Decision(
            verdict=Verdict.HOLD,
            reason=why,
            subject=self.ec2_instance_id,
            target=self.ec2_instance_id,
            actions=(Unaimed(DrainContainerInstance.KIND, self.ec2_instance_id),),
            when_refused=self.when_refused,
        )

    def _drain(self, instance: ContainerInstance) -> DrainContainerInstance:
        read = DrainContainerInstance.READ if instance.confirmed else DrainContainerInstance.REMEMBERED
        known = read if self.in_haste else ""
        return DrainContainerInstance(instance.cluster_arn, instance.arn, instance.ec2_instance_id, known)
