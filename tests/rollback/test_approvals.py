"""A person's yes to a rollback: it lets go what was shown on the card, once, and nothing else (invariant 55)."""

import pytest

from dockwarden.guard.modes import Mode
from dockwarden.guard.rulings import Approval, Rule
from dockwarden.guard.shown import lasting
from dockwarden.ledger.proposals import HeldAction, Standing
from dockwarden.rollback import turns
from lab.drydock import registrations
from tests.rollback.story import CRASH, Story, runs, story
from tests.rollback.test_scenarios import LATE, MINUTE, WELL
from tests.runtime.harness import SWEEP

BARRIER = {"dockwarden:barrier": "true"}


def answered(tale: Story) -> HeldAction:
    """The only proposal that waits, approved, before the lane hears of it."""
    proposals, now = tale.installation.parts.proposals, tale.installation.clock.now()
    [held] = proposals.waiting(now)
    return proposals.answer(held, Standing.APPROVED, "alice", now)


def heard(tale: Story, held: HeldAction) -> HeldAction:
    """What came of an approval, once the lane has heard of it."""
    tale.asked_for(held)
    found = tale.installation.parts.proposals.get(held.id)
    assert found is not None
    return found


def waiting(tale: Story) -> list[str]:
    return [
        held.sentence for held in tale.installation.parts.proposals.waiting(tale.installation.clock.now())
    ]


def test_invariant_55_an_old_approval_takes_back_no_other_release_and_passes_no_barrier() -> None:
    """web:2 was on the card; by now web:3 fails, whose release migrated a schema."""
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        held = answered(tale)
        tale.release(web, LATE, tags=BARRIER)
        tale.run(12 * MINUTE)
        done = heard(tale, held)
        assert (runs(web), tale.ours()) == ("web:3", {})
        assert done.standing is Standing.SETTLED
        assert done.outcome == (
            "not done: the state has changed: by now the playbook would roll service web in cluster prod back "
            "from web:3 to web:1, which is proposed anew"
        )
        assert waiting(tale) == ["roll service web in cluster prod back from web:3 to web:1"]


def test_invariant_55_an_approval_lets_no_other_target_through() -> None:
    """web:2 was on the card; meanwhile it was deregistered, and web:1 would be next."""
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, WELL)
        tale.run(30 * MINUTE)
        two = web.definition
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        held = answered(tale)
        assert held.sentence.endswith("from web:3 to web:2")
        registrations.deregister(tale.world, two)
        done = heard(tale, held)
        assert (runs(web), tale.ours()) == ("web:3", {})
        assert done.outcome is not None
        assert "the state has changed" in done.outcome
        tale.run(6 * MINUTE)
        assert waiting(tale) == ["roll service web in cluster prod back from web:3 to web:1"]


def test_invariant_55_what_nobody_was_shown_is_asked_about_on_the_same_card() -> None:
    """The barrier is set after the card was told: the approval waits again, and the second one lets it go."""
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        held = answered(tale)
        web.definition.tags.update(BARRIER)
        before = len(tale.cards("held, a decision is needed"))
        again = heard(tale, held)
        assert (again.standing, tale.ours()) == (Standing.WAITING, {})
        assert "web:2 has the tag dockwarden:barrier" in again.why
        card = tale.cards("held, a decision is needed")[before:]
        assert [one["id"] for one in card] == [held.id]
        assert "web:2 has the tag dockwarden:barrier" in str(card)
        assert tale.approve(again).standing is Standing.SETTLED
        assert tale.ours() == {"UpdateService": 1}


def test_a_new_proposal_takes_the_place_of_the_one_about_the_release_before() -> None:
    """Nobody is left with a card that may still be approved, about something that is over."""
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        first, second = tale.proposals()
        assert (first.standing, second.standing) == (Standing.SETTLED, Standing.WAITING)
        assert first.outcome == f"{second.id} has taken its place"
        assert second.sentence.endswith("from web:3 to web:1")


@pytest.mark.parametrize("tags", [{}, {"dockwarden:rollback": "safe"}], ids=["ask", "safe"])
def test_one_approval_is_enough_where_mode_and_playbook_both_ask(tags: dict[str, str]) -> None:
    """Mode `approve` with the tag that everybody starts with: both were on the card."""
    with story(mode=Mode.APPROVE) as tale:
        web = tale.service(tags=tags)
        tale.release(web, LATE)
        tale.run(12 * MINUTE)
        [held] = tale.proposals()
        assert (held.rule, tale.ours()) == (Rule.MODE, {})
        done = tale.approve(held)
        assert done.standing is Standing.SETTLED
        assert done.outcome is not None
        assert done.outcome.startswith("done: ")
        assert tale.ours() == {"UpdateService": 1}


def wanted(tale: Story) -> HeldAction:
    """The proposal that waits, as soon as one does."""
    proposals, clock = tale.installation.parts.proposals, tale.installation.clock
    tale.until(lambda: len(proposals.waiting(clock.now())) == 1, seconds=15)
    return proposals.waiting(clock.now())[0]


def test_two_releases_that_fail_within_minutes_are_both_taken_back_by_their_own_approvals() -> None:
    """The second yes is no duplicate of the first one: it is about another deployment, however soon it comes."""
    with story() as tale:
        web = tale.service(tags={})
        tale.release(web, CRASH)
        assert str(tale.approve(wanted(tale)).outcome).startswith("done")
        tale.run(MINUTE)
        tale.release(web, CRASH)
        second = wanted(tale)
        again = tale.approve(second)
        # Its target has not cooled down, which nobody was shown: it is asked about once more.
        assert (again.standing, again.rule) == (Standing.WAITING, Rule.COOLDOWN)
        assert [card["id"] for card in tale.cards("held, a decision is needed")].count(second.id) == 2
        assert str(tale.approve(again).outcome).startswith("done")
        tale.run(3 * MINUTE)
        assert (runs(web), sum(tale.ours().values())) == ("web:1", 2)


def test_an_approval_of_what_a_sweep_has_found_is_about_that_service_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many fail, and whoever has the turn: the approval looks at its own service, and at no other."""
    monkeypatch.setattr(turns, "AT_ONCE", 1)
    with story(lanes=("records",)) as tale:
        services = [tale.service(name, tags={}, good_for=900) for name in ("api", "app", "web")]
        for service in services:
            tale.release(service, LATE)
        tale.run(25 * MINUTE)
        tale._hear("voluntary", [SWEEP])
        [held] = tale.installation.parts.proposals.waiting(tale.installation.clock.now())
        tale.run(5 * MINUTE)
        looked = tale.asked()["ListServiceDeployments"]
        done = tale.approve(held)
        assert str(done.outcome).startswith("done")
        assert sorted(runs(service)[-1] for service in services) == ["1", "2", "2"]
        assert tale.asked()["ListServiceDeployments"] == looked + 1


def test_that_time_passes_is_no_change() -> None:
    """A reason with a length of time in it would else be another one every minute."""
    shown = (
        "it was deployed 25 h ago, more than 24 h; 3 of its 20 tasks are known to fail, less than 50 percent"
    )
    approval = Approval("id", "alice", frozenset({Rule.MODE}), ((Rule.PLAYBOOK, shown),))
    assert approval.lets(Rule.PLAYBOOK, shown.replace("25 h", "3 days").replace("3 of", "4 of"))
    assert not approval.lets(Rule.PLAYBOOK, "web:2 has the tag dockwarden:barrier")
    assert lasting("for 1 min 5 s") == lasting("for 40 s") != lasting("for ever")
    assert lasting("web:2 itself was good") != lasting("web:3 itself was good")
