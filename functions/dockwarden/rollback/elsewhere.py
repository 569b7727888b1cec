"""Services that Dockwarden does not roll back: who has to, and to what. Pure (invariant 29)."""

from dockwarden.causes.vocabulary import Cause
from dockwarden.facts.code_deploy import CONTROLLER
from dockwarden.facts.known_good import Known
from dockwarden.facts.releases import ServiceReleases
from dockwarden.facts.services import ServiceState
from dockwarden.rollback.judging import Judgement, out_of_question
from dockwarden.rollback.soaking import same
from dockwarden.service_actions import revision_name


def is_elsewhere(found: ServiceReleases) -> bool:
    """Whether nothing of a service may be changed by Dockwarden; a deployment by CodeDeploy may be stopped."""
    return found.not_ours is not None and found.state.deployment_controller != CONTROLLER


def judge_elsewhere(found: ServiceReleases, known: Known, cause: Cause) -> Judgement:
    """What people have to know of a service that fails and that somebody else has to roll back."""
    if (why := out_of_question(found.state)) is not None:
        return Judgement(why)
    said = f"{cause}, and it is not rolled back by Dockwarden: {found.not_ours}"
    return Judgement(f"{said}. {_who_has_to(found, last_good(known, found.state))}", told=True)


def last_good(known: Known, state: ServiceState) -> str:
    """The newest revision that is known to have worked and is not the one that fails, in words."""
    fitting = (
        good
        for good in known.good
        if good.task_definition != state.task_definition_arn
        and not any(same(bad, good) and not bad.undone for bad in known.bad)
    )
    good = next(fitting, None)
    if good is None:
        return "a revision that worked, of which none is known here"
    return f"{revision_name(good.task_definition)}, which is known to have worked"


def _who_has_to(found: ServiceReleases, good: str) -> str:
    state = found.state
    if state.deployment_controller == "EXTERNAL":
        return f"Whoever runs that controller has to give its traffic to a task set of {good}"
    if state.deployment_controller not in (None, "ECS"):
        return f"Whoever deploys it there has to put it on {good}"
    if found.managed_by not in (None, "CUSTOMER"):
        return f"Its owner has to update the Express service (UpdateExpressGatewayService) to the image of {good}"
    return f"A person has to update it to {good}"
