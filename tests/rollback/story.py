"""A story of one cluster: drydock emits, each lane hears what its rules let through, and sweeps every five minutes."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from dockwarden.aws.clients import ACT_ATTEMPTS, Clients
from dockwarden.clock import FixedClock
from dockwarden.events.dockwarden_request import Request
from dockwarden.facts.known_good import Known
from dockwarden.facts.services import ServiceRef
from dockwarden.guard.modes import Mode
from dockwarden.ledger.known_good import LedgerKnownGood
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.playbook import hushes, registry
from dockwarden.runtime.config import Config, PlaybookConfig
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.hushing import read_hushes
from dockwarden.runtime.lane import Lane
from dockwarden.runtime.work import Work
from lab.drydock import images
from lab.drydock.build import add_cluster, add_service, deploy, make_world
from lab.drydock.endpoint import Endpoint
from lab.drydock.face_inprocess import attach
from lab.drydock.model import Behaviour, Cluster, Service, TaskDefinition
from lab.drydock.world import World
from tests.fakes import ACCOUNT, NOON, REGION
from tests.fuzz.bus import Bus
from tests.runtime.harness import SWEEP, KillPlan
from tests.runtime.quick import _CLIENTS, _NOW, Quick, QuickClients

STEP = 15
"""How far the clock is moved at a time, in seconds: what was emitted meanwhile is then heard."""

SWEEP_EVERY = 300
SAFE = {"dockwarden:rollback": "safe"}
CRASH = Behaviour("exits", after=20, exit_code=1)
"""A container that ends after its task was RUNNING: no circuit breaker counts it without a health check."""

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/dockwarden-act-rollback"
_OURS = ("UpdateService", "StopServiceDeployment", "StopDeployment")
_PLAYBOOKS = registry()


class StoryClients(QuickClients):
    """The same with drydock's CloudWatch, which has alarms."""

    def _make(self, service: str, **credentials: str) -> Any:
        if service != "cloudwatch":
            return super()._make(service, **credentials)
        key = f"{service}/of drydock/{self.attempts}"
        if key not in _CLIENTS:
            _CLIENTS[key] = Clients._make(self, service, **credentials)
            attach(_CLIENTS[key], _NOW)
        return _CLIENTS[key]

    def assume(self, role_arn: str, session_name: str) -> Clients:
        self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=session_name)
        under = StoryClients(self.endpoint, self.plan, self._bodies)
        under.attempts = ACT_ATTEMPTS
        return under


class Hooked(KillPlan):
    """Lets something happen once, right before a call of a name."""

    def __init__(self) -> None:
        super().__init__()
        self.hooks: dict[str, Callable[[], None]] = {}

    def before(self, event_name: str, **of: Any) -> None:
        super().before(event_name, **of)
        if (hook := self.hooks.pop(event_name.removeprefix("before-send."), None)) is not None:
            hook()


@dataclass
class StoryInstallation(Quick):
    """An installation whose functions are those of one lane, as the deploy makes them."""

    now: str = "records"

    def config(self) -> Config:
        named = {"rollback": PlaybookConfig(Mode.ENFORCE, self.mode, act_role=_ROLE)}
        others = {n: PlaybookConfig(Mode.ENFORCE, self.mode) for n in _PLAYBOOKS if n not in named}
        config = Config(
            ACCOUNT, REGION, clusters=("prod",), playbooks={**named, **others}, channel="C0PLATFORM"
        )
        return replace(config, guard=self.guard)

    def clients(self) -> Clients:
        return StoryClients(self.endpoint, self.plan, self.bodies)

    def of_lane(self, name: str) -> Lane:
        """A fresh function of a lane: only its own playbooks, and what they call quiet."""
        super().lane()  # makes the parts
        mine = [playbook for playbook in _PLAYBOOKS.values() if playbook.lane.name == name]
        work = Work(self.parts, Engine(self.parts, mine))
        quiet = read_hushes(json.dumps(hushes(mine)))
        return Lane(self.parts.home, lambda: work, quiet)


