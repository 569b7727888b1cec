"""A small world for tests of the core: one account, one region, clusters by name, and parts that remember."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from dockwarden.actions import Action
from dockwarden.clock import FixedClock
from dockwarden.events.parse import Event, UnknownEvent, parse
from dockwarden.facts.code_deploy import CodeDeployments
from dockwarden.facts.deployers import Deployers
from dockwarden.facts.evidence import Alarms, Evidence, EvidenceAtOnce, Question, Services
from dockwarden.facts.fleet import ContainerInstance, Fleet
from dockwarden.facts.known_good import KnownGood
from dockwarden.facts.releases import Releases, ServiceReleases
from dockwarden.facts.restarts import Restarts
from dockwarden.facts.roster import Roster, ServiceNow
from dockwarden.facts.scopes import Scopes
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.tasks import Tasks
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Need
from dockwarden.guard.freezes import Freeze
from dockwarden.guard.modes import Mode
from dockwarden.guard.settings import GuardSettings
from dockwarden.ledger.known_good import LedgerKnownGood
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.store import Store
from dockwarden.notify.cards import Card
from dockwarden.performing import Effect, Gate, Performer, State
from dockwarden.permissions import Permission
from dockwarden.playbook import registry
from dockwarden.rollback.case import ROLLBACK_TAG
from dockwarden.runtime.arrivals import Arrival, Result
from dockwarden.runtime.config import Config, PlaybookConfig
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.parts import Parts

ACCOUNT, REGION = "111122223333", "eu-central-1"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def cluster_arn(name: str = "prod") -> str:
    """The ARN of a cluster at home."""
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{name}"


def container_instance(
    ec2: str = "i-0aa", status: str = "ACTIVE", cluster: str = "prod"
) -> ContainerInstance:
    """A container instance of a cluster at home."""
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:container-instance/{cluster}/{ec2.removeprefix('i-'):0>32}"
    return ContainerInstance(arn, cluster_arn(cluster), ec2, status, version=3)


def warning(ec2: str = "i-0aa", at: datetime | str | None = NOON, **changes: Any) -> dict[str, Any]:
    """A Spot warning as it arrives, decoded."""
    return {
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "EC2 Spot Instance Interruption Warning",
        "source": "aws.ec2",
        "account": ACCOUNT,
        "region": REGION,
        "time": f"{at:%Y-%m-%dT%H:%M:%SZ}" if isinstance(at, datetime) else at,
        "resources": [f"arn:aws:ec2:{REGION}:instance/{ec2}"],
        "detail": {"instance-id": ec2, "instance-action": "terminate"},
        **changes,
    }


def instance_event(seen: ContainerInstance, at: datetime = NOON, version: int = 4) -> dict[str, Any]:
    """An ECS Container Instance State Change, decoded."""
    return {
        "version": "0",
        "id": "8952ba83-7be2-4ab5-9c32-6687532d15a2",
        "detail-type": "ECS Container Instance State Change",
        "source": "aws.ecs",
        "account": ACCOUNT,
        "region": REGION,
        "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "resources": [seen.arn],
        "detail": {
            "clusterArn": seen.cluster_arn,
            "containerInstanceArn": seen.arn,
            "ec2InstanceId": seen.ec2_instance_id,
            "status": seen.status,
            "version": version,
        },
    }


def event(raw: dict[str, Any]) -> Event:
    """A typed event of a kind that Dockwarden knows."""
    parsed = parse(raw)
    assert not isinstance(parsed, UnknownEvent)
    return parsed


def no_evidence() -> Evidence:
    """Evidence of which nothing could be read."""
    why = NotRead("nobody knows")
    return Evidence(service=why, log=why, difference=why, deployer=why, targets=why, alarms=why)


@dataclass
class FakeWorld:
    """Answers Facts, Fleet, Scopes and Tasks, and by FakeServices what there is to know of services, from what a test put into it; `instances=None` means not readable."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    instances: list[ContainerInstance] | None = field(default_factory=lambda: [container_instance()])
    listed: Sequence[str] | None = ("prod",)
    mode_tags: dict[str, str | NotRead] = field(default_factory=dict)
    tagged: dict[str, Mapping[str, str] | NotRead] = field(default_factory=dict)
    prepared: int = 0
    services: tuple[ServiceNow, ...] | NotRead = ()
    restarts: Mapping[ServiceRef, int] | NotRead = field(default_factory=dict)
    counted: list[tuple[datetime, datetime]] = field(default_factory=list)
    state: ServiceState | NotRead = field(default_factory=lambda: NotRead("nobody knows"))
    evidence: Evidence = field(default_factory=no_evidence)
    asked: list[Question] = field(default_factory=list)
    tasks: dict[str, str | None] = field(default_factory=dict)

    def prepare(self, events: Sequence[Event]) -> None:
        self.prepared += len(events)

    def mistaken(self, action: Action) -> bool:
        return False

    def answers(self) -> Mapping[type, object]:
        of_services = FakeServices(self)
        protocols = (Roster, Restarts, Services, EvidenceAtOnce)
        others: Mapping[type, object] = dict.fromkeys(protocols, of_services)
        known = LedgerKnownGood(MemoryStore())
        protocols_unread = (Releases, Alarms, CodeDeployments, Deployers)
        unread: Mapping[type, object] = dict.fromkeys(protocols_unread, FakeReleases())
        return {Fleet: self, Tasks: self, KnownGood: known, **unread, **others}

    def listed_cluster(self, name: str) -> str | NotRead | None:
        if self.listed is None:
            return NotRead("nobody knows")
        return cluster_arn(name) if name in self.listed else None

    def container_instances(self, ec2_instance_id: str) -> tuple[ContainerInstance, ...] | NotRead:
        if self.instances is None:
            return NotRead("nobody knows")
        return tuple(i for i in self.instances if i.ec2_instance_id == ec2_instance_id)

    def all_container_instances(self) -> tuple[ContainerInstance, ...] | NotRead:
        return NotRead("nobody knows") if self.instances is None else tuple(self.instances)

    def service_of(self, cluster: str, task: str) -> str | NotRead | None:
        return self.tasks.get(task.rpartition("/")[2], NotRead("nobody knows"))

    def opted_in(self, arn: str | None) -> bool | None:
        return None if arn is None or self.listed is None else arn.rpartition("/")[2] in self.listed

    def mode_tag(self, arn: str | None) -> str | NotRead | None:
        return self.mode_tags.get(arn.rpartition("/")[2]) if arn else None

    def tags(self, arn: str) -> Mapping[str, str] | NotRead:
        return self.tagged.get(arn.rpartition("/")[2], {})


