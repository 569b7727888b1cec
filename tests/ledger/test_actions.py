"""Intents, leases and receipts: of any number of functions one acts, and nothing is lost."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from dockwarden.ledger import records
from dockwarden.ledger.claims import Claim, Standing, Terms, done_since, with_action
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.records import Intent, Receipt, UnreadableRecordError, pack, receipt_of
from dockwarden.ledger.store import Store
from dockwarden.performing import State
from tests.fakes import NOON

LEASE = 20
WINDOW = timedelta(seconds=150)


def intent(
    name: str = "one", at: datetime = NOON, playbook: str = "spot_drain", target: str = "host"
) -> Intent:
    return Intent(
        id=name,
        playbook=playbook,
        kind="UpdateContainerInstancesState",
        target=target,
        subject="i-0aa",
        action={"cluster": "c"},
        mode="enforce",
        why="the default says enforce",
        reason="because",
        occurred_at=at,
        created_at=at,
        retried_until=at + timedelta(seconds=100),
        transcript={"event": {"n": 1}},
    )


def receipt(name: str = "one", fence: int = 1, state: State = State.DONE, at: datetime = NOON) -> Receipt:
    return Receipt(name, state, "drained", at, fence)


def claimed(ledger: ActionLedger, wanted: Intent, now: datetime = NOON) -> Claim:
    return ledger.claim(wanted, now, Terms(LEASE, WINDOW))


@pytest.fixture
def ledger(store: Store) -> ActionLedger:
    return ActionLedger(store)


def test_a_free_target_is_claimed_and_its_intent_kept(ledger: ActionLedger) -> None:
    assert claimed(ledger, intent()).standing is Standing.CLAIMED
    assert ledger.intent("one") == intent()
    assert ledger.open_intents() == {"one": "host"}


def test_a_held_target_is_busy_until_its_lease_ends(ledger: ActionLedger) -> None:
    claimed(ledger, intent())
    assert claimed(ledger, intent("two"), NOON + timedelta(seconds=LEASE - 1)).standing is Standing.BUSY


def test_invariant_8_a_dead_holders_lease_expires_and_the_late_holder_is_refused(
    ledger: ActionLedger,
) -> None:
    first = claimed(ledger, intent())
    later = NOON + timedelta(seconds=LEASE)
    second = claimed(ledger, intent("two"), later)
    assert (second.standing, second.intent, second.fence) == (Standing.TAKEN_OVER, "one", first.fence + 1)
    assert not ledger.close(intent(), receipt(fence=first.fence))
    assert ledger.receipt("one") is None
    assert ledger.close(intent(), receipt(fence=second.fence))


def test_invariant_1_the_same_occurrence_is_a_duplicate_also_under_a_new_id(ledger: ActionLedger) -> None:
    claimed(ledger, intent())
    ledger.close(intent(), receipt())
    again = claimed(ledger, intent("other", NOON + timedelta(seconds=3)), NOON + timedelta(seconds=30))
    assert (again.standing, again.intent, again.earlier) == (Standing.DUPLICATE, "one", State.DONE)


def test_an_earlier_event_that_arrives_late_is_a_duplicate_too(ledger: ActionLedger) -> None:
    claimed(ledger, intent())
    ledger.close(intent(), receipt())
    assert claimed(ledger, intent("early", NOON - timedelta(days=1))).standing is Standing.DUPLICATE


def test_a_new_occurrence_after_the_last_one_is_claimed(ledger: ActionLedger) -> None:
    claimed(ledger, intent())
    ledger.close(intent(), receipt())
    later = NOON + WINDOW + timedelta(seconds=1)
    assert claimed(ledger, intent("next", later), later).standing is Standing.CLAIMED
    assert set(ledger.open_intents()) == {"next"}


def test_invariant_2_another_playbook_waits_for_the_same_target_and_then_gets_it(
    ledger: ActionLedger,
) -> None:
    """The lease is on the target, not on the event."""
    claimed(ledger, intent())
    assert claimed(ledger, intent("two", playbook="other")).standing is Standing.BUSY
    ledger.close(intent(), receipt())
    assert claimed(ledger, intent("two", playbook="other")).standing is Standing.CLAIMED


def test_invariant_10_a_lease_past_its_end_is_expired_although_the_item_is_still_there(store: Store) -> None:
    ledger = ActionLedger(store)
    claimed(ledger, intent())
    assert ledger.take_over("host", NOON + timedelta(seconds=LEASE - 1), LEASE) is None
    taken = ledger.take_over("host", NOON + timedelta(seconds=LEASE), LEASE)
    assert taken is not None
    assert taken.intent == "one"


def test_a_released_target_can_be_taken_over_at_once(ledger: ActionLedger) -> None:
    claim = claimed(ledger, intent())
    ledger.release(intent(), claim.fence, NOON)
    assert claimed(ledger, intent(), NOON).standing is Standing.TAKEN_OVER


def test_invariant_73_a_receipt_is_written_once_and_never_changed(ledger: ActionLedger) -> None:
    claimed(ledger, intent())
    assert ledger.close(intent(), receipt())
    assert not ledger.close(intent(), receipt(state=State.FAILED))
    written = ledger.receipt("one")
    assert written is not None
    assert written.state is State.DONE


def test_closing_empties_the_list_of_what_is_open_and_enters_the_list_of_the_day(
    ledger: ActionLedger,
) -> None:
    claimed(ledger, intent())
    ledger.close(intent(), receipt(at=NOON))
    assert ledger.open_intents() == {}
    assert ledger.closed_since(NOON - timedelta(days=1), NOON) == ["one"]
    assert ledger.closed_since(NOON + timedelta(seconds=1), NOON + timedelta(minutes=1)) == []


def test_invariant_7_of_twenty_functions_at_once_one_gets_the_target() -> None:
    ledger, barrier = ActionLedger(MemoryStore()), Barrier(20)
    standings: list[Standing] = []

    def compete(number: int) -> None:
        barrier.wait()
        standings.append(claimed(ledger, intent(f"n{number}")).standing)

    threads = [Thread(target=compete, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(standings) == [Standing.BUSY] * 19 + [Standing.CLAIMED]


def test_version_n_reads_what_version_n_minus_1_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deploy must read what the version before has written, also where a field is new."""
    written = pack(receipt())
    del written["session"], written["inverse"]
    monkeypatch.setattr(records, "SCHEMA", records.SCHEMA + 1)
    assert receipt_of(written) == receipt()


