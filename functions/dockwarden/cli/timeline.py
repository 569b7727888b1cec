"""The readable form of what `decide` prints: one event after another, and a count at the end."""

from collections import Counter

from dockwarden.cli.deciding import Decided
from dockwarden.cli.pretending import COUNTED
from dockwarden.cli.screen import inert, painted
from dockwarden.verdicts import Outcome, Verdict

_COLOURS = {
    Verdict.ACT: ("bold", "green"),
    Verdict.OBSERVE: ("cyan",),
    Verdict.HOLD: ("bold", "yellow"),
    Verdict.TELL: ("bold", "red"),
    Verdict.IGNORE: ("dim",),
}
_PROPOSED = frozenset({Verdict.ACT, Verdict.OBSERVE, Verdict.HOLD})
_AND = "; "
_NO_TIME = "no readable time"
_WIDEST = max(len(verdict) for verdict in Verdict)


class Timeline:
    """Prints decisions and counts them."""

    def __init__(self) -> None:
        self._events = 0
        self._verdicts: Counter[Verdict] = Counter()
        self._others: Counter[str] = Counter()

    def show(self, decided: Decided) -> None:
        """Print one event and what would be done about it."""
        self._events += 1
        when = f"{decided.time:%Y-%m-%d %H:%M:%S}Z" if decided.time else _NO_TIME
        what = inert(decided.detail_type) if decided.detail_type else "no EventBridge event"
        print(f"{painted(when, 'dim')}  {painted(what, 'bold')}  {painted(inert(decided.id or '-'), 'dim')}")
        for outcome in decided.outcomes:
            self._outcome(outcome)
        if not decided.outcomes:
            self._without_outcome(decided)

    def _outcome(self, outcome: Outcome) -> None:
        self._verdicts[outcome.verdict] += 1
        verdict = painted(f"{outcome.verdict:<{_WIDEST}}", *_COLOURS[outcome.verdict])
        first, *others = _parts(outcome)
        print(f"  {verdict}  {outcome.playbook}: {inert(first)}")
        for part in others:
            print(f"  {'':<{_WIDEST}}  {painted('-', 'dim')} {inert(part)}")
        for action in outcome.actions:
            print(f"  {'':<{_WIDEST}}  {painted('->', 'dim')} {inert(action.sentence())}")

    def _without_outcome(self, decided: Decided) -> None:
        styles: tuple[str, ...] = ("dim",)
        if decided.error is not None:
            words, kind = f"malformed: {decided.error}", "malformed"
            styles = ("bold", "red")
        elif decided.recognised:
            words, kind = "no playbook reacts to it", "without a playbook"
        else:
            words, kind = "no parser knows it", "not recognised"
        self._others[kind] += 1
        print(f"  {painted(inert(words), *styles)}")

    def end(self) -> None:
        """Print the count."""
        counts = [f"{count} {verdict}" for verdict in Verdict if (count := self._verdicts[verdict])]
        counts += [f"{count} {kind}" for kind, count in self._others.items()]
        events = "1 event" if self._events == 1 else f"{self._events} events"
        print(f"\n{events}: {', '.join(counts)}" if counts else events)


def _parts(outcome: Outcome) -> list[str]:
    """The reason of an outcome; that of a change in parts: what speaks for it, and what stands against it."""
    if outcome.verdict not in _PROPOSED:
        return [outcome.reason]
    why, counted, _ = outcome.reason.partition(f": {COUNTED}")
    return [*why.split(_AND), COUNTED] if counted else why.split(_AND)
