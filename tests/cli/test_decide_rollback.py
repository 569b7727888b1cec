"""A rollback tried out with `decide`: what is proposed, why, and what stands against it, for people and for programs."""

import json
from typing import Any

import pytest

from tests.cli.conftest import ROOT, Run

EXAMPLES = ROOT / "docs" / "examples"
EVENTS: list[dict[str, Any]] = json.loads((EXAMPLES / "failing-release.json").read_text(encoding="utf-8"))
ARN = "arn:aws:ecs:eu-central-1:111122223333"


def written(**service: Any) -> dict[str, Any]:
    """The example world, with keys of its service changed."""
    world: dict[str, Any] = json.loads((EXAMPLES / "rollback-world.json").read_text(encoding="utf-8"))
    world["clusters"][0]["services"][0] |= service
    return world


def rollbacks(run: Any) -> list[dict[str, Any]]:
    """What the rollback says in each line that is not nothing."""
    said = [
        outcome for line in run.lines for outcome in line["outcomes"] if outcome["playbook"] == "rollback"
    ]
    return [outcome for outcome in said if outcome["verdict"] != "ignore"]


def test_a_program_gets_the_change_with_all_that_it_is_about(decide: Run) -> None:
    [found] = rollbacks(decide(EVENTS, world=written()))
    assert (found["verdict"], found["cause"]) == ("act", "app-exit")
    assert found["target"] == f"{ARN}:service/web-prod/web-api"
    assert found["actions"] == [
        {
            "kind": "UpdateService",
            "target": f"{ARN}:service/web-prod/web-api",
            "service": f"{ARN}:service/web-prod/web-api",
            "cluster": f"{ARN}:cluster/web-prod",
            "task_definition": f"{ARN}:task-definition/web-api:41",
            "bad_task_definition": f"{ARN}:task-definition/web-api:42",
            "current_deployment": "ecs-svc/1234567890123456789",
        }
    ]


def test_events_that_arrive_once_more_propose_nothing_more(decide: Run) -> None:
    assert len(rollbacks(decide([*EVENTS, *EVENTS], world=written()))) == 1


HELD: dict[str, tuple[dict[str, Any], str]] = {
    "no tag": ({"tags": {}}, "its tag dockwarden:rollback says nothing, which means ask"),
    "unknown alarms": (
        {"alarms": None},
        "its alarms could not be read: the world file does not say: no 'alarms'",
    ),
    "an alarm that nobody names": ({"alarms": ["x"]}, "the world file does not say: no alarm x"),
    "unknown tasks": ({"running": 1}, "the world file does not say: no 'tasks_started_at' of service"),
    "unknown rollouts": ({"rollouts": None}, "which releases came in between could not be read"),
    "rolled back before": (
        {"known_bad": [{"task_definition": "web-api:42", "at": "2026-11-19T08:00:00Z"}]},
        "web-api:42 was rolled back on 19 Nov, 08:00 UTC and deployed again",
    ),
    "a stack of which nothing is said": (
        {"tags": {"dockwarden:rollback": "safe", "aws:cloudformation:stack-name": "shop"}},
        "how far stack shop is could not be read: the world file does not say",
    ),
    "too little of the service": (
        {"desired": None},
        "its releases could not be read: the world file does not say: no 'desired' of service web-prod/web-api",
    ),
}


@pytest.mark.parametrize(("changes", "words"), HELD.values(), ids=list(HELD))
def test_what_stands_against_a_rollback_is_said_with_what_the_file_lacks(
    decide: Run, changes: dict[str, Any], words: str
) -> None:
    """What is unknown is held with the key that would tell it, and never acted upon."""
    [found] = rollbacks(decide(EVENTS, world=written(**changes)))
    assert found["verdict"] == "hold"
    assert words in found["reason"]


def test_a_stack_in_progress_holds_a_rollback(decide: Run) -> None:
    world = written(tags={"dockwarden:rollback": "safe", "aws:cloudformation:stack-name": "shop"})
    [found] = rollbacks(decide(EVENTS, world=world | {"stacks": {"shop": "UPDATE_IN_PROGRESS"}}))
    assert (found["verdict"], "stack shop is UPDATE_IN_PROGRESS" in found["reason"]) == ("hold", True)
    [found] = rollbacks(decide(EVENTS, world=world | {"stacks": {"shop": "UPDATE_COMPLETE"}}))
    assert found["verdict"] == "act"


