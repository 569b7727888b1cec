"""The world of a sequence: two clusters that are opted in, one that is not, hosts, services, and a clock that lies."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from lab.drydock.build import add_cluster, add_instance, add_service, make_world
from lab.drydock.model import CircuitBreaker, Cluster, ContainerInstance, Service, TaskDefinition
from lab.drydock.world import World
from tests.fakes import ACCOUNT, NOON, REGION

LISTED = ("prod", "batch")
HOSTS = {"prod": 4, "batch": 3, "foreign": 1}
_BREAKER = CircuitBreaker(enable=True, rollback=False)


class LyingClock:
    """The clock of the functions: drydock's time, some minutes ahead or behind."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.skew = timedelta(0)

    def now(self) -> datetime:
        """What the functions take for the present."""
        return self._world.now() + self.skew


class Town:
    """Clusters, hosts and services, each in a fixed order."""

    def __init__(self, hosts: Mapping[str, int] = HOSTS) -> None:
        self.world = make_world(account=ACCOUNT, region=REGION, start=NOON)
        self.clock = LyingClock(self.world)
        self.clusters = [self._cluster(name, count) for name, count in hosts.items()]

    def _cluster(self, name: str, hosts: int) -> Cluster:
        cluster = add_cluster(self.world, name)
        for _ in range(hosts):
            add_instance(self.world, cluster)
        if name != "foreign":
            add_service(self.world, cluster, TaskDefinition(f"{name}-web"), desired_count=hosts)
            self._fargate(cluster, f"{name}-api")
        return cluster

    def _fargate(self, cluster: Cluster, name: str) -> None:
        """A service without hosts, whose deployments fail by themselves and are not rolled back by ECS."""
        add_service(
            self.world,
            cluster,
            TaskDefinition(name),
            desired_count=2,
            launch_type="FARGATE",
            capacity_provider="FARGATE",
            breaker=_BREAKER,
        )

    @property
    def hosts(self) -> list[tuple[Cluster, ContainerInstance]]:
        """Every container instance with its cluster, also those that are gone."""
        return [(cluster, host) for cluster in self.clusters for host in cluster.instances.values()]

    @property
    def services(self) -> list[tuple[Cluster, Service]]:
        """Every service with its cluster."""
        return [(cluster, service) for cluster in self.clusters for service in cluster.services.values()]

    def host(self, arn: str) -> tuple[Cluster, ContainerInstance]:
        """The container instance of an ARN."""
        return next((cluster, host) for cluster, host in self.hosts if host.arn == arn)

    def service(self, arn: str) -> tuple[Cluster, Service]:
        """The service of an ARN."""
        return next((cluster, service) for cluster, service in self.services if service.arn == arn)