@dataclass
class Story:
    """A cluster `prod` with its Dockwarden; `lanes` is the order in which the lanes hear what happens at once."""

    installation: StoryInstallation
    cluster: Cluster
    bus: Bus
    lanes: tuple[str, ...] = ("voluntary", "records")
    swept: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def world(self) -> World:
        """The world that it happens in."""
        return self.installation.world

    def service(self, name: str = "web", *, good_for: float = 3600, **settings: Any) -> Service:
        """A service on Fargate whose first revision has worked for a while, as the sweeps have seen."""
        settings = {"desired_count": 2, "tags": dict(SAFE), **settings}
        definition = settings.pop("definition", None) or self.definition(name)
        made = add_service(
            self.world,
            self.cluster,
            definition,
            launch_type="FARGATE",
            capacity_provider="FARGATE",
            **settings,
        )
        self.run(good_for)
        return made

    def definition(self, name: str) -> TaskDefinition:
        """A first revision whose image is in the registry, where it can be looked at."""
        images.push(self.world, name, "1")
        return TaskDefinition(name, image=images.image_uri(self.world.names, name, "1"))

    def release(self, service: Service, behaviour: Behaviour = CRASH, **changes: Any) -> str:
        """Deploy the next revision, as a pipeline does; its name."""
        deploy(self.world, self.cluster, service, behaviour=behaviour, **changes)
        return f"{service.definition.family}:{service.definition.revision}"

    def run(self, seconds: float) -> None:
        """Let time pass, and Dockwarden hear what happens."""
        for _ in range(round(seconds / STEP)):
            self.step(STEP)

    def step(self, seconds: float) -> None:
        """Let a moment pass."""
        self.world.advance(seconds)
        self._set_clock()
        if (self.world.now() - NOON).total_seconds() // SWEEP_EVERY > self.swept:
            self.swept += 1
            for lane in self.lanes:
                self._hear(lane, [SWEEP])
        for lane in self.lanes:
            self._deliver(lane)

    def until(self, happened: Callable[[], bool], seconds: float = 5, most: int = 1000) -> None:
        """Let time pass until something has happened."""
        for _ in range(most):
            if happened():
                return
            self.step(seconds)
        raise AssertionError("it never happened")

    def _set_clock(self) -> None:
        self.installation.clock.set(self.world.now() + timedelta(seconds=1))

    def _deliver(self, lane: str) -> None:
        queue = self.bus.queues[lane]
        while messages := queue.visible(self.world.now())[: queue.lane.batch_size]:
            failed = self._hear(lane, [message.body for message in messages])
            ids = [messages[int(number)].id for number in failed]
            self.bus.settle(lane, messages, ids, self.world.now())

    def _hear(self, lane: str, bodies: Sequence[Mapping[str, Any]]) -> list[str]:
        records = [{"messageId": str(n), "body": json.dumps(body)} for n, body in enumerate(bodies)]
        answer = self.installation.of_lane(lane).handle({"Records": records})
        for body in self.installation.sent():
            (self.told if "card" in body else self.events).append(body.get("card", body))
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def before(self, call: str, happens: Callable[[], None]) -> None:
        """Let something happen right before Dockwarden's next call of a name."""
        assert isinstance(self.installation.plan, Hooked)
        self.installation.plan.hooks[call] = happens

    def ours(self) -> Counter[str]:
        """What Dockwarden has really changed, by operation; drydock's own `deploy` is no call."""
        calls = self.installation.endpoint.log.calls
        return Counter(c.operation for c in calls if c.mutating and c.executed and c.operation in _OURS)

    def asked(self) -> Counter[str]:
        """What was read, by operation."""
        return Counter(c.operation for c in self.installation.endpoint.log.calls if not c.mutating)

    def proposals(self) -> list[HeldAction]:
        """Everything that was ever proposed to a person."""
        return self.installation.parts.proposals.all()

    def approve(self, held: HeldAction) -> HeldAction:
        """Have a person approve a proposal; what came of it."""
        proposals = self.installation.parts.proposals
        self.asked_for(proposals.answer(held, Standing.APPROVED, "alice", self.installation.clock.now()))
        found = proposals.get(held.id)
        assert found is not None
        return found

    def asked_for(self, held: HeldAction) -> None:
        """Let the lane hear that a person has asked for something."""
        detail = {"proposal": held.id}
        body = {"source": Request.SOURCE, "detail-type": Request.DETAIL_TYPES[0], "detail": detail}
        self._hear("voluntary", [body])

    def known(self, service: Service) -> Known:
        """What the ledger knows of a service."""
        ref = ServiceRef(self.cluster.name, service.name)
        return LedgerKnownGood(self.installation.parts.store).known([ref])[ref]

    def good(self, service: Service) -> list[str]:
        """The revisions of a service that are known to have worked, the newest first."""
        return [one.task_definition.rpartition("/")[2] for one in self.known(service).good]

    def headlines(self, subject: str = "web") -> list[str]:
        """The headlines of all cards about a subject, each once, in order."""
        return list(dict.fromkeys(card["headline"] for card in self.told if card["subject"] == subject))

    def cards(self, headline: str) -> list[dict[str, Any]]:
        """The cards with a headline."""
        return [card for card in self.told if card["headline"] == headline]


def runs(service: Service) -> str:
    """What a service runs, as `family:revision`."""
    return f"{service.definition.family}:{service.definition.revision}"


@contextmanager
def story(
    *,
    lanes: tuple[str, ...] = ("voluntary", "records"),
    kind: type[StoryInstallation] = StoryInstallation,
    **settings: Any,
) -> Iterator[Story]:
    """A cluster without any service, and its Dockwarden in enforce mode."""
    world = make_world(account=ACCOUNT, region=REGION, start=NOON)
    cluster = add_cluster(world, "prod")
    made = kind(world, Endpoint(world), [], FixedClock(NOON), Hooked(), "https://sqs/outbox.fifo", **settings)
    bus = Bus(list(_PLAYBOOKS.values()))
    world.log.subscribe(lambda event: bus.emit(event, world.now()))
    yield Story(made, cluster, bus, lanes)
