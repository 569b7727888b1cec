"""The machine of rollbacks: the real playbook, ledger and adapters on drydock, while pipelines and people deploy.

The other machine has hosts and every guard, and a stand-in for what acts on services. This one has services, known-good
revisions, the circuit breaker, CI that brings bad revisions back, and events that are lost, doubled and late.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dockwarden.facts.services import ServiceRef
from dockwarden.guard.settings import GuardSettings
from dockwarden.ledger.known_good import LedgerKnownGood
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.proposals import Standing
from dockwarden.ledger.records import Intent
from dockwarden.runtime.telemetry import logger
from lab.drydock import deployments, images, registrations
from lab.drydock.build import add_service, deploy
from lab.drydock.model import Behaviour, CircuitBreaker, Service
from lab.drydock.troubles import Trouble, add_trouble, end_trouble
from tests.fuzz.base import BrokenInvariantError
from tests.fuzz.bus import Message
from tests.fuzz.counting import Counts
from tests.fuzz.failing import failing_together
from tests.fuzz.sequences import run_sequences
from tests.rollback.story import CRASH, SAFE, Hooked, Story, runs, story
from tests.runtime.harness import KilledError

STEPS = 15
NAMES = ("web", "api", "shop", "jobs", "mail", "feed")
LATE = Behaviour("exits", after=166, exit_code=1)
WELL = Behaviour("runs")
PULL = Behaviour("fails-to-start", reason="CannotPullContainerError: pull image manifest: not found")
RELEASES = {"well": WELL, "crashes": CRASH, "crashes late": LATE, "cannot be pulled": PULL}
GUARD = GuardSettings(cooldown_minutes=5, budget_service="100%", budget_cluster="100%", budget_account="20")
_CALLS = ("ecs.UpdateService", "ecs.StopServiceDeployment")
_ROLLING_BACK = ("ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
_NUMBER = st.integers(0, 50)


@dataclass
class Judge(Hooked):
    """Sees each changing call of ours right before it is sent, and asks each invariant whether it may be."""

    tale: Story | None = None
    problems: list[str] = field(default_factory=list)
    automatic: Counter[tuple[str, str]] = field(default_factory=Counter)
    own: set[str] = field(default_factory=set)
    proven: dict[str, set[str]] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Nothing is to happen between calls yet."""
        self.hooks = {}

    def before(self, event_name: str, **of: Any) -> None:
        """Judge a call, unless the function is killed before it."""
        super().before(event_name, **of)
        name = event_name.removeprefix("before-send.")
        if name in _CALLS:
            self._judge(name, json.loads(of["request"].body))

    def _judge(self, name: str, params: Mapping[str, Any]) -> None:
        assert self.tale is not None
        arn = params.get("service") or self._of(str(params["serviceDeploymentArn"]))
        service = next(one for one in self.tale.cluster.services.values() if one.arn == arn)
        intent = self._intent(arn)
        self.changes[name] += 1
        found = [*self._form(name, params), *self._state(service, intent), *self._target(service, params)]
        if intent.by is None:
            found += self._by_itself(service)
            self.automatic[service.name, runs(service)] += 1
        self.problems += [f"{why} [{name} of {service.name}, {intent.id}]" for why in found]

    def _of(self, deployment: str) -> str:
        assert self.tale is not None
        services = self.tale.cluster.services.values()
        return next(s.arn for s in services if any(whole.arn == deployment for whole in s.history))

    def _intent(self, arn: str) -> Intent:
        assert self.tale is not None
        actions = ActionLedger(self.tale.installation.memory)  # which counts no call
        found = [actions.intent(name) for name in actions.open_intents()]
        return next(one for one in found if one is not None and one.target == arn)

    def _form(self, name: str, params: Mapping[str, Any]) -> Iterator[str]:
        """The arguments, and no more of them."""
        if name == _CALLS[0] and set(params) != {"cluster", "service", "taskDefinition"}:
            yield f"30: it sends {sorted(params)}"
        if name == _CALLS[1] and params != {**params, "stopType": "ROLLBACK"}:
            yield f"30: it sends {params}"

    def _state(self, service: Service, intent: Intent) -> Iterator[str]:
        """What is there is what was decided about, and nobody takes it back already."""
        whole = service.history[0]
        decided = intent.action.get("current_deployment") or intent.action.get("service_deployment")
        if decided not in (service.primary.id, whole.arn):
            yield f"28: {service.primary.id} has taken the place of {decided}"
        if whole.status in _ROLLING_BACK:
            yield f"27: it is {whole.status}"

    def _target(self, service: Service, params: Mapping[str, Any]) -> Iterator[str]:
        """What it is put on has worked, and is there."""
        target = str(params.get("taskDefinition", "")).rpartition("/")[2]
        if not target:
            return
        if target not in self.proven.get(service.name, set()):
            yield f"21: {target} has never worked"
        family, _, number = target.partition(":")
        assert self.tale is not None
        world = self.tale.world
        if registrations.status_of(world, world.definitions[family][int(number)]) != "ACTIVE":
            yield f"24: {target} is not ACTIVE"

    def _by_itself(self, service: Service) -> Iterator[str]:
        """What holds unless a person has approved it."""
        assert self.tale is not None
        if self.automatic[service.name, runs(service)]:
            yield f"19: {runs(service)} was taken back by itself before"
        if service.primary.id in self.own:
            yield f"18, 32: {service.primary.id} is a deployment of ours"
        if service.tags.get("dockwarden:rollback") != "safe":
            yield "gate: nobody has said that it is safe"
        store = self.tale.installation.memory
        many = failing_together(store, self.tale.installation.clock.now())
        if many >= GUARD.mass_failure_services:
            yield f"33: {many} services fail at once"

    def look(self) -> None:
        """What each service has been deployed with success, and which deployments are ours."""
        assert self.tale is not None
        for service in self.tale.cluster.services.values():
            worked = [whole for whole in service.history if whole.status == "SUCCESSFUL"]
            names = {f"{w.target.definition.family}:{w.target.definition.revision}" for w in worked}
            self.proven.setdefault(service.name, set()).update(names)


