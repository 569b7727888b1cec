"""A whole Dockwarden in one process: the real adapters, ECS by drydock, DynamoDB, SQS and STS by moto."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Any

import boto3
import pytest
from moto import mock_aws

from dockwarden.aws.adapters import adapters
from dockwarden.aws.alarm_states import CloudWatchAlarmStates
from dockwarden.aws.answers import AwsAnswers, Reading
from dockwarden.aws.capacity import EcsCapacity
from dockwarden.aws.clients import ACT_ATTEMPTS, Clients
from dockwarden.aws.facts import AwsFacts
from dockwarden.aws.fleet import EcsFleet
from dockwarden.aws.outbox import SqsOutbox
from dockwarden.aws.performer import AwsPerformer
from dockwarden.aws.stacks import CloudFormationStacks
from dockwarden.clock import FixedClock
from dockwarden.guard.modes import Mode
from dockwarden.guard.settings import GuardSettings
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.store import Store
from dockwarden.playbook import registry
from dockwarden.runtime.config import Config, PlaybookConfig
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.lane import Lane
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.work import Work
from lab.drydock.build import add_cluster, add_instance, make_world
from lab.drydock.endpoint import Endpoint
from lab.drydock.face_inprocess import attach
from lab.drydock.model import ContainerInstance
from lab.drydock.world import World
from tests.fakes import ACCOUNT, NOON, REGION, warning
from tests.ledger.conftest import TABLE, make_table

ROLES = {
    name: f"arn:aws:iam::{ACCOUNT}:role/dockwarden-act-{name.replace('_', '-')}"
    for name in ("spot_drain", "rebalance_drain")
}
SWEEP = {"source": "dockwarden", "detail-type": "Dockwarden Sweep", "detail": {}}
VISIBILITY = timedelta(seconds=25)


# One session for all functions of all tests: it has read the service models once.
_SESSION = boto3.Session(region_name=REGION)


class KilledError(BaseException):
    """The function was ended from outside, in the middle of what it did; nothing may catch this."""


@dataclass
class KillPlan:
    """Ends the function at the n-th AWS call, or the first of a name, before it is sent or after it was answered."""

    at: int | None = None
    stop_at: str | None = None
    when: str = "before"
    made: list[str] = field(default_factory=list)
    _lock: Any = field(default_factory=Lock)

    def watch(self, client: Any) -> None:
        """Count the calls of a client."""
        client.meta.events.register_first("before-send", self.before)
        client.meta.events.register_first("response-received", self.after)

    def before(self, event_name: str, **_: Any) -> None:
        """Count a call that is about to be sent, and end the function if it is the one."""
        with self._lock:
            self.made.append(event_name.removeprefix("before-send."))
            if self.made[-1] == self.stop_at:
                self.at = len(self.made)
            fatal = len(self.made) == self.at
        if fatal and self.when == "before":
            raise KilledError(self.made[-1])

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        """Count a call that is answered in this process and goes through no client."""
        self.before(name)
        yield
        self.after()

    def after(self, **_: Any) -> None:
        """End the function if the call that was answered is the one."""
        if self.when == "after" and len(self.made) == self.at:
            self.at = None
            raise KilledError(self.made[-1])


class OneAtATime:
    """A client of moto, which is not made for threads; boto3 and AWS are."""

    _lock = Lock()

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self._client, operation)

        def alone(**request: Any) -> Any:
            with self._lock:
                return call(**request)

        return alone


class LabClients(Clients):
    """Clients whose ECS is drydock's, and whose calls a plan may end."""

    def __init__(self, endpoint: Endpoint, plan: KillPlan, **rest: Any) -> None:
        super().__init__(REGION, **{"session": _SESSION, **rest})
        self.endpoint, self.plan = endpoint, plan

    def _make(self, service: str, **credentials: str) -> Any:
        client = super()._make(service, **credentials)
        if service == "ecs":
            attach(client, self.endpoint)
        self.plan.watch(client)
        return client if service == "ecs" else OneAtATime(client)

    def assume(self, role_arn: str, session_name: str) -> Clients:
        """The act role's clients, which drydock and the plan see too."""
        self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=session_name, DurationSeconds=900)
        under = LabClients(self.endpoint, self.plan, session=self.session, calls=self.calls)
        under.attempts = ACT_ATTEMPTS
        return under


