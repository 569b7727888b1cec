"""What `decide` prints: the contract that other programs read."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROOT, WORLD, Run, all_samples, instance_event, opted, sample, warning, world

KEYS = ["id", "source", "detail_type", "recognised", "outcomes"]
OUTCOME_KEYS = {"playbook", "verdict", "reason", "cause", "target", "incident", "actions"}
DRAIN = "UpdateContainerInstancesState"


@pytest.mark.parametrize("path", all_samples(), ids=lambda path: f"{path.parent.name}/{path.stem}")
@pytest.mark.parametrize("extra", [(), ("--world", str(WORLD), "--mode", "enforce")], ids=["bare", "world"])
def test_every_sample_event_is_recognised_and_decided(run: Run, path: Path, extra: tuple[str, ...]) -> None:
    """Exit 0, one line with exactly the documented keys, and known to a parser."""
    ran = run("decide", str(path), "--json", *extra)
    assert (ran.code, ran.err) == (0, "")
    [line] = ran.lines
    assert list(line) == KEYS
    assert line["recognised"] is True
    for outcome in line["outcomes"]:
        assert set(outcome) == OUTCOME_KEYS
        assert all({"kind", "target"} <= set(action) for action in outcome["actions"])


def test_the_lines_are_ascii_whatever_stands_in_the_event(decide: Run) -> None:
    ran = decide(warning(id="ünï \u202e\x1b[31m\n"))
    assert ran.out.isascii()
    assert ran.out.count("\n") == 1
    assert ran.lines[0]["id"] == "ünï \u202e\x1b[31m\n"


def test_absent_values_are_null(decide: Run) -> None:
    ran = decide(sample("ec2/spot-warning-terminate", id=None))
    assert ran.lines[0]["id"] is None
    assert ran.outcome["cause"] is None
    assert ran.outcome["incident"] is None


def test_an_event_that_no_parser_knows_is_not_recognised_and_no_error(decide: Run) -> None:
    """Invariant 14: a new detail-type is a value."""
    ran = decide(warning(detail_type="EC2 Spot Instance Surprise"))
    assert ran.code == 0
    assert ran.lines == [
        {
            "id": "a5187a14-fe0d-c6fb-cfd9-476b0fe6258c",
            "source": "aws.ec2",
            "detail_type": "EC2 Spot Instance Surprise",
            "recognised": False,
            "outcomes": [],
        }
    ]


@pytest.mark.parametrize(
    ("mode", "verdict", "reason"),
    [
        ("off", "ignore", "the mode is off"),
        ("observe", "observe", "EC2 takes this Spot Instance back (terminate)"),
        ("approve", "hold", "it waits for a person's approval"),
        ("enforce", "act", "EC2 takes this Spot Instance back (terminate)"),
    ],
)
def test_the_mode_makes_the_verdict_where_the_cluster_is_opted_in(
    decide: Run, mode: str, verdict: str, reason: str
) -> None:
    ran = decide(warning(), "--mode", mode, world=opted(opted_in=True))
    assert ran.code == 0
    assert ran.outcome["verdict"] == verdict
    assert reason in ran.outcome["reason"]


@pytest.mark.parametrize("mode", ["observe", "approve", "enforce"])
@pytest.mark.parametrize(
    ("opted_in", "verdict", "reason"),
    [
        (None, "hold", "whether cluster web-prod is opted in is not known"),
        (False, "ignore", "no container instance of an opted-in cluster"),
    ],
)
def test_no_mode_acts_where_the_cluster_is_not_known_to_be_opted_in(
    decide: Run, mode: str, *, opted_in: bool | None, verdict: str, reason: str
) -> None:
    """Invariant 65: nobody who is not listed is touched."""
    ran = decide(warning(), "--mode", mode, world=opted(opted_in=opted_in))
    assert ran.outcome["verdict"] == verdict
    assert reason in ran.outcome["reason"]


@pytest.mark.parametrize("mode", ["off", "observe", "approve", "enforce"])
def test_under_mode_the_reason_names_the_option_and_not_the_platform(decide: Run, mode: str) -> None:
    """The platform has said nothing; a tag that asks for more is limited by the option."""
    for tags in ({}, {"dockwarden:mode": "enforce"}):
        ran = decide(warning(), "--mode", mode, world=opted(opted_in=True, tags=tags))
        assert "ceiling" not in ran.out
        assert "platform" not in ran.out
        if mode in ("off", "approve"):
            assert f"--mode says {mode}" in ran.outcome["reason"]


@pytest.mark.parametrize("mode", ["observe", "approve", "enforce"])
def test_without_a_world_opt_in_is_unknown_and_the_change_is_held(decide: Run, mode: str) -> None:
    """--mode replaces the mode only."""
    ran = decide([instance_event("ACTIVE", 2), warning()], "--mode", mode)
    assert ran.outcome["verdict"] == "hold"
    assert "opted in is not known" in ran.outcome["reason"]
    assert [action["kind"] for action in ran.outcome["actions"]] == [DRAIN]


def test_without_a_mode_the_shipped_observe_applies(decide: Run) -> None:
    document = opted(opted_in=True)
    del document["playbooks"]
    assert decide(warning(), world=document).outcome["verdict"] == "observe"


def test_the_world_can_raise_the_mode_and_its_ceiling_limits_it(decide: Run) -> None:
    assert decide(warning(), world=world()).outcome["verdict"] == "act"
    playbooks = {"spot_drain": {"ceiling": "observe", "mode": "enforce"}}
    assert decide(warning(), world=world(playbooks=playbooks)).outcome["verdict"] == "observe"


def test_the_tag_of_the_cluster_in_the_world_can_lower_the_mode(decide: Run) -> None:
    document = opted(opted_in=True, tags={"dockwarden:mode": "observe"})
    assert decide(warning(), "--mode", "enforce", world=document).outcome["verdict"] == "observe"


def test_tags_that_are_unknown_mean_observe(decide: Run) -> None:
    document = opted(opted_in=True, tags=None)
    assert decide(warning(), "--mode", "enforce", world=document).outcome["verdict"] == "observe"


def test_invariant_62_a_stop_in_the_world_stops_and_people_are_told(decide: Run) -> None:
    for scope in (
        {"scope": "everything"},
        {"scope": "playbook", "name": "spot_drain"},
        {"scope": "cluster", "name": "web-prod"},
    ):
        ran = decide(warning(), "--mode", "enforce", world=world(stop=[scope]))
        assert ran.outcome["verdict"] == "tell"
        assert "; stopped: " in ran.outcome["reason"]
        assert ran.outcome["actions"] == []


def test_the_action_names_the_aws_operation_and_its_target(decide: Run) -> None:
    [action] = decide(warning(), "--mode", "enforce", world=world()).outcome["actions"]
    assert action == {
        "kind": DRAIN,
        "target": "arn:aws:ecs:eu-central-1:111122223333:container-instance/web-prod/490320b73797085628c24df7022d2732",
        "cluster": "arn:aws:ecs:eu-central-1:111122223333:cluster/web-prod",
        "container_instance": "arn:aws:ecs:eu-central-1:111122223333:container-instance/web-prod/490320b73797085628c24df7022d2732",
        "ec2_instance_id": "i-0a1b2c3d4e5f60718",
        "known": "remembered",
    }


def test_an_instance_that_no_cluster_has_is_ignored(decide: Run) -> None:
    document = world()
    document["clusters"][1] |= {"opted_in": False}
    ran = decide(sample("ec2/spot-warning-unknown-instance"), "--mode", "enforce", world=document)
    assert ran.outcome["verdict"] == "ignore"
    assert "no container instance of an opted-in cluster" in ran.outcome["reason"]


def test_an_instance_in_a_cluster_whose_instances_are_unknown_is_held(decide: Run) -> None:
    document = {"v": 1, "clusters": [{"name": "web-prod", "opted_in": True}]}
    ran = decide(warning(), "--mode", "enforce", world=document)
    assert ran.outcome["verdict"] == "hold"
    assert "not known" in ran.outcome["reason"]


def test_an_instance_that_drains_already_is_ignored(decide: Run) -> None:
    event = warning()
    event["detail"]["instance-id"] = "i-0fedcba9876543210"
    ran = decide(event, "--mode", "enforce", world=world())
    assert ran.outcome["verdict"] == "ignore"
    assert "DRAINING already" in ran.outcome["reason"]


def test_invariant_69_an_event_of_another_account_is_refused_where_the_world_names_one(decide: Run) -> None:
    ran = decide(warning(account="444455556666"), "--mode", "enforce", world=world())
    assert ran.outcome["verdict"] == "ignore"
    assert "not from 111122223333" in ran.outcome["reason"]


def test_the_readable_form_says_time_event_verdict_reason_and_count(run: Run) -> None:
    ran = run("decide", str(ROOT / "events/ec2/spot-warning-terminate.json"), "--world", str(WORLD))
    assert ran.code == 0
    assert "2026-11-20 09:15:00Z  EC2 Spot Instance Interruption Warning" in ran.out
    assert "act      spot_drain: EC2 takes this Spot Instance back (terminate)" in ran.out
    assert "-> drain i-0a1b2c3d4e5f60718 in cluster web-prod" in ran.out
    assert ran.out.endswith("1 event: 1 act\n")


def test_invariant_60_hostile_text_is_inert_on_the_terminal(run: Run, tmp_path: Path) -> None:
    """No escape sequence, no reordering, no line of its own, whatever an event says."""
    event = warning(id="\x1b[2J\u202eevil\r\n  act      forged: line\u2028\x07")
    event["detail"]["instance-action"] = "\x1b]8;;https://evil\x07click\x1b]8;;\x07\nact  forged"
    (tmp_path / "event.json").write_text(json.dumps([event, {"source": "\x1b[31m", "detail-type": 5}]))
    ran = run("decide", str(tmp_path / "event.json"))
    assert ran.code == 2
    text = ran.out + ran.err
    assert {character for character in text if not character.isprintable()} == {"\n"}
    assert not [line for line in text.splitlines() if line.lstrip().startswith("act")]


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_are_for_terminals_and_honour_no_color(
    run: Run, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], *, coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    path = str(ROOT / "events/ec2/spot-warning-terminate.json")
    assert ("\x1b[" in run("decide", path).out) is coloured
    assert "\x1b[" not in run("decide", path, "--json").out


def test_events_come_from_standard_input_too(run: Run, stdin: Callable[[bytes], None]) -> None:
    stdin(json.dumps([warning(), warning()]).encode())
    assert len(run("decide", "-", "--json").lines) == 2


IMPORTS = """
import sys
from dockwarden.cli.main import main
main(["decide", sys.argv[1], "--json", "--world", sys.argv[2]])
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_decide_imports_no_sdk_and_calls_nothing() -> None:
    """It starts fast, and what is not loaded cannot be called."""
    script = [sys.executable, "-c", IMPORTS, str(ROOT / "events/ec2/spot-warning-terminate.json"), str(WORLD)]
    ran = subprocess.run(
        script, cwd=ROOT / "functions", capture_output=True, text=True, check=True, timeout=60
    )
    loaded: Any = ran.stdout.splitlines()[-1].split()
    assert "dockwarden" in loaded
    assert not {"boto3", "botocore", "slack_sdk", "rich", "aws_lambda_powertools"} & set(loaded)
