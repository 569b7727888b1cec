"""The services of a world file: each key means what ECS means by it, and what is left out stays unknown."""

from typing import Any

import pytest

from dockwarden.cli.nodes import NodeError
from dockwarden.cli.world import World
from dockwarden.cli.world_file import read_world, world_of
from dockwarden.cli.world_services import WorldService
from dockwarden.events.times import as_time
from dockwarden.facts.alarms import Alarm
from dockwarden.facts.releases import ImageState, ServiceReleases
from dockwarden.facts.unknown import NotRead
from tests.cli.conftest import ROOT, Run, sample
from tests.fakes import ACCOUNT, REGION

ROLLBACK = ROOT / "docs" / "examples" / "rollback-world.json"
HERE = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
SERVICE = {"name": "web", "task_definition": "web:2", "desired": 4, "running": 3}
FIRST, SECOND, THIRD = "2026-11-18T08:00:00Z", "2026-11-19T08:00:00Z", "2026-11-20T08:00:00Z"


def document(*services: Any, **changes: Any) -> dict[str, Any]:
    clusters = [{"name": "prod", "opted_in": True, "services": list(services)}]
    return {"v": 1, "account": ACCOUNT, "region": REGION, "clusters": clusters, **changes}


def of(**changes: Any) -> dict[str, Any]:
    return document(SERVICE | changes)


def service(**changes: Any) -> WorldService:
    [found] = world_of(of(**changes)).services()
    return found


def releases(**changes: Any) -> ServiceReleases:
    found = service(**changes).releases
    assert isinstance(found, ServiceReleases)
    return found


def rollout(number: int, at: str, source: int | None = None, **changes: Any) -> dict[str, Any]:
    before = f"web:{source}" if source is not None else None
    made = {"task_definition": f"web:{number}", "from": before, "status": "SUCCESSFUL", "created_at": at}
    return made | changes


def good(**changes: Any) -> dict[str, Any]:
    return {"task_definition": "web:1", "since": FIRST, "last_seen": SECOND} | changes


def test_the_example_is_a_world() -> None:
    """The file that the documentation shows is read, and means what it says."""
    found = read_world(str(ROLLBACK))
    [one] = found.services()
    assert (one.ref.cluster, one.ref.name, one.tags) == (
        "web-prod",
        "web-api",
        {"dockwarden:rollback": "safe"},
    )
    assert isinstance(one.releases, ServiceReleases)
    assert one.releases.current is not None
    assert [known.task_definition.rpartition("/")[2] for known in one.known.good] == ["web-api:41"]
    assert set(found.alarms) == {"web-api-5xx"}


def test_names_become_arns_of_the_place() -> None:
    found = service()
    assert found.arn == f"{HERE}:service/prod/web"
    state = releases().state
    assert (state.cluster_arn, state.task_definition_arn) == (
        f"{HERE}:cluster/prod",
        f"{HERE}:task-definition/web:2",
    )


def test_what_is_left_out_is_what_aws_takes_or_unknown() -> None:
    """A service says in which way it is no plain one; what nobody says of how it is stays unknown."""
    found, told = service(), releases()
    state = told.state
    assert (state.status, state.deployment_controller, state.scheduling_strategy) == (
        "ACTIVE",
        "ECS",
        "REPLICA",
    )
    assert (told.managed_by, told.not_ours, state.tags) == ("CUSTOMER", None, ())
    assert (state.minimum_healthy_percent, state.maximum_percent) == (None, None)
    assert (state.deployments, found.started, found.watched) == ((), None, False)
    assert (found.known.good, found.known.bad) == ((), ())
    assert told.rollouts == NotRead("the world file does not say: no 'rollouts' of service prod/web")


@pytest.mark.parametrize("key", ["task_definition", "desired", "running"])
@pytest.mark.parametrize("how", ["absent", "null"])
def test_a_service_of_which_too_little_is_said_is_not_read(key: str, how: str) -> None:
    """No count is made up: the reason names the key that is missing."""
    changed = {name: value for name, value in SERVICE.items() if name != key}
    [found] = world_of(document(changed if how == "absent" else SERVICE | {key: None})).services()
    assert found.releases == NotRead(f"the world file does not say: no '{key}' of service prod/web")


