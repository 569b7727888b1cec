"""What people say of actions, and what follows from it."""

from datetime import timedelta

from dockwarden.guard.readiness import Mark
from dockwarden.guard.whereabouts import Whereabouts
from dockwarden.ledger.controls import ControlLedger
from dockwarden.ledger.store import Store
from dockwarden.ledger.trust import TrustLedger
from tests.fakes import NOON

PROD, STAGE = Whereabouts("prod", None, "host"), Whereabouts("stage", None, "host")


def mark(
    store: Store, id_: str, by: str = "jane", *, right: bool, days: float = 0, place: str = "prod"
) -> None:
    at = NOON + timedelta(days=days)
    TrustLedger(store).mark("spot_drain", place, Mark(id_, by, right), "because", at)


def demoted(store: Store, where: Whereabouts = PROD) -> bool:
    return ControlLedger(store).read().demoted("spot_drain", where) is not None


def test_a_mark_is_kept_once_for_each_person_and_the_last_word_counts(store: Store) -> None:
    for by, right in (("jane", False), ("jane", True), ("bob", True)):
        mark(store, "i1", by, right=right)
    assert set(TrustLedger(store).marks("spot_drain")) == {
        Mark("i1", by, right=True) for by in ("jane", "bob")
    }
    assert TrustLedger(store).marks("rebalance_drain") == ()


def test_a_wrong_moves_the_playbook_down_in_its_place_only(store: Store) -> None:
    mark(store, "i1", right=True)
    assert not demoted(store)
    mark(store, "i1", right=False)
    assert demoted(store)
    assert not demoted(store, STAGE)


def test_two_wrongs_within_a_week_move_it_down_everywhere(store: Store) -> None:
    mark(store, "i1", right=False)
    mark(store, "i2", right=False, days=6.9)
    assert demoted(store, STAGE)


def test_two_wrongs_that_are_a_week_apart_do_not(store: Store) -> None:
    mark(store, "i1", right=False)
    mark(store, "i2", right=False, days=7.1)
    assert not demoted(store, STAGE)


def test_one_action_is_one_wrong_whoever_says_so_and_however(store: Store) -> None:
    """Undone, and marked wrong by two people."""
    TrustLedger(store).wrong("spot_drain", "prod", "jane", "i1 was undone", NOON)
    mark(store, "i1", right=False)
    mark(store, "i1", "bob", right=False)
    assert not demoted(store, STAGE)
    assert {wrong.id for wrong in TrustLedger(store).all_wrongs("spot_drain")} == {"i1"}


def test_a_wrong_is_taken_back_by_all_who_said_it_and_the_demotion_stays(store: Store) -> None:
    """What was moved down a person moves up again."""
    for by in ("jane", "bob"):
        mark(store, "i1", by, right=False)
    mark(store, "i1", "jane", right=True)
    assert len(TrustLedger(store).wrongs("spot_drain", NOON)) == 1
    mark(store, "i1", "bob", right=True)
    assert TrustLedger(store).wrongs("spot_drain", NOON) == []
    assert demoted(store)
