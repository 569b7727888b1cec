"""Deployments that wait for somebody's answer, and deployments that a hook has ended. Told, never answered."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dockwarden.events.arn import Arn
from dockwarden.events.ecs_hook_state_change import HookStateChange
from dockwarden.facts.histories import Histories
from dockwarden.hashing import short_hash
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import is_old_news, with_version
from dockwarden.lanes import RECORDS
from dockwarden.playbook import playbook
from dockwarden.verdicts import Decision, Verdict, Words

_WAITS, _ENDED = 1, 2  # in place of the version that the event lacks
_ANSWERS = ("CONTINUE", "ROLLBACK")
_STAGE = re.compile(r"[A-Z][A-Z_]{0,60}")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z0-9]{1,12}){2,4}")
# An underscore that is not between letters or digits would be changed on its way to Slack, and a first dash is an option.
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])){0,254}")
_LONGEST_COMMAND = 560  # below what a line of a card shows: a command is never cut


@playbook(
    lane=RECORDS, when_stopped="hooks are told all the same; it answers none and changes nothing in AWS"
)
def deployment_hooks(event: HookStateChange, histories: Histories) -> Decision:
    """Tell when a deployment waits at a PAUSE hook, how to answer it, and how the waiting ended."""
    history = histories.of(f"{event.cluster or '?'}/hooks/{event.service_name}")
    if event.event_name == "HOOK_AWAITING_ACTION":
        return _waiting(event, history)
    if event.event_name in _ENDS:
        return _over(event, history)
    return _quiet(event, "the hook is at work", history)


def _waiting(event: HookStateChange, history: History) -> Decision:
    if is_old_news(history, _id(event), _WAITS):
        return _quiet(event, "told already, or answered since", history)
    stage = _stage(event)
    return _told(
        event,
        history,
        _WAITS,
        Words("waits for an answer", f"the deployment waits at its PAUSE hook{stage}", tuple(_lines(event))),
    )


def _over(event: HookStateChange, history: History) -> Decision:
    known = history.version(_id(event))
    if known == _ENDED:
        return _quiet(event, "told already", history)
    if known is None and _is_well(event):
        # Nobody was told that it waits; the waiting, should it arrive after its end, is then no news either.
        return _quiet(event, "the hook has ended, and nobody waited", _after(event, history, _ENDED))
    words = _end(event, paused=known is not None or event.hook_type == "PAUSE")
    decision = _told(event, history, _ENDED, words)
    return replace(decision, verdict=Verdict.IGNORE) if words.settled else decision


def _is_well(event: HookStateChange) -> bool:
    """Whether a hook ended as somebody wanted it: it succeeded, or a person answered with ROLLBACK."""
    answered = event.event_name == "HOOK_FAILED" and event.hook_type == "PAUSE"
    return answered or event.event_name == "HOOK_SUCCEEDED"


_ENDS = {
    "HOOK_SUCCEEDED": ("goes on", "somebody answered the PAUSE hook{stage} with CONTINUE"),
    "HOOK_FAILED": ("is rolled back", "somebody answered the PAUSE hook{stage} with ROLLBACK"),
    "HOOK_TIMED_OUT": ("got no answer in time", "nobody answered the PAUSE hook{stage} in time: {then}"),
}
_BY_ITSELF = {
    "HOOK_FAILED": ("a deployment hook failed", "the hook{stage} failed, and ECS rolls the deployment back"),
    "HOOK_TIMED_OUT": ("a deployment hook timed out", "the hook{stage} did not end in time: {then}"),
}


def _end(event: HookStateChange, *, paused: bool) -> Words:
    ends = _ENDS if paused else {**_ENDS, **_BY_ITSELF}
    headline, cause = ends[event.event_name or ""]
    said = cause.format(stage=_stage(event), then=_then(event))
    settled = paused and event.event_name != "HOOK_TIMED_OUT"
    lines = (("When", _at(event.updated_at or event.envelope.time)),)
    next_step = ("Next", "look at the deployment in the ECS console, and deploy again once it is clear")
    return Words(headline, said, lines if settled else (*lines, next_step), settled=settled)


def _lines(event: HookStateChange) -> Iterator[tuple[str, str]]:
    yield "Since", _at(event.updated_at or event.envelope.time)
    yield "Until", f"{_at(event.expires_at)}; without an answer {_then(event)}"
    command = _command(event)
    if command is None:
        yield "Next", "look the hook up with `aws ecs describe-service-deployments` and answer it"
    else:
        yield "To continue", command.format(action="CONTINUE")
        yield "To roll back", command.format(action="ROLLBACK")
    yield "Careful", "always give an action: one that is left out means CONTINUE"


def _then(event: HookStateChange) -> str:
    """What ECS does at the end of the time."""
    if event.timeout_action in _ANSWERS:
        return f"ECS does {event.timeout_action}"
    return "ECS does what the hook's timeout says, ROLLBACK unless the service chose CONTINUE"


def _command(event: HookStateChange) -> str | None:
    """The call that answers, made of parts of which each is what it should be; None where one is not.

    Text of an event must not become a command: people paste it into a shell.
    """
    found, hook = Arn.read(event.service_deployment_arn), event.hook_id
    if found is None or hook is None or not found.names("ecs", "service-deployment"):
        return None
    names = found.path.split("/")
    home = (found.account, found.region) == (event.envelope.account, event.envelope.region)
    same = names[:-1] == [event.cluster, event.service_name]
    plain = all(_NAME.fullmatch(text) for text in (found.partition, hook, *names))
    if not (
        home
        and same
        and plain
        and found.account.isascii()
        and found.account.isdecimal()
        and _REGION.fullmatch(found.region)
    ):
        return None
    # The quotation marks are for Slack, which would make an emoji of :ecs: ; a shell takes them away.
    place = (
        f'arn:"{found.partition}":"ecs":"{found.region}":"{found.account}":service-deployment/{found.path}'
    )
    command = (
        f"aws ecs continue-service-deployment --action {{action}} --region {found.region} "
        f"--hook-id {hook} --service-deployment-arn {place}"
    )
    return command if len(command) <= _LONGEST_COMMAND else None


def _stage(event: HookStateChange) -> str:
    stage = event.lifecycle_stage or ""
    return f" at {stage}" if _STAGE.fullmatch(stage) else ""


def _at(when: datetime | None) -> str:
    return f"{when:%d %b %Y, %H:%M} UTC" if when else "at a time that the event does not say"


def _id(event: HookStateChange) -> str:
    deployment = event.service_deployment_arn or event.service_arn
    return f"hook-{short_hash(deployment, event.hook_id or event.lifecycle_stage or '')}"


def _after(event: HookStateChange, history: History, stage: int) -> History:
    return with_version(history, _id(event), stage)


def _told(event: HookStateChange, history: History, stage: int, words: Words) -> Decision:
    decision = _quiet(event, words.cause, _after(event, history, stage))
    return replace(decision, verdict=Verdict.TELL, incident=_id(event), words=words)


def _quiet(event: HookStateChange, why: str, history: History) -> Decision:
    return Decision(Verdict.IGNORE, why, event.service_name, event.service_arn, remember=(history,))
