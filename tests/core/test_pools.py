"""Which pools an action takes from, and under which limits."""

import pytest

from dockwarden.actions import ActivateContainerInstance, DrainContainerInstance, Unaimed
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.budgets import Need, Room, denied
from dockwarden.guard.pools import Pools
from dockwarden.guard.settings import GuardSettings
from tests.fakes import cluster_arn, container_instance

FIELDS = (cluster_arn(), container_instance().arn, "i-0aa")
SERVICE = "arn:aws:ecs:eu-central-1:111122223333:service/prod/web"
UNKNOWN = NotRead("nobody knows")


def keys(needs: tuple[Need, ...]) -> list[str]:
    return [need.pool.key for need in needs]


def pools(**settings: str) -> Pools:
    return Pools(GuardSettings(**settings))  # type: ignore[arg-type]


def test_a_drain_takes_a_container_instance_of_its_cluster_and_a_target_of_the_account() -> None:
    assert keys(pools().of(DrainContainerInstance(*FIELDS), UNKNOWN)) == [
        "cluster:prod:container-instances",
        "account",
    ]


def test_what_is_about_a_service_takes_one_of_the_clusters_services() -> None:
    action = Unaimed("RollBack", SERVICE, cluster_arn(), SERVICE)
    assert keys(pools().of(action, UNKNOWN)) == ["cluster:prod:services", "account"]


def test_what_is_in_no_cluster_takes_of_the_account_alone() -> None:
    assert keys(pools().of(Unaimed("Anything", "target"), UNKNOWN)) == ["account"]


def test_invariant_46_setting_an_instance_active_again_takes_nothing() -> None:
    """A full budget must not stand in the way of what empties it."""
    assert pools().of(ActivateContainerInstance(*FIELDS), UNKNOWN) == ()


@pytest.mark.parametrize(
    ("tag", "allowed"), [(None, 5), ("50%", 5), ("9", 5), ("20%", 2), ("1", 1), ("0", 0)]
)
def test_a_tag_can_only_tighten(tag: str | None, allowed: int) -> None:
    taken = {str(n): 1 for n in range(allowed)}
    need = pools(budget_cluster="5").hosts("prod", Room(10, taken), tag)
    assert denied(need, {}, "mine") is not None
    if allowed:
        taken.pop("0")
        assert denied(need, {}, "mine") is None


@pytest.mark.parametrize("tag", ["", "lots", "-1", "101%", "1.5"])
def test_invariant_64_a_tag_that_is_no_budget_allows_nothing_and_is_named(tag: str) -> None:
    why = denied(pools().tasks("prod/web", 1, Room(100, {}), tag), {}, "mine")
    assert why is not None
    assert "dockwarden:budget of service prod/web, which is neither a number nor a percent" in why


def test_invariant_64_a_setting_that_is_no_budget_allows_nothing_and_is_named() -> None:
    why = denied(pools(budget_account="many").account(), {}, "mine")
    assert why is not None
    assert "guard.budget_account" in why


def test_the_account_has_no_bound_but_its_budget() -> None:
    need = pools(budget_account="2").account()
    assert denied(need, {"a": 1}, "mine") is None
    assert denied(need, {"a": 1, "b": 1}, "mine") is not None
