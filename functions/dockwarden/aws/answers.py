"""What answers the facts protocols from AWS and the ledger, imported and made when a playbook first asks for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from dockwarden.aws.asking import Batch
from dockwarden.aws.clients import Clients
from dockwarden.aws.fleet import EcsFleet
from dockwarden.clock import SystemClock
from dockwarden.late import Late
from dockwarden.ledger.store import Store


@dataclass(frozen=True, slots=True)
class Reading:
    """How an installation reads: by which clock, and whether it has a function that registers pinned copies."""

    now: Callable[[], datetime] = SystemClock().now
    pinnable: bool = False


class AwsAnswers(Mapping[type, object]):
    """The object that answers each protocol, by the module of the protocol: asking for one imports no other.

    Every import in here is a late one for that reason.
    """

    def __init__(
        self,
        clients: Clients,
        store: Store,
        fleet: EcsFleet,
        clusters: Mapping[str, str],
        reading: Reading | None = None,
    ) -> None:
        self._reading = reading or Reading()
        self._begun: list[Callable[[], None]] = []
        self._clients = clients
        self._store = store
        self._clusters = clusters
        self._batch = Batch()
        self._by_module: Mapping[str, Mapping[type, object]] = Late(
            {
                "dockwarden.facts.code_deploy": self._code_deploy,
                "dockwarden.facts.deployers": lambda: self._evidence("dockwarden.facts.deployers"),
                "dockwarden.facts.evidence": lambda: self._evidence("dockwarden.facts.evidence"),
                "dockwarden.facts.fleet": fleet.answers,
                "dockwarden.facts.known_good": self._known_good,
                "dockwarden.facts.releases": self._releases,
                "dockwarden.facts.restarts": self._restarts,
                "dockwarden.facts.roster": self._roster,
                "dockwarden.facts.tasks": self._tasks,
            }
        )

    def begin(self) -> None:
        """Begin a batch of events, also for what is made only later in it."""
        self._batch.begin()
        for begin in self._begun:
            begin()

    def __getitem__(self, protocol: type) -> object:
        return self._by_module[protocol.__module__][protocol]

    def __iter__(self) -> Iterator[type]:
        return (protocol for answers in self._by_module.values() for protocol in answers)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _client(self, service: str) -> Callable[[], Any]:
        return lambda: self._clients.client(service)

    def _code_deploy(self) -> Mapping[type, object]:
        from dockwarden.aws.code_deployments import AwsCodeDeployments  # noqa: PLC0415
        from dockwarden.facts.code_deploy import CodeDeployments  # noqa: PLC0415

        return {CodeDeployments: AwsCodeDeployments(self._clients)}

    def _evidence(self, module: str) -> Mapping[type, object]:
        """What one object answers, of the protocols of one module."""
        return {p: answers for p, answers in self._all_evidence.items() if p.__module__ == module}

    @cached_property
    def _all_evidence(self) -> Mapping[type, object]:
        from dockwarden.aws.evidence import AwsEvidence  # noqa: PLC0415

        return AwsEvidence(self._clients, batch=self._batch).answers()

    def _known_good(self) -> Mapping[type, object]:
        from dockwarden.facts.known_good import KnownGood  # noqa: PLC0415
        from dockwarden.ledger.known_good import LedgerKnownGood  # noqa: PLC0415

        return {KnownGood: LedgerKnownGood(self._store)}

    def _releases(self) -> Mapping[type, object]:
        from dockwarden.aws.releases import AwsReleases  # noqa: PLC0415
        from dockwarden.aws.releases_once import ReleasesOnce  # noqa: PLC0415
        from dockwarden.facts.releases import Releases  # noqa: PLC0415

        reading = self._reading
        once = ReleasesOnce(AwsReleases(self._clients, pinnable=reading.pinnable, now=reading.now))
        self._begun.append(once.begin)
        return {Releases: once}

    def _restarts(self) -> Mapping[type, object]:
        from dockwarden.aws.restarts import CloudWatchRestarts  # noqa: PLC0415
        from dockwarden.facts.restarts import Restarts  # noqa: PLC0415

        return {Restarts: CloudWatchRestarts(self._client("cloudwatch"), list(self._clusters))}

    def _roster(self) -> Mapping[type, object]:
        from dockwarden.aws.roster import EcsRoster  # noqa: PLC0415
        from dockwarden.facts.roster import Roster  # noqa: PLC0415

        return {Roster: EcsRoster(self._client("ecs"), self._clusters)}

    def _tasks(self) -> Mapping[type, object]:
        from dockwarden.aws.tasks import EcsTasks  # noqa: PLC0415
        from dockwarden.facts.tasks import Tasks  # noqa: PLC0415

        return {Tasks: EcsTasks(self._client("ecs"))}
