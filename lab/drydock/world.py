"""The state of the model and the few things that every part of it needs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from lab.drydock.clock import START, Timer, VirtualClock
from lab.drydock.durations import Durations
from lab.drydock.emitter import EventLog
from lab.drydock.errors import ScenarioError
from lab.drydock.logs import LogStore
from lab.drydock.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lab.drydock.alarms import Alarm
    from lab.drydock.code_deploy import CodeDeployment
    from lab.drydock.images import Repository
    from lab.drydock.model import Cluster, Ec2Instance, Service, TargetGroup, Task, TaskDefinition
    from lab.drydock.stacks import Stack
    from lab.drydock.trail import Caller, TrailEvent
    from lab.drydock.troubles import Trouble

DEFAULT_ACCOUNT = "000000000000"
DEFAULT_REGION = "us-east-1"


class World:
    """One account in one region, with its own clock, ids and event log.

    Everything that changes it holds `lock`; the same seed and the same calls give the same event log.
    `documented_actions` adds the service actions that AWS documents since 2025 and no recorded deployment shows.
    """

    def __init__(
        self,
        *,
        account: str = DEFAULT_ACCOUNT,
        region: str = DEFAULT_REGION,
        seed: int = 0,
        start: datetime = START,
        durations: Durations | None = None,
        documented_actions: bool = False,
    ) -> None:
        self.lock = threading.RLock()
        self.clock = VirtualClock(start)
        self.names = Names(account, region, seed)
        self.log = EventLog(self.clock, self.names)
        self.durations = durations or Durations()
        self.documented_actions = documented_actions
        self.logs = LogStore()
        self.clusters: dict[str, Cluster] = {}
        self.trail: list[TrailEvent] = []
        # Who makes the call that is running, as CloudTrail would name it.
        self.caller: Caller | None = None
        # By family, then by revision.
        self.definitions: dict[str, dict[int, TaskDefinition]] = {}
        # By `family:revision`: what is not ACTIVE any more, its status and when it was deregistered.
        self.retired: dict[str, tuple[str, datetime]] = {}
        self.repositories: dict[str, Repository] = {}
        self.stacks: dict[str, Stack] = {}
        # By id, the oldest first.
        self.code_deployments: dict[str, CodeDeployment] = {}
        self.troubles: list[Trouble] = []
        self.target_groups: dict[str, TargetGroup] = {}
        self.ec2: dict[str, Ec2Instance] = {}
        # CloudWatch alarms by name.
        self.alarms: dict[str, Alarm] = {}
        # Container instances (by ARN) that the running call must refuse, with the reason: set by a fault.
        self.refusals: dict[str, str] = {}
        self._task_hooks: list[Callable[[Cluster, Task], None]] = []
        # The scheduler's look at a service: it sets this, so that what it depends on can ask for a look.
        self.wake: Callable[[Cluster, Service], None] = lambda _cluster, _service: None
        self.wake_later: Callable[[Cluster, Service, float], None] = lambda _cluster, _service, _seconds: None
        # What a new task does: troubles.py sets this.
        self.choose_behaviour: Callable[[Task], None] = lambda _task: None

    def now(self) -> datetime:
        """The virtual time."""
        return self.clock.now()

    def later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Do something after `seconds` of virtual time, then hand over the events it caused."""

        def run() -> None:
            action()
            self.log.flush()

        return self.clock.call_later(seconds, run)

    def advance(self, seconds: float) -> None:
        """Let virtual time pass; what falls due happens meanwhile."""
        with self.lock:
            self.log.flush()
            self.clock.advance(seconds)

    def on_task_change(self, hook: Callable[[Cluster, Task], None]) -> None:
        """Call `hook` after every change of a task's state."""
        self._task_hooks.append(hook)

    def task_changed(self, cluster: Cluster, task: Task) -> None:
        """Tell those who asked with `on_task_change`."""
        for hook in self._task_hooks:
            hook(cluster, task)

    def cluster_of_instance(self, instance_id: str) -> Cluster | None:
        """The cluster in which an EC2 instance is registered and not INACTIVE, if any."""
        for cluster in self.clusters.values():
            for instance in cluster.instances.values():
                if instance.instance_id == instance_id and instance.status != "INACTIVE":
                    return cluster
        return None

    def ec2_instance(self, instance_id: str) -> Ec2Instance:
        """The EC2 instance with this id; raises `ScenarioError` when there is none."""
        try:
            return self.ec2[instance_id]
        except KeyError as error:
            raise ScenarioError(f"there is no instance {instance_id!r} in this world") from error

    def register(self, definition: TaskDefinition) -> TaskDefinition:
        """Keep a revision of a task definition; one of the same number is replaced."""
        self.definitions.setdefault(definition.family, {})[definition.revision] = definition
        return definition

    def service(self, cluster: str, name: str) -> Service:
        """A service by the names of its cluster and itself; raises `ScenarioError` when there is none."""
        try:
            return self.clusters[cluster].services[name]
        except KeyError as error:
            raise ScenarioError(f"there is no service {cluster!r}/{name!r} in this world") from error
