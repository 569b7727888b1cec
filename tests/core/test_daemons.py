"""What people are told of daemons: why one does not start, why its deployment failed, and that it is over."""

from itertools import permutations
from typing import Any

import pytest

from dockwarden.notify.cards import Card, Tone
from dockwarden.verdicts import Outcome, Verdict
from tests.core.test_diagnose import texts
from tests.events import samples
from tests.fakes import Bench

NO_PLACE = "ecs/daemon-task-creation-failed"
NO_IMAGE = "ecs/daemon-task-failed-to-run"


def deployment(name: str, minute: int = 12, **detail: Any) -> dict[str, Any]:
    """An event about the daemon's deployment."""
    raw: dict[str, Any] = samples.load("ecs/daemon-deployment-in-progress")
    changed = {"eventName": f"DAEMON_DEPLOYMENT_{name}", "updatedAt": f"2026-11-20T09:{minute}:00Z"}
    raw["detail"] |= {**changed, "eventType": "ERROR" if name == "ROLLBACK_FAILED" else "INFO", **detail}
    return raw


def said(bench: Bench, *raw: dict[str, Any]) -> list[Outcome]:
    """The outcomes, each event in a batch of its own."""
    results = [result for one in raw for result in bench.run(one)]
    return [o for r in results for o in r.outcomes if o.playbook == "daemons"]


def ends(bench: Bench) -> dict[str, Card]:
    """The cards as they are in the end."""
    return {card.id: card for card in bench.outbox.cards}


@pytest.mark.parametrize(("sample", "cause"), [(NO_PLACE, "placement"), (NO_IMAGE, "image-missing")])
def test_a_daemon_that_does_not_start_is_told_once_with_its_cause(sample: str, cause: str) -> None:
    bench, raw = Bench(), samples.load(sample)
    first, second = said(bench, raw, raw)
    assert (first.verdict, second.verdict) == (Verdict.TELL, Verdict.IGNORE)
    assert (first.cause, second.cause) == (cause, cause)
    assert first.incident == second.incident
    (card,) = bench.outbox.cards
    assert card.subject == "daemon log-shipper"
    assert "Evidence: " in texts(card)


def test_the_same_failure_on_another_instance_is_the_same_news() -> None:
    bench, raw = Bench(), samples.load(NO_PLACE)
    other = samples.load(NO_PLACE)
    other["detail"] |= {"containerInstanceArn": "another", "createdAt": "2026-11-20T09:30:00Z"}
    assert [o.verdict for o in said(bench, raw, other)] == [Verdict.TELL, Verdict.IGNORE]


@pytest.mark.parametrize("name", ["PENDING", "IN_PROGRESS", "SUCCESSFUL", "STOP_REQUESTED", "STOPPED"])
def test_a_deployment_that_does_not_fail_tells_nothing_and_has_no_cause(name: str) -> None:
    """STOPPED may be its failure or its replacement by another: the event does not say."""
    bench = Bench()
    (outcome,) = said(bench, deployment(name))
    assert (outcome.verdict, outcome.cause, bench.outbox.cards) == (Verdict.IGNORE, None, [])


@pytest.mark.parametrize("name", ["ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED"])
def test_a_deployment_that_fails_is_told_once_and_always_has_a_cause(name: str) -> None:
    bench = Bench()
    outcomes = said(bench, deployment(name), deployment(name))
    assert [o.verdict for o in outcomes] == [Verdict.TELL, Verdict.IGNORE]
    assert [o.cause for o in outcomes] == ["unknown", "unknown"]
    (card,) = bench.outbox.cards
    assert card.headline.startswith("the daemon's deployment failed")
    assert "Nothing seen so far says why" in card.cause


def test_a_deployment_fails_by_what_its_tasks_failed_by_on_the_card_of_those() -> None:
    bench = Bench()
    task, failed = said(bench, samples.load(NO_PLACE), deployment("ROLLBACK_IN_PROGRESS"))
    assert (failed.verdict, failed.cause, failed.incident) == (Verdict.TELL, "placement", task.incident)


def test_a_reason_of_the_deployment_itself_is_believed_first() -> None:
    bench, reason = Bench(), samples.load(NO_IMAGE)["detail"]["reason"]
    outcomes = said(bench, samples.load(NO_PLACE), deployment("ROLLBACK_FAILED", reason=reason))
    assert [o.cause for o in outcomes] == ["placement", "image-missing"]


def test_a_rollback_that_fails_too_is_news_on_the_same_card() -> None:
    bench = Bench()
    said(bench, deployment("ROLLBACK_IN_PROGRESS"), deployment("ROLLBACK_FAILED", 15))
    first, last = bench.outbox.cards
    assert first.id == last.id
    assert last.headline == "the daemon's deployment failed for good"
    assert last.cause is not None
    assert "its owner has to put it on a revision that worked (UpdateDaemon)" in last.cause


@pytest.mark.parametrize(
    ("name", "headline"),
    [("SUCCESSFUL", "the daemon runs again"), ("ROLLBACK_SUCCESSFUL", "the daemon was rolled back")],
)
def test_the_end_of_a_deployment_settles_every_card_of_the_daemon(name: str, headline: str) -> None:
    bench = Bench()
    outcomes = said(bench, samples.load(NO_PLACE), samples.load(NO_IMAGE), deployment(name, 50))
    assert [o.cause for o in outcomes[2:]] == [None, None]
    assert {(card.tone, card.headline) for card in ends(bench).values()} == {(Tone.DONE, headline)}
    assert len(ends(bench)) == 2


def test_a_rollback_whose_beginning_was_not_heard_is_told_all_the_same() -> None:
    bench = Bench()
    raw = deployment("ROLLBACK_SUCCESSFUL")
    assert [o.verdict for o in said(bench, raw, raw)] == [Verdict.TELL, Verdict.IGNORE]
    assert len(bench.outbox.cards) == 1


@pytest.mark.parametrize(
    "order",
    list(permutations([deployment("ROLLBACK_IN_PROGRESS"), *[deployment("ROLLBACK_SUCCESSFUL", 20)] * 2])),
)
def test_in_whatever_order_a_rollback_is_heard_all_cards_end_settled(
    order: tuple[dict[str, Any], ...],
) -> None:
    bench = Bench()
    said(bench, *order)
    assert {card.tone for card in ends(bench).values()} == {Tone.DONE}


def test_invariant_15_an_event_without_any_of_its_fields_is_still_decided() -> None:
    for sample in (NO_PLACE, "ecs/daemon-deployment-rollback-failed"):
        for key in samples.load(sample)["detail"]:
            raw = samples.load(sample)
            del raw["detail"][key]
            (outcome,) = said(Bench(), raw)
            assert not outcome.failed
            assert outcome.cause is not None
