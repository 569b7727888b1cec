"""LookupEvents: which call to ECS began a deployment, from CloudTrail's event history of 90 days."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dockwarden.aws.asking import Deadline, UnreadableError
from dockwarden.events import fields
from dockwarden.events.arn import cluster_name
from dockwarden.events.caller import Caller
from dockwarden.events.ecs_record import target_of
from dockwarden.facts.evidence import DeployCall
from dockwarden.facts.services import ServiceRef

_PAGE = 50  # LookupEvents gives no more
_PACE = 0.55  # seconds between two calls: AWS allows two a second for the whole account and Region
_CALLS = ("UpdateService", "CreateService")
_BEFORE, _AFTER = timedelta(minutes=10), timedelta(minutes=2)

# What UpdateService may ask for without beginning a deployment; autoscaling asks for nothing else.
_NO_DEPLOYMENT = frozenset({"cluster", "service", "desiredCount"})


@dataclass(frozen=True, slots=True)
class Begun:
    """A deployment as it is looked for: when it began, and its id, None where that is not known."""

    at: datetime | None
    deployment: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    call: DeployCall
    is_named: bool
    apart: timedelta


def deploy_call(cloudtrail: Any, service: ServiceRef, begun: Begun, deadline: Deadline) -> DeployCall:
    """The call that began a deployment. Raises UnreadableError where CloudTrail shows none."""
    if begun.at is None:
        raise UnreadableError("ECS does not say when the deployment began")
    for number, name in enumerate(_CALLS):
        if number:
            deadline.pause(_PACE)
        records = _records(cloudtrail, name, begun.at, deadline)
        found = [one for record in records if (one := _read(record, service, begun)) is not None]
        if found:
            return min(found, key=lambda one: (not one.is_named, abs(one.apart))).call
    raise UnreadableError("CloudTrail shows no call that began it, and may be 15 minutes late")


def _records(cloudtrail: Any, name: str, at: datetime, deadline: Deadline) -> Iterator[Mapping[str, Any]]:
    """The records of one operation around a time, all pages, no faster than AWS allows."""
    request: dict[str, Any] = {
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}],
        "StartTime": at - _BEFORE,
        "EndTime": at + _AFTER,
        "MaxResults": _PAGE,
    }
    while True:
        deadline.check()
        answer = cloudtrail.lookup_events(**request)
        for event in answer.get("Events", []):
            yield _record(event.get("CloudTrailEvent"))
        if not answer.get("NextToken"):
            return
        request["NextToken"] = answer["NextToken"]
        deadline.pause(_PACE)


def _record(text: object) -> Mapping[str, Any]:
    try:
        record = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        record = None
    return record if isinstance(record, dict) else {}


def _read(record: Mapping[str, Any], service: ServiceRef, begun: Begun) -> _Found | None:
    """A record, where it may be the beginning of this deployment of this service."""
    target, at = target_of(record), fields.time(record, "eventTime")
    asked = set(fields.mapping(record, "requestParameters"))
    is_ours = fields.text(record, "eventSource") == "ecs.amazonaws.com" and (
        target.cluster,
        target.service_name,
    ) == (cluster_name(service.cluster), service.name)
    if not is_ours or fields.text(record, "errorCode") or asked <= _NO_DEPLOYMENT or at is None:
        return None
    answered = fields.mappings(record, "responseElements", "service", "deployments")
    names = (fields.text(one, "id") for one in answered)
    is_named = begun.deployment is not None and begun.deployment in names
    return _Found(_call(record, at), is_named, at - (begun.at or at))


def _call(record: Mapping[str, Any], at: datetime) -> DeployCall:
    caller = Caller.read(record)
    return DeployCall(
        event_name=fields.text(record, "eventName") or "",
        at=at,
        principal=caller.principal,
        principal_arn=caller.arn,
        session_name=caller.session_name,
        user_agent=caller.user_agent,
    )
