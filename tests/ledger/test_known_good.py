"""Good and bad revisions, as the ledger keeps them."""

from datetime import timedelta

import pytest

from dockwarden.facts.known_good import BadRevision, GoodRevision, Known, Soaking
from dockwarden.facts.services import ServiceRef
from dockwarden.ledger.known_good import LedgerKnownGood
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.store import Item, Put, Store
from tests.fakes import NOON

WEB, API = ServiceRef("prod", "web"), ServiceRef("prod", "api")
DIGESTS = (("app", "sha256:1"), ("side", "sha256:2"))
GOOD = GoodRevision("prod/web", "web:41", "revision", DIGESTS, NOON, NOON, NOON, by_history=True)
BAD = BadRevision("prod/web", "web:43", (), NOON, "intent")
KNOWN = Known("prod/web", (GOOD,), (BAD,), Soaking("web:42", None, DIGESTS, NOON, NOON), filled=True)


def test_what_is_known_comes_back_as_it_was(store: Store) -> None:
    ledger = LedgerKnownGood(store)
    assert ledger.known([WEB])[WEB] == Known("prod/web")
    assert ledger.keep(KNOWN, NOON)
    found = ledger.known([WEB, API, WEB])
    assert found[API] == Known("prod/api")
    assert found[WEB].written == 1
    assert (found[WEB].good, found[WEB].bad, found[WEB].soaking, found[WEB].filled) == (
        *((GOOD,), (BAD,)),
        *(KNOWN.soaking, True),
    )


def test_of_two_who_write_what_they_read_the_second_is_told(store: Store) -> None:
    ledger = LedgerKnownGood(store)
    assert ledger.keep(KNOWN, NOON)
    assert not ledger.keep(KNOWN, NOON)
    read = ledger.known([WEB])[WEB]
    assert ledger.keep(read, NOON)
    assert not ledger.keep(read, NOON)


def test_it_is_kept_for_four_hundred_days_after_it_was_last_written() -> None:
    store = MemoryStore()
    LedgerKnownGood(store).keep(KNOWN, NOON)
    (item,) = store.items.values()
    assert item["ttl"] == int((NOON + timedelta(days=400)).timestamp())
    later = NOON + timedelta(days=401)
    read = LedgerKnownGood(store).known([WEB])[WEB]
    LedgerKnownGood(store).keep(read, later)
    assert LedgerKnownGood(store).known([WEB])[WEB].good == ()


@pytest.mark.parametrize("damage", [{"known": "{"}, {"known": '{"service":1}'}, {"v": 99}])
def test_a_damaged_record_fails_its_own_service_and_no_other(damage: Item) -> None:
    store = MemoryStore()
    ledger = LedgerKnownGood(store)
    ledger.keep(KNOWN, NOON)
    (item,) = store.items.values()
    store.write([Put({**item, **damage})])
    assert ledger.known([WEB, API]) == {API: Known("prod/api")}


def test_nothing_is_read_where_nothing_is_asked_for(store: Store) -> None:
    assert LedgerKnownGood(store).known([]) == {}
