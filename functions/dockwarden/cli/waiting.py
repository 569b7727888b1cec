"""Whether a release has come to stay, look by look, by what ECS and the ledger say of its service. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from dockwarden.cli.release_course import Answer, Course, Ended, Look, Terms
from dockwarden.cli.release_state import Release
from dockwarden.clock import Clock
from dockwarden.events.arn import Arn
from dockwarden.facts.unknown import NotRead
from dockwarden.spans import span

APPEARS = timedelta(minutes=5)
"""So long a release that ECS shows nothing of is waited for, and so long a service that nobody can read."""

CERTAIN = timedelta(seconds=20)
"""What ends a wait by ECS's word, or by what was done before it, has to be seen for so long: ECS's reads are
consistent in the end, and Dockwarden writes down after the call what it has done."""

UNSEEN = timedelta(minutes=2)
"""A soak begins anew after so long without a look; of what was in between nobody knows."""

_ECS = "ECS"
_SIGNED_OUT = frozenset(
    {
        "CredentialRetrievalError",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "NoCredentialsError",
        "PartialCredentialsError",
        "RequestExpired",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
        "UnrecognizedClientException",
    }
)


Looking = Callable[[datetime], Look]


def follow(look: Looking, terms: Terms, clock: Clock, pause: Callable[[], object]) -> Iterator[Course]:
    """The course of a wait after each look; the last one has ended."""
    course = Course(clock.now())
    while True:
        course = stepped(course, look(clock.now()), terms)
        yield course
        if course.ended is not None:
            return
        pause()


def stepped(course: Course, look: Look, terms: Terms) -> Course:
    """The course after one more look."""
    asked = not isinstance(look.ledger, NotRead)
    alone = look.ledger.why if isinstance(look.ledger, NotRead) else None
    course = replace(course, alone=alone, heard=look.at if asked else course.heard)
    if isinstance(look.service, NotRead):
        course = _unread(course, look, look.service)
    else:
        course = replace(
            _read(course, look, Release(look.service, terms.task_definition), terms), last=look.at
        )
    if course.ended is None and look.at - course.began >= terms.timeout:
        return _over(course, Answer.LATE, f"not within {span(terms.timeout)}: {course.doing}", look.failing)
    return course


def _unread(course: Course, look: Look, why: NotRead) -> Course:
    """The course of a look that saw nothing of the service; of which deployment the ledger speaks it must know."""
    course = replace(course, doing=f"ECS could not be read: {why.why}")
    if why.why.rpartition(": ")[2] in _SIGNED_OUT:
        return _over(
            course,
            Answer.NOT_KNOWN,
            f"{course.doing}: there are no AWS credentials, or none that hold any more",
        )
    never = course.last is None
    if never and (not why.passing or look.at - course.began >= APPEARS):
        return _over(course, Answer.NOT_KNOWN, course.doing)
    told = None if never else _by_ledger(look, course.since or course.began)
    return _ended(course, told[0]) if told is not None else course


def _read(course: Course, look: Look, release: Release, terms: Terms) -> Course:
    """The course of a look that saw the service."""
    if (other := _of_another_account(release, terms)) is not None:
        return _over(replace(course, doing=other), Answer.NOT_KNOWN, other)
    course = replace(course, since=release.since)
    if (told := _by_ledger(look, release.since)) is not None:
        end, at = told
        return _ended(course, end) if at >= course.began else _doubted(course, look, end)
    return _by_ecs(course, look, release, terms)


def _of_another_account(release: Release, terms: Terms) -> str | None:
    """That the service which was read only has the same names, None where it is the one that is meant."""
    arn = Arn.read(release.service.state.arn)
    if terms.account is None or arn is None or arn.account == terms.account:
        return None
    return f"the service that was read is of account {arn.account}, what was deployed of {terms.account}"


def _by_ledger(look: Look, since: datetime | None) -> tuple[Ended, datetime] | None:
    """What Dockwarden has done, or wants to do, about this deployment of the release, and since when."""
    if isinstance(look.ledger, NotRead):
        return None
    if (back := look.ledger.taken_back) is not None and (since is None or back.bad.at >= since):
        why = f"Dockwarden rolled it back: {back.cause or 'the cause is not written down'}"
        end = Ended(Answer.ROLLED_BACK, f"{why}{_more(back.effect)}", back.cause, receipt=back.bad.intent)
        return end, back.bad.at
    if (held := look.ledger.proposed) is not None and (since is None or held.at >= since):
        sentence = f"it fails, and a rollback is held: {held.why}; it would {held.sentence}"
        return Ended(Answer.HELD, sentence, held.cause, receipt=held.id), held.at
    return None


def _more(words: str | None) -> str:
    return f"; {words}" if words else ""


def _by_ecs(course: Course, look: Look, release: Release, terms: Terms) -> Course:
    """The course by what ECS says, which is little where something else deploys."""
    if (controller := release.service.state.deployment_controller) not in (None, _ECS):
        other = f"its deployment controller is {controller}, whose releases are not followed"
        return _over(course, Answer.NOT_KNOWN, other)
    found = release.rollout is not None or release.is_current
    course = replace(course, was_there=course.was_there or found)
    if (end := _end(course, look, release)) is not None:
        return _doubted(course, look, end)
    if release.is_current:
        return _steadied(replace(course, doubted=None), look, release, terms)
    doing = f"{release.name} is not deployed yet: the service is on {release.current}"
    waiting = replace(course, doing=doing, doubted=None)
    if look.at - course.began >= APPEARS:
        seen = f"no deployment of {release.name} was seen: the service is on {release.current}"
        return _over(waiting, Answer.NOT_KNOWN, seen)
    return waiting


def _end(course: Course, look: Look, release: Release) -> Ended | None:
    """What ends a wait by ECS's word, None where it goes on."""
    status, cause = release.service.state.status, look.failing
    if status not in (None, "ACTIVE"):
        return Ended(Answer.NOT_KNOWN, f"the service is {status}: somebody deletes it, or has")
    if (back := release.taken_back) is not None:
        return Ended(Answer.ROLLED_BACK, back, cause)
    if release.is_current:
        # Where Dockwarden is there, it may take this back yet.
        gone = release.given_up if isinstance(look.ledger, NotRead) else None
        return Ended(Answer.FAILED, gone, cause) if gone is not None else None
    if not course.was_there:
        return None
    if release.current in release.came_from:
        back = f"somebody has taken it back: the service is on {release.current} again"
        return Ended(Answer.ROLLED_BACK, back, cause)
    return Ended(Answer.REPLACED, f"somebody has deployed since: the service is on {release.current}", cause)


