"""Why a service or task of an account fails: found, read and put on a card; nothing is changed."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from dockwarden.aws.clients import Clients
from dockwarden.aws.evidence import AwsEvidence
from dockwarden.causes.diagnosis import Diagnosis
from dockwarden.causes.tasks import diagnose_task
from dockwarden.cli.account import AccountError, clients_of
from dockwarden.cli.account_tasks import AccountTasks
from dockwarden.cli.explaining import Explained
from dockwarden.cli.installation import Installation
from dockwarden.cli.live_card import Heading, Stopped, service_card, task_card
from dockwarden.clock import SystemClock
from dockwarden.errors import DockwardenError, SettingsError
from dockwarden.events.arn import Arn, cluster_name, in_cluster
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.facts.evidence import Question
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.incidents.neighbours import at_the_same_time
from dockwarden.incidents.questions import question_about
from dockwarden.incidents.subjects import key_of, name_of
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.notify.cards import Card, Line
from dockwarden.playbook import settings_of
from dockwarden.playbooks.diagnose import DiagnoseSettings, diagnose


class NotThereError(DockwardenError):
    """The account has no such service or task."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: `name` is the ARN of a task or the name of a service, `cluster` as far as it is known."""

    name: str
    cluster: str | None
    region: str | None
    is_task: bool


def explain_live(args: argparse.Namespace) -> Explained:
    """Why the service or task that the arguments name fails. Raises NotThereError, AccountError, SettingsError."""
    subject = subject_of(args.subject, args.cluster, args.region)
    clients = clients_of(argparse.Namespace(profile=args.profile, region=subject.region))
    installation = Installation(clients, args.stack) if args.stack is not None else None
    live = Live(clients, installation)
    return live.task(subject) if subject.is_task else live.service(subject)


def subject_of(text: str, cluster: str | None, region: str | None) -> Subject:
    """What a text names. Raises SettingsError for an ARN of something else, or of another place than is named."""
    given = cluster_name(cluster) if cluster is not None else None
    if cluster is not None and given is None:
        raise SettingsError("--cluster", cluster, "the name or ARN of a cluster")
    arn = Arn.read(text)
    if arn is None:
        return Subject(text, given, region, is_task=False)
    found = in_cluster(text, "task") or in_cluster(text, "service")
    if found is None:
        raise SettingsError(
            "the subject", text, "the ARN of an ECS task or service, a service's name, or a file"
        )
    for option, here, there in (("--cluster", given, found.cluster), ("--region", region, arn.region)):
        if here is not None and there is not None and here != there:
            raise SettingsError(option, here, f"{there}, which the ARN says")
    is_task = arn.kind == "task"
    return Subject(text if is_task else found.name, found.cluster or given, arn.region, is_task)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an installation's ledger knows about a failure: its open incident, and what else failed at that time."""

    incident: str | None
    others: tuple[Line, ...]


class Live:
    """Asks an account; with an installation, its clusters are looked at and its incident is named."""

    def __init__(self, clients: Clients, installation: Installation | None) -> None:
        self._clients = clients
        self._installation = installation
        self._tasks = AccountTasks(clients)
        self._evidence = AwsEvidence(clients)

    def task(self, subject: Subject) -> Explained:
        """Why a task stopped."""
        task = self._tasks.task(subject.cluster or "default", subject.name)
        if task is None:
            raise NotThereError(
                f"ECS knows no task {subject.name!a}: it was never there, or it stopped more than about an hour ago"
            )
        found = diagnose_task(task)
        evidence = self._evidence.about(question_about(task)) if found is not None else None
        card = task_card(self._heading(name_of(task), task.cluster), task, found, evidence)
        return self._explained(card, found, task)

    def service(self, subject: Subject) -> Explained:
        """Why the tasks of a service stop."""
        service = ServiceRef(subject.cluster or self._cluster_of(subject.name), subject.name)
        state = self._tasks.service(service)
        if state is None:
            raise NotThereError(f"there is no service {service.name!a} in cluster {service.cluster!a}")
        stopped = self._stopped(service)
        task = stopped.example
        question = _question(service, state, task)
        evidence = self._evidence.about(question) if question is not None else None
        card, found = service_card(self._heading(service.name, service.cluster), state, stopped, evidence)
        return self._explained(card, found, task)

    def _stopped(self, service: ServiceRef) -> Stopped:
        """The stopped tasks; a card without them still says how the service is."""
        try:
            return Stopped.of(self._tasks.stopped(service))
        except AccountError as error:
            return Stopped.not_read(error.code)

    def _heading(self, name: str, cluster: str | None) -> Heading:
        region = self._clients.region
        return Heading(name, f"{cluster}, {region}" if cluster else region, SystemClock().now())

    def _explained(self, card: Card, found: Diagnosis | None, task: TaskStateChange | None) -> Explained:
        cause = found.cause if found is not None else None
        remembered = Remembered(None, ())
        if self._installation is not None:
            remembered = _remembered(self._installation, cause, task)
            lines = *remembered.others, Line("Incident", remembered.incident or "none is open")
            card = replace(card, lines=(*card.lines, *lines))
        return Explained(card, cause, remembered.incident, card.cause, failed=cause is not None)

    def _cluster_of(self, name: str) -> str:
        """The only cluster that has a service of a name."""
        arns: Sequence[str] = (
            list(self._installation.config.cluster_arns().values())
            if self._installation is not None
            else self._tasks.clusters()
        )
        having = [arn for arn in arns if self._has(arn, name)]
        if len(having) == 1:
            return having[0].rpartition("/")[2]
        if not having:
            raise NotThereError(
                f"none of {len(arns)} clusters in {self._clients.region} has a service {name!a}"
            )
        names = ", ".join(arn.rpartition("/")[2] for arn in having)
        raise SettingsError("--cluster", "nothing", f"one of {names}, which all have a service {name!a}")

    def _has(self, cluster: str, name: str) -> bool:
        found = self._tasks.service(ServiceRef(cluster, name))
        return found is not None and found.status != "INACTIVE"


def _question(service: ServiceRef, state: ServiceState, task: TaskStateChange | None) -> Question | None:
    """What to read about a service: by a task that failed, else by its newest deployment while tasks are missing."""
    if task is not None:
        return replace(question_about(task), service=service)
    newest = state.deployment()
    missing = state.running < state.desired
    return Question(service, deployment_id=newest.id if newest is not None else None) if missing else None


def _remembered(installation: Installation, cause: str | None, task: TaskStateChange | None) -> Remembered:
    """What the ledger of an installation knows about a task that failed."""
    key = key_of(task) if task is not None else None
    if task is None or key is None or cause is None:
        return Remembered(None, ())
    histories = LedgerHistories(installation.store)
    found = histories.of(key).incident(cause)
    began = found.opened_at if found is not None else task.stopping_at or task.stopped_at
    others = at_the_same_time(histories, key, began, _same_time(installation)) if began else ()
    return Remembered(
        found.id if found is not None else None, tuple(Line(label, text) for label, text in others)
    )


def _same_time(installation: Installation) -> timedelta:
    """How far apart failures of the same time may be, as the installation has it set."""
    settings = settings_of(diagnose, installation.config.of("diagnose").settings)
    own = settings if isinstance(settings, DiagnoseSettings) else DiagnoseSettings()
    return timedelta(minutes=own.same_time_minutes)
