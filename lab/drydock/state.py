"""A snapshot of a world for people: what the page draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.drydock.task_life import is_running, is_starting
from lab.drydock.times import with_detail_times
from lab.drydock.views import remaining

if TYPE_CHECKING:
    from lab.drydock.model import Cluster, ContainerInstance, Service, Task
    from lab.drydock.world import World

RECENT_EVENTS = 40


def snapshot(world: World) -> dict[str, Any]:
    """Clusters with their instances, tasks and services, and the latest events, newest first."""
    with world.lock:
        state = {
            "now": world.now(),
            "account": world.names.account,
            "region": world.names.region,
            "clusters": [_cluster(world, cluster) for cluster in world.clusters.values()],
            "events": [_event(event) for event in reversed(world.log.events[-RECENT_EVENTS:])],
        }
        snapshot_: dict[str, Any] = with_detail_times(state)
        return snapshot_


def _cluster(world: World, cluster: Cluster) -> dict[str, Any]:
    return {
        "name": cluster.name,
        "arn": cluster.arn,
        "tags": cluster.tags,
        "instances": [_instance(world, cluster, instance) for instance in cluster.instances.values()],
        "fargate": [_task(task) for task in cluster.tasks.values() if task.container_instance is None],
        "services": [_service(cluster, service) for service in cluster.services.values()],
    }


def _instance(world: World, cluster: Cluster, instance: ContainerInstance) -> dict[str, Any]:
    machine = world.ec2[instance.instance_id]
    return {
        "instanceId": instance.instance_id,
        "containerInstanceArn": instance.arn,
        "availabilityZone": instance.zone,
        "lifecycle": machine.lifecycle,
        "ec2State": machine.state,
        "interruption": machine.interruption,
        "terminatesAt": machine.terminates_at,
        "status": instance.status,
        "agentConnected": instance.agent_connected,
        "version": instance.version,
        "cpu": instance.cpu,
        "cpuLeft": remaining(cluster, instance)[0],
        "tasks": [_task(task) for task in cluster.tasks.values() if task.container_instance == instance.arn],
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "id": task.task_id,
        "group": task.group,
        "standalone": task.service is None,
        "lastStatus": task.last_status,
        "desiredStatus": task.desired_status,
        "updatedAt": task.updated_at,
        "stopCode": task.stop_code,
        "stoppedReason": task.stopped_reason,
    }


def _service(cluster: Cluster, service: Service) -> dict[str, Any]:
    tasks = cluster.tasks_of(service)
    return {
        "name": service.name,
        "desired": service.desired_count,
        "taskDefinition": f"{service.definition.family}:{service.definition.revision}",
        "rolloutState": service.primary.rollout_state,
        "running": sum(map(is_running, tasks)),
        "pending": sum(map(is_starting, tasks)),
        "minimumHealthyPercent": service.minimum_healthy_percent,
        "maximumPercent": service.maximum_percent,
        "messages": [text for _id, _at, text in service.messages[:5]],
    }


def _event(event: dict[str, Any]) -> dict[str, Any]:
    detail = event["detail"]
    said = [
        detail.get(key)
        for key in ("eventName", "lastStatus", "desiredStatus", "status", "state", "instance-action")
    ]
    return {
        "time": event["time"],
        "detailType": event["detail-type"],
        "resource": (event["resources"] or [""])[0].split(":")[-1],
        "said": " / ".join(str(word) for word in said if word),
    }