@dataclass
class FakeServices:
    """Answers Roster, Restarts, Services and EvidenceAtOnce from a world, which remembers what it was asked."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    world: FakeWorld

    def services(self) -> tuple[ServiceNow, ...] | NotRead:
        return self.world.services

    def inside_tasks(self, since: datetime, until: datetime) -> Mapping[ServiceRef, int] | NotRead:
        self.world.counted.append((since, until))
        return self.world.restarts

    def now(self, service: ServiceRef) -> ServiceState | NotRead:
        return self.world.state

    def all_now(self, services: Iterable[ServiceRef]) -> Mapping[ServiceRef, ServiceState | NotRead]:
        return dict.fromkeys(services, self.world.state)

    def about(self, question: Question) -> Evidence:
        self.world.asked.append(question)
        return self.world.evidence


class FakeReleases:
    """Answers Releases, Alarms and CodeDeployments: services that nobody may roll back, so that tests of others hear nothing of it."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    def of(self, service: ServiceRef) -> ServiceReleases:
        nothing = NotRead("nobody knows")
        return ServiceReleases(never_rolled_back(service), None, None, rollouts=nothing, revisions=nothing)

    def __getattr__(self, question: str) -> Callable[..., NotRead]:
        return lambda *_: NotRead("nobody knows")


def never_rolled_back(service: ServiceRef) -> ServiceState:
    """A service that runs one task, and whose owner wants no rollback."""
    return ServiceState(
        arn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{service.cluster}/{service.name}",
        cluster_arn=cluster_arn(service.cluster),
        status="ACTIVE",
        task_definition_arn=None,
        desired=1,
        running=1,
        pending=0,
        minimum_healthy_percent=None,
        maximum_percent=None,
        alarm_names=(),
        target_group_arns=(),
        deployment_controller="ECS",
        scheduling_strategy="REPLICA",
        current_deployment_arn=None,
        service_revision_arns=(),
        deployments=(),
        messages=(),
        tags=((ROLLBACK_TAG, "never"),),
    )


