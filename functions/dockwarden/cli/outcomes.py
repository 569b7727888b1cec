"""One outcome for each playbook and event, however many actions it is about, and its line of JSON."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from dockwarden.actions import Action, kind_of
from dockwarden.verdicts import Outcome, Verdict

_STRONGEST_FIRST = (Verdict.ACT, Verdict.OBSERVE, Verdict.HOLD, Verdict.TELL, Verdict.IGNORE)
_WITH_ACTIONS = frozenset({Verdict.ACT, Verdict.OBSERVE, Verdict.HOLD})
"""Where nothing is to be changed, no action is named: what was refused is said by the reason."""


def merged(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes of an event, one for each playbook, in the order in which playbooks came first."""
    by_playbook: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_playbook.setdefault(outcome.playbook, []).append(outcome)
    return tuple(_one(group) for group in by_playbook.values())


def _one(group: list[Outcome]) -> Outcome:
    """The strongest verdict of several, with everything that came to it."""
    verdict = min((outcome.verdict for outcome in group), key=_STRONGEST_FIRST.index)
    same = [outcome for outcome in group if outcome.verdict is verdict]
    actions = tuple(dict.fromkeys(action for outcome in same for action in outcome.actions))
    return replace(
        same[0],
        reason="; ".join(dict.fromkeys(outcome.reason for outcome in same)),
        actions=actions if verdict in _WITH_ACTIONS else (),
    )


def outcome_line(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a JSON object with exactly the documented keys."""
    return {
        "playbook": outcome.playbook,
        "verdict": str(outcome.verdict),
        "reason": outcome.reason,
        "cause": outcome.cause,
        "target": outcome.target,
        "incident": outcome.incident,
        "actions": [_action(action) for action in outcome.actions],
    }


def _action(action: Action) -> dict[str, Any]:
    return {**action.fields(), "kind": kind_of(action), "target": action.target}
