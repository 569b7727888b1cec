"""Who began a deployment of a service, and by what tool, also of one that ECS shows no more."""

from datetime import datetime
from typing import ClassVar, Protocol

from dockwarden.facts.evidence import LOOKUP_EVENTS, DeployCall
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission


class Deployers(Protocol):
    """The calls that began deployments."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (LOOKUP_EVENTS,)

    def deployer(
        self, service: ServiceRef, began: datetime | None, deployment_id: str | None
    ) -> DeployCall | NotRead:
        """The call that began a deployment of a service, by when that was and, where it is known, by its id.

        CloudTrail shows it some minutes later, and for ninety days.
        """
