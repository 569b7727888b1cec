"""What people set at run time: modes below the ceiling, and the stop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dockwarden.actions import Action
from dockwarden.errors import SettingsError, UnreadableRecordError
from dockwarden.guard.modes import Mode, read_mode
from dockwarden.guard.orders import FOREVER, Bar, Demotion, HandsOff, Scope, covers, short_identity
from dockwarden.guard.whereabouts import Whereabouts
from dockwarden.ledger.records import SCHEMA, readable, stamp, unstamp
from dockwarden.ledger.store import Change, Delete, Item, Put, Store

__all__ = ["NOWHERE", "ControlLedger", "Controls", "Scope", "Stop"]

_PK = "CONTROL"
_NOTICED = "NOTICED"
_LAPSED = timedelta(days=1)
"""How long what has run out may still stand in the table; nothing is decided by that (invariant 10)."""

_BARRED = timedelta(days=400)
"""How long a bar holds that no deployment ends; a host does not live so long."""

_LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop that somebody set: of everything, of a playbook, of a cluster or of a service, by its name."""

    scope: str
    name: str
    by: str
    since: str
    why: str

    def applies(self, playbook: str, where: Whereabouts) -> bool:
        """Whether it stops a playbook in a place; a scope that nobody knows stops everything."""
        return self.name == playbook if self.scope == "playbook" else covers(self.scope, self.name, where)

    def sentence(self) -> str:
        """What is stopped, by whom and why, for people."""
        what = f"{self.scope} {self.name}".strip()
        who = short_identity(self.by)
        return f"stopped: {what}, since {self.since} by {who}" + (f" ({self.why})" if self.why else "")


@dataclass(frozen=True, slots=True)
class Controls:
    """What people have ordered, as it stands now. `modes` is by playbook, or by `playbook@place`."""

    stops: tuple[Stop, ...] = ()
    modes: Mapping[str, str] = field(default_factory=dict)
    hands_off: tuple[HandsOff, ...] = ()
    bars: tuple[Bar, ...] = ()
    demotions: tuple[Demotion, ...] = ()

    def stopped(self, playbook: str, where: Whereabouts) -> str | None:
        """The sentence of a stop that applies, or None."""
        return next((s.sentence() for s in self.stops if s.applies(playbook, where)), None)

    def mode(self, playbook: str, where: Whereabouts) -> str | None:
        """The run-time mode of a playbook in a place: the service's, else the cluster's, else the playbook's."""
        keys = [f"{playbook}@{name}" for name in (where.service_key, where.cluster) if name]
        return next((self.modes[key] for key in (*keys, playbook) if key in self.modes), None)

    def left_alone(self, where: Whereabouts, now: datetime) -> tuple[str, ...]:
        """The sentences of all hands-off that apply."""
        return tuple(h.sentence(now) for h in self.hands_off if h.applies(where, now))

    def barred(self, action: Action, now: datetime, forced: str | None = None) -> str | None:
        """The sentence of an undo after which this is not done again, or None.

        `forced` is a playbook whose work happens anyway: the undo of another one's choice is not about it.
        """
        found = (b for b in self.bars if b.applies(action.target, action.KIND, action.deployment, now))
        return next((b.sentence() for b in found if forced in (None, b.playbook)), None)

    def demoted(self, playbook: str, where: Whereabouts) -> str | None:
        """Why a playbook asks before it acts in a place, or None."""
        return next((d.sentence() for d in self.demotions if d.applies(playbook, where)), None)


NOWHERE = Whereabouts(None, None, "")
"""For what is about no action: only orders about everything and about a playbook hold there."""


