"""Rules: what becomes of events on their way, and of the functions that take them."""

from copy import deepcopy
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.fuzz.base import LANES
from tests.fuzz.bus import Event, Message
from tests.fuzz.interruption import AFTER_CLAIM, Interruption
from tests.fuzz.rules_aws import AwsRules

LANE = st.sampled_from(LANES)
ACTING_LANE = st.sampled_from(("spot", "voluntary"))
NUMBER = st.integers(0, 12)
CALL = st.one_of(st.just(AFTER_CLAIM), st.integers(1, 22))


class DeliveryRules(AwsRules):
    """The rules of the bus."""

    @rule(lane=st.sampled_from((*LANES, None)), most=st.integers(1, 25), backwards=st.booleans())
    def deliver(self, lane: str | None, most: int, *, backwards: bool) -> None:
        """A function takes a batch, in order or not; or every lane takes what is there."""
        for one in LANES if lane is None else (lane,):
            self.installation.run(one, self.installation.receive(one, most, backwards=backwards))
        self.step(f"deliver {lane or 'everything'}")

    @rule(lane=ACTING_LANE, number=NUMBER, seconds=st.integers(0, 3), same=st.booleans(), now=st.booleans())
    def duplicate(self, lane: str, number: int, seconds: int, *, same: bool, now: bool) -> None:
        """An event comes again: the same, or the same content with an id and a time of its own."""
        if (event := self._earlier(lane, number)) is None:
            return
        again = deepcopy(event)
        if not same:
            again["id"] = f"{event['id'][:-4]}{number:04d}"
            again["time"] = self._later(event["time"], seconds)
        self.installation.bus.put(lane, again, self.installation.town.world.now())
        self.step("duplicate")
        if now:
            self.installation.run(lane, self.installation.receive(lane, backwards=True))

    @rule(lane=ACTING_LANE, number=NUMBER)
    def replay(self, lane: str, number: int) -> None:
        """Somebody replays an archive."""
        if (event := self._earlier(lane, number)) is None:
            return
        again = {**deepcopy(event), "replay-name": "last-week"}
        self.installation.bus.put(lane, again, self.installation.town.world.now())
        self.installation.run(lane, self.installation.receive(lane, backwards=True))
        self.step("replay")

    def redrive(self) -> None:
        """What was buried is put back."""
        for message in self.installation.bus.dead:
            body, now = message.body, self.installation.town.world.now()
            lane = next((lane for lane, event in self.installation.bus.seen if event is body), None)
            if lane is not None:
                self.installation.bus.put(lane, body, now)
        self.installation.bus.dead.clear()

    @rule(lane=LANE, number=NUMBER, seconds=st.sampled_from((0, 10, 100, 700, 1000)))
    def lose(self, lane: str, number: int, seconds: int) -> None:
        """An event takes its time, or is lost."""
        if not (message := self._waiting(lane, number)):
            return
        if seconds:
            message.visible_at += timedelta(seconds=seconds)
        else:
            self.installation.bus.queues[lane].messages.remove(message)
        self.step("delay" if seconds else "drop")

    @rule(lane=ACTING_LANE, number=NUMBER, at=CALL, when=st.sampled_from(("before", "after")))
    def crash(self, lane: str, number: int, at: int, when: str) -> None:
        """A function is killed at its n-th call, before or after it."""
        self.installation.run(lane, self.batch(lane, number), Interruption(at, when))
        self.step("crash")

    @rule(lane=ACTING_LANE, number=NUMBER, at=CALL, seconds=st.sampled_from((0, 0, 5, 30, 120)))
    def two_functions(self, lane: str, number: int, at: int, seconds: int) -> None:
        """SQS delivers a batch twice: while the first function is at its n-th call, another one takes all of it.

        The first may hang there for a while, also beyond its lease.
        """
        batch = self.batch(lane, number)

        def meanwhile() -> None:
            self.installation.town.world.advance(seconds)
            self.installation.run(lane, list(batch))

        self.installation.run(lane, batch, Interruption(at, meanwhile=meanwhile))
        self.step("late function" if seconds else "two functions")

    @rule(what=st.sampled_from(("sweep", "sweep", "redrive", -5, -2, 0, 2, 5)))
    def meanwhile(self, what: str | int) -> None:
        """The sweep looks at everything, dead letters are put back, or the functions' clock is set."""
        if what == "sweep":
            self.sweep()
        elif what == "redrive":
            self.redrive()
        else:
            self.installation.town.clock.skew = timedelta(minutes=int(what))
        self.step(what if isinstance(what, str) else "clock jumps")

    def _earlier(self, lane: str, number: int) -> Event | None:
        """One of the latest events that a lane was ever sent."""
        seen = [event for name, event in self.installation.bus.seen if name == lane]
        return seen[-1 - number % len(seen)] if seen else None

    def _waiting(self, lane: str, number: int) -> Message | None:
        messages = self.installation.bus.queues[lane].messages
        return messages[number % len(messages)] if messages else None

    @staticmethod
    def _later(time: str, seconds: int) -> str:
        return f"{time[:-3]}{(int(time[-3:-1]) + seconds) % 60:02d}Z"
