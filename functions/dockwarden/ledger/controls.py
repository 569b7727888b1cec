"""What people set at run time: modes below the ceiling, and the stop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dockwarden.errors import SettingsError
from dockwarden.guard.modes import Mode, read_mode
from dockwarden.ledger.records import SCHEMA, readable, stamp
from dockwarden.ledger.store import Change, Delete, Item, Put, Store

_PK = "CONTROL"

Scope = Literal["everything", "playbook", "cluster"]


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop that somebody set: of everything, of a playbook, or of a cluster by its name."""

    scope: str
    name: str
    by: str
    since: str
    why: str

    def applies(self, playbook: str, cluster: str | None) -> bool:
        """Whether it stops a playbook in a cluster; a scope that nobody knows stops everything."""
        if self.scope == "playbook":
            return self.name == playbook
        if self.scope == "cluster":
            return cluster is None or self.name == cluster
        return True

    def sentence(self) -> str:
        """What is stopped, by whom and why, for people."""
        what = f"{self.scope} {self.name}".strip()
        who = short_identity(self.by)
        return f"stopped: {what}, since {self.since} by {who}" + (f" ({self.why})" if self.why else "")


def short_identity(arn: str) -> str:
    """Who an identity is, as people say it: `assumed-role/Admin/alice` of its ARN."""
    return arn.rpartition(":")[2] if arn.startswith("arn:") else arn


@dataclass(frozen=True, slots=True)
class Controls:
    """The stops and modes that are set now."""

    stops: tuple[Stop, ...] = ()
    modes: Mapping[str, str] = field(default_factory=dict)

    def stopped(self, playbook: str, cluster: str | None) -> str | None:
        """The sentence of a stop that applies, or None."""
        return next((s.sentence() for s in self.stops if s.applies(playbook, cluster)), None)


class ControlLedger:
    """Reads and changes what people set; every change is recorded."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self) -> Controls:
        """All stops and modes in one consistent read. Raises LedgerUnavailableError: then nothing may change."""
        items = [readable(item) for item in self._store.query(_PK)]
        stops = [item for item in items if str(item["sk"]).startswith("STOP#")]
        modes = [item for item in items if str(item["sk"]).startswith("MODE#")]
        return Controls(
            stops=tuple(
                Stop(*(str(i.get(k) or "") for k in ("scope", "name", "by", "at", "why"))) for i in stops
            ),
            modes={str(item["name"]): str(item["mode"]) for item in modes},
        )

    def set_mode(
        self, playbook: str, mode: str, ceiling: Mode, *, by: str, now: datetime, why: str = ""
    ) -> Mode:
        """Set the run-time mode of a playbook below its ceiling.

        Raises SettingsError for what is no mode or above the ceiling, which only the platform raises.
        """
        wanted = read_mode(mode)
        if wanted is None:
            raise SettingsError("mode", mode, f"one of {', '.join(Mode)}")
        if wanted.rank > ceiling.rank:
            raise SettingsError("mode", mode, f"at most {ceiling}, the platform's ceiling for {playbook}")
        item: Item = {
            "pk": _PK,
            "sk": f"MODE#{playbook}",
            "name": playbook,
            "mode": wanted,
            **_who(by, now, why),
        }
        self._change(Put(item), f"mode of {playbook}: {wanted}", by, now, why)
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


def _who(by: str, now: datetime, why: str) -> Item:
    return {"v": SCHEMA, "by": by, "at": stamp(now), "why": why}
