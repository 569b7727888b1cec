"""The action on a service that CodeDeploy deploys: as the ledger keeps it, as people read it, and what IAM it needs."""

from dockwarden.actions import rebuilt
from dockwarden.code_deploy_actions import StopCodeDeployment
from dockwarden.facts.code_deploy import GET_DEPLOYMENT
from dockwarden.guard.whereabouts import whereabouts
from dockwarden.permissions import Permission, Place, statements
from tests.aws.changing import BAD, SERVICE
from tests.fakes import ACCOUNT, REGION, cluster_arn
from tests.iam import Request, allows

ACTION = StopCodeDeployment(cluster_arn(), SERVICE, "d-A1B2C3D4E", BAD)
GROUP = f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:deploymentgroup:app/group"


def may(permission: Permission, action: str, resource: str, region: str = REGION) -> bool:
    here = Place("aws", REGION, ACCOUNT, ("prod",))
    context = {"aws:RequestedRegion": (region,)}
    return allows(list(statements([permission], here)), Request(action, resource, context))


def test_the_ledger_builds_it_again_from_its_kind_and_fields() -> None:
    assert rebuilt(ACTION.KIND, ACTION.fields()) == ACTION
    assert all(isinstance(value, str) for value in ACTION.fields().values())


def test_it_is_about_the_service_so_that_nothing_else_happens_to_it_at_once() -> None:
    assert (ACTION.target, ACTION.service_arn, ACTION.cluster_arn) == (SERVICE, SERVICE, cluster_arn())
    assert ACTION.ON_SERVICE
    assert whereabouts(ACTION).service_key == "prod/web"


def test_people_read_what_is_stopped_and_that_nothing_undoes_it() -> None:
    assert ACTION.sentence() == (
        "stop the CodeDeploy deployment d-A1B2C3D4E of web:43 to service web in cluster prod, which rolls it back"
    )
    assert (ACTION.deployment, ACTION.before) == ("d-A1B2C3D4E", "deploying web:43 by d-A1B2C3D4E")
    assert ACTION.inverse() is None


def test_it_may_stop_deployments_of_its_own_region_and_begin_none() -> None:
    """IAM knows no resource for StopDeployment (Service Authorization Reference)."""
    (granted,) = StopCodeDeployment.PERMISSIONS
    assert may(granted, "codedeploy:StopDeployment", "*")
    assert not may(granted, "codedeploy:StopDeployment", "*", region="us-west-2")
    assert not may(granted, "codedeploy:CreateDeployment", GROUP)
    assert not may(granted, "codedeploy:GetDeployment", GROUP)


def test_a_deployment_is_read_of_any_deployment_group_of_the_account() -> None:
    assert may(GET_DEPLOYMENT, "codedeploy:GetDeployment", GROUP)
    assert not may(GET_DEPLOYMENT, "codedeploy:GetDeployment", GROUP.replace(ACCOUNT, "999999999999"))
    assert not may(GET_DEPLOYMENT, "codedeploy:StopDeployment", GROUP)


def test_invariant_65_without_a_listed_cluster_nothing_is_granted() -> None:
    nowhere = Place("aws", REGION, ACCOUNT, ())
    assert list(statements([*StopCodeDeployment.PERMISSIONS, GET_DEPLOYMENT], nowhere)) == []
