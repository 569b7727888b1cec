"""Whatever is found of a service: the judge acts by itself if, and only if, every gate holds; written down here anew.

The gates below are those of docs/playbooks/rollback.md, over plain values: nothing of them is taken from the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from dockwarden.causes.vocabulary import OF_THE_REVISION, Cause
from dockwarden.facts.alarms import Alarm, ServiceAlarms
from dockwarden.facts.known_good import Known
from dockwarden.facts.releases import (
    Candidate,
    Definition,
    ImageNow,
    ImageState,
    Revision,
    RevisionImage,
    ServiceReleases,
)
from dockwarden.facts.services import ServiceMessage
from dockwarden.facts.unknown import NotRead
from dockwarden.pinned_actions import RollBackToPinnedCopy
from dockwarden.rollback.case import Ask, Case
from dockwarden.rollback.judging import Judgement, judge
from dockwarden.rollback.share import Share
from dockwarden.service_actions import RollBackService, StopServiceDeployment
from tests.fakes import NOON
from tests.rollback.cases import (
    GATES,
    bad,
    case,
    definition,
    deployment,
    good,
    revision_arn,
    rollout,
    service,
)

NOW = 7
"""The number of the revision that the service has; others are one to six."""

UNREAD = NotRead("AccessDenied")
PROTECTED = "was unable to scale in due to the number of protected tasks being more than the desired count"
FAILING, OVER = ("PENDING", "IN_PROGRESS"), ("SUCCESSFUL", "STOPPED", "STOP_REQUESTED", "ROLLBACK_SUCCESSFUL")
_NUMBERS = st.integers(1, 6)
_DIGEST = st.sampled_from((None, *"abcdefg"))


@dataclass(frozen=True)
class Good:
    """A good revision: its number, the days since it was last seen, its digest, and whether its history is in doubt."""

    number: int
    days: int
    digest: str | None
    doubt: bool


@dataclass(frozen=True)
class Bad:
    """A bad revision: its number, its digest, and whether a person took the rollback back."""

    number: int
    digest: str | None
    undone: bool


@dataclass(frozen=True)
class Found:
    """How a revision could be deployed now; None for what could not be read."""

    status: str | None = "ACTIVE"
    image: ImageState | None = ImageState.SAME


@dataclass(frozen=True)
class Facts:
    """Everything that is found of a service, in plain values; None is what could not be read, or is not there."""

    cause: Cause
    status: str
    desired: int
    steady: int | None
    failed: int | None
    percents: tuple[int, int]
    protected: bool
    tag: str | None
    hours: int | None
    digest: str | None
    barrier: bool | None
    alarms: tuple[tuple[str | None, int], ...] | None
    rollout: str | None
    sources: bool
    back: int | None
    revisions: bool
    good: tuple[Good, ...]
    bad: tuple[Bad, ...]
    found: Mapping[int, Found]
    between: Mapping[int, bool | None]
    pinnable: bool
    beside: bool


FOUND = st.builds(
    Found,
    st.sampled_from(("ACTIVE", "ACTIVE", "ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS", None)),
    st.sampled_from((ImageState.SAME, ImageState.SAME, *ImageState, None)),
)
FACTS = st.builds(
    Facts,
    cause=st.sampled_from((*OF_THE_REVISION, *OF_THE_REVISION, Cause.KILLED, Cause.UNKNOWN)),
    status=st.sampled_from(("ACTIVE",) * 9 + ("DRAINING", "INACTIVE")),
    desired=st.integers(0, 8) | st.just(4),
    steady=st.sampled_from((0, 0, 0, 1, 3, 8, None)),
    failed=st.sampled_from((None, None, 0, 1, 4, 8)),
    percents=st.sampled_from(((100, 200), (100, 200), (50, 200), (0, 100), (100, 100), (80, 100))),
    protected=st.sampled_from((False, False, False, True)),
    tag=st.sampled_from(("safe",) * 6 + (None, "ask", "never", "yes")),
    hours=st.sampled_from((0, 1, 1, 1, 23, 24, 25, 999, None)),
    digest=_DIGEST,
    barrier=st.sampled_from((False,) * 6 + (True, None)),
    alarms=st.sampled_from(
        (
            *((), (), ()),
            *((("OK", 0),), (("ALARM", 0),), (("ALARM", 2000),), (("INSUFFICIENT_DATA", 0),)),
            *((("OK", 0), (None, 0)), None),
        )
    ),
    rollout=st.sampled_from((*FAILING, *OVER, "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", None)),
    sources=st.sampled_from((True, True, True, False)),
    back=_NUMBERS | st.just(1) | st.none(),
    revisions=st.sampled_from((True, True, True, True, False)),
    good=st.lists(
        st.builds(
            Good,
            _NUMBERS | st.sampled_from((1, NOW)),
            st.sampled_from((0, 0, 1, 89, 90, 91)),
            _DIGEST,
            st.sampled_from((False, False, False, True)),
        ),
        max_size=4,
        unique_by=lambda one: one.number,
    ).map(lambda some: tuple(sorted(some, key=lambda one: one.days))),
    bad=st.lists(st.builds(Bad, _NUMBERS | st.just(NOW), _DIGEST, st.booleans()), max_size=2).map(tuple),
    found=st.dictionaries(_NUMBERS, FOUND, max_size=3),
    between=st.dictionaries(_NUMBERS, st.sampled_from((True, False, None)), max_size=2),
    pinnable=st.sampled_from((False, False, True)),
    beside=st.sampled_from((False,) * 5 + (True,)),
)
WELL = Facts(
    cause=Cause.APP_EXIT,
    status="ACTIVE",
    desired=4,
    steady=0,
    failed=None,
    percents=(100, 200),
    protected=False,
    tag="safe",
    hours=1,
    digest="g",
    barrier=False,
    alarms=(),
    rollout="SUCCESSFUL",
    sources=True,
    back=1,
    revisions=True,
    good=(Good(1, 0, "a", doubt=False),),
    bad=(),
    found={},
    between={},
    pinnable=False,
    beside=False,
)


# The same as the rules are told


def digests(letter: str | None) -> tuple[tuple[str, str], ...]:
    return () if letter is None else (("app", f"sha256:{letter * 64}"),)


def of_service(facts: Facts) -> ServiceReleases:
    """The service with its rollouts: the newest, those in between, and the one that ECS would go back to."""
    began = None if facts.hours is None else NOON - timedelta(hours=facts.hours)
    least, most = facts.percents
    state = service(
        NOW,
        status=facts.status,
        desired=facts.desired,
        minimum_healthy_percent=least,
        maximum_percent=most,
        messages=(ServiceMessage(NOON, PROTECTED),) if facts.protected else (),
        tags=(("dockwarden:rollback", facts.tag),) if facts.tag is not None else (),
        deployments=(replace(deployment(NOW), created_at=began),),
    )
    newest = rollout(NOW, facts.rollout or "", facts.back if facts.sources else None)
    middle = [rollout(n, "STOPPED", created_at=NOON + timedelta(hours=1)) for n in facts.between]
    before = [rollout(facts.back, created_at=NOON - timedelta(days=400))] if facts.back is not None else []
    image = RevisionImage("app", "shop:1", dict(digests(facts.digest)).get("app"))
    images = {NOW: (image,)}
    revisions = {
        revision_arn(n): Revision(revision_arn(n), definition(n), images.get(n, ()))
        for n in range(1, NOW + 1)
    }
    return ServiceReleases(
        state,
        "ROLLING",
        "CUSTOMER",
        UNREAD if facts.rollout is None else (newest, *middle, *before),
        revisions if facts.revisions else UNREAD,
    )


def as_case(facts: Facts) -> Case:
    began = None if facts.hours is None else NOON - timedelta(hours=facts.hours)
    alarms = facts.alarms
    shown = (
        ()
        if not alarms
        else tuple(
            Alarm(f"a{n}", state, NOON - timedelta(minutes=minutes))
            for n, (state, minutes) in enumerate(alarms)
        )
    )
    tags = (("dockwarden:barrier", "true"),) if facts.barrier else ()
    return replace(
        case(),
        beside=("another revision fails, too",) if facts.beside else (),
        cause=facts.cause,
        releases=of_service(facts),
        known=Known(
            "prod/web",
            tuple(
                good(
                    one.number,
                    NOON - timedelta(days=one.days),
                    digests=digests(one.digest),
                    by_history=one.doubt,
                    doubt="a human said so" if one.doubt else "",
                )
                for one in facts.good
            ),
            tuple(bad(one.number, digests=digests(one.digest), undone=one.undone) for one in facts.bad),
        ),
        current=UNREAD if facts.barrier is None else Definition(definition(NOW), "ACTIVE", tags),
        share=UNREAD if facts.steady is None else Share(facts.desired, facts.steady, facts.failed),
        alarms=UNREAD if alarms is None else ServiceAlarms(shown, began) if shown else None,
        now=NOON,
    )


def judged(facts: Facts) -> Judgement:
    def ask(name: str, wanted: Mapping[str, str]) -> Candidate | NotRead:
        found = facts.found.get(int(name.rpartition(":")[2]), Found())
        if found.status is None:
            return UNREAD
        image = ImageNow("app", "shop:1", wanted.get("app"), found.image) if found.image else None
        images = () if image is None else (image,)
        return Candidate(Definition(name, found.status), images, pinnable=facts.pinnable)

    def define(name: str) -> Definition | NotRead:
        says = facts.between.get(int(name.rpartition(":")[2]), False)
        if says is None:
            return UNREAD
        return Definition(name, "INACTIVE", (("dockwarden:barrier", "true"),) if says else ())

    return judge(as_case(facts), GATES, Ask(ask, define))


# The gates


def meant_to(facts: Facts) -> bool:
    """The service is there, is meant to run, and its owner lets it be rolled back without being asked."""
    return facts.status == "ACTIVE" and facts.desired > 0 and facts.tag == "safe"


def of_the_release(facts: Facts) -> bool:
    """Enough of it fails, by what its revision brings with it, and no alarm leaves that open."""
    if facts.steady is None or facts.alarms is None:
        return False
    failing = max(0, facts.desired - facts.steady)
    failing = failing if facts.failed is None else min(failing, facts.failed)
    needed = -(-facts.desired * facts.percents[0] // 100)
    below = needed < facts.desired and facts.desired - failing < needed
    minutes = None if facts.hours is None else facts.hours * 60
    clear = all(
        state == "OK" or (state == "ALARM" and minutes is not None and since <= minutes)
        for state, since in facts.alarms
    )
    return (
        (2 * failing >= facts.desired or below) and clear and facts.cause not in (Cause.KILLED, Cause.UNKNOWN)
    )


def can_get_on(facts: Facts) -> bool:
    """Tasks that hold are not in its way."""
    least, most = facts.percents
    desired = facts.desired
    stuck = -(-desired * least // 100) >= desired and desired * most // 100 <= desired
    # What ECS has said before the deployment began is not about it.
    said = facts.protected
    return facts.steady == 0 or not (stuck or said)


def alike(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def first_time(facts: Facts) -> bool:
    """Neither its number nor its image was rolled back before, also where a person took that back."""
    mine = facts.digest if facts.revisions and facts.rollout is not None else None
    harmless = {one.digest for one in facts.good}
    by_image = mine is not None and mine not in harmless and mine in {one.digest for one in facts.bad}
    return not by_image and not any(one.number == NOW and alike(one.digest, mine) for one in facts.bad)


def may_be_taken_back(facts: Facts) -> bool:
    """What holds for both ways to take a release back."""
    return (
        meant_to(facts)
        and of_the_release(facts)
        and can_get_on(facts)
        and first_time(facts)
        and facts.barrier is False
        and not facts.beside
    )


def may_stop(facts: Facts) -> bool:
    """Whether the deployment may be stopped by itself: it is under way, and ECS goes back to what has worked."""
    proven = next((one for one in facts.good if one.number == facts.back), None)
    known = proven is not None and not proven.doubt and facts.revisions
    return facts.rollout in FAILING and facts.sources and known and may_be_taken_back(facts)


def may_put(facts: Facts, number: int) -> bool:
    """Whether the service may be put on a revision by itself."""
    target = next((one for one in facts.good if one.number == number), None)
    mine = facts.digest if facts.revisions and facts.rollout is not None else None
    itself = any(one.number == NOW and alike(one.digest, mine) for one in facts.good)
    between = facts.revisions and facts.rollout is not None
    return (
        target is not None
        and not target.doubt
        and target.days <= 90
        and not itself
        and facts.hours is not None
        and facts.hours <= 24
        and between
        and not any(says is not False for n, says in facts.between.items() if n != number)
        and may_be_taken_back(facts)
    )


def deployable(facts: Facts, number: int) -> bool:
    """Whether a revision would run what ran then, by its number or as a pinned copy."""
    found = facts.found.get(number, Found())
    if found.status != "ACTIVE":
        return False
    digest = next(one.digest for one in facts.good if one.number == number)
    copied = facts.pinnable and digest is not None and found.image is ImageState.MOVED
    return found.image is ImageState.SAME or copied


@given(facts=FACTS)
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(WELL)
def test_nothing_is_proposed_without_an_objection_unless_all_gates_hold(facts: Facts) -> None:
    """Each gate alone is enough to hold it; and where none objects it is done, so that none is too many."""
    found = judged(facts)
    by_itself = found.action is not None and not found.objections
    if isinstance(found.action, StopServiceDeployment):
        event("stop")
        assert by_itself == may_stop(facts), found
    elif isinstance(found.action, RollBackService):
        event("put back" if by_itself else "hold")
        number = int(found.action.task_definition.rpartition(":")[2])
        assert by_itself == (may_put(facts, number) and deployable(facts, number)), found
    else:
        assert not found.objections
        assert not may_stop(facts)


@given(facts=FACTS)
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(WELL)
def test_invariant_21_and_22_and_24_whatever_is_proposed_has_worked_and_is_there(facts: Facts) -> None:
    """Also what a person is asked about: never a guess, never bad, gone, or what it runs already."""
    action = judged(facts).action
    if not isinstance(action, RollBackService):
        return
    number = int(action.task_definition.rpartition(":")[2])
    [target] = [one for one in facts.good if one.number == number]
    assert action.bad_task_definition == definition(NOW)
    assert not any(
        one.number == number and alike(one.digest, target.digest) and not one.undone for one in facts.bad
    )
    found = facts.found.get(number, Found())
    pinned = isinstance(action, RollBackToPinnedCopy)
    if number == NOW:
        assert pinned
        assert not alike(target.digest, facts.digest)
    if found.status is None:
        return
    assert found.image not in (ImageState.GONE, ImageState.ARCHIVED)
    assert found.status == "ACTIVE" or (found.status == "INACTIVE" and pinned)


@given(facts=FACTS)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_invariant_27_what_ecs_takes_back_itself_is_never_touched(facts: Facts) -> None:
    """Whatever else is found."""
    if facts.rollout in ("ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"):
        assert judged(facts).action is None