@dataclass
class FakeCapacity:
    """Answers Capacity with what a test has planned for a target, else with nothing that could be full."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    planned: dict[str, tuple[Need, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def needs(self, action: Action) -> tuple[Need, ...]:
        self.asked.append(action.target)
        return self.planned.get(action.target, ())

    def pools(self, action: Action) -> tuple[Need, ...]:
        return self.planned.get(action.target, ())


@dataclass
class FakePerformer:
    """Performs by writing down, answering as a test has planned for a target."""

    planned: dict[str, Effect] = field(default_factory=dict)
    found: dict[str, Effect] = field(default_factory=dict)
    performed: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)

    def perform(self, _playbook: str, actions: Sequence[Action], session: str, gate: Gate) -> list[Effect]:
        self.sessions.append(session)
        if gate(actions) is None:
            return [self._performed(action) for action in actions]
        return [gate([action]) or self._performed(action) for action in actions]

    def _performed(self, action: Action) -> Effect:
        self.performed.append(action.target)
        return self.planned.get(action.target, Effect(State.DONE, "set to DRAINING"))

    def verify(self, actions: Sequence[Action], _since: datetime | None = None) -> list[Effect]:
        return [
            self.found.get(action.target, Effect(State.FAILED, "its status is ACTIVE")) for action in actions
        ]

    def over(self, actions: Sequence[Action]) -> list[bool]:
        return [action.target in self.ended for action in actions]


@dataclass
class FakeOutbox:
    """An outbox that keeps its cards."""

    cards: list[Card] = field(default_factory=list)
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def send(self, cards: Sequence[Card], events: Sequence[Mapping[str, Any]] = ()) -> None:
        self.cards += cards
        self.events += events


@dataclass
class FakeAlarms:
    """Alarms in the states that a test has planned; others cannot be read."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    planned: dict[str, str] = field(default_factory=dict)

    def states(self, names: Sequence[str]) -> Mapping[str, str | NotRead]:
        return {name: self.planned.get(name, NotRead("nobody knows")) for name in names}


@dataclass
class FakeStacks:
    """Stacks in the states that a test has planned; others cannot be read."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = ()

    planned: dict[str, str] = field(default_factory=dict)

    def status(self, name: str) -> str | NotRead:
        return self.planned.get(name, NotRead("nobody knows"))


@dataclass
class Bench:
    """An engine of all playbooks with fakes around it."""

    mode: Mode = Mode.ENFORCE
    settings: Mapping[str, object] = field(default_factory=dict)
    ceiling: Mode = Mode.ENFORCE
    world: FakeWorld = field(default_factory=FakeWorld)
    performer: FakePerformer = field(default_factory=FakePerformer)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    capacity: FakeCapacity = field(default_factory=FakeCapacity)
    alarms: FakeAlarms = field(default_factory=FakeAlarms)
    stacks: FakeStacks = field(default_factory=FakeStacks)
    guard: GuardSettings = field(default_factory=GuardSettings)
    freezes: tuple[Freeze, ...] = ()
    store: Store = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON + timedelta(seconds=2)))

    @property
    def parts(self) -> Parts:
        """The parts that the engine is made of."""
        performer: Performer = self.performer
        scopes: Scopes = self.world
        spot = PlaybookConfig(ceiling=self.ceiling, default=self.mode, settings=self.settings)
        playbooks = {"spot_drain": spot, "rebalance_drain": PlaybookConfig(self.ceiling, self.mode)}
        config = Config(
            ACCOUNT,
            REGION,
            clusters=("prod",),
            playbooks=playbooks,
            guard=self.guard,
            freezes=self.freezes,
        )
        return Parts(
            config=config,
            clock=self.clock,
            store=self.store,
            facts=self.world,
            scopes=scopes,
            performer=performer,
            outbox=self.outbox,
            home=(ACCOUNT, REGION),
            capacity=self.capacity,
            alarms=self.alarms,
            stacks=self.stacks,
        )

    def run(self, *raw: dict[str, Any]) -> list[Result]:
        """Take a batch of events through the engine."""
        arrivals = [Arrival(f"m{n}", event(one)) for n, one in enumerate(raw)]
        return Engine(self.parts, list(registry().values())).run(arrivals)

    def verdicts(self, *raw: dict[str, Any]) -> list[str]:
        """The verdicts of a batch, in its order."""
        return [outcome.verdict.value for result in self.run(*raw) for outcome in result.outcomes]
