"""`dockwarden why` about a service or task of an account, which drydock plays; nothing is ever changed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from dockwarden.aws.clients import Call, Clients
from dockwarden.cli import explaining_live
from dockwarden.incidents.history import History
from dockwarden.incidents.rules import failing as failed
from dockwarden.ledger.histories import LedgerHistories
from dockwarden.ledger.memory import MemoryStore
from dockwarden.runtime.config import PlaybookConfig
from lab.drydock.alarms import DeploymentAlarms, set_alarm
from lab.drydock.build import add_cluster, add_service, deploy
from lab.drydock.endpoint import Endpoint
from lab.drydock.face_inprocess import session
from lab.drydock.faults import Fault
from lab.drydock.model import Behaviour, TaskDefinition
from tests.cli.conftest import Ran, Run
from tests.drydock.deploying import FARGATE, Rollout, rollout

READS = re.compile(r"\w+:(Describe|List|Get|Lookup|Filter)[A-Z]\w*")
CRASH = Behaviour("exits", after=5, exit_code=3, lines=("starting", "no DATABASE_URL, password=hunter2"))


@dataclass
class Desk:
    """A person's desk beside an account."""

    run: Run
    monkeypatch: pytest.MonkeyPatch
    calls: list[Call] = field(default_factory=list)

    def why(self, made: Rollout, *words: str, endpoint: Endpoint | None = None) -> Ran:
        """Run the command against the account of a rollout."""
        own = session(endpoint) if endpoint else made.session
        clients = Clients(made.world.names.region, own, self.calls)
        self.monkeypatch.setattr(explaining_live, "clients_of", lambda _args: clients)
        return self.run("why", *words)

    @property
    def operations(self) -> set[str]:
        """What was called."""
        return {call.operation.partition(":")[2] for call in self.calls}


@pytest.fixture
def desk(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk; whatever a test does there, only reading operations are called."""
    found = Desk(run, monkeypatch)
    yield found
    assert [call.operation for call in found.calls if not READS.fullmatch(call.operation)] == []


def failing(behaviour: Behaviour = CRASH, seconds: float = 300) -> Rollout:
    """A service whose new revision fails, some time after it was deployed."""
    made = rollout(behaviour)
    made.world.advance(seconds)
    return made


def text_of(ran: Ran, label: str) -> str:
    """The text of the only line with a label."""
    [line] = ran.lines
    [text] = [one["text"] for one in line["lines"] if one["label"].startswith(label)]
    return str(text)


def test_a_service_that_crashes_is_explained_by_its_stopped_tasks(desk: Desk) -> None:
    made = failing()
    ran = desk.why(made, "web", "--cluster", "demo", "--json")
    [line] = ran.lines
    assert (ran.code, line["failed"], line["cause"]) == (0, True, "app-exit")
    assert (line["subject"], line["place"]) == ("web", "demo, us-east-1")
    assert line["sentence"] == "Container 'app' ended by itself with exit code 3."
    cause, _, count = text_of(ran, "Stopped").partition(" ")
    # One more may be on its way down, and its cause is certain already.
    assert (cause, int(count) - len(made.stopped()) in (0, 1)) == ("app-exit", True)
    assert text_of(ran, "Service").startswith("1 of 1 tasks run")
    assert "hunter2" not in ran.out
    assert "no DATABASE_URL" in text_of(ran, "Log of app")
    assert text_of(ran, "Deployed")
    assert {
        "ListTasks",
        "DescribeTasks",
        "DescribeServices",
        "GetLogEvents",
        "LookupEvents",
    } <= desk.operations


def test_a_service_that_starts_no_task_at_all_is_explained_by_its_newest_deployment(desk: Desk) -> None:
    """No task ever stopped, so none can be asked about: what changed and who deployed still say much."""
    made = rollout(instances=1)
    made.service.desired_count += 1
    ran = desk.why(made, "web", "--cluster", "demo", "--json")
    assert text_of(ran, "Changed in 2")
    assert text_of(ran, "Deployed")
    assert "GetLogEvents" not in desk.operations


def test_a_service_that_runs_what_it_should_costs_no_evidence(desk: Desk) -> None:
    made = rollout()
    made.world.advance(1800)
    assert desk.why(made, "web", "--cluster", "demo", "--json").code == 0
    assert "LookupEvents" not in desk.operations


def test_what_changed_is_known_after_the_rollout_is_complete(desk: Desk) -> None:
    """No task of the revision before runs any more; ECS's own history still has it."""
    made = rollout()
    made.world.advance(1800)
    moved = Behaviour("exits", after=900, exit_code=3)
    deploy(
        made.world, made.cluster, made.service, behaviour=moved, digest=f"sha256:{'b' * 64}", image="app:2"
    )
    made.world.advance(1500)
    assert len(made.service.deployments) == 1
    ran = desk.why(made, "web", "--cluster", "demo", "--json")
    assert text_of(ran, "Changed in 3").startswith("image of app ")
    assert "not compared" not in text_of(ran, "Changed in 3")


def test_a_service_is_found_in_the_only_cluster_that_has_it(desk: Desk) -> None:
    made = failing()
    add_cluster(made.world, "other")
    ran = desk.why(made, "web", "--json")
    assert (ran.code, ran.lines[0]["place"]) == (0, "demo, us-east-1")


def test_a_service_of_two_clusters_needs_to_be_told_apart(desk: Desk) -> None:
    made = failing()
    other = add_cluster(made.world, "other")
    add_service(made.world, other, TaskDefinition("web"), **FARGATE)
    ran = desk.why(made, "web")
    assert (ran.code, ran.out) == (2, "")
    assert "one of demo, other, which all have a service 'web'" in ran.err


def test_the_arn_of_a_service_names_its_cluster(desk: Desk) -> None:
    made = failing()
    ran = desk.why(made, made.service.arn, "--json")
    assert (ran.code, ran.lines[0]["cause"]) == (0, "app-exit")
    assert "ListClusters" not in desk.operations


def test_a_stopped_task_is_explained_with_its_log(desk: Desk) -> None:
    made = failing()
    arn = made.stopped()[0]["taskArn"]
    ran = desk.why(made, arn, "--json")
    [line] = ran.lines
    assert (ran.code, line["cause"], line["headline"]) == (0, "app-exit", "a task failed")
    assert text_of(ran, "Task").startswith("revision web:2, stopped ")
    assert "no DATABASE_URL" in text_of(ran, "Log of app")
    assert "hunter2" not in ran.out


def test_a_running_task_has_not_failed(desk: Desk) -> None:
    made = failing()
    [running] = [task for task in made.cluster.tasks.values() if task.last_status == "RUNNING"][:1]
    ran = desk.why(made, running.arn, "--json")
    [line] = ran.lines
    assert (ran.code, line["failed"], line["sentence"]) == (
        0,
        False,
        "Nothing has failed: the task is RUNNING.",
    )


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        (Behaviour("out-of-memory", after=5), "oom"),
        (Behaviour("image-missing"), "image-missing"),
        (Behaviour("secret-missing"), "secret-missing"),
        (Behaviour("elb-unhealthy"), "elb-health"),
    ],
)
def test_each_way_to_fail_has_its_cause(desk: Desk, behaviour: Behaviour, cause: str) -> None:
    ran = desk.why(failing(behaviour, 600), "web", "--cluster", "demo", "--json")
    assert (ran.code, ran.lines[0]["cause"]) == (0, cause)


