"""What was recorded of two Fargate deployments in August 2024 behind a load balancer, as compact tables.

A row is one `ECS Task State Change`: lastStatus, desiredStatus, fields, the container's lastStatus, and the status of
the attachments `elb` and `eni`. Fields: t attributes, c connectivity and connectivityAt, p pullStartedAt,
P pullStoppedAt, s startedAt, k stopCode, y stoppedReason, g stoppingAt, x executionStoppedAt, z stoppedAt; of the
container d imageDigest, r runtimeId, e exitCode. `version` grew by one from row to row, from 1 on.
"""

from __future__ import annotations

from typing import Any

FIELDS = {
    "attributes": "t",
    "connectivity": "c",
    "pullStartedAt": "p",
    "pullStoppedAt": "P",
    "startedAt": "s",
    "stopCode": "k",
    "stoppedReason": "y",
    "stoppingAt": "g",
    "executionStoppedAt": "x",
    "stoppedAt": "z",
}
OF_CONTAINER = {"imageDigest": "d", "runtimeId": "r", "exitCode": "e"}

_PROVISIONING = "PROVISIONING RUNNING t PENDING PRECREATED PRECREATED"
_PENDING = "PENDING RUNNING t PENDING PRECREATED ATTACHED"
_PENDING_AGAIN = "PENDING RUNNING tdr PENDING PRECREATED ATTACHED"
_ACTIVATING = "ACTIVATING RUNNING tpPdr RUNNING PRECREATED ATTACHED"
_ACTIVATING_AGAIN = "ACTIVATING RUNNING cpPdr RUNNING - -"
_RUNNING = "RUNNING RUNNING tcpPsdr RUNNING ATTACHED ATTACHED"

# Every way to RUNNING that was recorded, of six tasks.
UP = [
    [_PROVISIONING, _PENDING, _PENDING_AGAIN, _ACTIVATING, _ACTIVATING_AGAIN, _RUNNING],
    [_PROVISIONING, _PENDING, _PENDING_AGAIN, _ACTIVATING, _RUNNING],
    [_PROVISIONING, _PENDING, _ACTIVATING, _RUNNING],
    [_PROVISIONING, _PENDING, _ACTIVATING, _ACTIVATING_AGAIN, _RUNNING],
]
# A task that was replaced: ServiceSchedulerInitiated, three times alike.
REPLACED = [
    "DEACTIVATING STOPPED tcpPskygdr RUNNING ATTACHED ATTACHED",
    "STOPPING STOPPED tcpPskygdr RUNNING DELETED ATTACHED",
    "DEPROVISIONING STOPPED tcpPskygxdre STOPPED DELETED ATTACHED",
    "STOPPED STOPPED tcpPskygxzdre STOPPED DELETED DELETED",
]
# A task whose process exited with 99: EssentialContainerExited, four times alike.
EXITED = [
    "DEPROVISIONING STOPPED tcpPskygxdre STOPPED ATTACHED ATTACHED",
    "STOPPED STOPPED tcpPskygxzdre STOPPED DELETED DELETED",
]
# A standalone task without a load balancer whose containers ended with 0.
ALONE = [
    "PROVISIONING RUNNING t PENDING - PRECREATED",
    "PENDING RUNNING t PENDING - ATTACHED",
    "RUNNING RUNNING tcpPsdr RUNNING - ATTACHED",
    "DEPROVISIONING STOPPED tcpPskygxdre STOPPED - ATTACHED",
    "STOPPED STOPPED tcpPskygxzdre STOPPED - DELETED",
]
# All keys of `detail` when a service's task had STOPPED.
STOPPED_KEYS = {
    *("attachments", "attributes", "availabilityZone", "capacityProviderName", "clusterArn", "connectivity"),
    *("connectivityAt", "containers", "cpu", "createdAt", "desiredStatus", "enableExecuteCommand"),
    *("ephemeralStorage", "executionStoppedAt", "group", "lastStatus", "launchType", "memory", "overrides"),
    *("platformVersion", "pullStartedAt", "pullStoppedAt", "startedAt", "startedBy", "stopCode", "stoppedAt"),
    *("stoppedReason", "stoppingAt", "taskArn", "taskDefinitionArn", "updatedAt", "version"),
}
STOPPED_CONTAINER_KEYS = {
    *("containerArn", "cpu", "exitCode", "image", "imageDigest", "lastStatus", "name", "networkInterfaces"),
    *("runtimeId", "taskArn"),
}
ENI_DETAILS = ["subnetId", "networkInterfaceId", "macAddress", "privateDnsName", "privateIPv4Address"]

# What was said about the service, without CAPACITY_PROVIDER_STEADY_STATE: (detail-type's last word, type, name, reason).
SUCCESS = [
    ("Change", "INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS", "ECS deployment {id} in progress."),
    ("Action", "INFO", "SERVICE_STEADY_STATE", None),
    ("Change", "INFO", "SERVICE_DEPLOYMENT_COMPLETED", "ECS deployment {id} completed."),
]
FAILURE = [
    ("Change", "INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS", "ECS deployment {id} in progress."),
    (
        "Change",
        "ERROR",
        "SERVICE_DEPLOYMENT_FAILED",
        "ECS deployment circuit breaker: tasks failed to start.",
    ),
]
# Seconds: the youngest task's startedAt to COMPLETED; executionStoppedAt to the event; the third STOPPED to FAILED.
RUNNING_TO_COMPLETED = (41.2, 46.3)
EXIT_TO_EVENT = (10.0, 10.1)
THIRD_STOP_TO_FAILED = (8.0, 9.0)
# DEPROVISIONING of one task that exited to PROVISIONING of the next.
EXIT_TO_NEXT = (1.6, 8.8)
CRASHES_UNTIL_FAILED, CRASHES_IN_ALL = 3, 4


def row(detail: dict[str, Any]) -> str:
    """A task event as a row of the tables above."""
    (container,) = detail["containers"]
    fields = "".join(letter for key, letter in FIELDS.items() if key in detail)
    fields += "".join(letter for key, letter in OF_CONTAINER.items() if key in container)
    status = {one["type"]: one["status"] for one in detail["attachments"]}
    words = [detail["lastStatus"], detail["desiredStatus"], fields, container["lastStatus"]]
    return " ".join([*words, status.get("elb", "-"), status.get("eni", "-")])