class ControlLedger:
    """Reads and changes what people set; every change is recorded."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self) -> Controls:
        """All stops and modes in one consistent read. Raises LedgerUnavailableError: then nothing may change."""
        items = [readable(item) for item in self._store.query(_PK)]
        of: dict[str, list[Item]] = {}
        for item in items:
            of.setdefault(str(item["sk"]).partition("#")[0], []).append(item)
        return Controls(
            stops=tuple(
                Stop(*(str(i.get(k) or "") for k in ("scope", "name", "by", "at", "why")))
                for i in of.get("STOP", [])
            ),
            modes={_said(item, "name"): _said(item, "mode") for item in of.get("MODE", [])},
            hands_off=tuple(map(_hands_off, of.get("HANDSOFF", []))),
            bars=tuple(map(_bar, of.get("BAR", []))),
            demotions=tuple(map(_demotion, of.get("DEMOTION", []))),
        )

    def noticed(self) -> tuple[HandsOff, ...]:
        """The hands-off that Dockwarden keeps by itself, because it saw a person at work on a service.

        In a partition of their own: what people set, a function may not write.
        """
        return tuple(_hands_off(readable(item)) for item in self._store.query(_NOTICED))

    def notice(self, order: HandsOff, now: datetime) -> None:
        """Keep hands off by ourselves; a later end wins over an earlier one that stands there."""
        known = next((h for h in self.noticed() if (h.scope, h.name) == (order.scope, order.name)), None)
        if known is None or known.until < order.until:
            self._store.write([Put({"pk": _NOTICED, **_order_item(order, now)})])

    def leave_alone(self, order: HandsOff, now: datetime) -> None:
        """Keep hands off a place until a moment, which takes the place of what was ordered there before."""
        what = f"hands off {order.scope} {order.name}".strip() + f" until {stamp(order.until)}"
        self._change(Put({"pk": _PK, **_order_item(order, now)}), what, order.by, now, order.why)

    def take_up_again(self, scope: str, name: str, by: str, now: datetime, why: str = "") -> None:
        """End a hands-off before its time; that there is none is success."""
        what = f"hands on {scope} {name}".strip()
        self._change(Delete((_PK, f"HANDSOFF#{scope}#{name}")), what, by, now, why)

    def overlook(self, scope: str, name: str, by: str, now: datetime, why: str = "") -> None:
        """End a hands-off that was noticed before its time; the next time that somebody is at work is noticed again."""
        what = f"hands on {scope} {name} (noticed)"
        self._change(Delete((_NOTICED, f"HANDSOFF#{scope}#{name}")), what, by, now, why)

    def bar(self, bar: Bar, now: datetime) -> None:
        """Keep an action from being done again on a target, because it was undone."""
        item: Item = {
            "pk": _PK,
            "sk": f"BAR#{bar.kind}#{bar.target}",
            "target": bar.target,
            "kind": bar.kind,
            "undone": bar.undone,
            "deployment": bar.deployment,
            "playbook": bar.playbook,
            "until": stamp(now + _BARRED),
            "ttl": int((now + _BARRED + _LAPSED).timestamp()),
            **_who(bar.by, now, ""),
        }
        self._change(Put(item), f"barred: {bar.kind} on {bar.target}", bar.by, now, f"undone: {bar.undone}")

    def demote(self, demotion: Demotion, by: str) -> None:
        """Move a playbook down to approve, in a place or everywhere."""
        item: Item = {
            "pk": _PK,
            "sk": f"DEMOTION#{demotion.playbook}#{demotion.place or ''}",
            "playbook": demotion.playbook,
            "place": demotion.place,
            **_who(by, demotion.since, demotion.why),
        }
        what = f"demoted: {demotion.playbook} {demotion.place or 'everywhere'}"
        self._change(Put(item), what, by, demotion.since, demotion.why)

    def lift(self, playbook: str, place: str | None, by: str, now: datetime, why: str = "") -> None:
        """Take a demotion back; that there is none is success."""
        what = f"demotion lifted: {playbook} {place or 'everywhere'}"
        self._change(Delete((_PK, f"DEMOTION#{playbook}#{place or ''}")), what, by, now, why)

    def set_mode(
        self,
        playbook: str,
        mode: str,
        ceiling: Mode,
        *,
        by: str,
        now: datetime,
        why: str = "",
        place: str | None = None,
    ) -> Mode:
        """Set the run-time mode of a playbook below its ceiling, in one cluster or `cluster/service` or anywhere.

        Raises SettingsError for what is no mode or above the ceiling, which only the platform raises.
        """
        wanted = read_mode(mode)
        if wanted is None:
            raise SettingsError("mode", mode, f"one of {', '.join(Mode)}")
        if wanted.rank > ceiling.rank:
            raise SettingsError("mode", mode, f"at most {ceiling}, the platform's ceiling for {playbook}")
        name = f"{playbook}@{place}" if place else playbook
        item: Item = {
            "pk": _PK,
            "sk": f"MODE#{name}",
            "name": name,
            "mode": wanted,
            **_who(by, now, why),
        }
        self._change(Put(item), f"mode of {name}: {wanted}", by, now, why)
        return wanted

    def stop(self, scope: Scope, name: str, by: str, now: datetime, why: str = "") -> Stop:
        """Stop everything, a playbook or a cluster, from the next call on."""
        item: Item = {
            "pk": _PK,
            "sk": f"STOP#{scope}#{name}",
            "scope": scope,
            "name": name,
            **_who(by, now, why),
        }
        self._change(Put(item), f"stop: {scope} {name}".strip(), by, now, why)
        return Stop(scope, name, by, stamp(now), why)

    def resume(self, scope: Scope, name: str, by: str, now: datetime, why: str = "") -> None:
        """Lift a stop; that there is none is success."""
        self._change(Delete((_PK, f"STOP#{scope}#{name}")), f"resume: {scope} {name}".strip(), by, now, why)

    def changes(self) -> list[Item]:
        """Every change that was made, oldest first: when, by whom, what, why."""
        return self._store.query("CHANGE")

    def _change(self, change: Change, what: str, by: str, now: datetime, why: str) -> None:
        record: Item = {"pk": "CHANGE", "sk": f"{stamp(now)}#{what}", "what": what, **_who(by, now, why)}
        self._store.write([change, Put(record)])


def _order_item(order: HandsOff, now: datetime) -> Item:
    return {
        "sk": f"HANDSOFF#{order.scope}#{order.name}",
        "scope": order.scope,
        "name": order.name,
        "until": stamp(order.until),
        "ttl": int((order.until + _LAPSED).timestamp()),
        **_who(order.by, now, order.why),
    }


def _hands_off(item: Item) -> HandsOff:
    return HandsOff(str(item.get("scope")), str(item.get("name") or ""), _until(item), *_by(item))


def _bar(item: Item) -> Bar:
    target, kind, undone, by = (str(item.get(k) or "") for k in ("target", "kind", "undone", "by"))
    deployment, playbook = (str(item[k]) if item.get(k) else None for k in ("deployment", "playbook"))
    return Bar(target, kind, undone, by, deployment, playbook or "", _until(item))


def _until(item: Item) -> datetime:
    """The end of an order; one whose end cannot be read has none."""
    try:
        return unstamp(item.get("until"))
    except ValueError:
        return FOREVER


def _said(item: Item, name: str) -> str:
    """What an order is not one without: one that lacks it may have said anything."""
    if not item.get(name):
        raise UnreadableRecordError(f"{_PK} {item.get('sk')}", f"it is damaged (it has no {name})")
    return str(item[name])


def _demotion(item: Item) -> Demotion:
    place = item.get("place")
    try:
        since = unstamp(item.get("at"))
    except ValueError:
        since = _LONG_AGO
    return Demotion(_said(item, "playbook"), str(place) if place else None, since, str(item.get("why") or ""))


def _by(item: Item) -> tuple[str, str]:
    return str(item.get("by") or ""), str(item.get("why") or "")


def _who(by: str, now: datetime, why: str) -> Item:
    return {"v": SCHEMA, "by": by, "at": stamp(now), "why": why}
