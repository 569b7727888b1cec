"""The ceiling, from the tags to the call: nothing that anybody but the platform can set raises a mode above it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dockwarden.actions import DrainContainerInstance
from dockwarden.events.ec2_instance_rebalance_recommendation import InstanceRebalanceRecommendation
from dockwarden.facts.scopes import MODE_TAG
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.modes import Mode, read_mode
from dockwarden.guard.orders import Demotion
from dockwarden.lanes import VOLUNTARY
from dockwarden.ledger.proposals import Standing
from dockwarden.playbook import playbook
from dockwarden.runtime.arrivals import Arrival
from dockwarden.runtime.engine import Engine
from dockwarden.verdicts import Decision, Verdict
from tests.fakes import ACCOUNT, NOON, REGION, Bench, FakeWorld, cluster_arn, container_instance, event
from tests.runtime.test_guarded import rebalance, request

SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/web"
TARGET = container_instance().arn


@dataclass(frozen=True, slots=True)
class OfService(DrainContainerInstance):
    """An action on a service, so that the service's tags are asked, too."""

    @property
    def service_arn(self) -> str | None:
        """The service."""
        return SERVICE


@playbook(lane=VOLUNTARY, may=[OfService], max_age=900, when_stopped="nothing is moved")
def rebalance_drain(_risk: InstanceRebalanceRecommendation) -> Decision:
    """Propose one action on a service."""
    action = OfService(cluster_arn(), TARGET, "i-0aa")
    return Decision(Verdict.ACT, "it wants to", "web", TARGET, actions=(action,))


MODES = st.sampled_from([*Mode])
TEXTS = st.none() | st.sampled_from([*Mode, "ENFORCE", " Enforce ", "enforced", "", "true"])
TAGS = TEXTS | st.builds(NotRead, st.just("throttled"))
PLACES = st.sampled_from([None, "prod", "prod/web"])


@dataclass(frozen=True)
class Asked:
    """What everybody asks for: the platform by its default, the tags, commands, and what was undone."""

    default: str
    of_service: str | NotRead | None
    of_cluster: str | NotRead | None
    at_run_time: Mapping[str | None, Mode]
    demoted: str | None

    def bench(self, ceiling: Mode) -> Bench:
        """An installation under a ceiling, in which all of them have said so."""
        tags: Mapping[str, str] | NotRead = (
            self.of_service
            if isinstance(self.of_service, NotRead)
            else {MODE_TAG: self.of_service}
            if self.of_service is not None
            else {}
        )
        cluster = {"prod": self.of_cluster} if self.of_cluster is not None else {}
        bench = Bench(ceiling=ceiling, world=FakeWorld(tagged={"web": tags}, mode_tags=cluster))
        controls = bench.parts.controls
        for place, mode in self.at_run_time.items():
            # As if the platform had lowered the ceiling since.
            controls.set_mode("rebalance_drain", mode, Mode.ENFORCE, by="me", now=NOON, place=place)
        if self.demoted is not None:
            controls.demote(Demotion("rebalance_drain", self.demoted, NOON, "marked wrong"), "me")
        return bench

    @property
    def says_off(self) -> bool:
        """Whether somebody says off where it is heard."""
        said = (self.of_service, self.of_cluster, self.default)
        return any(read_mode(text) is Mode.OFF for text in said)


ASKED = st.builds(
    Asked, MODES, TAGS, TAGS, st.dictionaries(PLACES, MODES), st.none() | st.sampled_from(["prod/web"])
)
EVERYBODY = Asked(
    "enforce", "enforce", "enforce", dict.fromkeys((None, "prod", "prod/web"), Mode.ENFORCE), None
)


def ran(bench: Bench, asked: Asked, raw: dict[str, object]) -> None:
    """Take an event through an engine of the one playbook, with the default that was asked for."""
    parts = bench.parts
    of = replace(parts.config.of("rebalance_drain"), default=asked.default)
    config = replace(parts.config, playbooks={"rebalance_drain": of})
    Engine(replace(parts, config=config), [rebalance_drain]).run([Arrival("m", event(raw))])


def test_what_everybody_wants_is_done_under_a_ceiling_of_enforce() -> None:
    """So that the properties beside this one can fail."""
    bench = EVERYBODY.bench(Mode.ENFORCE)
    ran(bench, EVERYBODY, rebalance())
    assert bench.performer.performed == [TARGET]


@settings(max_examples=400)
@given(ASKED, MODES)
@example(EVERYBODY, Mode.APPROVE)
@example(EVERYBODY, Mode.OBSERVE)
@example(EVERYBODY, Mode.OFF)
def test_no_tag_and_no_command_raises_a_mode_above_the_ceiling(asked: Asked, ceiling: Mode) -> None:
    """Done only under enforce, held for a person only from approve on, and under off not even looked at."""
    bench = asked.bench(ceiling)
    ran(bench, asked, rebalance())
    parts = bench.parts
    ids = parts.actions.closed_since(NOON, NOON + timedelta(hours=1))
    modes = [Mode(intent.mode) for one in ids if (intent := parts.actions.intent(one)) is not None]
    assert all(mode.rank <= ceiling.rank for mode in modes)
    assert bench.performer.performed == [] or (ceiling is Mode.ENFORCE and asked.demoted is None)
    assert parts.proposals.all() == [] or ceiling.rank >= Mode.APPROVE.rank
    if ceiling is Mode.OFF or asked.says_off:
        assert (modes, bench.performer.performed, bench.outbox.cards) == ([], [], [])


@given(MODES, MODES)
def test_an_approval_lifts_no_ceiling_that_was_lowered_meanwhile(ceiling: Mode, lowered: Mode) -> None:
    """What was held for a person is done only where the ceiling of that moment allows it."""
    wants = replace(EVERYBODY, of_service="approve", at_run_time={})
    bench = wants.bench(ceiling)
    ran(bench, wants, rebalance())
    waiting = bench.parts.proposals.waiting(NOON)
    assert len(waiting) == (ceiling.rank >= Mode.APPROVE.rank)
    for held in waiting:
        answered = bench.parts.proposals.answer(held, Standing.APPROVED, "alice", bench.clock.now())
        bench.ceiling = lowered
        ran(bench, wants, request(answered))
    assert bool(bench.performer.performed) == bool(waiting and lowered.rank >= Mode.APPROVE.rank)