def test_tags_that_cannot_be_read_are_not_none() -> None:
    found = service(tags=None)
    assert (found.tags, found.releases) == (
        None,
        NotRead("the world file does not say: no 'tags' of service prod/web"),
    )


@pytest.mark.parametrize(
    ("changes", "started"), [({}, None), ({"running": 0}, 0), ({"tasks_started_at": [FIRST]}, 1)]
)
def test_of_a_service_without_a_task_it_is_known_when_they_were_started(
    changes: dict[str, Any], started: int | None
) -> None:
    found = service(**changes).started
    assert (None if found is None else len(found)) == started


def test_rollouts_are_the_newest_first_and_name_service_revisions() -> None:
    """In whatever order the file has them; a task definition is that of its newest earlier rollout."""
    digests = {"app": "sha256:1"}
    told = releases(
        rollouts=[rollout(1, FIRST, digests=digests), rollout(2, THIRD, 1), rollout(1, SECOND, 7)]
    )
    assert not isinstance(told.rollouts, NotRead)
    assert not isinstance(told.revisions, NotRead)
    base = f"{HERE}:service-revision/prod/web"
    assert [one.target for one in told.rollouts] == [f"{base}/3", f"{base}/2", f"{base}/1"]
    assert [one.sources for one in told.rollouts] == [(f"{base}/2",), (f"{base}/web:7",), ()]
    assert told.revisions[f"{base}/1"].digests == (("app", "sha256:1"),)
    assert told.revisions[f"{base}/web:7"].task_definition == f"{HERE}:task-definition/web:7"
    assert told.current is not None
    assert told.current.arn == f"{base}/3"


@pytest.mark.parametrize(
    ("status", "under_way"),
    [("IN_PROGRESS", True), ("ROLLBACK_IN_PROGRESS", True), ("SUCCESSFUL", False), ("STOPPED", False)],
)
def test_the_deployment_that_is_under_way_is_the_current_one(status: str, *, under_way: bool) -> None:
    told = releases(rollouts=[rollout(2, THIRD, 1, status=status, arn="arn:of-it")])
    assert told.state.current_deployment_arn == ("arn:of-it" if under_way else None)


def test_a_rollout_that_ecs_took_back_says_to_what() -> None:
    back = rollout(2, THIRD, 1, status="ROLLBACK_SUCCESSFUL", rolled_back_to="web:1", finished_at=THIRD)
    told = releases(rollouts=[back, rollout(1, FIRST)])
    assert not isinstance(told.rollouts, NotRead)
    assert told.rollouts[0].proven == f"{HERE}:service-revision/prod/web/1"


def test_the_primary_deployment_is_of_what_the_service_is_to_run() -> None:
    made = {"id": "ecs-svc/9", "created_at": THIRD, "rollout_state": "FAILED"}
    primary = releases(deployment=made).state.deployment()
    assert primary is not None
    assert (primary.id, primary.rollout_state, primary.running) == ("ecs-svc/9", "FAILED", 3)
    assert primary.task_definition_arn == f"{HERE}:task-definition/web:2"


def test_what_is_known_to_have_worked_and_to_be_bad_is_the_newest_first() -> None:
    bad = {"task_definition": "web:3", "at": THIRD, "deployment": "ecs-svc/8", "digests": {"app": "sha256:3"}}
    known = service(
        known_good=[good(), good(task_definition="web:2", since=SECOND, last_seen=THIRD)], known_bad=[bad]
    ).known
    assert [one.task_definition[-1] for one in known.good] == ["2", "1"]
    assert [one.task_definition[-1] for one in known.bad] == ["3"]
    assert (known.service, known.bad[0].digests) == ("prod/web", (("app", "sha256:3"),))