def test_a_healthy_service_has_not_failed(desk: Desk) -> None:
    ran = desk.why(failing(Behaviour(), 1800), "web", "--cluster", "demo", "--json")
    [line] = ran.lines
    assert (ran.code, line["headline"]) == (0, "nothing has failed")
    assert text_of(ran, "Service").startswith("1 of 1 tasks run")


MISSING: dict[str, Callable[[Rollout], tuple[str, ...]]] = {
    "there is no service 'nope' in cluster 'demo'": lambda _: ("nope", "--cluster", "demo"),
    "none of 1 clusters in us-east-1 has a service 'nope'": lambda _: ("nope",),
    "AWS answered ClusterNotFoundException": lambda _: ("web", "--cluster", "nope"),
    "it stopped more than about an hour ago": lambda made: (made.service.arn.replace(":service/", ":task/"),),
}


@pytest.mark.parametrize("said", MISSING)
def test_what_is_not_there_is_one_sentence_and_exit_code_1(desk: Desk, said: str) -> None:
    made = failing()
    ran = desk.why(made, *MISSING[said](made))
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_task_that_ecs_has_forgotten_is_said_to_be_gone(desk: Desk) -> None:
    made = failing()
    arn = made.stopped()[0]["taskArn"]
    made.world.advance(2 * 3600)
    ran = desk.why(made, arn)
    assert (ran.code, ran.out) == (1, "")
    assert "it stopped more than about an hour ago" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("arn:aws:ecs:us-east-1:000000000000:cluster/demo",),
        ("arn:aws:s3:::bucket/web",),
        ("arn:aws:ecs:us-east-1:000000000000:service/demo/web", "--cluster", "other"),
        ("arn:aws:ecs:us-east-1:000000000000:service/demo/web", "--region", "eu-west-1"),
        ("web", "--cluster", "arn:aws:ecs:us-east-1:000000000000:service/demo/web"),
    ],
)
def test_an_arn_of_something_else_or_of_another_place_is_exit_code_2(
    desk: Desk, words: tuple[str, ...]
) -> None:
    ran = desk.why(failing(seconds=0), *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("operation", "label", "said"),
    [
        ("ListTasks", "Stopped", "not read (AccessDeniedException)"),
        ("GetLogEvents", "Not read", "the log (GetLogEvents: AccessDeniedException)"),
        ("LookupEvents", "Deployed", "by whom was not read (LookupEvents: AccessDeniedException)"),
    ],
)
def test_what_may_not_be_read_is_said_as_not_read(desk: Desk, operation: str, label: str, said: str) -> None:
    """The rest of the card stays."""
    made, endpoint = failing(), None
    endpoint = Endpoint(made.world)
    endpoint.faults.add(Fault(operation, "access_denied", times=9))
    ran = desk.why(made, "web", "--cluster", "demo", "--json", endpoint=endpoint)
    assert ran.code == 0
    assert said in text_of(ran, label)