def _doubted(course: Course, look: Look, end: Ended) -> Course:
    """The course with something that ends it, once it was seen for long enough."""
    since = course.doubted or look.at
    seen = replace(course, doing=end.sentence, doubted=since, steady_since=None)
    return _ended(seen, end) if look.at - since >= CERTAIN else seen


def _steadied(course: Course, look: Look, release: Release, terms: Terms) -> Course:
    """The course of a release that the service has: it soaks, or something keeps it from that."""
    why = release.unsteady or (f"it fails: {look.failing}" if look.failing is not None else None)
    if why is not None:
        return replace(course, doing=why, steady_since=None)
    unseen = course.last is None or look.at - course.last > UNSEEN
    since = look.at if unseen or course.steady_since is None else course.steady_since
    doing = f"{release.counts}, and have to for {span(terms.soak)}"
    course = replace(course, doing=doing, steady_since=since)
    if look.at - since < terms.soak or _is_heard_soon(course, look):
        return course
    return _over(course, Answer.SOAKED, f"it has run steadily for {span(look.at - since)}")


def _is_heard_soon(course: Course, look: Look) -> bool:
    """Whether Dockwarden was asked a moment ago, so that one more look may reach it again."""
    return course.alone is not None and course.heard is not None and look.at - course.heard <= UNSEEN


def _over(course: Course, answer: Answer, sentence: str, cause: str | None = None) -> Course:
    return _ended(course, Ended(answer, sentence, cause))


def _ended(course: Course, end: Ended) -> Course:
    return replace(course, doing=end.sentence, ended=replace(end, alone=course.alone))
