"""The events that Dockwarden itself puts on the bus, for pipelines and other tools: versioned, and free of secrets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dockwarden.actions import Action, rebuilt
from dockwarden.errors import UnreadableRecordError
from dockwarden.ledger.proposals import HeldAction
from dockwarden.ledger.records import REQUEST, Intent, stamp
from dockwarden.performing import Effect

VERSION = 1
"""The version of the details below; fields are added without a new one, never changed or taken away."""

SOURCE = "dockwarden"
OUTCOME, PROPOSAL = "Dockwarden Action Outcome", "Dockwarden Action Held"
ENDED = "Dockwarden Proposal Ended"


def about_outcome(intent: Intent, action: Action, effect: Effect, now: datetime) -> Mapping[str, Any]:
    """What became of an action. The same outcome may come twice, with the same `id`."""
    return _event(
        OUTCOME,
        {
            "id": intent.id,
            "state": effect.state,
            "effect": effect.words,
            "playbook": intent.playbook,
            "action": intent.kind,
            "target": intent.target,
            "subject": intent.subject,
            "cluster": action.cluster_arn,
            "service": action.service_arn,
            "mode": intent.mode,
            "cause": intent.cause,
            "reason": intent.reason,
            "by": intent.by,
            "undoes": intent.undoes,
            "proposal": intent.transcript.get(REQUEST),
            "occurred_at": stamp(intent.occurred_at),
            "settled_at": stamp(now),
        },
    )


def about_proposal(held: HeldAction) -> Mapping[str, Any]:
    """Something that waits for a person."""
    return _event(
        PROPOSAL,
        {
            "id": held.id,
            "rule": held.rule,
            "why": held.held_for,
            "playbook": held.playbook,
            "action": held.kind,
            "target": held.target,
            "subject": held.subject,
            **_places(held),
            "reason": held.reason,
            "owner": held.owner,
            "until": stamp(held.until),
        },
    )


def about_end(held: HeldAction, how: str) -> Mapping[str, Any]:
    """What became of something that waited for a person; `intent` leads to the outcome, where it was acted upon."""
    return _event(
        ENDED,
        {
            "id": held.id,
            "state": how,
            "outcome": held.outcome,
            "intent": held.intent,
            "by": held.by,
            "playbook": held.playbook,
            "action": held.kind,
            "target": held.target,
            "subject": held.subject,
            **_places(held),
            "undoes": held.undoes,
        },
    )


def _places(held: HeldAction) -> Mapping[str, str | None]:
    """The ARNs of its cluster and service, None where the action is about none or names one that is not known."""
    if held.unaimed:
        return {"cluster": None, "service": None}
    try:
        action = rebuilt(held.kind, dict(held.action))
    except UnreadableRecordError:
        return {"cluster": None, "service": None}
    return {"cluster": action.cluster_arn, "service": action.service_arn}


def _event(detail_type: str, detail: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"source": SOURCE, "detail-type": detail_type, "detail": {"version": VERSION, **detail}}
