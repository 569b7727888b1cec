"""Whether a deployment by CodeDeploy that fails is stopped there, and what stands against it. Pure."""

from collections.abc import Callable
from typing import TypeAlias

from dockwarden.code_deploy_actions import StopCodeDeployment
from dockwarden.facts.code_deploy import CodeDeployment
from dockwarden.facts.services import TaskSet
from dockwarden.facts.task_sets import before_it, newest
from dockwarden.facts.unknown import NotRead
from dockwarden.rollback.case import Case, Gates
from dockwarden.rollback.elsewhere import last_good
from dockwarden.rollback.judging import Judgement, out_of_question
from dockwarden.rollback.objections import objections
from dockwarden.rollback.soaking import doubt, evidence
from dockwarden.service_actions import revision_name

AskDeployment: TypeAlias = Callable[[str], CodeDeployment | NotRead]
"""Reads a deployment of CodeDeploy by its id."""


def judge_code_deploy(case: Case, gates: Gates, ask: AskDeployment) -> Judgement:
    """The stop that a case asks for, or why there is none; which deployment it is, ECS says (invariant 4)."""
    made = newest(case.state)
    if (why := out_of_question(case.state)) is not None:
        return Judgement(why)
    if made is None or made.external_id is None:
        return _told(case, "CodeDeploy deploys it, and no deployment of it is under way", None)
    found, old = ask(made.external_id), before_it(case.state)
    if isinstance(found, NotRead):
        unread = f"whether {made.external_id} is under way could not be read: {found.why}"
        return _told(case, unread, None) if old is None else _stopped(case, gates, (made, old), (unread,))
    if _takes_back(found):
        return Judgement("CodeDeploy takes the deployment back by itself, which is watched")
    if found.under_way and old is not None:
        return _stopped(case, gates, (made, old), ())
    return _told(case, f"{found.id} of CodeDeploy, which brought it, is {found.status}", found)


def _takes_back(found: CodeDeployment) -> bool:
    """Whether CodeDeploy is on its own way back: it is stopped and taken back, or takes another one back itself."""
    if found.broken_off:
        return found.rollback is not None
    return found.under_way and found.takes_back is not None


def _stopped(case: Case, gates: Gates, sets: tuple[TaskSet, TaskSet], unread: tuple[str, ...]) -> Judgement:
    """CodeDeploy gives the traffic back to the old task set, which has to be known to have worked."""
    made, old = sets
    bad = made.task_definition_arn or ""
    action = StopCodeDeployment(
        cluster=case.state.cluster_arn or "",
        service=case.state.arn,
        code_deployment=made.external_id or "",
        bad_task_definition=bad,
    )
    name, why = (
        revision_name(old.task_definition_arn or "?"),
        f"the revision that CodeDeploy is deploying fails: {case.cause}",
    )
    good = next((one for one in case.known.good if one.task_definition == old.task_definition_arn), None)
    if good is None:
        unproven: str | None = f"CodeDeploy would take it back to {name}, which is not known to have worked"
    else:
        unproven, why = doubt(good), f"{why}; {name} is {evidence(good)}"
    against = (*objections(case, gates), *filter(None, (unproven,)), *unread)
    return Judgement(why, action, against)


def _told(case: Case, why: str, found: CodeDeployment | None) -> Judgement:
    """Nothing can be stopped: how to roll back there."""
    group = ""
    if found is not None and found.application and found.group:
        group = f" of application {found.application}, deployment group {found.group},"
    how = f"To roll back, create a deployment{group} in CodeDeploy that brings {last_good(case.known, case.state)}"
    return Judgement(f"{case.cause}, and nothing is changed: {why}. {how}", told=True)
