"""How services are now, by DescribeServices."""

from collections.abc import Iterable, Mapping

from dockwarden.aws import services
from dockwarden.aws.asking import asked
from dockwarden.aws.clients import Clients
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead


class EcsServices:
    """Answers Services."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def now(self, service: ServiceRef) -> ServiceState | NotRead:
        """A service as it is now."""
        return asked(lambda: services.read(self._clients.client("ecs"), service))

    def all_now(self, several: Iterable[ServiceRef]) -> Mapping[ServiceRef, ServiceState | NotRead]:
        """Several services."""
        return services.describe(self._clients.client("ecs"), list(several))
