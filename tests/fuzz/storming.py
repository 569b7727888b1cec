"""A storm: many thousand events over twenty clusters and fifty services, as fast as the lanes take them."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle, islice
from time import monotonic
from tracemalloc import get_traced_memory, reset_peak, start, stop
from typing import Any

from lab.drydock.build import add_service, deploy
from lab.drydock.model import TaskDefinition
from tests.core.test_rebalance_drain import recommendation
from tests.fakes import ACCOUNT, REGION, warning
from tests.fuzz.installation import Installation
from tests.fuzz.town import Town
from tests.fuzz.witness import Witness
from tests.runtime.harness import SWEEP

CLUSTERS = {f"c{number:02d}": 10 for number in range(20)}
_MORE_SERVICES = 10
_MEASURED = 40
"""One batch in so many has its memory traced, which makes it slow."""

Event = dict[str, Any]


@dataclass
class Storm:
    """What a storm cost, and what it did."""

    installation: Installation
    witness: Witness
    events: int = 0
    batches: int = 0
    seconds: float = 0.0
    calls: dict[str, int] = field(default_factory=dict)
    peak: int = 0

    @property
    def changed(self) -> list[str]:
        """The targets of all changes, in order."""
        return [deed.target for deed in self.witness.deeds.ours()]

    def line(self) -> str:
        """What it came to, for people."""
        made = sum(self.calls.values())
        return (
            f"{self.events} events in {self.batches} batches: {self.seconds:.1f} s, {made} calls of ECS, "
            f"{len(self.changed)} changes of {len(set(self.changed))} targets, "
            f"at most {self.peak / 1e6:.1f} MB a batch"
        )


def prepared() -> Storm:
    """Twenty clusters of ten hosts, and fifty services; the index is filled by a sweep."""
    installation = Installation(town=Town(CLUSTERS))
    installation.orders.listed = tuple(CLUSTERS)
    town = installation.town
    for cluster in town.clusters[:_MORE_SERVICES]:
        add_service(town.world, cluster, TaskDefinition(f"{cluster.name}-worker"), desired_count=5)
    for cluster, service in town.services:
        if service.launch_type == "FARGATE":
            deploy(town.world, cluster, service)
    town.world.advance(600)
    for queue in installation.bus.queues.values():
        queue.messages.clear()
    installation.bus.put("records", SWEEP, town.world.now())
    installation.run("records", installation.receive("records"))
    installation.endpoint.log.calls.clear()
    return Storm(installation, Witness(installation))


def mixed(storm: Storm, count: int) -> list[tuple[str, Event]]:
    """Warnings, recommendations, stopped tasks and failed deployments with their lanes, a third of them twice."""
    chance = random.Random(33)  # noqa: S311 - the same storm in every run
    kinds = cycle((_warned, _recommended, _recommended, _stopped, _stopped, _failed))
    made = [kind(storm, chance, number) for number, kind in enumerate(islice(kinds, count * 3 // 4))]
    made += chance.choices(made, k=count - len(made))
    chance.shuffle(made)
    return made


def recommendations(storm: Storm, count: int) -> list[tuple[str, Event]]:
    """Nothing but rebalance recommendations, again and again for the same hosts."""
    chance = random.Random(46)  # noqa: S311 - the same storm in every run
    return [_recommended(storm, chance, number) for number in range(count)]


def rage(storm: Storm, events: list[tuple[str, Event]]) -> None:
    """Let the lanes take all of it, batch by batch; a second passes with each round."""
    installation, began = storm.installation, monotonic()
    world = installation.town.world
    for lane, event in events:
        installation.bus.put(lane, event, world.now())
    storm.events += len(events)
    while any(queue.visible(world.now()) for queue in installation.bus.queues.values()):
        for name, queue in installation.bus.queues.items():
            _batch(storm, name, queue.lane.batch_size)
    storm.seconds += monotonic() - began
    for call in installation.endpoint.log.calls:
        storm.calls[call.operation] = storm.calls.get(call.operation, 0) + 1


def _batch(storm: Storm, lane: str, size: int) -> None:
    batch = storm.installation.receive(lane, size)
    storm.batches += bool(batch)
    if storm.batches % _MEASURED:
        storm.installation.run(lane, batch)
        return
    start()
    reset_peak()
    before = get_traced_memory()[0]
    storm.installation.run(lane, batch)
    storm.peak = max(storm.peak, get_traced_memory()[1] - before)
    stop()


def _at(storm: Storm, number: int) -> datetime:
    return storm.installation.town.world.now() - timedelta(seconds=number % 60)


def _id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def _warned(storm: Storm, chance: random.Random, number: int) -> tuple[str, Event]:
    _, host = chance.choice(storm.installation.town.hosts[::2])
    return "spot", warning(host.instance_id, _at(storm, number), id=_id(number))


def _recommended(storm: Storm, chance: random.Random, number: int) -> tuple[str, Event]:
    _, host = chance.choice(storm.installation.town.hosts)
    at = f"{_at(storm, number):%Y-%m-%dT%H:%M:%SZ}"
    return "voluntary", {**recommendation(host.instance_id), "id": _id(number), "time": at}


def _stopped(storm: Storm, chance: random.Random, number: int) -> tuple[str, Event]:
    """A task whose container has ended; one in three of a Spot reclaim, which says nothing against its service."""
    cluster, service = chance.choice(storm.installation.town.services)
    at = f"{_at(storm, number):%Y-%m-%dT%H:%M:%SZ}"
    code = "SpotInterruption" if number % 3 else "EssentialContainerExited"
    detail = {
        "clusterArn": cluster.arn,
        "taskArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{cluster.name}/{number:032x}",
        "taskDefinitionArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{service.name}:1",
        "group": f"service:{service.name}",
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stopCode": code,
        "stoppedReason": "Essential container in task exited",
        "containers": [{"name": "app", "lastStatus": "STOPPED", "exitCode": 1}],
        "version": 4,
        "updatedAt": at,
    }
    return "records", _event(number, "ECS Task State Change", at, [detail["taskArn"]], detail)


def _failed(storm: Storm, chance: random.Random, number: int) -> tuple[str, Event]:
    _, service = chance.choice(storm.installation.town.services)
    at = f"{_at(storm, number):%Y-%m-%dT%H:%M:%SZ}"
    detail = {
        "eventType": "ERROR",
        "eventName": "SERVICE_DEPLOYMENT_FAILED",
        "deploymentId": service.primary.id,
        "updatedAt": at,
        "reason": "ECS deployment circuit breaker: tasks failed to start.",
    }
    return "voluntary", _event(number, "ECS Deployment State Change", at, [service.arn], detail)


def _event(number: int, kind: str, at: str, resources: list[Any], detail: Event) -> Event:
    return {
        "version": "0",
        "id": _id(number),
        "detail-type": kind,
        "source": "aws.ecs",
        "account": ACCOUNT,
        "time": at,
        "region": REGION,
        "resources": resources,
        "detail": detail,
    }
