"""The actions on a service: as the ledger keeps them, as people read them, and what IAM they need."""

import pytest

from dockwarden.actions import Action, rebuilt
from dockwarden.aws.services import state
from dockwarden.guard.whereabouts import whereabouts
from dockwarden.permissions import Permission, Place, statements
from dockwarden.service_actions import (
    RollBackService,
    RollForwardService,
    StopServiceDeployment,
    deployment_of,
)
from tests.aws.changing import BAD, DEPLOYMENT, GOOD, HOME, SERVICE, WHOLE, roll_back, service, stop
from tests.fakes import ACCOUNT, REGION
from tests.iam import Request, allows

FORWARD = RollForwardService(roll_back().cluster, SERVICE, task_definition=BAD, bad_task_definition=GOOD)
HERE = Place("aws", REGION, ACCOUNT, ("prod",))


@pytest.mark.parametrize("action", [roll_back(), FORWARD, stop()], ids=lambda one: one.KIND)
def test_the_ledger_builds_an_action_again_from_its_kind_and_fields(action: Action) -> None:
    assert rebuilt(action.KIND, action.fields()) == action
    assert all(isinstance(value, str) for value in action.fields().values())


@pytest.mark.parametrize("action", [roll_back(), FORWARD, stop()], ids=lambda one: one.KIND)
def test_all_of_them_are_about_the_service_so_that_no_two_happen_to_it_at_once(action: Action) -> None:
    assert (action.target, action.service_arn, action.ON_SERVICE) == (SERVICE, SERVICE, True)
    assert whereabouts(action).service_key == "prod/web"


def test_invariant_74_a_rollback_has_an_inverse_and_a_stop_has_none() -> None:
    assert roll_back().inverse() == FORWARD
    assert stop().inverse() is None


def test_people_read_which_revision_becomes_which() -> None:
    assert roll_back().sentence() == "roll service web in cluster prod back from web:43 to web:41"
    assert FORWARD.sentence() == "roll service web in cluster prod forward again from web:41 to web:43"
    assert stop().sentence() == (
        "stop the deployment of web:43 to service web in cluster prod, which rolls it back"
    )
    assert (roll_back().before, stop().before) == ("on web:43", "deploying web:43")
    assert (roll_back().deployment, FORWARD.deployment, stop().deployment) == (DEPLOYMENT, None, WHOLE)


def may(permissions: tuple[Permission, ...], action: str, resource: str, cluster: str = "prod") -> bool:
    context = {"ecs:cluster": (f"{HOME}:cluster/{cluster}",)}
    return allows(list(statements(permissions, HERE)), Request(action, resource, context))


def test_a_rollback_may_update_services_of_listed_clusters_and_nothing_else() -> None:
    granted = RollBackService.PERMISSIONS
    assert may(granted, "ecs:UpdateService", SERVICE)
    assert not may(granted, "ecs:UpdateService", f"{HOME}:service/other/web")
    assert not may(granted, "ecs:UpdateService", SERVICE, cluster="other")
    assert not may(granted, "ecs:DeleteService", SERVICE)
    assert not may(granted, "ecs:StopServiceDeployment", SERVICE)
    assert granted == RollForwardService.PERMISSIONS


@pytest.mark.parametrize("resource", [SERVICE, WHOLE])
def test_a_stop_needs_the_service_and_its_deployment_of_listed_clusters(resource: str) -> None:
    """IAM asks for both resources (Service Authorization Reference)."""
    granted = StopServiceDeployment.PERMISSIONS
    assert may(granted, "ecs:StopServiceDeployment", resource)
    assert not may(granted, "ecs:StopServiceDeployment", resource.replace("/prod/", "/other/"))
    assert not may(granted, "ecs:StopServiceDeployment", resource, cluster="other")


def test_a_deployment_is_named_by_its_id_which_stays_when_it_has_ended() -> None:
    assert deployment_of(state(service(whole=WHOLE))) == DEPLOYMENT
    assert deployment_of(state(service(whole=WHOLE, deployments=[]))) == WHOLE
    assert deployment_of(state(service(deployments=[]))) is None