@pytest.mark.parametrize("changes", [{"known_good": []}, {"known_good": None}])
def test_without_anything_that_worked_people_are_told_that_nothing_can_be_done(
    decide: Run, changes: dict[str, Any]
) -> None:
    [found] = rollbacks(decide(EVENTS, world=written(**changes)))
    assert (found["verdict"], found["actions"]) == ("tell", [])
    assert "no revision of it is known to have worked" in found["reason"]


def test_people_see_each_reason_and_the_change_on_a_line_of_its_own(run: Run, tmp_path: Any) -> None:
    """No reason is cut because others stand before it."""
    path = tmp_path / "world.json"
    path.write_text(json.dumps(written(tags={}, alarms=None, rollouts=None, running=1)), encoding="utf-8")
    ran = run("decide", str(EXAMPLES / "failing-release.json"), "--world", str(path))
    lines = ran.out.splitlines()
    [first] = [number for number, line in enumerate(lines) if line.startswith("  hold ")]
    said = [line.strip() for line in lines[first:-2]]
    assert said[0] == "hold     rollback: revision web-api:42 fails: app-exit"
    assert "- its tag dockwarden:rollback says nothing, which means ask" in said
    assert "- which releases came in between could not be read" in said
    assert said[-1] == "-> roll service web-api in cluster web-prod back from web-api:42 to web-api:41"
    assert len(said) >= 6
    assert not any(line.endswith("...") for line in said)


def test_people_see_apart_from_the_reasons_that_nothing_was_called(run: Run) -> None:
    ran = run(
        *("decide", str(EXAMPLES / "failing-release.json")),
        *("--world", str(EXAMPLES / "rollback-world.json")),
    )
    lines = [line.strip() for line in ran.out.splitlines()]
    assert "act      rollback: revision web-api:42 fails: app-exit" in lines
    assert "- counts as done from here on, and nothing was called" in lines


def test_in_observe_mode_nothing_is_held_and_the_reason_says_what_would_have_held_it(decide: Run) -> None:
    ran = decide(EVENTS, "--mode", "observe", world=written(tags={}))
    [found] = rollbacks(ran)
    assert found["verdict"] == "observe"
    assert found["reason"].endswith(
        "; otherwise it would be held: its tag dockwarden:rollback says nothing, which means ask"
    )
    assert found["reason"].count("says nothing, which means ask") == 1
    assert [action["kind"] for action in found["actions"]] == ["UpdateService"]
    assert "hold" not in ran.verdicts


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (("failing_percent", 0), "1 to 100 percent"),
        (("failing_percent", 1000), "1 to 100 percent"),
        (("newest_hours", 0), "1 to 8760 hours"),
        (("oldest_days", 10**12), "1 to 3650 days"),
    ],
)
def test_a_gate_that_means_nothing_is_one_sentence(
    decide: Run, run: Run, tmp_path: Any, setting: tuple[str, int], expected: str
) -> None:
    """In a world file, and in the settings of a deploy."""
    of_rollback = {"ceiling": "enforce", "default": "enforce", "settings": dict([setting])}
    ran = decide(EVENTS, world=written() | {"playbooks": {"rollback": of_rollback}})
    path = tmp_path / "dockwarden.toml"
    name, value = setting
    path.write_text(f"[playbooks.rollback]\nsettings.{name} = {value}\n", encoding="utf-8")
    for one in (ran, run("playbooks", "--settings", str(path))):
        assert (one.code, one.out, one.err.count("\n")) == (2, "", 1)
        assert f"playbooks.rollback.settings.{name}: found {value}, expected {expected}" in one.err


def test_a_stop_of_the_service_stops_its_rollback_and_that_of_another_one_does_not(decide: Run) -> None:
    def stopped(name: str) -> str:
        [found] = rollbacks(decide(EVENTS, world=written() | {"stop": [{"scope": "service", "name": name}]}))
        return str(found["verdict"])

    assert (stopped("web-prod/web-api"), stopped("web-prod/web-other")) == ("tell", "act")
