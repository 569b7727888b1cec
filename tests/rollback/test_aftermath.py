"""What is remembered of a rollback: always, of the right image, and whoever was faster or died in between."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from dockwarden.errors import UnreadableRecordError
from dockwarden.facts.known_good import BadRevision, Known, service_key
from dockwarden.facts.releases import Releases
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.ledger.known_good import LedgerKnownGood
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.records import Intent
from dockwarden.ledger.store import Key, Put
from dockwarden.performing import Effect, State
from dockwarden.runtime.aftermath import remember
from dockwarden.service_actions import RollBackService
from lab.drydock import deployments, images
from lab.drydock.build import deploy
from tests.fakes import NOON
from tests.rollback.story import CRASH, Story, runs, story
from tests.rollback.test_scenarios import LATE, MINUTE, WELL
from tests.runtime.harness import SWEEP, KilledError

WEB = ServiceRef("prod", "web")


def record_of(tale: Story) -> Key:
    [key] = [key for key in tale.installation.memory.items if key[0].startswith("GOOD#")]
    return key


def damage(tale: Story) -> None:
    """Make the record of what is known unreadable."""
    memory = tale.installation.memory
    memory.write([Put({**memory.items[record_of(tale)], "known": "{"})])


def killed_after(tale: Story, call: str) -> None:
    """Let the function die right after its next call of a name was answered."""
    plan = tale.installation.plan
    plan.stop_at, plan.when = call, "after"
    with pytest.raises(KilledError):
        tale.run(25 * MINUTE)
    plan.stop_at, plan.at = None, None


def test_invariant_5_a_rollback_that_was_made_is_remembered_though_somebody_fixed_forward_at_once() -> None:
    """Killed after the call; when the sweep looks, the service runs a third revision."""
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        killed_after(tale, "ecs.UpdateService")
        assert tale.ours() == {"UpdateService": 1}
        made = web.history[0].arn
        deploy(tale.world, tale.cluster, web, behaviour=WELL)
        tale.run(25 * MINUTE)
        [bad] = tale.known(web).bad
        assert (bad.task_definition[-5:], bad.deployment) == ("web:2", made)
        assert (runs(web), tale.ours()) == ("web:3", {"UpdateService": 1})
        assert tale.cards("could not be rolled back") == []
        assert len({card["id"] for card in tale.cards("rolled back")}) == 1


def test_invariant_6_a_rollback_that_was_never_made_is_not_taken_for_made() -> None:
    """Killed before the call, and somebody deploys something else: the history says that there was no rollback."""
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        plan = tale.installation.plan
        plan.stop_at, plan.when = "ecs.UpdateService", "before"
        with pytest.raises(KilledError):
            tale.run(25 * MINUTE)
        plan.stop_at, plan.at = None, None
        deploy(tale.world, tale.cluster, web, behaviour=WELL)
        tale.run(25 * MINUTE)
        assert (tale.known(web).bad, tale.ours(), runs(web)) == ((), {}, "web:3")
        assert tale.cards("rolled back") == []


def test_invariant_19_a_damaged_record_gives_way_to_what_was_rolled_back() -> None:
    """It is damaged in the very moment of the call; the revision is remembered as bad all the same."""
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        tale.before("ecs.UpdateService", lambda: damage(tale))
        tale.until(lambda: bool(tale.ours()))
        assert [bad.task_definition[-5:] for bad in tale.known(web).bad] == ["web:2"]
        tale.run(12 * MINUTE)
        deployments.begin(tale.world, tale.cluster, web, tale.world.definitions["web"][2])
        tale.run(15 * MINUTE)
        assert tale.ours() == {"UpdateService": 1}


def test_nothing_is_said_of_what_worked_where_its_record_is_damaged() -> None:
    """It is held, once, and nobody is told that no revision of it has worked, or that it was never rolled back."""
    with story() as tale:
        web = tale.service()
        damage(tale)
        tale.release(web, LATE)
        tale.run(15 * MINUTE)
        [card] = tale.cards("held, a decision is needed")
        assert card["cause"].startswith(
            "What is known of it could not be read: its record in the ledger is damaged"
        )
        assert (tale.cards("needs a look"), tale.ours(), runs(web)) == ([], {}, "web:2")


def test_what_somebody_else_writes_each_time_keeps_the_intent_open_until_it_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No receipt before the revision is known to be bad: else it might be rolled back once more."""
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        with monkeypatch.context() as patched:
            patched.setattr(LedgerKnownGood, "keep", lambda *_: False)
            tale.until(lambda: bool(tale.ours()))
            assert (tale.known(web).bad, len(tale.installation.parts.actions.open_intents())) == ((), 1)
        tale.run(20 * MINUTE)
        assert [bad.task_definition[-5:] for bad in tale.known(web).bad] == ["web:2"]
        assert tale.installation.parts.actions.open_intents() == {}
        assert tale.ours() == {"UpdateService": 1}


def test_the_digest_that_is_remembered_as_bad_is_that_of_the_deployment_that_was_taken_back() -> None:
    """One task definition whose tag was moved: its first deployment worked, and its second one did not."""
    with story() as tale:
        web = tale.service()
        [good] = [digest for _, digest in tale.known(web).good[0].digests]
        broken = images.push(tale.world, "web", "1", behaviour=CRASH)
        deployments.begin(tale.world, tale.cluster, web, web.definition)
        tale.run(6 * MINUTE)
        for held in tale.installation.parts.proposals.waiting(tale.installation.clock.now()):
            tale.approve(held)
        [bad] = tale.known(web).bad
        assert [digest for _, digest in bad.digests] == [broken.digest] != [good]