def test_task_definitions_have_a_status_tags_and_images() -> None:
    image = {"container": "app", "image": "shop:1", "state": "moved"}
    told = {"task_definition": "web:1", "status": "INACTIVE", "tags": {"a": "b"}, "images": [image]}
    bare = {"task_definition": "web:2", "status": "ACTIVE"}
    found = world_of(document(task_definitions=[told, bare])).task_definitions
    one, other = found[f"{HERE}:task-definition/web:1"], found[f"{HERE}:task-definition/web:2"]
    assert (one.definition.status, one.definition.tags) == ("INACTIVE", (("a", "b"),))
    assert one.images is not None
    assert one.images[0].state is ImageState.MOVED
    assert (other.definition.tags, other.images) == ((), None)


def test_an_alarm_may_say_since_when() -> None:
    found = world_of(document(alarms={"a": "OK", "b": {"state": "ALARM", "since": FIRST}})).alarms
    assert found["a"] == Alarm("a", "OK")
    assert found["b"] == Alarm("b", "ALARM", as_time(FIRST))


def test_stacks_have_a_status() -> None:
    assert world_of(document(stacks={"shop": "UPDATE_IN_PROGRESS"})).stacks == {"shop": "UPDATE_IN_PROGRESS"}


def test_without_a_place_whole_arns_are_enough() -> None:
    """A file that is about no account in particular can name everything by its ARN."""
    whole = {"arn": f"{HERE}:service/prod/web", "task_definition": f"{HERE}:task-definition/web:2"}
    found = world_of({"v": 1, "clusters": [{"name": "prod", "services": [SERVICE | whole]}]}).services()
    assert found[0].arn == whole["arn"]
    assert isinstance(found[0].releases, ServiceReleases)
    assert found[0].releases.state.cluster_arn == f"{HERE}:cluster/prod"


def test_services_of_which_nothing_is_said_are_unknown_and_none_are_none() -> None:
    def cluster(**changes: Any) -> World:
        return world_of({"v": 1, "clusters": [{"name": "prod", **changes}]})

    found = [cluster(), cluster(services=None), cluster(services=[])]
    assert [world.clusters[0].services for world in found if world.clusters] == [None, None, ()]


