"""Dockwarden with one guard taken out, to see whether the machine would notice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from dockwarden.guard import hearing, rulings
from dockwarden.guard.modes import Mode, ModeRuling, ModeSetting, effective_mode
from dockwarden.guard.rulings import Circumstances, Ruling
from dockwarden.ledger import ledger, slots
from dockwarden.ledger.claims import Claim, Standing, Terms, judge
from dockwarden.ledger.controls import Controls
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.records import Intent, Lease
from dockwarden.runtime import acting, engine, judging, lane, restraining
from tests.fuzz import rollback

Sabotage = Callable[[pytest.MonkeyPatch], None]


def no_age_gate(patch: pytest.MonkeyPatch) -> None:
    """Events of any age count, and replays too."""
    patch.setattr(rulings, "too_old", _none)
    patch.setattr(rulings, "_RULES", _without("_age", "_replay"))
    for module in (hearing, lane, engine):
        patch.setattr(module, "deaf_to", _none)


def no_lease(patch: pytest.MonkeyPatch) -> None:
    """Whoever wants a target gets it, whoever has it."""

    def claim(self: ActionLedger, intent: Intent, now: Any, terms: Terms) -> Claim:
        lease = self.lease(intent.target)
        wanted = ledger._lease(intent, lease.fence + 1 if lease else 1, now)
        found = terms.reserve()
        free = [] if isinstance(found, slots.Denied) else found
        changes = [replace(change, condition=None) for change in (*self._taking(intent, wanted, None), *free)]  # type: ignore[arg-type]
        self._store.write(changes)
        return Claim(Standing.CLAIMED, intent.id, wanted.fence, now + terms.same_occurrence)

    patch.setattr(ActionLedger, "claim", claim)


def no_comparison(patch: pytest.MonkeyPatch) -> None:
    """What somebody else has done since the decision is overlooked."""
    patch.setattr(rollback, "compared", _none)


def no_loop_guard(patch: pytest.MonkeyPatch) -> None:
    """Neither the same occurrence, nor a cooldown, nor a cap keeps a target from being acted upon."""

    def always_another(lease: Lease, wanted: Intent, now: Any, _same: Any) -> Standing:
        found = judge(lease, wanted, now, _same)
        return Standing.CLAIMED if found is Standing.DUPLICATE and lease.intent != wanted.id else found

    patch.setattr(ledger, "judge", always_another)
    patch.setattr(ledger, "too_soon", _none)


def no_budget(patch: pytest.MonkeyPatch) -> None:
    """No budget is ever full."""
    patch.setattr(slots, "denied", _none)


def no_stop_at_the_gate(patch: pytest.MonkeyPatch) -> None:
    """What was ordered since the batch began is not read again before the call."""
    patch.setattr(acting.Acting, "_gate", lambda _self, _group: _none)


def no_mass_hold(patch: pytest.MonkeyPatch) -> None:
    """Any number of services may fail at once."""
    patch.setattr(restraining, "mass_failure", _none)


def no_ceiling(patch: pytest.MonkeyPatch) -> None:
    """A tag or a setting arms what the platform has not armed."""

    def unbounded(_ceiling: Mode, settings: Sequence[ModeSetting], demoted: str | None = None) -> ModeRuling:
        return effective_mode(Mode.ENFORCE, settings, demoted)

    patch.setattr(judging, "effective_mode", unbounded)


def no_stop(patch: pytest.MonkeyPatch) -> None:
    """A stop stops nothing."""
    patch.setattr(Controls, "stopped", _none)


def no_hands_off(patch: pytest.MonkeyPatch) -> None:
    """Nobody minds who is at work."""
    patch.setattr(Controls, "left_alone", lambda *_args: ())


def no_bar(patch: pytest.MonkeyPatch) -> None:
    """What was undone may be done again."""
    patch.setattr(Controls, "barred", _none)


def no_slot(patch: pytest.MonkeyPatch) -> None:
    """Involuntary work is not counted."""
    patch.setattr(slots.SlotLedger, "note", lambda *_args: [])


def _none(*_args: object, **_named: object) -> None:
    """What takes a guard's place."""


def _without(*names: str) -> tuple[Callable[[Circumstances], Ruling | None], ...]:
    return tuple(rule for rule in rulings._RULES if rule.__name__ not in names)


SABOTAGES: Mapping[str, tuple[Sabotage, tuple[str, ...]]] = {
    "age gate": (no_age_gate, ("11, 16",)),
    "lease": (no_lease, ("1, 2, 7", "8", "invariant 73", "invariant 8", "19")),
    "re-read and compare before the call": (no_comparison, ("28",)),
    "loop guard": (no_loop_guard, ("1, 2, 7", "18", "19")),
    "budget": (no_budget, ("46",)),
    "stop, read again at the gate": (no_stop_at_the_gate, ("62", "8")),
    "mass hold": (no_mass_hold, ("33",)),
    "ceiling": (no_ceiling, ("63, 64",)),
    "stop, everywhere": (no_stop, ("62",)),
    "hands off": (no_hands_off, ("62",)),
    "bar after an undo": (no_bar, ("50", "1, 2, 7")),
    "counting of what is involuntary": (no_slot, ("47",)),
}
