"""The one path of an event: decide, guard, perform, record, tell."""

from datetime import timedelta
from typing import Any

import pytest

from dockwarden.errors import LedgerUnavailableError, TryAgainError
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.modes import Mode
from dockwarden.ledger.memory import MemoryStore
from dockwarden.notify.cards import Tone
from dockwarden.performing import Effect, State
from tests.fakes import (
    NOON,
    Bench,
    FakeWorld,
    container_instance,
    instance_event,
    warning,
)

HOST = container_instance().arn


def test_a_warning_drains_its_instance_and_leaves_a_receipt_and_a_card() -> None:
    bench = Bench()
    (result,) = bench.run(warning())
    assert bench.performer.performed == [HOST]
    assert (result.outcomes[0].verdict, result.retry) == ("act", None)
    intent_id = bench.performer.sessions[0]
    receipt = bench.parts.actions.receipt(intent_id)
    assert receipt is not None
    assert receipt.state is State.DONE
    (card,) = bench.outbox.cards
    assert (card.id, card.tone, card.headline, card.place) == (
        intent_id,
        Tone.DONE,
        "drained",
        "prod, eu-central-1",
    )


def test_observe_takes_the_same_path_and_stops_before_the_call() -> None:
    bench = Bench(mode=Mode.OBSERVE)
    assert bench.verdicts(warning()) == ["observe"]
    assert bench.performer.performed == []
    assert bench.outbox.cards[0].headline == "would have been drained"
    assert bench.verdicts(warning()) == ["ignore"]


def test_a_mode_set_at_run_time_needs_no_deploy() -> None:
    bench = Bench(mode=Mode.OBSERVE)
    bench.parts.controls.set_mode("spot_drain", "enforce", Mode.ENFORCE, by="arn:me", now=NOON)
    assert bench.verdicts(warning()) == ["act"]


def test_invariant_64_settings_that_cannot_be_read_mean_observe() -> None:
    bench = Bench(settings={"drain_for": "terminate"})
    (result,) = bench.run(warning())
    assert result.outcomes[0].verdict == "observe"
    assert bench.performer.performed == []
    assert "expected an array of texts" in bench.outbox.cards[0].lines[0].text


def test_a_tag_cannot_raise_a_mode_above_the_ceiling() -> None:
    bench = Bench(ceiling=Mode.OBSERVE, world=FakeWorld(mode_tags={"prod": "enforce"}))
    assert bench.verdicts(warning()) == ["observe"]
    assert bench.performer.performed == []


@pytest.mark.parametrize(
    ("tag", "verdict"),
    [
        ("off", "ignore"),
        ("observe", "observe"),
        ("approve", "hold"),
        ("typo", "observe"),
        (NotRead("denied"), "observe"),
    ],
)
def test_a_clusters_tag_tightens_what_the_default_allows(tag: str | NotRead, verdict: str) -> None:
    bench = Bench(world=FakeWorld(mode_tags={"prod": tag}))
    assert bench.verdicts(warning()) == [verdict]
    assert bench.performer.performed == []


def test_approve_holds_and_tells_once() -> None:
    bench = Bench(mode=Mode.APPROVE)
    assert bench.verdicts(warning(), warning()) == ["hold", "ignore"]
    assert bench.verdicts(warning()) == ["ignore"]
    assert [card.tone for card in bench.outbox.cards] == [Tone.HELD]


@pytest.mark.parametrize(
    ("world", "changes", "verdict", "words"),
    [
        (FakeWorld(instances=[]), {}, "ignore", "no container instance of an opted-in cluster"),
        (FakeWorld(instances=[container_instance(status="DRAINING")]), {}, "ignore", "DRAINING already"),
        (FakeWorld(instances=[container_instance(cluster="theirs")]), {}, "ignore", "theirs is not opted in"),
        (FakeWorld(), {"at": NOON - timedelta(minutes=5)}, "tell", "5 min 2 s old, more than 120 s"),
        (FakeWorld(), {"at": "<now>"}, "tell", "missing or unreadable"),
        (FakeWorld(), {"replay-name": "last-week"}, "ignore", "replay"),
        (FakeWorld(), {"account": "999999999999"}, "ignore", "not from 111122223333"),
        (FakeWorld(instances=None), {}, "hold", "not known"),
    ],
    ids=["unknown", "draining", "not opted in", "late", "no time", "replay", "foreign", "unreadable"],
)
def test_each_reason_not_to_act_has_its_own_verdict_and_makes_no_call(
    world: FakeWorld, changes: dict[str, Any], verdict: str, words: str
) -> None:
    bench = Bench(world=world)
    (result,) = bench.run(warning(**changes))
    assert [outcome.verdict.value for outcome in result.outcomes] == [verdict]
    assert words in result.outcomes[0].reason
    assert bench.performer.performed == []


