"""What all rules of the machine share: an installation, its witness, and what is checked after every step."""

from datetime import datetime
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from dockwarden.incidents.history import History
from dockwarden.ledger.histories import LedgerHistories
from lab.drydock.model import Cluster, ContainerInstance, Service
from tests.fuzz.counting import Counts
from tests.fuzz.installation import Installation
from tests.fuzz.quiet import Quiet
from tests.fuzz.witness import Witness

LANES = ("spot", "voluntary", "records")


class BrokenInvariantError(AssertionError):
    """Dockwarden did what it must never do."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class Base(RuleBasedStateMachine):
    """One sequence."""

    counts: ClassVar[Counts] = Counts()

    def __init__(self) -> None:
        super().__init__()
        self.installation = Installation()
        self.witness = Witness(self.installation)
        self.failed = False
        self.counts.sequences += 1

    @property
    def now(self) -> datetime:
        """The functions' time."""
        return self.installation.town.clock.now()

    def step(self, name: str) -> None:
        """Count a rule that was carried out."""
        self.counts.steps += 1
        self.counts.rules[name] += 1

    def host(self, number: int) -> tuple[Cluster, ContainerInstance]:
        """One of the hosts that are left, or of all when none is."""
        hosts = self.living or self.installation.town.hosts
        return hosts[number % len(hosts)]

    @property
    def living(self) -> list[tuple[Cluster, ContainerInstance]]:
        """The hosts that still run."""
        return [one for one in self.installation.town.hosts if self.alive(one[1])]

    def alive(self, host: ContainerInstance) -> bool:
        """Whether a host still runs."""
        return self.installation.town.world.ec2[host.instance_id].state == "running"

    def api(self, number: int) -> tuple[Cluster, Service]:
        """One of the services that have no hosts, and are deployed."""
        found = [one for one in self.installation.town.services if one[1].launch_type == "FARGATE"]
        return found[number % len(found)]

    def cluster(self, number: int) -> Cluster:
        """One of the clusters."""
        clusters = self.installation.town.clusters
        return clusters[number % len(clusters)]

    def call(self, who: str, operation: str, **params: Any) -> None:
        """A call of a person or a pipeline, which no planned fault meets."""
        planned, self.installation.endpoint.faults.faults = self.installation.endpoint.faults.faults, []
        self.installation.endpoint.call("ecs", operation, params, who)
        self.installation.endpoint.faults.faults = planned

    def well_again(self) -> None:
        """Every service that failed is well again."""
        histories = LedgerHistories(self.installation.table.store)
        for key in histories.troubled():
            history = histories.of(key)
            histories.keep(History(key, versions=history.versions, written=history.written))
        histories.write(self.now)

    @invariant()
    def nothing_is_broken(self) -> None:
        """Every invariant that was asked about a change, and what the records must always be."""
        self.fail_on([*self.witness.problems, *self.installation.table.broken])

    def fail_on(self, problems: list[str]) -> None:
        """End the sequence with what is broken."""
        if problems:
            self.failed = True
            raise BrokenInvariantError(problems)

    def teardown(self) -> None:
        """Let everything come to rest, and look at what is left."""
        if not self.failed:
            self._count()
            quiet = Quiet(self.installation, self.witness.deeds)
            problems = quiet.left()
            self.fail_on([*self.witness.problems, *self.installation.table.broken, *problems])

    def _count(self) -> None:
        self.counts.kills += self.installation.kills
        for deed in self.witness.deeds.ours():
            self.counts.changes[deed.operation] += 1
        parts = self.installation.people
        self.counts.holds.update(held.rule for held in parts.proposals.all())
        intents = {k[0] for k in self.installation.table.store.items if k[1] == "INTENT"}
        receipts = (parts.actions.receipt(pk.partition("#")[2]) for pk in intents)
        self.counts.receipts.update(r.state if r else "none yet" for r in receipts)
