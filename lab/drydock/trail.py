"""What CloudTrail would have recorded: the calls that deployed something, and who made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.drydock.times import envelope_time
from lab.drydock.views import definition_arn

if TYPE_CHECKING:
    from datetime import datetime

    from lab.drydock.model import Cluster, Service
    from lab.drydock.world import World


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the ARN of the identity and the program."""

    arn: str
    user_agent: str = "aws-sdk-go-v2/1.41.0 ecs/1.70.0"


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """One recorded call; CloudTrail shows it only some minutes later."""

    id: str
    at: datetime
    name: str
    caller: Caller
    record: dict[str, Any]


def note_update(
    world: World, cluster: Cluster, service: Service, asked: dict[str, Any], caller: Caller
) -> None:
    """Record an UpdateService with what was asked and the deployments that it answered.

    The members are those of CloudTrail's record contents; of the answer only what names the deployments is kept.
    """
    deployments = [
        {"id": one.id, "status": "PRIMARY" if one is service.primary else "ACTIVE"}
        for one in service.deployments
    ]
    answered = {
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": cluster.arn,
        "taskDefinition": definition_arn(world.names, service.definition),
        "deployments": deployments,
    }
    number = world.names.uuid()
    record = {
        "eventVersion": "1.11",
        "userIdentity": _identity(world, caller),
        "eventTime": envelope_time(world.now()),
        "eventSource": "ecs.amazonaws.com",
        "eventName": "UpdateService",
        "awsRegion": world.names.region,
        "sourceIPAddress": "192.0.2.10",
        "userAgent": caller.user_agent,
        "requestParameters": asked,
        "responseElements": {"service": answered},
        "requestID": world.names.uuid(),
        "eventID": number,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": world.names.account,
        "eventCategory": "Management",
    }
    world.trail.append(TrailEvent(number, world.now(), "UpdateService", caller, record))


def _identity(world: World, caller: Caller) -> dict[str, Any]:
    account = world.names.account
    shared = {"arn": caller.arn, "accountId": account}
    if ":assumed-role/" not in caller.arn:
        return {"type": "IAMUser", "userName": caller.arn.rsplit("/", 1)[-1], **shared}
    role, session = caller.arn.split(":assumed-role/")[1].split("/", 1)
    issuer = {
        "type": "Role",
        "arn": f"arn:aws:iam::{account}:role/{role}",
        "accountId": account,
        "userName": role,
    }
    principal = {"type": "AssumedRole", "principalId": f"AROADRYDOCKEXAMPLE00:{session}"}
    return {**principal, **shared, "sessionContext": {"sessionIssuer": issuer}}
