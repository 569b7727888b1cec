"""What became of what was held, as events: for pipelines that have heard that it waits."""

from datetime import timedelta
from typing import Any

import pytest

from dockwarden.errors import TryAgainError
from dockwarden.guard.modes import Mode
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.ledger.store import Put
from dockwarden.notify.cards import Card
from dockwarden.runtime.ended import tell_of_ended
from tests.fakes import NOON, Bench
from tests.runtime.test_guarded import approve, rebalance

HOUR = timedelta(hours=1)


def held(bench: Bench) -> HeldAction:
    bench.run(rebalance())
    [one] = bench.parts.proposals.waiting(bench.clock.now())
    bench.outbox.events.clear()
    return one


def swept(bench: Bench) -> list[dict[str, Any]]:
    """The events of one more sweep."""
    bench.outbox.events.clear()
    tell_of_ended(bench.parts)
    return [dict(event["detail"]) for event in bench.outbox.events]


def test_what_still_waits_has_not_ended() -> None:
    bench = Bench(mode=Mode.APPROVE)
    held(bench)
    assert swept(bench) == []


def test_a_rejected_proposal_is_told_once_with_who_has_rejected_it() -> None:
    bench = Bench(mode=Mode.APPROVE)
    one = held(bench)
    bench.parts.proposals.answer(one, Standing.REJECTED, "alice", bench.clock.now())
    [detail] = swept(bench)
    assert (detail["id"], detail["state"], detail["by"], detail["intent"]) == (
        one.id,
        "rejected",
        "alice",
        None,
    )
    assert swept(bench) == []


def test_a_lapsed_proposal_is_told_at_its_deadline_and_once() -> None:
    bench = Bench(mode=Mode.APPROVE)
    one = held(bench)
    bench.clock.set(one.until)
    assert [detail["state"] for detail in swept(bench)] == ["lapsed"]
    assert swept(bench) == []


def test_an_approved_proposal_leads_to_its_outcome_and_the_outcome_to_the_proposal() -> None:
    bench = Bench(mode=Mode.APPROVE)
    one = held(bench)
    done = approve(bench)
    [outcome] = [event["detail"] for event in bench.outbox.events if "settled_at" in event["detail"]]
    assert (outcome["id"], outcome["proposal"]) == (done.intent, one.id)
    [detail] = swept(bench)
    assert (detail["state"], detail["intent"]) == ("settled", done.intent)
    assert str(detail["outcome"]).startswith("done")


def test_an_approval_after_which_nothing_is_done_ends_without_an_intent() -> None:
    bench = Bench(mode=Mode.APPROVE)
    held(bench)
    bench.parts.controls.stop("everything", "", "arn:me", NOON)
    approve(bench)
    [detail] = swept(bench)
    assert (detail["state"], detail["intent"]) == ("settled", None)
    assert "stopped" in str(detail["outcome"])


def test_what_waits_again_is_told_with_what_holds_it_now() -> None:
    bench = Bench(mode=Mode.APPROVE)
    one = held(bench)
    bench.world.tagged = {"prod": {"dockwarden:freeze": "true"}}
    approve(bench)
    [detail] = [event["detail"] for event in bench.outbox.events]
    assert (detail["id"], detail["rule"]) == (one.id, "freeze")
    assert swept(bench) == []


def test_an_outcome_that_nobody_asked_for_names_no_proposal() -> None:
    bench = Bench()
    bench.run(rebalance())
    [event] = bench.outbox.events
    assert event["detail"]["proposal"] is None


def test_what_the_outbox_did_not_take_is_told_by_the_next_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(mode=Mode.APPROVE)
    one = held(bench)
    bench.clock.set(one.until)

    def away(_cards: list[Card], _events: object) -> None:
        raise TryAgainError("the outbox is away")

    with monkeypatch.context() as patch:
        patch.setattr(bench.outbox, "send", away)
        with pytest.raises(TryAgainError):
            tell_of_ended(bench.parts)
    assert [detail["state"] for detail in swept(bench)] == ["lapsed"]


def test_what_is_long_over_is_not_looked_at_any_more() -> None:
    bench = Bench(mode=Mode.APPROVE)
    one = held(bench)
    bench.clock.set(one.until + HOUR)
    assert swept(bench) == []


def test_a_damaged_proposal_keeps_no_other_from_being_listed() -> None:
    bench = Bench(mode=Mode.APPROVE)
    one = held(bench)
    bench.store.write([Put({"pk": "PROPOSALS", "sk": "broken", "v": 1, "standing": "?"})])
    assert bench.parts.proposals.all() == [one]
    assert bench.parts.proposals.listed() == ([one], ["broken"])