def test_invariant_11_a_replay_or_a_foreign_event_reads_nothing_at_all() -> None:
    bench = Bench()
    bench.run(warning(**{"replay-name": "r"}), warning(account="999999999999"))
    assert bench.world.prepared == 0


def test_a_stop_refuses_and_people_are_told() -> None:
    bench = Bench()
    bench.parts.controls.stop("everything", "", by="arn:me", now=NOON, why="drill")
    (result,) = bench.run(warning())
    assert result.outcomes[0].verdict == "tell"
    assert "stopped: everything" in result.outcomes[0].reason
    assert bench.performer.performed == []


def test_invariant_62_a_stop_that_comes_after_the_claim_is_seen_right_before_the_call() -> None:
    bench = Bench()

    class StopsLate(MemoryStore):
        def write(self, changes: Any) -> bool:
            written = super().write(changes)
            if any(change.key[0].startswith("INTENT#") for change in changes):
                bench.parts.controls.stop("cluster", "prod", by="arn:me", now=NOON)
            return written

    bench.store = StopsLate()
    (result,) = bench.run(warning())
    assert bench.performer.sessions, "the guard let it go before the stop"
    assert bench.performer.performed == []
    assert result.outcomes[0].verdict == "tell"


def test_invariant_62_a_stop_that_cannot_be_read_before_the_call_counts_as_a_stop() -> None:
    class ForgetsControls(MemoryStore):
        claimed = False

        def write(self, changes: Any) -> bool:
            self.claimed = self.claimed or any(change.key[0].startswith("INTENT#") for change in changes)
            return super().write(changes)

        def query(self, pk: str) -> Any:
            if self.claimed and pk == "CONTROL":
                raise LedgerUnavailableError("reading", "throttled")
            return super().query(pk)

    bench = Bench(store=ForgetsControls())
    (result,) = bench.run(warning())
    assert bench.performer.performed == []
    assert "cannot be read" in result.outcomes[0].reason


def test_invariant_1_twenty_equal_warnings_make_one_drain_in_a_batch_and_over_batches() -> None:
    bench = Bench()
    verdicts = bench.verdicts(*[warning(id=f"id-{n}") for n in range(20)])
    assert sorted(verdicts) == ["act", *["ignore"] * 19]
    assert bench.verdicts(warning(id="again")) == ["ignore"]
    assert bench.performer.performed == [HOST]


def test_invariant_16_a_duplicate_that_arrives_after_the_drain_is_old_news_and_no_alarm() -> None:
    bench = Bench()
    bench.run(warning())
    bench.clock.set(NOON + timedelta(minutes=30))
    (result,) = bench.run(warning())
    assert result.outcomes[0].verdict == "ignore"
    assert "a duplicate of spot_drain-" in result.outcomes[0].reason
    assert len(bench.outbox.cards) == 1


def test_a_second_reclaim_of_the_same_instance_days_later_is_drained_again() -> None:
    """A stopped Spot instance may come back and be interrupted anew."""
    bench = Bench()
    bench.run(warning())
    later = NOON + timedelta(days=2)
    bench.clock.set(later)
    assert bench.verdicts(warning(at=later)) == ["act"]
    assert bench.performer.performed == [HOST, HOST]


def test_invariant_9_without_a_ledger_nothing_is_done_and_the_error_says_so() -> None:
    class Away(MemoryStore):
        def write(self, changes: Any) -> bool:
            raise LedgerUnavailableError("writing", "throttled")

    bench = Bench(store=Away())
    with pytest.raises(LedgerUnavailableError):
        bench.run(warning())
    assert bench.performer.performed == []


def test_a_passing_failure_comes_back_and_is_tried_again_at_once_by_the_next_run() -> None:
    bench = Bench()
    bench.performer.planned[HOST] = Effect(State.FAILED, "throttled", retry=True)
    (result,) = bench.run(warning())
    assert result.retry == "throttled"
    assert bench.outbox.cards == []
    bench.performer.planned.clear()
    (result,) = bench.run(warning())
    assert (result.outcomes[0].verdict, result.retry) == ("act", None)


def test_a_lasting_failure_is_told_and_not_repeated() -> None:
    bench = Bench()
    bench.performer.planned[HOST] = Effect(State.FAILED, "ECS refused it: AccessDeniedException")
    assert bench.verdicts(warning()) == ["tell"]
    assert bench.verdicts(warning()) == ["ignore"]
    assert [card.tone for card in bench.outbox.cards] == [Tone.FAILED]


