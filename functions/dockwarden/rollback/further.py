"""What follows where the newest deployment of a service is a rollback of ours: it is followed, and not judged. Pure."""

from dataclasses import replace

from dockwarden.rollback.following import Following
from dockwarden.service_actions import SetTaskDefinition
from dockwarden.verdicts import Decision, Verdict


def further(
    ours: Following, news: Decision | None, judged: Decision | None, service: str
) -> tuple[Decision, ...]:
    """The news of a rollback, and what a person may want done where what it went back to fails too.

    `judged` is what would follow if somebody else had deployed it. By itself nothing goes back further (invariants
    18 and 32).
    """
    held = _for_a_person(judged, ours) if judged is not None else None
    found = tuple(one for one in (news, held) if one is not None)
    why = "its newest deployment is a rollback of ours, which is followed"
    return found or (Decision(Verdict.IGNORE, why, service, ours.state.arn),)


def _for_a_person(judged: Decision, ours: Following) -> Decision | None:
    """The same held; None where it is no step further back: ECS would go on from what was bad."""
    if not any(isinstance(action, SetTaskDefinition) for action in judged.actions):
        return None
    why = f"it was rolled back to that by {ours.bad.intent}, and nothing goes back further by itself"
    against = (*judged.objections, why)
    return replace(judged, verdict=Verdict.HOLD, reason=f"{judged.reason}; {why}", objections=against)
