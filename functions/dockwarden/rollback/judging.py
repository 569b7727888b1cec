"""Whether a service that fails is rolled back, to what, and what stands against it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwarden.actions import Action
from dockwarden.causes.vocabulary import Cause
from dockwarden.facts.alarms import AlarmVerdict, ServiceAlarms
from dockwarden.facts.known_good import Known
from dockwarden.facts.releases import ROLLING_BACK, UNDER_WAY, Definition, ServiceReleases
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.services import ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.causes import is_unclear
from dockwarden.rollback.targets import AskCandidate, NoTarget, Target, choose
from dockwarden.service_actions import RollBackService, StopServiceDeployment, deployment_of, revision_name
from dockwarden.spans import span

ROLLBACK_TAG = "dockwarden:rollback"
"""The tag on a service that says whether it may be rolled back: never, ask (also without a tag), or safe."""

_ALL = 100


@dataclass(frozen=True, slots=True)
class Gates:
    """What has to hold for a rollback by itself; see RollbackSettings."""

    newest: timedelta
    failing_percent: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Case:
    """A service that fails by a cause, and all that was read about it.

    `steady` is how many tasks of the current revision have run for longer than those that failed; `current` the
    task definition that it has now.
    """

    cause: Cause
    releases: ServiceReleases
    known: Known
    current: Definition | NotRead
    steady: int | NotRead
    alarms: ServiceAlarms | NotRead | None
    now: datetime

    @property
    def state(self) -> ServiceState:
        """The service as it is now."""
        return self.releases.state

    @property
    def rollout(self) -> Rollout | None:
        """Its newest service deployment, None where ECS tells none."""
        rollouts = self.releases.rollouts
        return rollouts[0] if not isinstance(rollouts, NotRead) and rollouts else None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What follows: an action, with what stands against doing it by itself; or nothing, and why."""

    why: str
    action: Action | None = None
    objections: tuple[str, ...] = ()


def judge(case: Case, gates: Gates, ask: AskCandidate) -> Judgement:
    """The rollback that a case asks for, or why there is none."""
    state, rollout = case.state, case.rollout
    if state.status != "ACTIVE":
        return Judgement(f"the service is {state.status}")
    if state.desired == 0:
        return Judgement("no task of it is meant to run")
    if rollout is not None and rollout.status in ROLLING_BACK:
        return Judgement("ECS takes the deployment back by itself, which is watched")
    if state.tag(ROLLBACK_TAG) == "never":
        return Judgement(f"its tag {ROLLBACK_TAG} says never")
    if rollout is not None and rollout.status in UNDER_WAY:
        return _stopped(case, gates, rollout)
    return _rolled_back(case, gates, ask)


def _stopped(case: Case, gates: Gates, rollout: Rollout) -> Judgement:
    """A deployment that is under way is taken back by ECS itself, which knows where it came from."""
    current = case.state.task_definition_arn
    if not rollout.sources or current is None:
        return Judgement("the deployment came from no revision that ECS could go back to")
    action = StopServiceDeployment(
        cluster=case.state.cluster_arn or "",
        service=case.state.arn,
        service_deployment=rollout.arn,
        bad_task_definition=current,
    )
    return Judgement(_reason(case, "the revision that is being deployed"), action, _objections(case, gates))


def _rolled_back(case: Case, gates: Gates, ask: AskCandidate) -> Judgement:
    current, deployment = case.state.task_definition_arn, deployment_of(case.state)
    if current is None or deployment is None:
        return Judgement("what it runs now is not known")
    target = choose(case.known, current, case.now, gates.oldest, ask)
    if isinstance(target, NoTarget):
        return Judgement(f"there is nothing to go back to: {target.why}")
    action = RollBackService(
        cluster=case.state.cluster_arn or "",
        service=case.state.arn,
        task_definition=target.good.task_definition,
        bad_task_definition=current,
        current_deployment=deployment,
    )
    against = (*_objections(case, gates), *_of_the_current(case, gates), *_of(target))
    return Judgement(_reason(case, f"revision {revision_name(current)}"), action, against)


def _of(target: Target) -> Sequence[str]:
    return (target.objection,) if target.objection else ()


def _reason(case: Case, what: str) -> str:
    return f"{what} fails: {case.cause}"


def _objections(case: Case, gates: Gates) -> tuple[str, ...]:
    """What stands against any rollback by itself."""
    return tuple(
        filter(None, (_tag(case), _unclear(case), _few(case, gates), _barrier(case), *_alarms(case)))
    )


def _tag(case: Case) -> str | None:
    said = case.state.tag(ROLLBACK_TAG)
    if said == "safe":
        return None
    return f"its tag {ROLLBACK_TAG} says {said or 'nothing, which means ask'}"


def _unclear(case: Case) -> str | None:
    return f"{case.cause} may be the revision's or not" if is_unclear(case.cause) else None


def _few(case: Case, gates: Gates) -> str | None:
    """Whether too few of its tasks fail: one poisoned message is no bad release."""
    if isinstance(case.steady, NotRead):
        return f"how many of its tasks hold could not be read: {case.steady.why}"
    desired = case.state.desired
    failing = max(0, desired - case.steady)
    least = case.state.minimum_healthy_percent
    needed = -(-desired * (least if least is not None else _ALL) // _ALL)
    if failing * _ALL >= desired * gates.failing_percent or case.steady < needed < desired:
        return None
    return (
        f"{failing} of its {desired} tasks fail, less than {gates.failing_percent} percent"
        if case.steady
        else None
    )


def _barrier(case: Case) -> str | None:
    if isinstance(case.current, NotRead):
        return f"whether its release may be taken back could not be read: {case.current.why}"
    if case.current.barrier:
        return f"{revision_name(case.current.arn)} has the tag dockwarden:barrier: others rely on what it changed"
    return None


def _alarms(case: Case) -> Iterator[str]:
    """Alarms that speak neither for nor against it: a person decides."""
    if isinstance(case.alarms, NotRead):
        yield f"its alarms could not be read: {case.alarms.why}"
    elif case.alarms is not None:
        unsure = [a.name for a in case.alarms.alarms if case.alarms.verdict(a) is AlarmVerdict.INCONCLUSIVE]
        if unsure:
            yield f"its alarms are inconclusive: {', '.join(unsure[:3])}"


def _of_the_current(case: Case, gates: Gates) -> Iterator[str]:
    """What stands against taking back a revision whose deployment is over."""
    current = case.state.task_definition_arn
    name = revision_name(current or "")
    bad = next((one for one in case.known.bad if one.task_definition == current), None)
    if bad is not None:
        yield f"{name} was rolled back on {bad.at:%d %b, %H:%M} UTC and deployed again: once is enough by itself"
    good = next((one for one in case.known.good if one.task_definition == current), None)
    if good is not None:
        yield f"{name} itself was good since {good.since:%d %b, %H:%M} UTC: something else has changed"
    primary = case.state.deployment()
    began = primary.created_at if primary is not None else None
    if began is None:
        yield "when it was deployed is not known"
    elif case.now - began > gates.newest:
        yield f"it was deployed {span(case.now - began)} ago, more than {span(gates.newest)}"
