"""EC2: as much of `DescribeInstances` as a drain needs."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from lab.drydock.api.operation import Answer, Operation, Params
from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from lab.drydock.model import Ec2Instance
    from lab.drydock.world import World

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}


def describe_instances(world: World, params: Params) -> Answer:
    """`DescribeInstances` by ids or filters, without pages: one reservation for each instance."""
    unknown = [name for name in params.get("InstanceIds") or [] if name not in world.ec2]
    if unknown:
        text = f"The instance ID '{unknown[0]}' does not exist"
        raise AwsError("InvalidInstanceID.NotFound", text)
    chosen = params.get("InstanceIds") or sorted(world.ec2)
    machines = [world.ec2[name] for name in chosen]
    wanted = [machine for machine in machines if _fits(machine, params.get("Filters") or [])]
    return {"Reservations": [_reservation(world, machine) for machine in wanted]}


def _fits(machine: Ec2Instance, filters: list[dict[str, Any]]) -> bool:
    return all(_fits_one(machine, item["Name"], item.get("Values") or []) for item in filters)


def _fits_one(machine: Ec2Instance, name: str, values: list[str]) -> bool:
    facts = {
        "instance-id": machine.instance_id,
        "instance-state-name": machine.state,
        "instance-lifecycle": "spot" if machine.lifecycle == "spot" else None,
        "availability-zone": machine.zone,
    }
    if name not in facts and not name.startswith("tag:"):
        raise AwsError(
            "InvalidParameterValue", f"The filter '{name}' is invalid (drydock models {sorted(facts)})"
        )
    have = machine.tags.get(name[4:]) if name.startswith("tag:") else facts[name]
    return have is not None and any(fnmatchcase(have, value) for value in values)


def _reservation(world: World, machine: Ec2Instance) -> dict[str, Any]:
    return {
        "ReservationId": f"r-{machine.instance_id[2:]}",
        "OwnerId": world.names.account,
        "Groups": [],
        "Instances": [_instance(machine)],
    }


def _instance(machine: Ec2Instance) -> dict[str, Any]:
    spot = machine.lifecycle == "spot"
    return {
        "InstanceId": machine.instance_id,
        "InstanceType": machine.instance_type,
        "LaunchTime": machine.launched_at,
        "Placement": {"AvailabilityZone": machine.zone, "Tenancy": "default"},
        "State": {"Code": CODES[machine.state], "Name": machine.state},
        "Tags": [{"Key": key, "Value": value} for key, value in machine.tags.items()],
        **({"InstanceLifecycle": "spot", "SpotInstanceRequestId": machine.spot_request_id} if spot else {}),
    }


OPERATIONS = {"DescribeInstances": Operation(describe_instances)}