@pytest.mark.parametrize("version", [None, "1", 3, -1])
def test_a_record_of_another_version_is_refused_by_name(version: object) -> None:
    written = {**pack(receipt()), "v": version}
    with pytest.raises(UnreadableRecordError, match="schema version"):
        receipt_of(written)  # type: ignore[arg-type]


def test_a_damaged_record_is_refused_and_no_bare_error_escapes() -> None:
    with pytest.raises(UnreadableRecordError, match="damaged"):
        receipt_of({**pack(receipt()), "closed_at": "yesterday"})


@pytest.mark.parametrize("state", [State.FAILED, State.REFUSED])
def test_what_came_to_nothing_makes_no_other_event_a_duplicate(ledger: ActionLedger, state: State) -> None:
    """A denied call at noon says nothing about the warning of five past."""
    claimed(ledger, intent())
    ledger.close(intent(), receipt(state=state))
    assert claimed(ledger, intent("other", NOON + timedelta(seconds=3))).standing is Standing.CLAIMED


def test_what_was_observed_is_a_duplicate_for_as_long_as_the_mode_is_observe(ledger: ActionLedger) -> None:
    watched = replace(intent(), mode="observe")
    claimed(ledger, watched)
    ledger.close(watched, receipt(state=State.OBSERVED))
    again = replace(intent("again", NOON + timedelta(seconds=3)), mode="observe")
    assert claimed(ledger, again).standing is Standing.DUPLICATE
    assert claimed(ledger, replace(again, mode="enforce")).standing is Standing.CLAIMED


def test_invariant_1_an_event_that_comes_again_after_others_had_the_target_is_a_duplicate(
    ledger: ActionLedger,
) -> None:
    claimed(ledger, intent())
    ledger.close(intent(), receipt())
    second = claimed(ledger, intent("two", playbook="other"))
    ledger.close(intent("two", playbook="other"), receipt("two", second.fence))
    again = claimed(ledger, intent())
    assert (again.standing, again.intent, again.earlier) == (Standing.DUPLICATE, "one", State.DONE)


def test_the_latest_actions_of_a_target_tell_whether_one_was_the_last() -> None:
    """By their order: the clocks of two functions differ by minutes."""
    first, ahead = NOON, NOON - timedelta(minutes=5)
    assert not done_since(with_action((), first), first)
    assert done_since(with_action(with_action((), first), ahead), first)
    assert done_since(with_action(with_action((), first), first), first)
    assert done_since((), first)
