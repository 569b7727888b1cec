"""Where an action would happen, by the names that people use for stops, hands-off, freezes and modes."""

from dataclasses import dataclass

from dockwarden.actions import Action


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The cluster and the service of an action by their names, None where it concerns none, and its target."""

    cluster: str | None
    service: str | None
    target: str

    @property
    def service_key(self) -> str | None:
        """The service as `cluster/service`, which names it within a region of an account."""
        return f"{self.cluster}/{self.service}" if self.cluster and self.service else None

    @property
    def trusted_as(self) -> str:
        """The name under which trust is kept: the service, else the cluster, else the target."""
        return self.service_key or self.cluster or self.target


def whereabouts(action: Action) -> Whereabouts:
    """Where an action would happen, by the ARNs that it names."""
    return Whereabouts(
        cluster=_last(action.cluster_arn), service=_last(action.service_arn), target=action.target
    )


def _last(arn: str | None) -> str | None:
    return arn.rpartition("/")[2] if arn else None