@dataclass
class Installation:
    """A deployed Dockwarden with its fleet, its queue's outbox and a clock that stands still."""

    world: World
    endpoint: Endpoint
    instances: list[ContainerInstance]
    clock: FixedClock
    plan: KillPlan
    outbox_url: str
    mode: Mode = Mode.ENFORCE
    guard: GuardSettings = field(default_factory=GuardSettings)

    def config(self) -> Config:
        """What the platform has set."""
        playbooks = {
            name: PlaybookConfig(self.mode, self.mode, act_role=role) for name, role in ROLES.items()
        }
        return Config(
            ACCOUNT, REGION, clusters=("prod",), playbooks=playbooks, channel="C0PLATFORM", guard=self.guard
        )

    def clients(self) -> Clients:
        """The clients of a fresh function."""
        return LabClients(self.endpoint, self.plan)

    def store(self, clients: Clients) -> Store:
        """The ledger's table."""
        return DynamoStore(lambda: clients.client("dynamodb"), TABLE)

    def lane(self) -> Lane:
        """A fresh function, as after a cold start."""
        clients, config = self.clients(), self.config()
        store = self.store(clients)
        fleet = EcsFleet(lambda: clients.client("ecs"), InstanceIndex(store), config.cluster_arns())
        reading = Reading(self.clock.now, pinnable=config.pinned_copies is not None)
        answers = AwsAnswers(clients, store, fleet, config.cluster_arns(), reading)
        capacity = EcsCapacity(lambda: clients.client("ecs"), fleet.cluster, config.guard)
        parts = Parts(
            config=config,
            clock=self.clock,
            store=store,
            facts=AwsFacts(fleet, answers, [answers.begin, capacity.begin]),
            scopes=fleet,
            performer=AwsPerformer(
                clients,
                {name: p.act_role for name, p in config.playbooks.items()},
                adapters(config.pinned_copies),
            ),
            outbox=SqsOutbox(lambda: clients.client("sqs"), self.outbox_url, "C0PLATFORM"),
            home=(ACCOUNT, REGION),
            capacity=capacity,
            alarms=CloudWatchAlarmStates(lambda: clients.client("cloudwatch")),
            stacks=CloudFormationStacks(lambda: clients.client("cloudformation")),
        )
        self.parts = parts
        work = Work(parts, Engine(parts, list(registry().values())), clients.calls)
        return Lane(parts.home, lambda: work)

    def deliver(self, *bodies: dict[str, Any] | str) -> list[str]:
        """Hand a batch to a fresh function; the messages that come back."""
        records = [
            {"messageId": str(n), "body": body if isinstance(body, str) else json.dumps(body)}
            for n, body in enumerate(bodies)
        ]
        answer = self.lane().handle({"Records": records})
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def deliver_until_quiet(self, *bodies: dict[str, Any]) -> int:
        """Deliver as SQS does: what fails or is killed comes back after its visibility timeout; how often."""
        for receives in range(1, 5):
            try:
                if not self.deliver(*bodies):
                    return receives
            except KilledError:
                pass
            self.clock.set(self.clock.now() + VISIBILITY)
        return receives

    def warnings(self, count: int = 1) -> list[dict[str, Any]]:
        """The Spot warnings of the first instances."""
        return [warning(instance.instance_id) for instance in self.instances[:count]]

    def mutations(self) -> dict[str, int]:
        """How often each target was really changed."""
        return {target: count for (_, target), count in self.endpoint.log.mutations().items()}

    def told(self) -> list[dict[str, Any]]:
        """The cards in the outbox, received and removed with the events beside them."""
        return [body["card"] for body in self.sent() if "card" in body]

    def sent(self) -> list[dict[str, Any]]:
        """All messages of the outbox, cards and events for the bus, received and removed."""
        client, bodies = boto3.client("sqs", region_name=REGION), []
        while messages := client.receive_message(QueueUrl=self.outbox_url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                bodies.append(json.loads(message["Body"]))
                client.delete_message(QueueUrl=self.outbox_url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


@contextmanager
def installed(instances: int = 3) -> Iterator[Installation]:
    """An installation with a cluster `prod` of some instances, which the index does not know yet."""
    # moto answers whatever drydock does not: ECS goes past it.
    with mock_aws(config={"core": {"passthrough": {"services": ["ecs"], "urls": []}}}):
        make_table(boto3.client("dynamodb", region_name=REGION))
        queue = boto3.client("sqs", region_name=REGION).create_queue(
            QueueName="outbox.fifo", Attributes={"FifoQueue": "true"}
        )
        world = make_world(account=ACCOUNT, region=REGION, start=NOON)
        cluster = add_cluster(world, "prod")
        hosts = [add_instance(world, cluster) for _ in range(instances)]
        clock = FixedClock(NOON + timedelta(seconds=2))
        yield Installation(world, Endpoint(world), hosts, clock, KillPlan(), queue["QueueUrl"])


@pytest.fixture
def installation() -> Iterator[Installation]:
    """An installation of three instances."""
    with installed() as found:
        yield found
