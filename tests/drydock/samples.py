"""The keys of events as AWS documents them or as they were recorded; values are left out.

Sources: container instance: AWS's developer guide, "container instance state change events", and the schema
registry's `ECSContainerInstanceStateChange`. EC2 task: recorded events of one bridge-mode task of May 2023,
versions 2 and 4. Statuses: a recorded Fargate task of August 2024 without a load balancer, equal neighbours merged;
STOPPING for such a task is an assumption. recorded.py has the tasks behind a load balancer.
"""

from __future__ import annotations

ENVELOPE = {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}
CONTAINER_INSTANCE_DOCUMENTED = {
    "agentConnected",
    "attributes",
    "clusterArn",
    "containerInstanceArn",
    "ec2InstanceId",
    "registeredAt",
    "registeredResources",
    "remainingResources",
    "status",
    "updatedAt",
    "version",
    "versionInfo",
}
CONTAINER_INSTANCE_SCHEMA = CONTAINER_INSTANCE_DOCUMENTED | {
    "accountType",
    "agentUpdateStatus",
    "attachments",
    "pendingTasksCount",
    "runningTasksCount",
    "statusReason",
}
EC2_TASK_RUNNING = {
    "attachments",
    "attributes",
    "availabilityZone",
    "clusterArn",
    "connectivity",
    "connectivityAt",
    "containerInstanceArn",
    "containers",
    "cpu",
    "createdAt",
    "desiredStatus",
    "enableExecuteCommand",
    "group",
    "lastStatus",
    "launchType",
    "memory",
    "overrides",
    "pullStartedAt",
    "pullStoppedAt",
    "startedAt",
    "startedBy",
    "taskArn",
    "taskDefinitionArn",
    "updatedAt",
    "version",
}
EC2_TASK_STOPPED = EC2_TASK_RUNNING | {
    "executionStoppedAt",
    "stopCode",
    "stoppedAt",
    "stoppedReason",
    "stoppingAt",
}
STARTING = [
    ("PROVISIONING", "RUNNING"),
    ("PENDING", "RUNNING"),
    ("RUNNING", "RUNNING"),
]
STOPPING = [
    ("STOPPING", "STOPPED"),
    ("DEPROVISIONING", "STOPPED"),
    ("STOPPED", "STOPPED"),
]
