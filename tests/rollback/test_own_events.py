"""What our own rollback causes triggers no other change, in whichever order and however often it is heard."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockwarden.facts.known_good import Known
from dockwarden.incidents.history import History, Incident, Stop
from dockwarden.rollback.failing import OFTEN, fails_now
from dockwarden.rollback.following import Following, Standing, last_rollback
from dockwarden.rollback.further import further
from dockwarden.service_actions import RollBackService, StopServiceDeployment
from dockwarden.verdicts import Decision, Verdict
from lab.drydock.model import Behaviour
from lab.drydock.troubles import add_trouble
from tests.fakes import NOON, cluster_arn
from tests.fuzz.bus import Event
from tests.rollback.cases import SERVICE, bad, definition, deployment, releases, rollout, service
from tests.rollback.story import CRASH, Story, runs, story

MINUTE = timedelta(minutes=1)
LATE = Behaviour("exits", after=166, exit_code=1)
WELL = Behaviour("runs")
LANES = ("voluntary", "records")


def heard_again(tale: Story, lane: str, event: Event) -> None:
    """One event, by one lane, at once."""
    tale.bus.put(lane, event, tale.world.now())
    tale._deliver(lane)


def rolled_back_unheard(tale: Story, behaviour: Behaviour, held_for: int) -> list[tuple[str, Event]]:
    """A rollback of a crashing release; everything from the moment of it, of which most nobody has heard yet."""
    web = tale.service(good_for=900)
    tale.release(web, behaviour)
    before = 0
    while not tale.ours():
        before = len(tale.bus.seen)
        tale.step(15)
    tale.lanes = ()
    tale.run(held_for)
    caused = tale.bus.seen[before:]
    for queue in tale.bus.queues.values():
        queue.messages.clear()
    tale.lanes = LANES
    return caused


@pytest.mark.parametrize(("behaviour", "call"), [(LATE, "UpdateService"), (CRASH, "StopServiceDeployment")])
@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_invariant_18_events_of_our_own_rollback_cause_no_other_change_in_any_order(
    behaviour: Behaviour, call: str, data: st.DataObject
) -> None:
    """Stops of the old tasks, deployments, a steady state; late, twice, and mixed with those from before."""
    with story() as tale:
        caused = rolled_back_unheard(tale, behaviour, data.draw(st.sampled_from((15, 90, 600)), "held for"))
        names = {str(event["detail"].get("eventName") or event["detail-type"]) for _, event in caused}
        assert "ECS Task State Change" in names
        earlier = tale.bus.seen[-len(caused) - 12 : -len(caused)]
        shuffled = data.draw(st.permutations([*caused, *caused[:5], *earlier]), "order")
        for number, (lane, event) in enumerate(shuffled):
            heard_again(tale, lane, event)
            if number % 7 == 0:
                tale.step(1)
        tale.run(600)
        web = tale.cluster.services["web"]
        assert (tale.ours(), runs(web)) == ({call: 1}, "web:1")
        assert tale.proposals() == []
        assert tale.bus.dead == []
        assert [card["headline"] for card in tale.told].count("rolled back, healthy again") == 1


def test_invariant_32_a_person_may_approve_the_next_step_back_and_nobody_else_takes_it() -> None:
    """The good revision fails, too: told at once, with the older one ready to approve."""
    with story() as tale:
        web = tale.service(good_for=900)
        tale.release(web, WELL)
        tale.run(1200)
        assert tale.good(web) == ["web:2", "web:1"]
        tale.release(web, LATE)
        tale.until(lambda: bool(tale.ours()), seconds=15)
        add_trouble(tale.world, CRASH, revisions=["web:2"])
        tale.run(900)
        assert (runs(web), tale.ours()) == ("web:2", {"UpdateService": 1})
        assert len(tale.cards("rolled back, and still failing")) == 1
        [held] = tale.proposals()
        assert held.sentence == "roll service web in cluster prod back from web:2 to web:1"
        assert "nothing goes back further by itself" in held.reason
        done = tale.approve(held)
        assert (done.outcome or "").startswith("done: ")
        tale.run(900)
        assert (runs(web), tale.ours()) == ("web:1", {"UpdateService": 2})
        assert [one.standing for one in tale.proposals()] == ["settled"]


# The guards, one by one

AT = NOON - 10 * MINUTE
OURS = bad(2, AT)


def stop(number: int, minutes: float, deployed: str = "ecs-svc/9") -> Stop:
    """A task that failed so many minutes after our rollback."""
    at = AT + timedelta(minutes=minutes)
    return Stop(f"task/{number}-{minutes}", "app-exit", "web:1", deployed, at, 20)


def history(*stops: Stop, failed: str | None = None, last: float = 5) -> tuple[History, Incident]:
    at = AT + timedelta(minutes=last)
    found = Incident("inc-1", "app-exit", "web:1", AT, at, looping=True, failed=failed)
    return History("prod/service/web", stops, incidents=(found,)), found


def test_invariant_18_what_failed_before_our_rollback_says_nothing_against_what_it_went_back_to() -> None:
    """ECS may have gone back to a deployment that was there before, whose old failures are remembered."""
    state = service(1, deployments=(deployment(1),))
    earlier = [stop(n, -5) for n in range(OFTEN)]
    assert fails_now(*history(*earlier), state)
    assert not fails_now(*history(*earlier), state, AT)
    assert not fails_now(*history(*earlier, *[stop(n, 1) for n in range(OFTEN - 1)]), state, AT)
    assert fails_now(*history(*[stop(n, 1) for n in range(OFTEN)]), state, AT)
    assert not fails_now(*history(failed="ecs-svc/9", last=-1), state, AT)
    assert fails_now(*history(failed="ecs-svc/9", last=1), state, AT)


def test_invariant_18_late_failures_of_the_deployment_that_was_taken_back_do_not_count() -> None:
    state = service(1, deployments=(deployment(1, began=AT),))
    theirs = [replace(stop(n, 2, "ecs-svc/8"), revision="web:2") for n in range(20)]
    assert not fails_now(*history(*theirs), state, AT)


def following(**changes: Any) -> Following:
    """Our rollback to the first revision, which ECS works at."""
    state = service(1, deployments=(deployment(1, "IN_PROGRESS", AT),))
    rollouts = (rollout(1, "IN_PROGRESS", created_at=AT), rollout(2))
    made: dict[str, Any] = {"state": state, "rollouts": rollouts, **changes}
    return Following(OURS, releases(**made), NOON)


def wanted(action: RollBackService | StopServiceDeployment) -> Decision:
    return Decision(Verdict.ACT, "it fails", "web", SERVICE, actions=(action,))


def test_invariant_18_a_service_whose_newest_deployment_is_ours_is_followed_and_never_acted_on() -> None:
    back = RollBackService(cluster_arn(), SERVICE, definition(0), definition(1), "ecs-svc/9")
    news = Decision(Verdict.TELL, "news", "web")
    assert [one.verdict for one in further(following(), None, None, "web")] == [Verdict.IGNORE]
    assert further(following(), news, None, "web") == (news,)
    assert [one.verdict for one in further(following(), news, wanted(back), "web")] == [
        Verdict.TELL,
        Verdict.HOLD,
    ]
    assert [one.verdict for one in further(following(), None, wanted(back), "web")] == [Verdict.HOLD]


def test_invariant_18_our_own_rollback_is_not_stopped_for_ecs_would_go_on_from_what_was_bad() -> None:
    halt = StopServiceDeployment(cluster_arn(), SERVICE, rollout(1).arn, definition(1))
    assert [one.verdict for one in further(following(), None, wanted(halt), "web")] == [Verdict.IGNORE]


def test_a_rollback_counts_as_ours_however_long_ago_until_somebody_deploys_or_a_person_takes_it_back() -> (
    None
):
    known = Known("prod/web", bad=(OURS,))
    assert last_rollback(known) == OURS
    assert last_rollback(Known("prod/web", bad=(replace(OURS, undone=True),))) is None
    assert replace(following(), now=NOON + timedelta(days=3)).is_ours
    theirs = replace(deployment(1, "IN_PROGRESS", NOON), id="ecs-svc/10")
    assert not following(state=service(1, deployments=(theirs,))).is_ours


def test_a_service_that_ecs_still_shows_as_it_was_before_our_rollback_is_followed() -> None:
    """DescribeServices may lag; that it has the bad revision is then no deployment of somebody's."""
    stale = replace(deployment(2, "IN_PROGRESS", AT - MINUTE), id="ecs-svc/8")
    assert following(state=service(2, deployments=(stale,))).standing() is Standing.UNDER_WAY
    again = replace(deployment(2, "IN_PROGRESS", AT + MINUTE), id="ecs-svc/10")
    assert following(state=service(2, deployments=(again,))).standing() is Standing.SUPERSEDED
