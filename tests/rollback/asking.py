"""What the playbooks about releases read, by fakes that remember each question: what is not planned cannot be read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dockwarden.facts.alarms import ServiceAlarms
from dockwarden.facts.evidence import Alarms
from dockwarden.facts.fleet import Fleet
from dockwarden.facts.histories import Histories
from dockwarden.facts.known_good import Known, KnownGood
from dockwarden.facts.releases import Candidate, Definition, Releases, ServiceReleases
from dockwarden.facts.roster import Roster, ServiceNow
from dockwarden.facts.running import RunningTask, RunningTasks
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.history import History, Incident, Stop
from dockwarden.playbook import load, settings_of
from dockwarden.verdicts import Decision
from tests.fakes import NOON, cluster_arn, event
from tests.rollback.cases import candidate, definition, good, releases, service

DENIED = NotRead("AccessDenied")
WEB = ServiceRef("prod", "web")
KEY = "prod/service/web"
SWEEP = {
    "source": "dockwarden",
    "detail-type": "Dockwarden Sweep",
    "time": f"{NOON:%Y-%m-%dT%H:%M:%SZ}",
    "detail": {},
}


def stop(number: int = 0, deployment: str = "ecs-svc/9", ran: float = 5, at: datetime = NOON) -> Stop:
    """A task of the second revision that has failed."""
    return Stop(f"task-{number}", "app-exit", "web:2", deployment, at - timedelta(minutes=number), ran)


def failing(cause: str = "app-exit", key: str = KEY) -> History:
    """A service in a crash loop."""
    stops = tuple(stop(number) for number in range(4, -1, -1))
    incident = Incident("inc-1", cause, "web:2", NOON - timedelta(minutes=5), NOON, 5, looping=True)
    return History(key, stops=stops, incidents=(incident,))


@dataclass
class Asked:
    """A service that fails by its second revision, while the first is known to have worked; a test changes what it is about.

    `questions` are those that go to AWS, in their order; `looked_up` those that the ledger answers.
    """

    histories: dict[str, History] = field(default_factory=lambda: {KEY: failing()})
    releases: ServiceReleases | NotRead = field(default_factory=releases)
    current: Definition | NotRead = field(default_factory=lambda: Definition(definition(2), "ACTIVE"))
    tasks: RunningTasks | NotRead = field(default_factory=lambda: RunningTasks(NOON, ()))
    candidate: Callable[[str], Candidate | NotRead] = candidate
    known: dict[str, Known] = field(default_factory=lambda: {"prod/web": Known("prod/web", (good(1),))})
    alarms_now: ServiceAlarms | NotRead = field(default_factory=lambda: ServiceAlarms((), None))
    roster: tuple[ServiceNow, ...] | NotRead = ()
    listed: tuple[str, ...] | None = ("prod",)
    questions: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)

    def decide(self, playbook: str, raw: Mapping[str, object]) -> tuple[Decision, ...]:
        """What a playbook decides about an event."""
        of = load(playbook)
        facts = {protocol: self._answering(protocol) for protocol in of.reads.values()}
        found = of(event(dict(raw)), facts, settings_of(of, {}))
        return found if isinstance(found, tuple) else (found,)

    def one(self, raw: Mapping[str, object]) -> Decision:
        """What the rollback decides, where that is one thing."""
        [found] = self.decide("rollback", raw)
        return found

    def _answering(self, protocol: type) -> object:
        answers: Mapping[type, object] = {
            Fleet: _Fleet(self),
            Histories: _Histories(self),
            Releases: _Releases(self),
            KnownGood: _KnownGood(self),
            Alarms: _Alarms(self),
            Roster: _Roster(self),
        }
        return answers.get(protocol) or _Others(self, protocol.__name__)


@dataclass
class _Fleet:
    asked: Asked

    def listed_cluster(self, name: str) -> str | NotRead | None:
        """A setting, which costs no call."""
        if self.asked.listed is None:
            return DENIED
        return cluster_arn(name) if name in self.asked.listed else None


@dataclass
class _Histories:
    asked: Asked

    def of(self, key: str) -> History:
        self.asked.looked_up.append(f"history {key}")
        return self.asked.histories.get(key, History(key))

    def several(self, keys: Iterable[str]) -> Mapping[str, History]:
        return {key: self.of(key) for key in keys}

    def troubled(self) -> list[str]:
        self.asked.looked_up.append("troubled")
        return list(self.asked.histories)


@dataclass
class _KnownGood:
    asked: Asked

    def known(self, services: Iterable[ServiceRef]) -> Mapping[ServiceRef, Known]:
        wanted = list(services)
        self.asked.looked_up.append(f"known {', '.join(f'{s.cluster}/{s.name}' for s in wanted)}")
        known = self.asked.known
        return {one: found for one in wanted if (found := known.get(f"{one.cluster}/{one.name}"))}


@dataclass
class _Releases:
    asked: Asked

    def of(self, service: ServiceRef) -> ServiceReleases | NotRead:
        self.asked.questions.append(f"releases {service.name}")
        return self.asked.releases

    def definition(self, task_definition: str) -> Definition | NotRead:
        self.asked.questions.append(f"definition {task_definition.rpartition('/')[2]}")
        return self.asked.current

    def running(self, service: ServiceRef) -> RunningTasks | NotRead:
        self.asked.questions.append(f"tasks {service.name}")
        return self.asked.tasks

    def candidate(self, task_definition: str, digests: Mapping[str, str]) -> Candidate | NotRead:
        self.asked.questions.append(f"candidate {task_definition.rpartition('/')[2]}")
        return self.asked.candidate(task_definition)


@dataclass
class _Alarms:
    asked: Asked

    def alarms(self, service: ServiceRef) -> ServiceAlarms | NotRead:
        self.asked.questions.append(f"alarms {service.name}")
        return self.asked.alarms_now


@dataclass
class _Roster:
    asked: Asked

    def services(self) -> tuple[ServiceNow, ...] | NotRead:
        self.asked.questions.append("roster")
        return self.asked.roster


@dataclass
class _Others:
    """Every other fact: nobody knows it, and that it was asked for is seen."""

    asked: Asked
    name: str

    def __getattr__(self, question: str) -> Callable[..., NotRead]:
        def ask(*_: object) -> NotRead:
            self.asked.questions.append(f"{self.name}.{question}")
            return DENIED

        return ask


def roster_of(number: int, **changes: object) -> ServiceNow:
    """The service as the roster shows it, settled on a revision."""
    state = service(number)
    values: dict[str, object] = {
        "cluster": "prod",
        "name": "web",
        "desired": state.desired,
        "running": state.running,
        "pending": 0,
        "deploying": False,
        "task_definition": definition(number),
        "revision": f"revision-{number}",
        "settled": True,
        **changes,
    }
    return ServiceNow(**values)  # type: ignore[arg-type]


def running(*ages: float, started_by: str = "ecs-svc/9", complete: bool = True) -> RunningTasks:
    """Tasks of the second revision, by the minutes for which they have run."""
    began = [NOON - timedelta(minutes=age) for age in ages]
    return RunningTasks(NOON, tuple(RunningTask(definition(2), started_by, at) for at in began), complete)
