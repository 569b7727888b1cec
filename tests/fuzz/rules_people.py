"""Rules: what people and the platform do meanwhile."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from dockwarden.guard.modes import Mode
from dockwarden.guard.orders import HandsOff, Scope
from dockwarden.ledger.records import SCHEMA
from dockwarden.ledger.store import Delete, Item, Put
from lab.drydock.model import Cluster, ContainerInstance
from tests.fuzz.base import Base
from tests.fuzz.installation import ACTING
from tests.fuzz.interruption import AFTER_CLAIM, Interruption
from tests.fuzz.orders import MODES
from tests.fuzz.rules_delivery import DeliveryRules
from tests.fuzz.town import LISTED

NUMBER = st.integers(0, 12)
ACTING_LANE = st.sampled_from(("spot", "voluntary"))
PLAYBOOK = st.sampled_from(sorted(ACTING))
MODE = st.sampled_from(MODES)
NOW = st.one_of(st.none(), NUMBER)
CALL = st.one_of(st.just(AFTER_CLAIM), st.integers(1, 22))
_DAMAGED = ("CONTROL", "MODE#damaged")


class PeopleRules(DeliveryRules):
    """The rules of people."""

    @rule(number=NUMBER, what=st.sampled_from(("DRAINING", "ACTIVE", "ACTIVE", "deploy")))
    def human(self, number: int, what: str) -> None:
        """A person drains a host or sets it to ACTIVE, or forces a new deployment."""
        if what == "deploy":
            self._force(number)
        else:
            self.set_host(*self.host(number), what)
        self.step(f"human: {what}")

    def _force(self, number: int) -> None:
        cluster, service = self.api(number)
        self.call(
            "human", "UpdateService", cluster=cluster.name, service=service.arn, forceNewDeployment=True
        )

    def set_host(self, cluster: Cluster, host: ContainerInstance, status: str) -> None:
        """Set the status of a host that is there."""
        instances = [host.arn]
        self.call(
            "human",
            "UpdateContainerInstancesState",
            cluster=cluster.name,
            containerInstances=instances,
            status=status,
        )

    @rule(
        scope=st.sampled_from(("everything", "playbook", "cluster", "service", "target")),
        number=NUMBER,
        minutes=st.sampled_from((0, 0, 1, 5, 60)),
        now=st.booleans(),
    )
    def order(self, scope: Scope, number: int, minutes: int, *, now: bool) -> None:
        """Somebody stops something, or wants nobody to interfere for a while."""
        if minutes and scope not in ("everything", "playbook"):
            self.leave_alone(scope, number, minutes)
            self.step(f"hands off {scope}")
        elif scope != "target":
            self.set_stop(scope, number)
            self.step(f"stop {scope}")
        if now:
            self.provoke(number)

    def set_stop(self, scope: Scope, number: int) -> None:
        """Stop everything, a playbook, a cluster or a service."""
        name = self._name(scope, number)
        self.installation.people.controls.stop(scope, name, "arn:me", self.now)
        self.installation.orders.stops.add((scope, name))

    @rule()
    def all_clear(self) -> None:
        """Every stop, tag, mode and hands-off is lifted, everything can be read, and the clock is right."""
        orders, people = self.installation.orders, self.installation.people
        self.damage(damaged=False)
        for scope, name in sorted(orders.stops):
            people.controls.resume(scope, name, "arn:me", self.now)  # type: ignore[arg-type]
        for scope, name in sorted(orders.hands_off):
            people.controls.take_up_again(scope, name, "arn:me", self.now)
        self._platform_clear()
        self.well_again()
        self.step("all clear")

    def _platform_clear(self) -> None:
        orders = self.installation.orders
        for cluster in self.installation.town.clusters:
            cluster.tags.clear()
        orders.ceilings, orders.listed = dict.fromkeys(ACTING, "enforce"), LISTED
        for name in orders.modes:
            self._set_mode(name, "enforce")
        orders.stops.clear()
        orders.hands_off.clear()
        self.installation.town.clock.skew = timedelta(0)
        self.installation.denied = False

    def _name(self, scope: str, number: int) -> str:
        cluster, service = self.api(number)
        names = {"playbook": sorted(ACTING)[number % len(ACTING)], "cluster": self.cluster(number).name}
        names["service"] = f"{cluster.name}/{service.name}"
        return names.get(scope, "")

    def leave_alone(self, scope: Scope, number: int, minutes: int) -> None:
        """Order hands off."""
        name = self.host(number)[1].arn if scope == "target" else self._name(scope, number)
        until = self.now + timedelta(minutes=minutes)
        order = HandsOff(scope, name, until, "arn:me", "surgery")
        self.installation.people.controls.leave_alone(order, self.now)
        self.installation.orders.hands_off[scope, name] = until

    @rule(
        number=NUMBER,
        key=st.sampled_from(("mode", "freeze", "budget")),
        value=st.sampled_from(
            ("true", "false", "enforce", "observe", "approve", "enforec", "1", "0", "100%")
        ),
        now=st.booleans(),
    )
    def tag(self, number: int, key: str, value: str, *, now: bool) -> None:
        """Whoever owns a cluster tags it, with sense or without."""
        fitting = {"mode": MODES, "freeze": ("true", "false"), "budget": ("1", "0", "100%")}[key]
        usual = value in fitting or (key, value) == ("mode", "enforec")
        self.cluster(number).tags[f"dockwarden:{key}"] = value if usual else fitting[number % len(fitting)]
        self.step(f"tag {key}")
        if now:
            self.provoke(number)

    @rule(
        playbook=PLAYBOOK,
        mode=MODE,
        ceiling=st.sampled_from((None, "observe", "approve", "approve", "approve", "enforce")),
        now=NOW,
    )
    def modes(self, playbook: str, mode: str, ceiling: str | None, now: int | None) -> None:
        """The platform sets another ceiling, or somebody a mode at run time, as far as the ceiling lets them."""
        orders = self.installation.orders
        if now is not None and now % 2:
            self.all_clear()
        if ceiling is not None:
            # What stands in tags and at run time stays, also above it.
            orders.ceilings[playbook] = ceiling
            self.step(f"ceiling {ceiling}")
        elif Mode(mode).rank <= Mode(orders.ceilings[playbook]).rank:
            self._set_mode(playbook, mode)
            self.step("run-time mode")
        if now is not None:
            self.provoke(now)

    def _set_mode(self, playbook: str, mode: str) -> None:
        ceiling = Mode(self.installation.orders.ceilings[playbook])
        controls = self.installation.people.controls
        controls.set_mode(playbook, mode, ceiling, by="arn:me", now=self.now)
        self.installation.orders.modes[playbook] = mode

    @rule(
        listed=st.sampled_from((None, None, (), ("prod",), ("batch",))),
        damaged=st.booleans(),
        now=NOW,
    )
    def configured(self, listed: tuple[str, ...] | None, now: int | None, *, damaged: bool) -> None:
        """Clusters are opted in or out (an empty list is none, never all), or what people have set is unreadable."""
        if listed is not None:
            self.installation.orders.listed = listed
            self.step("opt-in")
        else:
            self.damage(damaged=damaged)
            self.step("settings unreadable" if damaged else "settings readable")
        if now is not None:
            self.provoke(now)

    def damage(self, *, damaged: bool) -> None:
        """Damage the record of a setting, or mend it."""
        item: Item = {"pk": _DAMAGED[0], "sk": _DAMAGED[1], "v": SCHEMA + 9}
        self.installation.table.store.write([Put(item) if damaged else Delete(_DAMAGED)])
        self.installation.orders.unreadable = damaged

    @rule(
        lane=ACTING_LANE,
        at=CALL,
        number=NUMBER,
        what=st.sampled_from(("stop", "hands-off", "deploy", "deploy")),
    )
    def person_meanwhile(self, lane: str, at: int, number: int, what: str) -> None:
        """Somebody stops everything, takes a cluster over or deploys while a function is at its n-th call."""
        if what == "deploy":
            lane = self._failed(number)
        batch = self.batch(lane, number)
        deeds: dict[str, Callable[[], None]] = {
            "stop": lambda: self.set_stop("everything", number),
            "hands-off": lambda: self.leave_alone("cluster", number, 5),
            "deploy": lambda: self.pipeline(number, fails=False),
        }
        # Its last look at the service comes before its last look at the orders: between them is no time.
        never_at = ("CONTROL", "NOTICED") if what == "deploy" else ()
        plan = Interruption(at, meanwhile=deeds[what], never_at=never_at)
        self.installation.run(lane, batch, plan)
        self.step(f"person meanwhile: {what}")

    def _failed(self, number: int) -> str:
        """Let a deployment fail; the lane that hears of it."""
        if number % 2:
            self.all_clear()
        self.pipeline(number, fails=True)
        self.installation.town.world.advance(360)
        return "voluntary"


__all__ = ["Base", "PeopleRules"]
