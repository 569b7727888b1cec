"""Whether a service that fails is rolled back, to what, and what stands against it. Pure."""

from dataclasses import dataclass

from dockwarden.actions import Action
from dockwarden.facts.known_good import GoodRevision
from dockwarden.facts.releases import ROLLING_BACK, UNDER_WAY
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.services import ServiceState
from dockwarden.pinned_actions import pinned
from dockwarden.rollback.between import between
from dockwarden.rollback.case import ROLLBACK_TAG, Ask, Case, Gates, rollback_tag
from dockwarden.rollback.native import NoWayBack, way_back
from dockwarden.rollback.objections import given_up, objections, too_old, tried_in_vain
from dockwarden.rollback.soaking import doubt, evidence
from dockwarden.rollback.targets import NoTarget, Running, choose
from dockwarden.service_actions import RollBackService, StopServiceDeployment, deployment_of, revision_name

# Somebody, or ECS, stops it already: whatever comes of that is watched.
_WATCHED = ROLLING_BACK | {"STOP_REQUESTED"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What follows: an action, with what stands against doing it by itself; or nothing, and why.

    `told` says that people have to know that nothing can be done.
    """

    why: str
    action: Action | None = None
    objections: tuple[str, ...] = ()
    told: bool = False


def judge(case: Case, gates: Gates, ask: Ask) -> Judgement:
    """The rollback that a case asks for, or why there is none."""
    rollout = case.rollout
    if (why := out_of_question(case.state)) is not None:
        return Judgement(why)
    if rollout is not None and rollout.status in _WATCHED:
        return Judgement("ECS takes the deployment back by itself, which is watched")
    if rollout is not None and rollout.status in UNDER_WAY:
        return _stopped(case, gates, rollout, ask)
    return _rolled_back(case, gates, ask)


def out_of_question(state: ServiceState) -> str | None:
    """Why no rollback of a service is considered whoever deploys it, None where one may be."""
    if state.status != "ACTIVE":
        return f"the service is {state.status}"
    if state.desired == 0:
        return "no task of it is meant to run"
    return f"its tag {ROLLBACK_TAG} says never" if rollback_tag(state) == "never" else None


def _stopped(case: Case, gates: Gates, rollout: Rollout, ask: Ask) -> Judgement:
    """A deployment that is under way is taken back by ECS itself, if what it goes back to is known to have worked."""
    current = case.state.task_definition_arn
    if not rollout.sources or current is None:
        return Judgement("the deployment came from no revision that ECS could go back to")
    back = way_back(case, ask)
    if isinstance(back, NoWayBack):
        instead = _rolled_back(case, gates, ask)
        if instead.action is not None:
            return instead
    action = StopServiceDeployment(
        cluster=case.state.cluster_arn or "",
        service=case.state.arn,
        service_deployment=rollout.arn,
        bad_task_definition=current,
    )
    what, against = "the revision that is being deployed", objections(case, gates)
    if isinstance(back, NoWayBack):
        return Judgement(_reason(case, what, None), action, (*against, back.why))
    doubts = filter(None, (back.objection, doubt(back.good)))
    passed = between(case.releases, back.good, ask.definition)
    return Judgement(_reason(case, what, back.good), action, (*against, *doubts, *passed))


def _rolled_back(case: Case, gates: Gates, ask: Ask) -> Judgement:
    current, deployment = case.state.task_definition_arn, deployment_of(case.state)
    if current is None or deployment is None:
        return Judgement("what it runs now is not known")
    target = choose(case.known, Running(current, case.digests), case.now, gates.oldest, ask.candidate)
    if isinstance(target, NoTarget):
        return Judgement(f"{case.cause}, and there is nothing to go back to: {target.why}", told=True)
    action = RollBackService(
        cluster=case.state.cluster_arn or "",
        service=case.state.arn,
        task_definition=target.good.task_definition,
        bad_task_definition=current,
        current_deployment=deployment,
    )
    doubts = (*filter(None, (target.objection, doubt(target.good))), *tried_in_vain(case, target.good))
    passed = between(case.releases, target.good, ask.definition)
    return Judgement(
        _reason(case, f"revision {revision_name(current)}", target.good),
        pinned(action, target.good.digests) if target.pinned else action,
        (*objections(case, gates), *too_old(case, gates), *given_up(case), *doubts, *passed),
    )


def _reason(case: Case, what: str, back: GoodRevision | None) -> str:
    """Why it is done, and what speaks for what it goes back to."""
    why = f"{what} fails: {case.cause}"
    return f"{why}; {revision_name(back.task_definition)} is {evidence(back)}" if back is not None else why
