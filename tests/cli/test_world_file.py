"""A world file: every key is known, every type is right, or one sentence says where it is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from dockwarden.cli.nodes import NodeError
from dockwarden.cli.world_file import read_world, world_of
from dockwarden.facts.alarms import Alarm
from dockwarden.guard.modes import Mode
from dockwarden.guard.settings import GuardSettings
from tests.cli.conftest import ROOT, WORLD, Run, warning, world

CLUSTER: dict[str, Any] = {"name": "web"}


def of_cluster(**changes: Any) -> dict[str, Any]:
    return world(clusters=[CLUSTER | changes])


def of_instance(**changes: Any) -> dict[str, Any]:
    return of_cluster(container_instances=[{"ec2_instance_id": "i-1", "status": "ACTIVE"} | changes])


def of_playbook(**entry: Any) -> dict[str, Any]:
    return world(playbooks={"spot_drain": entry})


def test_the_example_is_a_world() -> None:
    """The file that the documentation shows is read, and means what it says."""
    found = read_world(str(WORLD))
    assert found.home == ("111122223333", "eu-central-1")
    assert [(cluster.name, cluster.opted_in) for cluster in found.clusters or ()] == [
        ("web-prod", True),
        ("batch", False),
    ]
    assert found.playbooks["spot_drain"].ceiling is Mode.ENFORCE
    assert found.playbooks["spot_drain"].settings == {"drain_for": ("terminate", "stop")}


def test_freezes_alarms_and_the_guard_are_read_as_the_settings_are() -> None:
    """What is tried out in a world is what the platform would set."""
    found = world_of(
        world(
            freezes=[{"name": "weekend", "zone": "Europe/Berlin", "weekly": "Sat,Sun"}],
            alarms={"prod-5xx": "OK"},
            guard={"cooldown_minutes": 5, "budget_account": 7},
        )
    )
    assert [freeze.name for freeze in found.freezes] == ["weekend"]
    assert found.alarms == {"prod-5xx": Alarm("prod-5xx", "OK")}
    assert found.guard == GuardSettings(cooldown_minutes=5, budget_account="7")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"freezes": [{"name": "weekend", "zone": "Mars", "weekly": "Sat"}]},
            "at freezes: setting freeze 'weekend'",
        ),
        ({"freezes": None}, "at freezes: setting freeze: found nothing"),
        ({"alarms": {"prod-5xx": 7}}, "at alarms.prod-5xx: found 7"),
        ({"guard": {"cooldown_minutes": -1}}, "at guard: setting guard.cooldown_minutes: found -1"),
    ],
)
def test_freezes_alarms_and_a_guard_that_cannot_be_meant_are_one_sentence(
    changes: dict[str, Any], words: str
) -> None:
    """Nothing is decided in half a world."""
    with pytest.raises(NodeError) as caught:
        world_of(world(**changes))
    assert words in str(caught.value)


def test_the_documentation_names_every_key() -> None:
    """docs/world.md cannot fall behind the reader."""
    text = (ROOT / "docs" / "world.md").read_text(encoding="utf-8")
    keys = {
        "v",
        "about",
        "account",
        "region",
        "partition",
        "clusters",
        "playbooks",
        "stop",
        "name",
        "opted_in",
        "tags",
    }
    keys |= {"container_instances", "arn", "ec2_instance_id", "status", "version", "registered_at"}
    keys |= {"freezes", "alarms", "guard"}
    keys |= {"ceiling", "default", "mode", "max_age", "settings", "scope", "why"}
    assert {key for key in keys if f"`{key}`" not in text} == set()


WRONG = {
    "no object": ([], "its top: found an array, expected an object"),
    "no version": ({}, "the key 'v' is missing"),
    "another version": ({"v": 2}, "v: found 2, expected 1"),
    "true as version": ({"v": True}, "v: found True, expected 1"),
    "an unknown key": (world(regoin="x"), "the key 'regoin' means nothing; did you mean 'region'?"),
    "a strange key": (world(zzzzz="x"), "the key 'zzzzz' means nothing; known are "),
    "half a home": ({"v": 1, "account": "1"}, "the key 'region' is missing"),
    "an account that is a number": (
        world(account=111122223333),
        "account: found 111122223333, expected a text",
    ),
    "clusters that are no array": (world(clusters={}), "clusters: found an object, expected an array"),
    "a cluster that is a text": (world(clusters=["web"]), "clusters[0]: found 'web', expected an object"),
    "a cluster without a name": (world(clusters=[{}]), "clusters[0]: the key 'name' is missing"),
    "a cluster twice": (world(clusters=[CLUSTER, CLUSTER]), "the cluster 'web' stands there 2 times"),
    "opt-in as text": (
        of_cluster(opted_in="yes"),
        "clusters[0].opted_in: found 'yes', expected true, false, or null",
    ),
    "a tag that is no text": (of_cluster(tags={"a": 1}), "clusters[0].tags.a: found 1, expected a text"),
    "a status that ECS has not": (
        of_instance(status="UP"),
        "container_instances[0].status: found 'UP', expected one of ACTIVE",
    ),
    "a version below 0": (of_instance(version=-1), "version: found -1, expected a whole number"),
    "a version that is true": (of_instance(version=True), "version: found True"),
    "a time that is none": (
        of_instance(registered_at="soon"),
        "registered_at: found 'soon', expected a time",
    ),
    "an unknown playbook": (world(playbooks={"spot": {}}), "no playbook is called 'spot'"),
    "a path as playbook": (world(playbooks={"../x": {}}), "no playbook is called '../x'"),
    "a mode that is none": (
        of_playbook(mode="on"),
        "playbooks.spot_drain.mode: found 'on', expected one of off, observe",
    ),
    "an age above the playbook's own": (
        of_playbook(max_age=121),
        "playbooks.spot_drain.max_age: found 121, expected at most the playbook's own, 120",
    ),
    "a ceiling that is none": (of_playbook(ceiling=None), "ceiling: found nothing, expected one of"),
    "an unknown setting": (of_playbook(settings={"drain_fro": []}), "did you mean 'drain_for'?"),
    "a setting of another type": (
        of_playbook(settings={"drain_for": "stop"}),
        "drain_for: found 'stop', expected an array",
    ),
    "a stop of something else": (
        world(stop=[{"scope": "host", "name": "x"}]),
        "stop[0].scope: found 'host', expected everything, playbook, cluster or service",
    ),
    "a stop of half a service": (
        world(stop=[{"scope": "service", "name": "web"}]),
        "stop[0].name: found 'web', expected CLUSTER/SERVICE",
    ),
    "a stop of a service without a cluster": (
        world(stop=[{"scope": "service", "name": "/web"}]),
        "stop[0].name: found '/web', expected CLUSTER/SERVICE",
    ),
    "a stop of a service of no cluster": (
        world(stop=[{"scope": "service", "name": "wbe/web"}]),
        "there is no cluster 'wbe'",
    ),
    "a stop of no cluster": (world(stop=[{"scope": "cluster", "name": "wbe"}]), "there is no cluster 'wbe'"),
    "a stop of no playbook": (world(stop=[{"scope": "playbook", "name": "x"}]), "no playbook is called 'x'"),
    "an instance without an ARN or a place": (
        {
            "v": 1,
            "clusters": [CLUSTER | {"container_instances": [{"ec2_instance_id": "i-1", "status": "ACTIVE"}]}],
        },
        "give its 'arn', or 'account' and 'region' of the world",
    ),
}


@pytest.mark.parametrize(("document", "sentence"), WRONG.values(), ids=list(WRONG))
def test_invariant_64_what_a_world_cannot_mean_is_one_sentence_and_nothing_is_decided(
    decide: Run, document: Any, sentence: str
) -> None:
    ran = decide(warning(), world=document)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("dockwarden: the world file at ")
    assert sentence in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("data", [b"", b"{", b'{"v": 1, "v": 1}', b"\xff", b'{"v": NaN}', b"[" * 200_000])
def test_a_world_that_is_no_json_is_one_sentence(run: Run, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "world.json").write_bytes(data)
    (tmp_path / "event.json").write_text(json.dumps(warning()))
    ran = run("decide", str(tmp_path / "event.json"), "--world", str(tmp_path / "world.json"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_a_world_that_is_not_there_is_one_sentence(run: Run, tmp_path: Path) -> None:
    ran = run("decide", "event.json", "--world", str(tmp_path / "nowhere.json"))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "there is no such file" in ran.err


def test_a_name_with_control_characters_is_inert_in_the_sentence(decide: Run) -> None:
    """Invariant 60: a key of the file cannot paint the terminal."""
    ran = decide(warning(), world=world(**{"\x1b[31mred\n": 1}))
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert ran.err.count("\n") == 1


def test_a_cluster_of_which_nothing_is_said_is_unknown() -> None:
    """Nothing means unknown, and never opted in."""
    [found] = world_of({"v": 1, "clusters": [{"name": "web"}]}).clusters or ()
    assert (found.opted_in, found.container_instances, found.arn) == (None, None, None)


def test_an_instance_without_an_arn_gets_one_of_its_cluster() -> None:
    [found] = world_of(of_instance()).instances()
    assert found.arn == "arn:aws:ecs:eu-central-1:111122223333:container-instance/web/i-1"


def test_the_error_says_where() -> None:
    with pytest.raises(NodeError) as raised:
        world_of(of_instance(statsu="x"))
    assert raised.value.path == "clusters[0].container_instances[0]"
