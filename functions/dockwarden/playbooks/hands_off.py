"""A person at work: what they change is left alone for a while, and what they did is remembered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dockwarden.actions import ActivateContainerInstance, DrainContainerInstance
from dockwarden.events.arn import in_cluster
from dockwarden.events.ecs_api_call import EcsApiCall
from dockwarden.facts.fleet import Fleet
from dockwarden.facts.tasks import Tasks
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.deeds import Deed
from dockwarden.guard.orders import HandsOff
from dockwarden.guard.people import Judgement, Kind, Patterns, judge
from dockwarden.lanes import RECORDS
from dockwarden.playbook import playbook
from dockwarden.verdicts import Decision, Verdict

_EXEC = "ExecuteCommand"
_HOSTS = "UpdateContainerInstancesState"
_OF_SERVICES = (
    *("ContinueServiceDeployment", "CreateService", "CreateTaskSet", "DeleteService", "DeleteTaskSet"),
    *(_EXEC, "StopServiceDeployment", "StopTask", "UpdateService", "UpdateServicePrimaryTaskSet"),
    "UpdateTaskSet",
)
_DEEDS = ("StopServiceDeployment", "UpdateService")
_KINDS = {"DRAINING": DrainContainerInstance.KIND, "ACTIVE": ActivateContainerInstance.KIND}
_WEEK = 10_080
"""Minutes; nobody is at work for longer without saying so."""


@dataclass(frozen=True, slots=True)
class HandsOffSettings:
    """What an installation may set for this playbook.

    A service is left alone for `minutes` after a person was there: a week at most, 0 for not at all. The others are
    globs, compared without case: `people` and `pipelines` with names of roles and users (`people` with those of
    sessions, too), `pipeline_agents` with the user agent of the call.
    """

    minutes: int = 30
    people: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = (
        *("*gha*", "*github*", "*gitlab*", "*jenkins*", "*codebuild*", "*codepipeline*", "*codedeploy*"),
        *("*terraform*", "*pulumi*", "*cdk-*", "*circleci*", "*bitbucket*", "*buildkite*"),
    )
    pipeline_agents: tuple[str, ...] = (
        *("*terraform*", "*pulumi*", "*aws-cdk*", "*cloudformation*", "*ansible*", "*github*", "*gitlab*"),
        *("*jenkins*", "*codebuild*", "*codepipeline*", "*codedeploy*", "*circleci*", "*buildkite*"),
    )


@playbook(
    lane=RECORDS,
    where={EcsApiCall: {"eventName": (*_OF_SERVICES, _HOSTS)}},
    when_stopped="who is at work is noticed all the same; it changes nothing in AWS",
)
def hands_off(call: EcsApiCall, fleet: Fleet, tasks: Tasks, settings: HandsOffSettings) -> Decision:
    """Leave a service alone for a while after a person has changed it or opened ECS Exec."""
    if (why := _nothing(call, fleet)) is not None:
        return Decision(Verdict.IGNORE, why, _subject(call))
    judged = judge(call.caller, Patterns(settings.people, settings.pipelines, settings.pipeline_agents))
    if judged.kind in (Kind.OWN, Kind.SERVICE):
        return Decision(Verdict.IGNORE, judged.why, _subject(call))
    person = judged.kind is Kind.PERSON or (judged.kind is Kind.UNKNOWN and call.event_name == _EXEC)
    deeds = tuple(_deeds(call, person=person))
    if not person or call.event_name == _HOSTS:
        return Decision(Verdict.IGNORE, _said(call, judged), _subject(call), remember=deeds)
    return _left_alone(call, tasks, settings, judged, deeds)


def _nothing(call: EcsApiCall, fleet: Fleet) -> str | None:
    """Why a call is none of ours to notice, or None."""
    if call.event_name not in (*_OF_SERVICES, _HOSTS) or call.read_only:
        return f"{call.event_name or 'a call'} changes no service"
    if not call.succeeded:
        return f"the call failed ({call.error_code}) and changed nothing"
    if call.cluster is None or fleet.listed_cluster(call.cluster) is None:
        return f"cluster {call.cluster or 'not named'} is not opted in"
    return "the call has no time" if _at(call) is None else None


def _left_alone(
    call: EcsApiCall, tasks: Tasks, settings: HandsOffSettings, judged: Judgement, deeds: tuple[Deed, ...]
) -> Decision:
    """Hands off the service; off its whole cluster where nobody can say which service it is."""
    service, at = _service(call, tasks), _at(call)
    if service is None or at is None:
        why = f"{_said(call, judged)}; the task is of no service"
        return Decision(Verdict.IGNORE, why, _subject(call), remember=deeds)
    unread = service if isinstance(service, NotRead) else None
    minutes = min(max(settings.minutes, 0), _WEEK)
    order = HandsOff(
        scope="cluster" if unread else "service",
        name=str(call.cluster) if unread else f"{call.cluster}/{service}",
        until=at + timedelta(minutes=minutes),
        by=call.caller.arn or call.caller.principal or "somebody",
        why=call.event_name or "",
    )
    wide = f"; of which service the task is could not be read ({unread.why})" if unread else ""
    reason = f"{_said(call, judged)}{wide}: hands off {order.name} for {minutes} min"
    return Decision(Verdict.IGNORE, reason, order.name, remember=(*deeds, order))


def _said(call: EcsApiCall, judged: Judgement) -> str:
    return f"{call.event_name} by {call.caller.principal or 'somebody'} ({judged.kind}: {judged.why})"


def _service(call: EcsApiCall, tasks: Tasks) -> str | NotRead | None:
    """The service that a call was about, None where it was about none."""
    if call.service_name is not None or call.cluster is None:
        return call.service_name
    return tasks.service_of(call.cluster, call.task) if call.task else None


def _deeds(call: EcsApiCall, *, person: bool) -> Iterator[Deed]:
    """What a call did that Dockwarden could have done."""
    at, by = _at(call), call.caller.arn or call.caller.principal or "somebody"
    identity = call.event_id or call.envelope.id or ""
    if at is None:
        return
    if call.event_name == _HOSTS and call.status in _KINDS:
        for name in call.container_instances:
            found = in_cluster(name, "container-instance")
            target = f"container-instance/{call.cluster}/{found.name if found else name}"
            yield Deed(identity, target, _KINDS[call.status], by, at, person)
    elif call.event_name in _DEEDS and call.service_name is not None:
        yield Deed(identity, f"service/{call.cluster}/{call.service_name}", call.event_name, by, at, person)


def _at(call: EcsApiCall) -> datetime | None:
    return call.event_time or call.envelope.time


def _subject(call: EcsApiCall) -> str:
    """The service, else the cluster, else the call."""
    if call.cluster and call.service_name:
        return f"{call.cluster}/{call.service_name}"
    return call.cluster or call.event_name or "call"
