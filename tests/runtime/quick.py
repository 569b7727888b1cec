"""The harness without moto: ECS by drydock as ever, the rest answered in this process.

For tests that run hundreds of functions. Each operation of the ledger counts as the DynamoDB call that it would
be, so that a kill plan hits it; what DynamoDB itself does with such a call, tests/ledger and test_kill_points ask.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from moto import mock_aws
from moto.core.models import MockAWS

from dockwarden.aws.clients import ACT_ATTEMPTS, Clients
from dockwarden.clock import FixedClock
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.store import Change, Item, Key, Put, Store
from dockwarden.runtime.config import Config, read_config
from lab.drydock.build import add_cluster, add_instance, add_service, make_world
from lab.drydock.endpoint import Endpoint
from lab.drydock.face_inprocess import attach
from lab.drydock.protocol import ApiRequest, ApiResponse
from lab.drydock.task_definition import TaskDefinition
from tests.fakes import ACCOUNT, NOON, REGION
from tests.runtime.harness import Installation, KillPlan, LabClients


class CountedStore:
    """A Store in memory, each of whose operations is a call to the plan."""

    def __init__(self, memory: MemoryStore, plan: KillPlan) -> None:
        self._memory, self._plan = memory, plan

    def get(self, key: Key) -> Item | None:
        with self._plan.call("dynamodb.GetItem"):
            return self._memory.get(key)

    def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        wanted = list(keys)
        if not wanted:
            return {}
        with self._plan.call("dynamodb.BatchGetItem"):
            return self._memory.get_many(wanted)

    def query(self, pk: str) -> list[Item]:
        with self._plan.call("dynamodb.Query"):
            return self._memory.query(pk)

    def write(self, changes: Sequence[Change]) -> bool:
        keys = [change.key for change in changes]
        assert len(keys) == len(set(keys)) <= 100, "DynamoDB refuses such a transaction"
        one = "PutItem" if isinstance(changes[0], Put) else "DeleteItem"
        with self._plan.call(f"dynamodb.{one if len(changes) == 1 else 'TransactWriteItems'}"):
            return self._memory.write(changes)


@dataclass
class Sqs:
    """The outbox's queue, which keeps every message that it is handed, also one that a FIFO queue would drop."""

    plan: KillPlan
    bodies: list[str]

    def send_message_batch(self, QueueUrl: str, Entries: Sequence[Mapping[str, str]]) -> dict[str, Any]:  # noqa: N803
        with self.plan.call("sqs.SendMessageBatch"):
            self.bodies += [entry["MessageBody"] for entry in Entries]
            return {}


@dataclass
class Sts:
    """Lets every role be assumed."""

    plan: KillPlan

    def assume_role(self, **_: Any) -> dict[str, Any]:
        with self.plan.call("sts.AssumeRole"):
            return {}


@dataclass
class CloudWatch:
    """Knows no metric, as where nobody has turned Container Insights on."""

    plan: KillPlan

    def get_paginator(self, _operation: str) -> "CloudWatch":
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        with self.plan.call("cloudwatch.GetMetricData"):
            yield {"MetricDataResults": []}


class Now(Endpoint):
    """The endpoint and the plan of the installation that runs now: making a client is slow, so all share theirs."""

    endpoint: Endpoint
    plan: KillPlan

    def __init__(self) -> None:
        """Wait for an installation."""

    def handle(self, request: ApiRequest) -> ApiResponse:
        return self.endpoint.handle(request)

    def watch(self, client: Any) -> None:
        """Have the plan of each moment count the calls of a client."""
        client.meta.events.register_first("before-send", self._before)
        client.meta.events.register_first("response-received", self._after)

    def _before(self, **of: Any) -> None:
        self.plan.before(**of)

    def _after(self, **of: Any) -> None:
        self.plan.after(**of)


_NOW = Now()
_CLIENTS: dict[str, Any] = {}


class QuickClients(LabClients):
    """Clients of which drydock answers all that it knows, and this process SQS, STS and CloudWatch."""

    def __init__(self, endpoint: Endpoint, plan: KillPlan, bodies: list[str]) -> None:
        super().__init__(endpoint, plan)
        self._bodies = bodies
        _NOW.endpoint, _NOW.plan = endpoint, plan

    def _make(self, service: str, **credentials: str) -> Any:
        if service == "sqs":
            return Sqs(self.plan, self._bodies)
        if service == "sts":
            return Sts(self.plan)
        if service == "cloudwatch":
            return CloudWatch(self.plan)
        key = f"{service}/{self.attempts}"
        if key not in _CLIENTS:
            _CLIENTS[key] = Clients._make(self, service, **credentials)
            attach(_CLIENTS[key], _NOW)
            _NOW.watch(_CLIENTS[key])
        return _CLIENTS[key]

    def assume(self, role_arn: str, session_name: str) -> Clients:
        """The act role's clients."""
        self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=session_name)
        under = QuickClients(self.endpoint, self.plan, self._bodies)
        under.attempts = ACT_ATTEMPTS
        return under


@dataclass
class Quick(Installation):
    """An installation whose ledger is `memory`; `over` may be another store, and `document` what the deploy has written."""

    memory: MemoryStore = field(default_factory=MemoryStore)
    over: Store | None = None
    bodies: list[str] = field(default_factory=list)
    document: str | None = None

    def config(self) -> Config:
        return super().config() if self.document is None else read_config(self.document)

    def clients(self) -> Clients:
        return QuickClients(self.endpoint, self.plan, self.bodies)

    def store(self, clients: Clients) -> Store:
        return self.over or CountedStore(self.memory, self.plan)

    def sent(self) -> list[dict[str, Any]]:
        sent, self.bodies[:] = [json.loads(body) for body in self.bodies], []
        return sent

    def set_to(self) -> Counter[tuple[str, str]]:
        """How often each container instance was really set to each status."""
        calls = self.endpoint.log.named("UpdateContainerInstancesState")
        return Counter((target, call.params["status"]) for call in calls for target in call.accepted())


def past_moto() -> MockAWS:
    """Moto for a test that wants DynamoDB of it; ECS goes past it to drydock."""
    return mock_aws(config={"core": {"passthrough": {"services": ["ecs"], "urls": []}}})


@contextmanager
def quickly_installed(instances: int = 3, **settings: Any) -> Iterator[Quick]:
    """An installation with a cluster `prod` of some instances, a task of a service `web` on each."""
    world = make_world(account=ACCOUNT, region=REGION, start=NOON)
    cluster = add_cluster(world, "prod")
    hosts = [add_instance(world, cluster) for _ in range(instances)]
    add_service(world, cluster, TaskDefinition("web"), desired_count=instances)
    clock = FixedClock(NOON + timedelta(seconds=2))
    plan = KillPlan()
    yield Quick(world, Endpoint(world), hosts, clock, plan, "https://sqs/outbox.fifo", **settings)
