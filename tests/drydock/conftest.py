"""A small fleet: three Spot instances, a service of four tasks, one standalone task on the first instance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from lab.drydock.build import add_cluster, add_instance, add_service, add_task, make_world
from lab.drydock.endpoint import Endpoint
from lab.drydock.face_inprocess import session
from lab.drydock.model import TaskDefinition

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ecs import ECSClient

    from lab.drydock.model import Cluster, ContainerInstance, Task
    from lab.drydock.world import World


@dataclass
class Fleet:
    """A world with what a test looks at."""

    world: World
    endpoint: Endpoint
    cluster: Cluster
    instances: list[ContainerInstance]
    standalone: Task
    session: boto3.Session
    ecs: ECSClient

    @property
    def ec2(self) -> EC2Client:
        return self.session.client("ec2")

    def drain(self, *which: int) -> None:
        arns = [self.instances[i].arn for i in which]
        self.ecs.update_container_instances_state(cluster="demo", containerInstances=arns, status="DRAINING")

    def service_tasks_on(self, which: int) -> list[Task]:
        return [t for t in self.cluster.tasks_on(self.instances[which]) if t.service is not None]

    def events(self, detail_type: str) -> list[dict[str, Any]]:
        return [event for event in self.world.log.events if event["detail-type"] == detail_type]

    def details_of(self, task: Task) -> list[dict[str, Any]]:
        return [
            e["detail"] for e in self.events("ECS Task State Change") if e["detail"]["taskArn"] == task.arn
        ]


def make_fleet(*, seed: int = 7, count: int = 3, desired: int = 4, **service: Any) -> Fleet:
    """Build a fleet; what is not named belongs to `add_service` or to the task definition."""
    world = make_world(seed=seed)
    cluster = add_cluster(world, "demo", {"dockwarden:mode": "enforce"})
    instances = [add_instance(world, cluster) for _ in range(count)]
    definition = TaskDefinition("web", network_mode=service.pop("network_mode", "awsvpc"))
    add_service(world, cluster, definition, desired_count=desired, **service)
    standalone = add_task(world, cluster, TaskDefinition("report"), instance_id=instances[0].instance_id)
    endpoint = Endpoint(world)
    made = session(endpoint)
    return Fleet(
        world=world,
        endpoint=endpoint,
        cluster=cluster,
        instances=instances,
        standalone=standalone,
        session=made,
        ecs=made.client("ecs"),
    )


@pytest.fixture
def fleet() -> Fleet:
    return make_fleet()
