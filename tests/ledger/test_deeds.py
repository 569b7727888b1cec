"""What others did, as the ledger keeps it."""

from datetime import timedelta

import pytest

from dockwarden.guard.deeds import Deed, resource_of
from dockwarden.ledger.deeds import DeedLedger
from dockwarden.ledger.store import Store
from tests.fakes import NOON


def deed(id_: str, minutes: int, target: str = "service/prod/web", *, person: bool = True) -> Deed:
    return Deed(id_, target, "UpdateService", "arn:me", NOON + timedelta(minutes=minutes), person)


def test_deeds_come_back_as_they_were_oldest_first_and_each_once(store: Store) -> None:
    ledger = DeedLedger(store)
    late, early = deed("b", 5), deed("a", -5, person=False)
    ledger.remember([late, early, late])
    ledger.remember([late])
    assert ledger.of("service/prod/web") == (early, late)
    assert ledger.of("service/prod/other") == ()


def test_one_call_may_be_about_many_targets(store: Store) -> None:
    ledger = DeedLedger(store)
    ledger.remember([deed("a", 0), deed("a", 0, "service/prod/other")])
    assert len(ledger.of("service/prod/web")) == len(ledger.of("service/prod/other")) == 1


@pytest.mark.parametrize(
    ("arn", "resource"),
    [
        ("arn:aws:ecs:eu-central-1:1:container-instance/prod/0a", "container-instance/prod/0a"),
        ("i-0a", "i-0a"),
        ("", ""),
    ],
)
def test_a_target_is_named_by_the_resource_of_its_arn(arn: str, resource: str) -> None:
    assert resource_of(arn) == resource