def test_the_incident_of_a_rollback_is_remembered_with_it() -> None:
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        tale.until(lambda: bool(tale.ours()))
        [bad] = tale.known(web).bad
        [card] = {card["id"]: card for card in tale.cards("keeps crashing")}.values()
        assert bad.incident == card["id"]


def test_who_deploys_a_bad_revision_again_before_its_rollback_is_remembered_is_told_of_it() -> None:
    """Killed after the call; CI deploys web:2 once more, and only then does a sweep finish the intent."""
    with story() as tale:
        web = tale.service()
        tale.release(web, LATE)
        two = web.definition
        killed_after(tale, "ecs.UpdateService")
        called = tale.installation.clock.now()
        lanes, tale.lanes = tale.lanes, ()
        tale.run(2 * MINUTE)
        deployments.begin(tale.world, tale.cluster, web, two)
        tale.run(20 * MINUTE)
        tale.lanes = lanes
        tale.run(40 * MINUTE)
        [bad] = tale.known(web).bad
        assert bad.at <= called
        assert len(tale.cards("deployed again after a rollback")) >= 1
        assert tale.cards("rolled back, and it does not get on") == []
        assert (runs(web), tale.ours()) == ("web:2", {"UpdateService": 1})


def test_a_sweep_finishes_an_intent_by_what_it_reads_and_not_by_what_its_function_read_before() -> None:
    """A warm function whose last batch was before the release: it knows no digests of it."""
    with story() as tale:
        web = tale.service()
        warm = tale.installation.of_lane("voluntary")
        facts = tale.installation.parts.facts
        facts.prepare([])
        releases = cast("Releases", facts.answers()[Releases])
        assert not isinstance(releases.of(WEB), NotRead)
        tale.release(web, LATE)
        killed_after(tale, "ecs.UpdateService")
        tale.lanes = ()
        tale.run(20 * MINUTE)
        warm.handle({"Records": [{"messageId": "1", "body": json.dumps(SWEEP)}]})
        [bad] = tale.known(web).bad
        assert [container for container, _ in bad.digests] == ["app"]


@pytest.mark.parametrize(
    ("made", "ago", "remembered"),
    [("ecs-svc/9", 2, ["web:2"]), ("ecs-svc/9", 0, []), (None, 2, [])],
    ids=["an earlier try's", "somebody's", "ECS's"],
)
def test_invariant_5_what_a_later_try_finds_done_was_done_by_an_earlier_one(
    made: str | None, ago: int, remembered: list[str]
) -> None:
    """DescribeServices may lag: the call is made once more, and its last look shows that it was made."""
    with story() as tale:
        web = tale.service()
        parts = tale.installation.parts
        now = parts.clock.now()
        began = now - ago * timedelta(minutes=1)
        action = RollBackService(tale.cluster.arn, web.arn, "web:1", "web:2", "ecs-svc/8")
        intent = Intent(
            id="rollback-1",
            playbook="rollback",
            kind=action.KIND,
            target=action.target,
            subject="web",
            action=action.fields(),
            mode="enforce",
            why="",
            reason="",
            occurred_at=began,
            created_at=began,
            retried_until=now,
            transcript={},
        )
        remember(parts, intent, action, Effect(State.ALREADY, "it is so already", made=made))
        assert [bad.task_definition for bad in tale.known(web).bad] == remembered


class TestLedger:
    """The record of one service, on a store in memory."""

    @staticmethod
    def damaged(store: MemoryStore, **fields: str | int) -> LedgerKnownGood:
        ledger = LedgerKnownGood(store)
        assert ledger.keep(Known(service_key(WEB)), NOON)
        [key] = store.items
        store.write([Put({**store.items[key], **fields})])
        return ledger

    def test_a_damaged_record_is_nothing_known_and_said_to_be_damaged(self) -> None:
        store = MemoryStore()
        ledger = self.damaged(store, known="{")
        known, damaged = ledger.fresh(WEB)
        assert (known.good, known.bad, damaged) == ((), (), True)
        assert ledger.overwrite(known, NOON)
        assert ledger.fresh(WEB)[1] is False
        assert WEB in ledger.known([WEB])

    def test_a_record_of_another_version_is_not_replaced(self) -> None:
        ledger = self.damaged(MemoryStore(), v=99)
        with pytest.raises(UnreadableRecordError):
            ledger.fresh(WEB)

    def test_one_that_was_never_written_is_no_damage(self) -> None:
        assert LedgerKnownGood(MemoryStore()).fresh(WEB) == (Known("prod/web"), False)

    def test_an_incident_is_kept_and_a_record_without_one_is_read(self) -> None:
        store = MemoryStore()
        ledger = LedgerKnownGood(store)
        bad = BadRevision("prod/web", "web:2", (), NOON, "rollback-1", incident="inc-1")
        assert ledger.keep(replace(Known("prod/web"), bad=(bad,)), NOON)
        assert ledger.known([WEB])[WEB].bad == (bad,)
        [key] = store.items
        older = str(store.items[key]["known"]).replace(',"incident":"inc-1"', "")
        store.write([Put({**store.items[key], "known": older})])
        assert ledger.known([WEB])[WEB].bad == (replace(bad, incident=None),)
