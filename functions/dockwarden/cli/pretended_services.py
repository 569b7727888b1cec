"""Services as a world tells of them; a rollback that was decided counts for the events after it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from dockwarden.actions import Action
from dockwarden.cli.world import World
from dockwarden.cli.world_services import primary
from dockwarden.facts.alarms import Alarm, ServiceAlarms, alarm_names
from dockwarden.facts.evidence import Alarms
from dockwarden.facts.known_good import service_key
from dockwarden.facts.releases import Candidate, Definition, Releases, ServiceReleases
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.roster import Roster, ServiceNow
from dockwarden.facts.running import RunningTask, RunningTasks
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.service_actions import (
    RollBackService,
    RollForwardService,
    StopServiceDeployment,
    revision_name,
)


class PretendServices(Releases, Alarms, Roster):
    """Answers Releases, Alarms and Roster from a world, as ECS would while the events arrive.

    Events change nothing of it: a file tells how a service is when it fails. What was decided does.
    """

    def __init__(self, world: World, now: Callable[[], datetime]) -> None:
        self._world = world
        self._now = now
        self._services = {service.ref: service for service in world.services()}
        self._made = 0

    def of(self, service: ServiceRef) -> ServiceReleases | NotRead:
        """A service with its rollouts."""
        found = self._services.get(service)
        return self._unsaid(_place(service)) if found is None else found.releases

    def definition(self, task_definition: str) -> Definition | NotRead:
        """A task definition of the file."""
        found = self._world.task_definitions.get(task_definition)
        return self._unsaid(_revision(task_definition)) if found is None else found.definition

    def running(self, service: ServiceRef) -> RunningTasks | NotRead:
        """The tasks of a service, which a world tells only of what it is to run now."""
        found, releases = self._services.get(service), self.of(service)
        if isinstance(releases, NotRead) or found is None:
            return self._unsaid(_place(service))
        unsaid = self._unsaid(f"'tasks_started_at' of {_place(service)}")
        if found.started is None:
            return unsaid
        running = releases.state.task_definition_arn or ""
        tasks = (RunningTask(running, None, at) for at in found.started)
        return RunningTasks(self._now(), tuple(tasks))

    def candidate(self, task_definition: str, digests: Mapping[str, str]) -> Candidate | NotRead:
        """Whether a task definition of the file can be deployed again, as the file says of its images."""
        found = self._world.task_definitions.get(task_definition)
        if found is None:
            return self._unsaid(_revision(task_definition))
        if found.images is None:
            return self._unsaid(f"'images' of {_revision(task_definition)}")
        images = (replace(image, wanted=digests.get(image.container)) for image in found.images)
        return Candidate(found.definition, tuple(images))

    def alarms(self, service: ServiceRef, deployment_id: str | None = None) -> ServiceAlarms | NotRead:
        """The alarms that the deployments of a service watch, and those of its tag."""
        found, releases = self._services.get(service), self.of(service)
        if isinstance(releases, NotRead):
            return releases
        if found is None or not found.watched:
            return self._unsaid(f"'alarms' of {_place(service)}")
        known: list[Alarm] = []
        for name in alarm_names(releases.state):
            if name not in self._world.alarms:
                return self._unsaid(f"alarm {name}")
            known.append(self._world.alarms[name])
        deployment = releases.state.deployment(deployment_id)
        return ServiceAlarms(tuple(known), deployment.created_at if deployment is not None else None)

    def services(self) -> tuple[ServiceNow, ...] | NotRead:
        """Every service of the clusters that are not opted out, if the file tells of all of them."""
        told: list[ServiceNow] = []
        for cluster in self._world.clusters or (None,):
            if cluster is not None and cluster.opted_in is False:
                continue
            if cluster is None or cluster.opted_in is None or cluster.services is None:
                return NotRead(self._world.why)
            for service in cluster.services:
                releases = self.of(service.ref)
                if isinstance(releases, NotRead):
                    return releases
                told.append(_now(service.ref, releases))
        return tuple(told)

    def done(self, action: Action) -> str | None:
        """Count a change as done; the name of the deployment that it made, None where it made none here."""
        if not isinstance(action, RollBackService | RollForwardService | StopServiceDeployment):
            return None
        found = next((one for one in self._services.values() if one.arn == action.service), None)
        if found is None or isinstance(found.releases, NotRead):
            return None
        if isinstance(action, StopServiceDeployment):
            self._services[found.ref] = replace(found, releases=_taken_back(found.releases))
            return action.service_deployment
        self._made += 1
        name = f"pretended-{self._made}"
        releases = _put_on(found.releases, action.task_definition, name, self._now())
        self._services[found.ref] = replace(found, releases=releases, started=())
        return f"ecs-svc/{name}"

    def _unsaid(self, what: str) -> NotRead:
        """That the world does not tell of something; of nothing in particular where it tells of no cluster at all."""
        why = self._world.why
        return NotRead(why if self._world.clusters is None else f"{why}: no {what}")


def _put_on(releases: ServiceReleases, definition: str, name: str, now: datetime) -> ServiceReleases:
    """A service right after it was put on a task definition: its deployment has just begun."""
    state = replace(
        releases.state, task_definition_arn=definition, current_deployment_arn=None, running=0, pending=0
    )
    state = replace(state, deployments=(primary(state, f"ecs-svc/{name}", "IN_PROGRESS", now),))
    if isinstance(releases.rollouts, NotRead) or isinstance(releases.revisions, NotRead):
        return replace(releases, state=state)
    revisions = releases.revisions.values()
    target = next((one.arn for one in revisions if one.task_definition == definition), None)
    begun = Rollout(f"the service deployment of {name}", "IN_PROGRESS", now, target)
    return replace(releases, state=state, rollouts=(begun, *releases.rollouts))


def _taken_back(releases: ServiceReleases) -> ServiceReleases:
    """A service right after its newest deployment was stopped: ECS takes it back."""
    if isinstance(releases.rollouts, NotRead) or not releases.rollouts:
        return releases
    newest, *others = releases.rollouts
    return replace(releases, rollouts=(replace(newest, status="ROLLBACK_REQUESTED"), *others))


def _now(service: ServiceRef, releases: ServiceReleases) -> ServiceNow:
    state, deployment, current = releases.state, releases.state.deployment(), releases.current
    return ServiceNow(
        cluster=service.cluster,
        name=service.name,
        desired=state.desired,
        running=state.running,
        pending=state.pending,
        deploying=deployment is not None and deployment.rollout_state == "IN_PROGRESS",
        task_definition=state.task_definition_arn,
        revision=(current.arn or None) if current is not None else None,
        settled=deployment is not None and deployment.rollout_state == "COMPLETED",
    )


def _place(service: ServiceRef) -> str:
    return f"service {service_key(service)}"


def _revision(task_definition: str) -> str:
    return f"task definition {revision_name(task_definition)}"
