"""An installation in a local AWS that evaluates the policies of every caller, and what tests do to its roles."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3

from lab.demo.console import Screen
from lab.demo.machinery import Machinery
from lab.demo.stage import Stage
from lab.drydock.calls import Call
from lab.drydock.model import ContainerInstance
from lab.ministack.server import ACCOUNT, REGION
from tests.iam import Request, Statement, allows

STACK = "Dockwarden"
HOME = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
CLUSTER = "harbour"


@dataclass
class Enforced:
    """A deployed installation whose functions have their own roles and nothing else."""

    lab: Machinery
    outputs: dict[str, Any]

    @cached_property
    def roles(self) -> dict[str, str]:
        """The roles of the stack by the beginning of their logical ids: where it is, and its name."""
        names = {
            "spot": "SpotLaneWorkerLambdaRole",
            "act": "SpotLaneSpotDrainActRole",
            "records": "RecordsLaneWorkerLambdaRole",
            "voluntary": "VoluntaryLaneWorkerLambdaRole",
            "rollback": "VoluntaryLaneRollbackActRole",
            "fill": "IndexFillWorkerLambdaRole",
            "notifier": "OutboxNotifierRole",
        }
        found = self.lab.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
        made = {
            r["LogicalResourceId"]: r["PhysicalResourceId"]
            for r in found
            if r["ResourceType"] == "AWS::IAM::Role"
        }
        return {
            name: next(role for logical_id, role in made.items() if logical_id.startswith(prefix))
            for name, prefix in names.items()
        }

    def statements(self, role: str) -> list[Statement]:
        """What CloudFormation made of a role's policies in the template."""
        return [s for document in self._documents(role).values() for s in document["Statement"]]

    def able(self, request: Request) -> set[str]:
        """The roles whose policies allow a request."""
        return {name for name in self.roles if allows(self.statements(name), request)}

    def caller(self, call: Call) -> str:
        """Which role made a call to drydock."""
        session = self.lab.ministack.sessions()[call.access_key or ""]
        return next(name for name, role in self.roles.items() if session.split("/")[1] == role)

    def host(self, number: int) -> ContainerInstance:
        """One of the cluster's container instances."""
        instances = self.lab.drydock.world.clusters[CLUSTER].instances.values()
        return next(i for i in instances if i.instance_id == instance_id(number))

    def reclaim(self, number: int) -> Stage:
        """Let EC2 take a host back; what follows is seen on the stage."""
        stage = Stage(self.lab, self.outputs, Screen())
        stage.reclaim(self.host(number))
        return stage

    def tags(self, arn: str) -> dict[str, str]:
        """The tags that something in drydock has; what it does not have has none."""
        clusters = self.lab.drydock.world.clusters.values()
        inside: list[Any] = [one for c in clusters for one in (*c.instances.values(), *c.services.values())]
        tagged: dict[str, dict[str, str]] = {c.arn: c.tags for c in clusters} | {
            one.arn: one.tags for one in inside
        }
        return tagged.get(arn, {})

    @contextmanager
    def without(self, role: str, sid: str) -> Iterator[None]:
        """Take a statement out of a role for a while, by the API of IAM."""
        iam, name = self.lab.client("iam"), self.roles[role]
        before = self._documents(role)
        (policy,) = [p for p, d in before.items() if any(s["Sid"] == sid for s in d["Statement"])]
        left = [s for s in before[policy]["Statement"] if s["Sid"] != sid]
        changed = json.dumps({**before[policy], "Statement": left})
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=changed)
        try:
            yield
        finally:
            whole = json.dumps(before[policy])
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=whole)

    @contextmanager
    def distrusted(self, role: str) -> Iterator[None]:
        """Let a role trust sessions of another name only, for a while."""
        iam, name = self.lab.client("iam"), self.roles[role]
        before = json.dumps(iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])
        changed = before.replace("spot_drain-*", "another-*").replace("batch-*", "another-*")
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=changed)
        try:
            yield
        finally:
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=before)

    def as_role(self, role: str, service: str) -> Any:
        """A client under a user that has a role's policies, since nobody but Lambda can have the role itself."""
        iam, user = self.lab.client("iam"), f"like-{role}-{service}"
        iam.create_user(UserName=user)
        for policy, document in self._documents(role).items():
            iam.put_user_policy(UserName=user, PolicyName=policy, PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=user)["AccessKey"]
        make: Any = boto3.client  # its overloads know only names that are written out
        return make(
            service,
            endpoint_url=self.lab.ministack.endpoint,
            region_name=REGION,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    def _documents(self, role: str) -> dict[str, dict[str, Any]]:
        iam, name = self.lab.client("iam"), self.roles[role]
        policies = iam.list_role_policies(RoleName=name)["PolicyNames"]
        return {p: iam.get_role_policy(RoleName=name, PolicyName=p)["PolicyDocument"] for p in policies}


def instance_id(number: int) -> str:
    """The EC2 instance id of a host of the cluster."""
    return f"i-{number:017x}"
