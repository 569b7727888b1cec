"""Rules: what AWS does. Reclaims, recommendations, failing deployments, throttling, denied calls, lost answers."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from lab.drydock import ec2_instances
from lab.drydock.build import deploy, launch_instance
from lab.drydock.faults import Fault, Kind
from lab.drydock.model import Behaviour, Cluster, ContainerInstance
from tests.fuzz.base import Base
from tests.fuzz.bus import Message
from tests.runtime.harness import SWEEP

NUMBER = st.integers(0, 12)
_OPERATIONS = (
    "UpdateContainerInstancesState",
    "UpdateService",
    "DescribeClusters",
    "ListContainerInstances",
    "DescribeContainerInstances",
    "DescribeServices",
    "ListTasks",
    "DescribeTasks",
)
_KINDS: tuple[Kind, ...] = (
    *("throttle", "server_error", "access_denied"),
    *("lost_before", "lost_after", "partial_failure"),
)
_FAILS = Behaviour("fails-to-start", reason="CannotPullContainerError: no such image")


class AwsRules(Base):
    """The world's rules."""

    @rule(number=NUMBER, now=st.booleans())
    def spot_warning(self, number: int, *, now: bool) -> None:
        """EC2 warns of a reclaim, and takes the host two minutes later."""
        _, host = self.host(number)
        if not self.alive(host):
            return
        ec2_instances.interrupt(self.installation.town.world, host.instance_id)
        self.step("Spot warning")
        if now:
            self.installation.run("spot", self.installation.receive("spot"))

    @rule(number=NUMBER, all_of_them=st.booleans(), now=st.booleans())
    def rebalance(self, number: int, *, all_of_them: bool, now: bool) -> None:
        """EC2 recommends to rebalance a host, or every host at once."""
        for one in range(len(self.installation.town.hosts)) if all_of_them else (number,):
            self.recommend(one)
        self.step("rebalance storm" if all_of_them else "rebalance recommendation")
        if now:
            self.installation.run("voluntary", self.installation.receive("voluntary"))

    def recommend(self, number: int) -> None:
        """Recommend it for one host, if that is still there."""
        _, host = self.host(number)
        if self.alive(host):
            ec2_instances.recommend_rebalance(self.installation.town.world, host.instance_id)

    def batch(self, lane: str, number: int) -> list[Message]:
        """What a function of a lane gets now; where nothing waits, something happens first."""
        if not self.installation.receive(lane):
            if lane == "spot":
                self.spot_warning(number, now=False)
            else:
                self.recommend(number)
                self.recommend(number + 1)
        return self.installation.receive(lane)

    def provoke(self, number: int) -> None:
        """Something happens at once that would be acted upon: a risk and a reclaim of a cluster's hosts."""
        self.make_room()
        cluster = self.cluster(number)
        hosts = [n for n, one in enumerate(self.living) if one[0] is cluster]
        for one in hosts[:3]:
            self.recommend(one)
        self.installation.run("voluntary", self.installation.receive("voluntary", backwards=True))
        if number % 3 == 0 and hosts:
            self.spot_warning(hosts[-1], now=True)

    @rule(draining=st.booleans(), number=NUMBER)
    def reclaim(self, number: int, *, draining: bool) -> None:
        """A host ends without any notice, or all that drain do, and others take their place."""
        if draining:
            self.make_room()
        else:
            self._replace([self.host(number)])
        self.step("hosts replaced" if draining else "host reclaimed")

    def make_room(self) -> None:
        """What drains is replaced, and the sweep sees it."""
        draining = [one for one in self.living if one[1].status == "DRAINING"]
        if draining:
            self._replace(draining)
            self.sweep()

    def _replace(self, hosts: list[tuple[Cluster, ContainerInstance]]) -> None:
        world = self.installation.town.world
        for cluster, host in hosts:
            ec2_instances.end(world, world.ec2[host.instance_id])
            launch_instance(world, cluster)
        world.advance(60)

    def sweep(self) -> None:
        """The sweep looks at everything."""
        self.installation.bus.put("records", SWEEP, self.installation.town.world.now())
        self.installation.run("records", self.installation.receive("records", 100, backwards=True))

    @rule(number=NUMBER, fails=st.sampled_from((True, True, False)), now=st.booleans())
    def ci_deploys(self, number: int, *, fails: bool, now: bool) -> None:
        """A pipeline deploys; what fails does so within some six minutes."""
        self.pipeline(number, fails=fails)
        self.step("CI deploys a bad revision" if fails else "CI deploys")
        if now:
            self.installation.town.world.advance(360)
            self.installation.run("voluntary", self.installation.receive("voluntary"))

    def pipeline(self, number: int, *, fails: bool) -> None:
        """Begin a deployment."""
        cluster, service = self.api(number)
        behaviour = _FAILS if fails else Behaviour()
        deploy(self.installation.town.world, cluster, service, behaviour=behaviour)

    @rule(
        operation=st.sampled_from(_OPERATIONS),
        kind=st.sampled_from(_KINDS),
        times=st.integers(1, 4),
        skip=st.integers(0, 2),
    )
    def fault(self, operation: str, kind: Kind, times: int, skip: int) -> None:
        """ECS will answer some calls badly, or not at all."""
        self.installation.endpoint.faults.add(Fault(operation, kind, times, skip))
        self.step(f"fault: {kind}")

    @rule(denied=st.sampled_from((True, False, False)), calls=st.integers(0, 40))
    def others_away(self, calls: int, *, denied: bool) -> None:
        """The act roles cannot be assumed, and DynamoDB throttles the next calls."""
        self.installation.denied, self.installation.table.away = denied, calls
        self.step("fault: act roles denied" if denied else "fault: DynamoDB away")

    @rule(seconds=st.sampled_from((1, 5, 20, 30, 60, 130, 300, 620)))
    def time_passes(self, seconds: int) -> None:
        """Time passes."""
        self.installation.town.world.advance(seconds)
        self.step("time passes")