WRONG = {
    "services that are no array": (
        {"v": 1, "clusters": [{"name": "prod", "services": {}}]},
        "clusters[0].services: found an object, expected an array",
    ),
    "a service twice": (document(SERVICE, SERVICE), "the service 'web' stands there 2 times"),
    "a service without a name": (document({}), "services[0]: the key 'name' is missing"),
    "a key that is none": (
        of(desired_count=2),
        "the key 'desired_count' means nothing; did you mean 'desired'",
    ),
    "a status that ECS has not": (of(status="UP"), "status: found 'UP', expected one of ACTIVE, DRAINING"),
    "a controller that ECS has not": (
        of(deployment_controller="ARGO"),
        "deployment_controller: found 'ARGO', expected one of ECS, CODE_DEPLOY, EXTERNAL",
    ),
    "a strategy that is none": (of(scheduling_strategy="ALL"), "expected one of REPLICA, DAEMON"),
    "a manager that is none": (of(managed_by="ME"), "managed_by: found 'ME', expected one of CUSTOMER, ECS"),
    "a count below 0": (of(desired=-1), "desired: found -1, expected a whole number"),
    "a task definition without a revision": (
        of(task_definition="web"),
        "task_definition: found 'web', expected family:revision, such as web:29",
    ),
    "an ARN of something else": (
        of(task_definition=f"{HERE}:task/web:2"),
        "expected family:revision, such as web:29",
    ),
    "the ARN of another service": (
        of(arn=f"{HERE}:service/prod/api"),
        "expected the ARN of the service 'web' in the cluster 'prod'",
    ),
    "the ARN of a service elsewhere": (
        of(arn=f"{HERE}:service/test/web"),
        "expected the ARN of the service 'web' in the cluster 'prod'",
    ),
    "a name without a place": (
        {"v": 1, "clusters": [{"name": "prod", "services": [{"name": "web"}]}]},
        "give its whole ARN, or 'account' and 'region' of the world",
    ),
    "a task that was started at no time": (
        of(tasks_started_at=["soon"]),
        "tasks_started_at[0]: found 'soon'",
    ),
    "a deployment without an id": (of(deployment={}), "deployment: the key 'id' is missing"),
    "a rollout state that is none": (
        of(deployment={"id": "x", "rollout_state": "DONE"}),
        "rollout_state: found 'DONE', expected one of COMPLETED, FAILED, IN_PROGRESS",
    ),
    "a rollout without a time": (of(rollouts=[{}]), "rollouts[0]: the key 'created_at' is missing"),
    "a rollout that does not say from what": (
        of(rollouts=[{"task_definition": "web:2", "status": "PENDING", "created_at": FIRST}]),
        "rollouts[0]: the key 'from' is missing",
    ),
    "a status of a rollout that is none": (
        of(rollouts=[rollout(2, FIRST, status="OK")]),
        "rollouts[0].status: found 'OK', expected one of IN_PROGRESS",
    ),
    "a digest that is no text": (of(known_good=[good(digests={"app": 1})]), "digests.app: found 1"),
    "health that ends before it begins": (
        of(known_good=[good(since=THIRD)]),
        f"last_seen: found '{SECOND}', expected a time from 'since' on",
    ),
    "what is good without a time": (
        of(known_good=[{"task_definition": "web:1"}]),
        "the key 'since' is missing",
    ),
    "what is bad without a time": (of(known_bad=[{"task_definition": "web:1"}]), "the key 'at' is missing"),
    "an alarm that is no name": (of(alarms=[5]), "alarms[0]: found 5, expected a text"),
    "a tag that is no text": (of(tags={"a": 1}), "services[0].tags.a: found 1, expected a text"),
    "a task definition twice": (
        document(task_definitions=[{"task_definition": "web:1", "status": "ACTIVE"}] * 2),
        "task_definitions[1]: web:1 stands there twice",
    ),
    "a task definition without a status": (
        document(task_definitions=[{"task_definition": "web:1"}]),
        "task_definitions[0]: the key 'status' is missing",
    ),
    "a state that no image has": (
        document(
            task_definitions=[
                {
                    "task_definition": "web:1",
                    "status": "ACTIVE",
                    "images": [{"container": "a", "image": "b", "state": "there"}],
                }
            ]
        ),
        "images[0].state: found 'there', expected one of same, moved, gone, archived",
    ),
    "an alarm without a state": (
        document(alarms={"a": {"since": FIRST}}),
        "alarms.a: the key 'state' is missing",
    ),
    "an alarm with a strange key": (document(alarms={"a": {"stat": "OK"}}), "did you mean 'state'?"),
    "a stack without a status": (
        document(stacks={"shop": None}),
        "stacks.shop: found nothing, expected a text",
    ),
}


@pytest.mark.parametrize(("written", "sentence"), WRONG.values(), ids=list(WRONG))
def test_invariant_64_what_services_cannot_be_is_one_sentence(written: Any, sentence: str) -> None:
    """It says where, what was found there, and what can stand there instead."""
    with pytest.raises(NodeError) as caught:
        world_of(written)
    assert sentence in str(caught.value)


def test_nothing_is_decided_in_a_world_that_is_wrong(decide: Run) -> None:
    ran = decide(sample("ecs/deployment-failed"), world=of(desired="four"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "clusters[0].services[0].desired: found 'four', expected a whole number" in ran.err


def test_the_documentation_names_every_key_of_a_service() -> None:
    """docs/world.md cannot fall behind the reader."""
    from dockwarden.cli import world_definitions, world_rollouts, world_services_file  # noqa: PLC0415 - their private sets of keys

    sets = [
        keys
        for module in (world_definitions, world_rollouts, world_services_file)
        for keys in vars(module).values()
        if isinstance(keys, frozenset)
    ]
    text = (ROOT / "docs" / "world.md").read_text(encoding="utf-8")
    wanted = {key for keys in sets for key in keys if isinstance(key, str) and key.islower()}
    assert len(wanted) > 20
    assert {
        key for key in {*wanted, "services", "stacks", "task_definitions", "state"} if f"`{key}`" not in text
    } == set()