@dataclass
class Mortal(Story):
    """A story whose functions may be killed, and are: what they had taken comes back."""

    kills: int = 0

    def _hear(self, lane: str, bodies: Sequence[Mapping[str, Any]]) -> list[str]:
        try:
            return super()._hear(lane, bodies)
        except KilledError:
            self.kills += 1
            self.installation.plan.at = None
            return [str(number) for number in range(len(bodies))]


class RollbackMachine(RuleBasedStateMachine):
    """One sequence: six services that have worked for a while, and whatever may become of them."""

    counts: ClassVar[Counts] = Counts()

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        made = self._stack.enter_context(story(guard=GUARD))
        self.judge = Judge()
        made.installation.plan = self.judge
        self.tale = Mortal(made.installation, made.cluster, made.bus, made.lanes)
        self.judge.tale = self.tale
        self.troubles: list[Trouble] = []
        self.seen: list[tuple[str, Message]] = []
        for number, name in enumerate(NAMES):
            self._add(name, breaker=number % 3 == 1, tags={} if name == "feed" else dict(SAFE))
        for _ in range(4):
            self.tale.step(300)
        self.counts.sequences += 1

    def _add(self, name: str, *, breaker: bool, tags: dict[str, str]) -> None:
        add_service(
            self.tale.world,
            self.tale.cluster,
            self.tale.definition(name),
            launch_type="FARGATE",
            capacity_provider="FARGATE",
            desired_count=2,
            breaker=CircuitBreaker(enable=breaker, rollback=breaker),
            tags=tags,
        )

    def _service(self, number: int) -> Service:
        return self.tale.cluster.services[NAMES[number % len(NAMES)]]

    def _done(self, name: str) -> None:
        self.counts.steps += 1
        self.counts.rules[name] += 1

    @rule(number=_NUMBER, kind=st.sampled_from((*RELEASES, "crashes late", "crashes")), wait=st.booleans())
    def release(self, number: int, kind: str, *, wait: bool) -> None:
        """A pipeline deploys the next revision."""
        deploy(self.tale.world, self.tale.cluster, self._service(number), behaviour=RELEASES[kind])
        self._done(f"release that {kind}" if kind != "well" else "release")
        if wait:
            self._pass(420)

    @rule(number=_NUMBER, back=st.integers(0, 3), wait=st.booleans())
    def deploy_again(self, number: int, back: int, *, wait: bool) -> None:
        """A pipeline, or the template, deploys a revision that is there already, good or bad."""
        service = self._service(number)
        of_family = self.tale.world.definitions[service.name]
        revision = sorted(of_family)[-1 - back % len(of_family)]
        deployments.begin(self.tale.world, self.tale.cluster, service, of_family[revision])
        self._done("deployed again")
        if wait:
            self._pass(420)

    @rule(
        number=_NUMBER,
        at=st.sampled_from(("sts.AssumeRole", "ecs.DescribeServices")),
        kind=st.sampled_from((WELL, CRASH)),
    )
    def person_meanwhile(self, number: int, at: str, kind: Behaviour) -> None:
        """Somebody deploys while a function is at work: between decision and call, or before its last look."""
        service = self._service(number)

        def fix() -> None:
            deploy(self.tale.world, self.tale.cluster, service, behaviour=kind)

        self.judge.hooks[at] = fix
        self._done("person meanwhile")
        self._pass(300)

    @rule(seconds=st.sampled_from((15, 60, 300, 600)), backwards=st.booleans())
    def time_passes(self, seconds: int, *, backwards: bool) -> None:
        """Time passes, and the lanes hear what happens in one order or the other."""
        self.tale.lanes = ("records", "voluntary") if backwards else ("voluntary", "records")
        self._pass(seconds)
        self._done("time passes")

    def _pass(self, seconds: int) -> None:
        for _ in range(max(1, seconds // 60)):
            self.tale.step(min(seconds, 60))
            self._note()

    def _note(self) -> None:
        """Remember which deployments are ours: those that the rollbacks of the ledger became."""
        self.judge.look()
        refs = [ServiceRef(self.tale.cluster.name, name) for name in NAMES]
        known = LedgerKnownGood(self.tale.installation.memory).known(refs)
        found = {bad.deployment for one in known.values() for bad in one.bad}
        self.judge.own |= {deployment for deployment in found if deployment is not None}

    @rule(lasting=st.sampled_from((60, 300, None)), names=st.sets(st.sampled_from(NAMES), max_size=2))
    def trouble(self, lasting: int | None, names: set[str]) -> None:
        """Something that several services need is down, or everything is; no release is why."""
        self.troubles.append(
            add_trouble(self.tale.world, CRASH, services=sorted(names) or None, lasts=lasting)
        )
        self._done("trouble")

    @rule()
    def well_again(self) -> None:
        """What was down is back."""
        for one in self.troubles:
            end_trouble(self.tale.world, one)
        self.troubles.clear()
        self._done("well again")

    @rule(
        number=_NUMBER,
        what=st.sampled_from(("lose", "delay", "double")),
        lane=st.sampled_from(("voluntary", "records")),
    )
    def delivery(self, number: int, what: str, lane: str) -> None:
        """What has happened since is heard late, twice or never."""
        self.tale.world.advance(20)
        now = self.tale.world.now()
        messages = self.tale.bus.queues[lane].messages
        for message in messages[number % 3 :: 3]:
            if what == "lose":
                messages.remove(message)
            elif what == "delay":
                message.visible_at = now + timedelta(seconds=(10, 200, 700)[number % 3])
            else:
                self.tale.bus.put(lane, message.body, now)
        self._done(what)
        self._pass(30)

    @rule(at=st.integers(1, 25), when=st.sampled_from(("before", "after")))
    def crash(self, at: int, when: str) -> None:
        """A function is killed at its n-th call from now on."""
        self.judge.at, self.judge.when = len(self.judge.made) + at, when
        self._done("crash")
        self._pass(300)
        self.judge.at = None

    @rule(number=_NUMBER, approves=st.booleans())
    def answer(self, number: int, *, approves: bool) -> None:
        """Somebody answers a proposal."""
        now = self.tale.installation.clock.now()
        waiting = self.tale.installation.parts.proposals.waiting(now)
        if not waiting:
            return
        held = waiting[number % len(waiting)]
        if approves:
            self.tale.approve(held)
        else:
            self.tale.installation.parts.proposals.answer(held, Standing.REJECTED, "bob", now)
        self._done("approve" if approves else "reject")

    @rule(number=_NUMBER, what=st.sampled_from(("tag moved", "deregistered")))
    def target(self, number: int, what: str) -> None:
        """What a service would be put back on changes: its tag is moved, or its oldest revision is deregistered."""
        name = self._service(number).name
        if what == "tag moved":
            images.push(self.tale.world, name, "1")
        else:
            registrations.deregister(self.tale.world, self.tale.world.definitions[name][1])
        self._done(what)

    @invariant()
    def nothing_is_broken(self) -> None:
        """Every invariant that was asked about a change."""
        if self.judge.problems:
            raise BrokenInvariantError(self.judge.problems)

    def teardown(self) -> None:
        """Count what was done."""
        self.counts.kills += self.tale.kills
        self.counts.changes.update(self.judge.changes)
        self.counts.holds.update(str(held.rule) for held in self.tale.proposals())
        self._stack.close()


def run_rollbacks(sequences: int, *, seed: int | None = None, shrink: bool = True) -> Counts:
    """Run so many sequences; raises BrokenInvariantError for the smallest that breaks something.

    Without a seed they are the same in every run.
    """
    counts = Counts()

    class Counted(RollbackMachine):
        """The machine with counts of its own."""

    Counted.counts = counts
    with quietly():
        run_sequences(Counted, sequences, STEPS, shrink=shrink, seed=seed)
    return counts


@contextmanager
def quietly() -> Iterator[None]:
    """Log nothing meanwhile."""
    before = logger.log_level
    logger.setLevel("CRITICAL")
    try:
        yield
    finally:
        logger.setLevel(before)
