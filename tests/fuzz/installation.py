"""A Dockwarden around drydock: the real lanes, engine, guard, ledger and adapters; each delivery is a cold start."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dockwarden.aws.adapters import ADAPTERS
from dockwarden.aws.adapting import Adapter
from dockwarden.aws.capacity import EcsCapacity
from dockwarden.aws.facts import AwsFacts
from dockwarden.aws.fleet import EcsFleet
from dockwarden.aws.performer import AwsPerformer
from dockwarden.aws.roster import EcsRoster
from dockwarden.facts.evidence import EvidenceAtOnce, Services
from dockwarden.facts.restarts import Restarts
from dockwarden.facts.roster import Roster
from dockwarden.facts.services import ServiceRef
from dockwarden.guard.modes import Mode
from dockwarden.guard.settings import GuardSettings
from dockwarden.ledger.index import InstanceIndex
from dockwarden.playbook import load
from dockwarden.runtime.config import Config, PlaybookConfig
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.lane import Lane
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.work import Work
from tests.fakes import ACCOUNT, REGION, FakeAlarms, FakeOutbox, FakeStacks, no_evidence
from tests.fuzz.bus import Bus, Message
from tests.fuzz.direct import DirectClients, DirectEndpoint
from tests.fuzz.interruption import Interruption
from tests.fuzz.orders import Orders
from tests.fuzz.rollback import DeployEarlier, UpdateService, stand_in_rollback
from tests.fuzz.services import EcsServices
from tests.fuzz.table import Handle, Table
from tests.fuzz.town import LISTED, Town
from tests.runtime.harness import KilledError

PLAYBOOKS = [load("spot_drain"), load("rebalance_drain"), load("instance_index"), load("diagnose")]
PLAYBOOKS.append(stand_in_rollback)
ACTING = {playbook.name: playbook for playbook in PLAYBOOKS if playbook.may}
_ADAPTERS: Mapping[str, Adapter[Any]] = {**ADAPTERS, DeployEarlier.KIND: UpdateService()}
GUARD = GuardSettings(
    budget_service="50%", budget_cluster="50%", budget_account="3", actions_per_target=3, cooldown_minutes=5
)


class NoEvidence:
    """Answers that nothing could be read: what cards say has no part in what is safe."""

    def about(self, _question: object) -> object:
        """Nothing."""
        return no_evidence()

    def inside_tasks(self, _since: object, _until: object) -> Mapping[ServiceRef, int]:
        """No restarts."""
        return {}


@dataclass
class Installation:
    """Everything of an installation that outlives a function."""

    town: Town = field(default_factory=Town)
    table: Table = field(default_factory=Table)
    bus: Bus = field(default_factory=lambda: Bus(PLAYBOOKS))
    orders: Orders = field(default_factory=Orders)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    denied: bool = False
    kills: int = 0

    def __post_init__(self) -> None:
        """Deploy it."""
        self.endpoint = DirectEndpoint(self.town.world)
        self.orders.ceilings = dict.fromkeys(ACTING, "enforce")
        self.orders.listed = LISTED
        self.people = self.parts(None)
        self.town.world.log.subscribe(lambda event: self.bus.emit(event, self.town.world.now()))

    def config(self) -> Config:
        """What the platform has set."""
        ceilings = self.orders.ceilings.items()
        entries = {name: self._entry(name, ceiling) for name, ceiling in ceilings}
        return Config(ACCOUNT, REGION, clusters=self.orders.listed, playbooks=entries, guard=GUARD)

    def _entry(self, name: str, ceiling: str) -> PlaybookConfig:
        role = f"arn:aws:iam::{ACCOUNT}:role/{name}" if self.orders.armed(name) else None
        return PlaybookConfig(Mode(ceiling), self.orders.default, act_role=role)

    def parts(self, plan: Interruption | None) -> Parts:
        """The parts of one function; without a plan, those of a command of people."""
        clients = DirectClients(self.endpoint, plan or Interruption())
        store, config = Handle(self.table, plan), self.config()
        clients.denied = self.denied
        fleet = EcsFleet(lambda: clients.client("ecs"), InstanceIndex(store), config.cluster_arns())
        capacity = EcsCapacity(lambda: clients.client("ecs"), fleet.cluster, config.guard)
        others: dict[type, object] = {
            Roster: EcsRoster(lambda: clients.client("ecs"), config.cluster_arns()),
            Services: EcsServices(clients),
            EvidenceAtOnce: NoEvidence(),
            Restarts: NoEvidence(),
        }
        roles = {name: entry.act_role for name, entry in config.playbooks.items()}
        return Parts(
            config=config,
            clock=self.town.clock,
            store=store,
            facts=AwsFacts(fleet, {**fleet.answers(), **others}, [capacity.begin]),
            scopes=fleet,
            performer=AwsPerformer(clients, roles, _ADAPTERS),
            outbox=self.outbox,
            home=(ACCOUNT, REGION),
            capacity=capacity,
            alarms=FakeAlarms(),
            stacks=FakeStacks(),
        )

    def receive(self, lane: str, most: int = 10, *, backwards: bool = False) -> list[Message]:
        """The messages that a function of a lane would get now."""
        found = self.bus.queues[lane].visible(self.town.world.now())
        return found[::-1][:most] if backwards else found[:most]

    def run(self, lane: str, messages: Sequence[Message], plan: Interruption | None = None) -> None:
        """One function takes a batch; killed, it answers nothing and all of it comes back."""
        if not messages:
            return
        playbooks = [playbook for playbook in PLAYBOOKS if playbook.lane.name == lane]
        parts = self.parts(plan or Interruption())
        work = Work(parts, Engine(parts, playbooks))
        records = [{"messageId": message.id, "body": json.dumps(message.body)} for message in messages]
        try:
            answer = Lane(parts.home, lambda: work).handle({"Records": records})
            failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        except KilledError:
            self.kills += 1
            failed = [message.id for message in messages]
        self.bus.settle(lane, messages, failed, self.town.world.now())
