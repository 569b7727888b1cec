"""Ids and ARNs, the same for the same seed."""

from __future__ import annotations

import random
import uuid


class Names:
    """Makes AWS's kinds of ids for one account and region from a seed.

    ARNs have the long form that AWS gives to new resources since 2021.
    """

    def __init__(self, account: str, region: str, seed: int) -> None:
        self.account = account
        self.region = region
        self._random = random.Random(seed)  # noqa: S311 - ids must be repeatable, not secret

    def uuid(self) -> str:
        """A version 4 UUID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def hex(self, digits: int = 32) -> str:
        """A hexadecimal id as tasks and container instances have it."""
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def number(self) -> str:
        """The 19 digits of a deployment or a service revision."""
        return str(self._random.randrange(10**18, 10**19))

    def instance_id(self) -> str:
        """An EC2 instance id."""
        return f"i-0{self.hex(16)}"

    def ecs(self, resource: str) -> str:
        """The ARN of an ECS resource such as `task/<cluster>/<id>`."""
        return f"arn:aws:ecs:{self.region}:{self.account}:{resource}"

    def instance(self, instance_id: str) -> str:
        """The ARN of an EC2 instance as its state-change event names it."""
        return f"arn:aws:ec2:{self.region}:{self.account}:instance/{instance_id}"

    def spot_instance(self, instance_id: str, zone: str) -> str:
        """The ARN in Spot events: the zone where the region belongs, and no account.

        Source: EC2 user guide, "EC2 Spot Instance interruption notices", sample event.
        """
        return f"arn:aws:ec2:{zone}:instance/{instance_id}"

    def assumed_role(self, role: str, session: str) -> str:
        """The ARN of a session of a role."""
        return f"arn:aws:sts::{self.account}:assumed-role/{role}/{session}"

    def target_group(self, name: str) -> str:
        """The ARN of a target group of a load balancer."""
        prefix = f"arn:aws:elasticloadbalancing:{self.region}:{self.account}"
        return f"{prefix}:targetgroup/{name}/{self.hex(16)}"
