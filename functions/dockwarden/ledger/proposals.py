"""What is held for a person, and what a person has asked for: proposals, each with its deadline."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dockwarden.actions import Action, Unaimed
from dockwarden.ledger.records import SCHEMA, UnreadableRecordError, readable, stamp, unstamp
from dockwarden.ledger.store import Absent, Equals, Item, Put, Store
from dockwarden.verdicts import NOT_KNOWN

_PK = "PROPOSALS"
KEPT = timedelta(days=30)
"""How long a proposal stays, and what people were told of what it is about, so that no id is given twice."""


class Standing(StrEnum):
    """How far a proposal has come: it waits, a person has answered, or it is settled."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class HeldAction:
    """An action that waits for a person, or that a person has asked for.

    `rule` is the guard's rule that holds it and `why` its sentence. `event` is what it was decided about, so that
    it can be decided again at the moment of the approval; None where it is no event's but a person's, who wants
    `undoes` undone. `facts` are what was asked about it and the answers, as its transcript has them. After `until`
    it is void. `by` and `at` say who answered when, `outcome` what came of it. `unaimed` says that `target` is only what
    the event names. `shown` are the rules and sentences in spite of which it was approved before, while
    something else held it; `objections` are what its playbook has against it, as far as a person was shown that.
    """

    id: str
    playbook: str
    kind: str
    target: str
    action: Mapping[str, str]
    subject: str
    sentence: str
    rule: str
    why: str
    reason: str
    until: datetime
    created_at: datetime
    owner: str | None = None
    event: Mapping[str, Any] | None = None
    undoes: str | None = None
    standing: Standing = Standing.WAITING
    by: str | None = None
    at: datetime | None = None
    outcome: str | None = None
    intent: str | None = None
    facts: Sequence[Mapping[str, Any]] | None = None
    unaimed: bool = False
    shown: Sequence[Sequence[str]] = ()
    objections: Sequence[str] = ()

    @property
    def held_for(self) -> str:
        """What holds it in words: the guard's sentence, else what its playbook has against it."""
        return self.why or "; ".join(self.objections) or NOT_KNOWN

    def open(self, now: datetime) -> bool:
        """Whether somebody can still answer."""
        return self.standing is Standing.WAITING and now < self.until


class ProposalLedger:
    """Keeps proposals. The first answer stands; whoever comes second sees who was first (invariant 54)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, held: HeldAction) -> bool:
        """Keep a new proposal; False where it is kept already."""
        return self._store.write([Put(_item(held), Absent())])

    def get(self, proposal_id: str) -> HeldAction | None:
        """The proposal of an id."""
        item = self._store.get((_PK, proposal_id))
        return _held(item) if item is not None else None

    def all(self) -> list[HeldAction]:
        """Every proposal that is kept and can be read, in the order in which they were made."""
        return self.listed()[0]

    def listed(self) -> tuple[list[HeldAction], list[str]]:
        """The same, and beside it the ids of those that cannot be read, which keep nobody from the others."""
        found: list[HeldAction] = []
        damaged: list[str] = []
        for item in self._store.query(_PK):
            try:
                found.append(_held(item))
            except UnreadableRecordError:
                damaged.append(str(item.get("sk")))
        return sorted(found, key=lambda held: (held.created_at, held.id)), damaged

    def waiting(self, now: datetime) -> list[HeldAction]:
        """The proposals that somebody can still answer."""
        return [held for held in self.all() if held.open(now)]

    def answer(self, held: HeldAction, standing: Standing, by: str, at: datetime) -> HeldAction:
        """Record a person's answer, and return the proposal as it then stands: with the first answer there was."""
        answered = replace(held, standing=standing, by=by, at=at)
        if self._store.write([Put(_item(answered), Equals("standing", Standing.WAITING))]):
            return answered
        return self.get(held.id) or held

    def settle(self, held: HeldAction, outcome: str, intent: str | None = None) -> None:
        """Record what came of an approved proposal; that it is settled already is success."""
        done = self.settled(held, outcome, intent)
        self._store.write([Put(done.item, Equals("standing", Standing.APPROVED))])

    def settled(self, held: HeldAction, outcome: str, intent: str | None) -> Put:
        """The change that records what came of a proposal, for the transaction of its receipt."""
        return Put(_item(replace(held, standing=Standing.SETTLED, outcome=outcome, intent=intent)))

    def supersede(
        self, instead: Mapping[tuple[str, str], str], now: datetime, but: Collection[str] = frozenset()
    ) -> None:
        """Settle all that waits of a playbook about a target, because something has taken its place, which is named.

        What somebody has answered meanwhile stays as it was answered.
        """
        for held in self.waiting(now) if instead else ():
            by = instead.get((held.playbook, held.target))
            if by is not None and held.id not in but:
                done = self.settled(held, f"{by} has taken its place", None)
                self._store.write([Put(done.item, Equals("standing", Standing.WAITING))])

    def wait_on(
        self, held: HeldAction, rule: str, why: str, action: Action, against: Sequence[str] = ()
    ) -> None:
        """Have an approved proposal wait again, because something else holds it now."""
        again = self.waiting_on(held, rule, why, action, against)
        self._store.write([Put(again.item, Equals("standing", Standing.APPROVED))])

    def waiting_on(
        self, held: HeldAction, rule: str, why: str, action: Action, against: Sequence[str] = ()
    ) -> Put:
        """The change that has a proposal wait again, as the action that it has become by now.

        `against` is what its playbook has against it now, which the person is shown with it.
        """
        again = replace(
            held,
            standing=Standing.WAITING,
            rule=rule,
            why=why,
            by=None,
            at=None,
            shown=(*held.shown, (held.rule, held.why)),
            objections=tuple(dict.fromkeys((*held.objections, *against))),
        )
        return Put(_item(_aimed(again, action)))


_TIMES = ("until", "created_at", "at")
_DOCUMENTS = ("action", "event", "facts", "shown", "objections")


def _aimed(held: HeldAction, action: Action) -> HeldAction:
    """A proposal whose target is known by now; one that is known already stays."""
    if isinstance(action, Unaimed):
        return held
    return replace(
        held,
        unaimed=False,
        target=action.target,
        action=action.fields(),
        sentence=action.sentence(),
    )


def _item(held: HeldAction) -> Item:
    fields = asdict(held)
    for name in _TIMES:
        fields[name] = stamp(fields[name]) if fields[name] is not None else None
    for name in _DOCUMENTS:
        fields[name] = json.dumps(fields[name]) if fields[name] is not None else None
    fields["unaimed"] = int(held.unaimed)  # the ledger keeps texts and numbers
    fields.pop("id")
    ttl = int((held.created_at + KEPT).timestamp())
    return {"pk": _PK, "sk": held.id, "v": SCHEMA, "ttl": ttl, **fields}


def _held(item: Item) -> HeldAction:
    readable(item)
    fields: dict[str, Any] = {n: item[n] for n in HeldAction.__dataclass_fields__ if n in item}
    try:
        for name in _TIMES:
            fields[name] = unstamp(fields[name]) if fields.get(name) is not None else None
        for name in _DOCUMENTS:
            fields[name] = json.loads(fields[name]) if fields.get(name) is not None else None
        fields |= {"standing": Standing(fields["standing"]), "unaimed": bool(fields.get("unaimed"))}
        fields |= {name: fields.get(name) or () for name in ("shown", "objections")}
        return HeldAction(id=str(item["sk"]), **fields)
    except (KeyError, ValueError, TypeError) as error:
        raise UnreadableRecordError(f"{_PK} {item.get('sk')}", f"it is damaged ({error!r})") from error