def test_a_target_that_another_function_holds_comes_back_later() -> None:
    bench = Bench()
    bench.performer.planned[HOST] = Effect(State.FAILED, "boom", retry=True)

    class NeverReleases(MemoryStore):
        def write(self, changes: Any) -> bool:
            releasing = len(changes) == 1 and changes[0].key[0].startswith("TARGET#")
            return False if releasing else super().write(changes)

    bench.store = NeverReleases()
    bench.run(warning())
    (result,) = bench.run(warning())
    assert result.retry is not None
    assert "held by spot_drain-" in result.retry


def test_people_are_told_before_the_receipt_so_that_a_lost_outbox_loses_nothing() -> None:
    class Full:
        cards: list[Any] = []  # noqa: RUF012

        def send(self, cards: Any, events: Any = ()) -> None:
            raise TryAgainError("the outbox is away")

    bench = Bench()
    bench.outbox = Full()  # type: ignore[assignment]
    with pytest.raises(TryAgainError):
        bench.run(warning())
    assert len(bench.parts.actions.open_intents()) == 1


def test_many_reclaims_at_once_are_one_message() -> None:
    hosts = [container_instance(f"i-{n:04}") for n in range(30)]
    bench = Bench(world=FakeWorld(instances=hosts))
    bench.run(*[warning(host.ec2_instance_id, id=host.arn) for host in hosts])
    assert len(bench.performer.performed) == 30
    (card,) = bench.outbox.cards
    assert card.subject == "30 at once"
    assert bench.performer.sessions[0].startswith("batch-")


def test_invariant_13_a_playbook_that_fails_costs_its_own_event_and_not_the_batch() -> None:
    bench = Bench()
    find = bench.world.container_instances

    def broken(ec2: str) -> Any:
        if ec2 == "i-0bad":
            raise KeyError("a bug")
        return find(ec2)

    bench.world.container_instances = broken  # type: ignore[method-assign,assignment]
    bad, good = bench.run(warning("i-0bad"), warning())
    assert bad.retry == "playbook spot_drain failed: KeyError"
    assert bad.outcomes[0].failed
    assert "KeyError at test_engine.py:" in bad.outcomes[0].reason
    assert "a bug" not in bad.outcomes[0].reason
    assert (good.retry, good.outcomes[0].verdict) == (None, "act")


def test_an_instance_event_is_remembered_and_is_no_action() -> None:
    bench = Bench()
    assert bench.verdicts(instance_event(container_instance("i-0bb"))) == ["ignore"]
    assert bench.parts.index.find(["i-0bb"])["i-0bb"].status == "ACTIVE"


@pytest.mark.parametrize("cluster", ["theirs", "PROD"])
def test_an_instance_of_a_cluster_that_is_not_listed_is_not_remembered(cluster: str) -> None:
    bench = Bench()
    bench.run(instance_event(container_instance("i-0bb", cluster=cluster)))
    assert bench.parts.index.find(["i-0bb"]) == {}


def test_invariant_69_an_instance_whose_arn_is_of_another_account_is_not_remembered() -> None:
    bench = Bench()
    raw = instance_event(container_instance("i-0bb"))
    raw["detail"]["containerInstanceArn"] = "arn:aws:ecs:eu-central-1:999999999999:container-instance/prod/1"
    bench.run(raw)
    assert bench.parts.index.find(["i-0bb"]) == {}


def test_invariant_73_every_call_has_an_intent_that_was_written_before_it() -> None:
    bench = Bench()
    order: list[str] = []

    class Watched(MemoryStore):
        def write(self, changes: Any) -> bool:
            order.extend(change.key[0].partition("#")[0] for change in changes)
            return super().write(changes)

    bench.store = Watched()
    perform = bench.performer.perform

    def noted(*args: Any) -> list[Effect]:
        order.append("CALL")
        return perform(*args)

    bench.performer.perform = noted  # type: ignore[method-assign,assignment]
    bench.run(warning())
    assert order.index("INTENT") < order.index("CALL") < order.index("RECEIPTS")


def test_the_transcript_holds_event_and_facts_and_never_the_events_detail() -> None:
    bench = Bench()
    raw = warning()
    raw["detail"]["secret"] = "canary-value"
    bench.run(raw)
    (intent_id,) = bench.performer.sessions
    intent = bench.parts.actions.intent(intent_id)
    assert intent is not None
    assert intent.transcript["facts"][0]["fact"] == "Fleet.container_instances"
    assert intent.transcript["event"]["instance_id"] == "i-0aa"
    assert "canary-value" not in str(bench.store.items)  # type: ignore[attr-defined]
