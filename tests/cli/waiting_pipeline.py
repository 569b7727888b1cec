"""A service of drydock whose release a pipeline waits for, with and without an installation."""

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from dockwarden.aws.clients import Clients
from dockwarden.cli.commands import wait
from dockwarden.cli.commands.wait import waited
from dockwarden.cli.parser import Parser
from dockwarden.facts.known_good import BadRevision, Known
from dockwarden.guard.modes import Mode
from dockwarden.incidents.history import History, Incident
from dockwarden.ledger.claims import Terms
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.ledger.known_good import LedgerKnownGood
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.proposals import HeldAction, ProposalLedger
from dockwarden.ledger.records import Intent, Receipt
from dockwarden.performing import State
from dockwarden.service_actions import RollBackService
from lab.drydock.build import add_cluster, add_service, deploy, make_world
from lab.drydock.face_inprocess import attach
from lab.drydock.model import CircuitBreaker, Cluster, Deployment, Service, TaskDefinition
from lab.drydock.world import World
from tests.cli.account import Account, Refusing, client
from tests.ledger.conftest import TABLE

CLUSTER, SERVICE, NEW = "web-prod", "web", "web:2"
OPTIONS = ("--cluster", CLUSTER, "--service", SERVICE, "--task-definition", NEW)

Answers = dict[str, Callable[..., Any]]
"""What answers an operation in place of the fakes: it is given the real operation and the request."""


@dataclass
class Pipeline:
    """A service, its deployment, and the wait for it."""

    world: World
    cluster: Cluster
    service: Service
    account: Account
    ecs: Any
    capsys: pytest.CaptureFixture[str]
    answers: Answers = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    allowed: frozenset[str] | None = None
    err: str = ""

    def now(self) -> datetime:
        return self.world.now()

    def deploy(self, **changes: Any) -> Deployment:
        return deploy(self.world, self.cluster, self.service, **changes)

    def wait(
        self, *words: str, meanwhile: Mapping[int, Callable[[], object]] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Wait with `--json`; `meanwhile` are what happens so many seconds after the beginning."""
        left, began = dict(meanwhile or {}), self.now()

        def sleep(seconds: float) -> None:
            self.world.advance(seconds)
            for at in [at for at in left if self.now() >= began + timedelta(seconds=at)]:
                left.pop(at)()

        code = waited(arguments(*words), self, sleep)
        captured = self.capsys.readouterr()
        self.err = captured.err
        return code, json.loads(captured.out)

    @property
    def store(self) -> DynamoStore:
        return DynamoStore(lambda: client("dynamodb"), TABLE)

    @property
    def action(self) -> RollBackService:
        family = self.service.arn.replace(f"service/{CLUSTER}/{SERVICE}", "task-definition/web")
        return RollBackService(
            self.cluster.arn,
            self.service.arn,
            task_definition=f"{family}:1",
            bad_task_definition=f"{family}:2",
            current_deployment="ecs-svc/1",
        )

    def back(self) -> None:
        """Deploy the first revision again, as a person or Dockwarden does."""
        self.ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition="web:1")

    def roll_back(self) -> None:
        """What the ledger holds after a rollback by Dockwarden."""
        self.remember_bad()
        ledger, intent = ActionLedger(self.store), self.intent()
        claim = ledger.claim(intent, self.now(), Terms(150, timedelta(0)))
        assert claim.fence is not None
        receipt = Receipt(intent.id, State.DONE, "ECS deploys web:1", self.now(), claim.fence)
        assert ledger.close(intent, receipt)

    def remember_bad(self) -> None:
        bad = BadRevision(
            f"{CLUSTER}/{SERVICE}", self.action.bad_task_definition, (), self.now(), self.intent().id
        )
        LedgerKnownGood(self.store).keep(Known(f"{CLUSTER}/{SERVICE}", bad=(bad,)), self.now())

    def intent(self) -> Intent:
        return Intent(
            id="rollback-0123456789abcdef",
            playbook="rollback",
            kind=self.action.KIND,
            target=self.action.target,
            subject=SERVICE,
            action=self.action.fields(),
            mode=Mode.ENFORCE,
            why="the default",
            reason="revision web:2 fails: app-exit",
            occurred_at=self.now(),
            created_at=self.now(),
            retried_until=self.now(),
            transcript={},
        )

    def hold(self, service: str | None = None) -> None:
        """A rollback that waits for a person."""
        fields = self.action.fields()
        held = HeldAction(
            id="rollback-1111111111111111",
            playbook="rollback",
            kind=self.action.KIND,
            target=self.action.target,
            action={**fields, "service": service or fields["service"]},
            subject=SERVICE,
            sentence=self.action.sentence(),
            rule="playbook",
            why="",  # the guard has no sentence about what the playbook asks
            reason="revision web:2 fails: app-exit",
            until=self.now() + timedelta(hours=4),
            created_at=self.now(),
            objections=("its tag dockwarden:rollback says nothing, which means ask",),
        )
        assert ProposalLedger(self.store).keep(held)

    def incident(self, revision: str) -> None:
        """An open incident of a revision of the service."""
        histories, key = LedgerHistories(self.store), f"{CLUSTER}/service/{SERVICE}"
        found = Incident("inc-1", "app-exit", revision, self.now(), self.now(), said="It crashes.")
        histories.keep(History(key, incidents=(found,)))
        histories.write(self.now())


def arguments(*words: str) -> argparse.Namespace:
    parser = Parser("wait", wait.__doc__ or "")
    wait.arguments(parser)
    return parser.parsed((*OPTIONS, "--region", "us-east-1", "--json", *words))


@dataclass
class Sometimes:
    """A client that does not answer while its service is refused, also one that was made before."""

    service: str
    pipeline: Pipeline
    found: Any

    def __getattr__(self, operation: str) -> Any:
        action = f"{self.service}:{operation.title().replace('_', '')}"
        self.pipeline.asked.add(action)
        real = getattr(Refusing() if self._refused(action) else self.found, operation)
        answer = self.pipeline.answers.get(operation)
        return real if answer is None else lambda **request: answer(real, request)

    def _refused(self, action: str) -> bool:
        """Whether the whole service does not answer, or IAM does not allow this."""
        allowed = self.pipeline.allowed
        return self.service in self.pipeline.account.refused or (
            allowed is not None and action not in allowed
        )


def pipeline_of(
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    breaker: CircuitBreaker | None = None,
) -> Pipeline:
    """A service with two tasks and a circuit breaker, in an account where Dockwarden is installed."""
    world = make_world(seed=1)
    cluster = add_cluster(world, CLUSTER)
    service = add_service(
        world,
        cluster,
        TaskDefinition(SERVICE),
        desired_count=2,
        launch_type="FARGATE",
        capacity_provider="FARGATE",
        breaker=breaker or CircuitBreaker(enable=True, rollback=True),
    )
    ecs = boto3.client("ecs", "us-east-1", endpoint_url="http://drydock.invalid")  # which moto leaves alone
    attach(ecs, world)
    made = Pipeline(world, cluster, service, account, ecs, capsys)

    def make(_: Clients, name: str, **__: str) -> Any:
        real = account.fake(name) or (ecs if name == "ecs" else client(name))
        return Sometimes(name, made, real)

    monkeypatch.setattr(Clients, "_make", make)
    return made