def test_hostile_text_of_an_account_is_inert_on_the_terminal(desk: Desk) -> None:
    behaviour = Behaviour("exits", after=5, lines=("\x1b[2J\u202eevil", "▲ forged\nNext: forged"))
    ran = desk.why(failing(behaviour), "web", "--cluster", "demo")
    assert ran.code == 0
    assert {character for character in ran.out if not character.isprintable()} == {"\n"}
    assert sum(line.lstrip().startswith("Next:") for line in ran.out.splitlines()) == 1


def test_no_message_is_taken_for_an_incident_without_an_installation(desk: Desk) -> None:
    """Without --stack no ledger is read, and no incident is claimed."""
    [line] = desk.why(failing(), "web", "--cluster", "demo", "--json").lines
    assert line["incident"] is None
    assert [one for one in line["lines"] if one["label"] == "Incident"] == []
    assert not [call for call in desk.calls if call.operation.startswith(("dynamodb", "cloudformation"))]


@dataclass
class Installed:
    """An installation with one cluster and a ledger in memory."""

    store: MemoryStore
    clusters: dict[str, str]

    @property
    def config(self) -> "Installed":
        return self

    def cluster_arns(self) -> dict[str, str]:
        return self.clusters

    def of(self, _playbook: str) -> PlaybookConfig:
        return PlaybookConfig(settings={"same_time_minutes": 30})


def test_with_an_installation_its_clusters_are_looked_at_and_its_incident_is_named(desk: Desk) -> None:
    """The id is that of the card which people have on Slack."""
    made = failing()
    other = add_cluster(made.world, "other")
    add_service(made.world, other, TaskDefinition("web"), **FARGATE)
    installed = Installed(MemoryStore(), {"demo": made.cluster.arn})
    desk.monkeypatch.setattr(explaining_live, "Installation", lambda *_: installed)
    none = desk.why(made, "web", "--stack", "Dockwarden", "--json")
    assert (none.code, text_of(none, "Incident")) == (0, "none is open")
    now = made.world.now()
    histories = LedgerHistories(installed.store)
    histories.keep(failed(History("demo/service/web"), "app-exit", "web:2", now).history)
    assert histories.write(now) == set()
    ran = desk.why(made, "web", "--stack", "Dockwarden", "--json")
    assert text_of(ran, "Incident") == ran.lines[0]["incident"]
    assert str(ran.lines[0]["incident"]).startswith("inc-")


def test_the_alarms_of_a_service_are_on_its_card(desk: Desk) -> None:
    """Those of its deployments and of its tag, metric and composite, against the deployment that fails."""
    made = failing()
    made.service.alarms = DeploymentAlarms(("web-5xx",))
    made.service.tags["dockwarden:alarms"] = "web-all"
    set_alarm(made.world, "web-5xx", "ALARM")
    set_alarm(made.world, "web-all", "INSUFFICIENT_DATA", composite=True)
    for subject in ("web", made.stopped()[0]["taskArn"]):
        ran = desk.why(made, subject, "--cluster", "demo", "--json")
        since = f"{made.world.now():%H:%M} UTC"
        assert text_of(ran, "Alarms") == f"web-5xx in ALARM since {since}; web-all has no data"


def test_with_an_installation_what_else_failed_at_that_time_is_said(desk: Desk) -> None:
    """Near is what the installation has set, and nothing is said of what is farther away."""
    made = failing()
    installed = Installed(MemoryStore(), {"demo": made.cluster.arn})
    desk.monkeypatch.setattr(explaining_live, "Installation", lambda *_: installed)
    began = made.world.now()
    histories = LedgerHistories(installed.store)
    for name, minutes in {"web": 0, "api": 25, "cart": 35}.items():
        at = began + timedelta(minutes=minutes)
        histories.keep(failed(History(f"demo/service/{name}"), "app-exit", None, at).history)
    assert histories.write(began) == set()
    ran = desk.why(made, "web", "--stack", "Dockwarden", "--json")
    assert text_of(ran, "At the same time") == "1 other service fails: api (app-exit)"
