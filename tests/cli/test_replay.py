"""`dockwarden replay` as people use it: files, settings, a ledger, an archive."""

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.events.models import events_backends

from dockwarden.aws.clients import Clients
from dockwarden.cli.installation import Installation
from dockwarden.cli.replaying.archive import ArchiveReplay, ReplayError
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.playbook import registry
from dockwarden.runtime.arrivals import Arrival
from dockwarden.runtime.engine import Engine
from tests.cli.account import ACCOUNT, REGION, Account, client
from tests.cli.conftest import WORLD, Run, warning
from tests.fakes import Bench, FakeWorld, container_instance, event
from tests.ledger.conftest import TABLE

Files = Callable[..., str]


@pytest.fixture
def lines(tmp_path: Path) -> Files:
    """A file of events, one a line."""

    def written(*events: Any, name: str = "events.jsonl") -> str:
        (tmp_path / name).write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
        return str(tmp_path / name)

    return written


def test_files_folders_and_lines_are_replayed_as_one_stream(run: Run, lines: Files, tmp_path: Path) -> None:
    """Also a document with an array in it; what is not of events by its name is left alone."""
    lines(warning(id="a"), warning(id="b", time="2026-11-20T07:30:00Z"))
    (tmp_path / "more.json").write_text(json.dumps([warning(id="c", time="2026-11-20T09:00:00Z")]))
    (tmp_path / "notes.txt").write_text("no event")
    ran = run("replay", str(tmp_path), "--world", str(WORLD), "--json")
    assert ran.code == 0
    assert ran.lines[0]["events"] == 3
    assert ran.lines[0]["headline"].startswith("In these ")


def test_the_headline_is_the_first_line_for_people(run: Run, lines: Files) -> None:
    ran = run("replay", lines(warning()), "--world", str(WORLD))
    assert ran.out.splitlines()[0] == "In this minute it would have acted once, held 0, told 0, ignored 0."
    assert "\x1b" not in ran.out


def test_another_mode_is_another_result(run: Run, lines: Files) -> None:
    verdicts = {
        mode: run("replay", lines(warning()), "--world", str(WORLD), "--mode", mode, "--json").lines[0][
            "verdicts"
        ]
        for mode in ("observe", "approve", "enforce")
    }
    assert [mode for mode, found in verdicts.items() if found["act"]] == ["enforce"]
    assert verdicts["observe"]["observe"] == verdicts["approve"]["hold"] == 1


def test_other_settings_are_those_of_a_dockwarden_toml(run: Run, lines: Files, tmp_path: Path) -> None:
    """Modes, clusters, the guard and freezes: with no cluster opted in, its hosts are no business of ours."""
    settings = tmp_path / "other.toml"
    settings.write_text('clusters = []\n[playbooks.spot_drain]\nceiling = "enforce"\ndefault = "enforce"\n')
    ran = run("replay", lines(warning()), "--world", str(WORLD), "--settings", str(settings), "--json")
    assert ran.lines[0]["verdicts"]["ignore"] == 1
    settings.write_text('[playbooks.spot_drain]\nceiling = "observe"\n')
    ran = run("replay", lines(warning()), "--world", str(WORLD), "--settings", str(settings), "--json")
    assert ran.lines[0]["verdicts"]["observe"] == 1


def test_a_page_is_written_where_it_was_asked_for(run: Run, lines: Files, tmp_path: Path) -> None:
    ran = run("replay", lines(warning()), "--world", str(WORLD), "--page", str(tmp_path / "out.html"))
    assert ran.code == 0
    assert (tmp_path / "out.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_malformed_event_is_a_fault_and_the_others_are_replayed(run: Run, lines: Files) -> None:
    ran = run("replay", lines(warning(), {"source": 7}), "--world", str(WORLD), "--json")
    assert (ran.code, ran.lines[0]["events"], ran.lines[0]["malformed"]) == (2, 1, 1)
    assert "malformed" in ran.err


def test_a_line_that_is_no_json_is_named_by_its_number(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "cut.jsonl"
    file.write_text(json.dumps(warning()) + "\n" + json.dumps(warning())[:40])
    ran = run("replay", str(file))
    assert ran.code == 2
    assert "cut.jsonl line 2" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "SOURCE"),
        (("x.json", "--since", "7d"), "--ledger"),
        (("--archive",), "--from and --to"),
        (("x.json", "--from", "2026-11-13T00:00:00Z"), "--archive"),
        (("--archive", "--from", "2026-11-13T00:00:00Z", "--to", "2026-11-12T00:00:00Z"), "before"),
        (("x.json", "--mode", "enforce", "--settings", "y.toml"), "not allowed with"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    ran = run("replay", *words)
    assert ran.code == 2
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def here(raw: dict[str, Any]) -> dict[str, Any]:
    """An event of the account of these tests, now."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    return {**raw, "account": ACCOUNT, "region": REGION, "time": f"{now:%Y-%m-%dT%H:%M:%SZ}"}


def recorded(raw: dict[str, Any]) -> None:
    """Have an installation that enforces decide about an event, and write that into the account's ledger."""
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
    host = replace(
        container_instance(raw["detail"]["instance-id"]),
        arn=f"{arn}:container-instance/web-prod/{'0' * 32}",
        cluster_arn=f"{arn}:cluster/web-prod",
    )
    known = FakeWorld(instances=[host], listed=("web-prod",))
    installation = Bench(world=known, store=DynamoStore(lambda: client("dynamodb"), TABLE))
    installation.clock.set(datetime.now(UTC))
    parts = replace(installation.parts, home=None)
    Engine(parts, list(registry().values())).run([Arrival("m", event(raw))])


def test_the_ledger_alone_is_enough_to_see_what_other_settings_would_have_done(
    run: Run, account: Account
) -> None:
    """Then it was done; the installation's settings of now only observe, by the facts of then."""
    recorded(here(warning()))
    ran = run("replay", "--ledger", "--json")
    assert ran.code == 0, ran.err
    summary, compared = ran.lines
    assert summary["verdicts"]["observe"] == 1
    assert (compared["then"]["verdict"], compared["now"]["verdict"]) == ("act", "observe")
    assert compared["then"]["actions"] == compared["now"]["actions"] != []
    assert any("settings are those of now" in note for note in summary["notes"])
    same = run("replay", "--ledger", "--mode", "enforce", "--json").lines[0]
    assert (same["same"], same["differ"]) == (1, 0)


def test_files_are_compared_with_the_ledger_of_their_time(run: Run, account: Account, lines: Files) -> None:
    raw = here(warning())
    recorded(raw)
    ran = run("replay", lines(raw), "--ledger", "--json")
    assert ran.lines[0]["compared"] == 1


@pytest.fixture
def archived(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Account:
    """The account with an archive, its rule and its queue, in moto; files are written to a folder of the test."""
    monkeypatch.chdir(tmp_path)
    events, queue = client("events"), client("sqs").create_queue(QueueName="replays")["QueueUrl"]
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    archive = events.create_archive(ArchiveName="Dockwarden-events", EventSourceArn=bus)["ArchiveArn"]
    pattern = json.dumps({"source": ["aws.ec2", "app"], "replay-name": [{"exists": True}]})
    rule = events.put_rule(Name="Dockwarden-replays", EventPattern=pattern)["RuleArn"]
    target = f"arn:aws:sqs:{REGION}:{ACCOUNT}:replays"
    events.put_targets(Rule="Dockwarden-replays", Targets=[{"Id": "Lane", "Arn": target}])
    found = {"arn": archive, "bus": bus, "rule": rule, "queue": queue}
    account.cloudformation.outputs["Archive"] = json.dumps(found)
    monkeypatch.setattr("dockwarden.cli.replaying.archive._WAIT", 0)
    return account


PERIOD = ("--from", "2020-01-01T00:00:00Z", "--to", "2040-01-01T00:00:00Z")


def test_an_archive_is_replayed_into_a_private_file_and_decided_about(
    run: Run, archived: Account, tmp_path: Path
) -> None:
    """The events go through StartReplay, the rule and the queue, as moto has them."""
    # moto needs a package that we have not to archive what is put on the bus; what it archived it replays without.
    archive: Any = events_backends[ACCOUNT][REGION].archives["Dockwarden-events"]
    archive.events += [{**warning(), "time": at.timestamp()} for at in (START, END)]
    ran = run("replay", "--archive", *PERIOD, "--save", "week.jsonl", "--json")
    assert ran.code == 0, ran.err
    assert ran.lines[0]["events"] == 2
    kept = tmp_path / "week.jsonl"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(kept.read_text().splitlines()) == 2
    queue = json.loads(archived.cloudformation.outputs["Archive"])["queue"]
    left = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    assert left["Attributes"]["ApproximateNumberOfMessages"] == "0"
    again = run("replay", "--archive", *PERIOD, "--save", "week.jsonl")
    assert again.code == 2
    assert "it is there already" in again.err


def test_an_archive_that_holds_nothing_is_a_replay_of_nothing(run: Run, archived: Account) -> None:
    ran = run("replay", "--archive", *PERIOD)
    assert ran.code == 0
    assert ran.out.startswith("There was no event to decide about.")


def test_an_installation_without_an_archive_says_which_setting_makes_one(run: Run, account: Account) -> None:
    ran = run("replay", "--archive", *PERIOD)
    assert ran.code == 1
    assert "archive_days" in ran.err


class Scripted:
    """EventBridge and SQS by a script: what is received in which call, and which state the replay is in."""

    def __init__(self, batches: list[list[str]], states: list[str]) -> None:
        self.batches, self.states = batches, states
        self.started: dict[str, Any] = {}
        self.deleted: list[str] = []

    def start_replay(self, **request: Any) -> None:
        self.started = request

    def describe_replay(self, ReplayName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        assert ReplayName == self.started["ReplayName"]
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"State": state, "StateReason": "no such archive"}

    def receive_message(self, **_: Any) -> dict[str, Any]:
        bodies = self.batches.pop(0) if self.batches else []
        name = self.started["ReplayName"]
        return {"Messages": [{"Body": b.replace("MINE", name), "ReceiptHandle": b} for b in bodies]}

    def delete_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> None:  # noqa: N803 - boto3's
        self.deleted += [entry["ReceiptHandle"] for entry in Entries]


def scripted(account: Account, monkeypatch: pytest.MonkeyPatch, aws: Scripted) -> ArchiveReplay:
    found = {"arn": "arn:archive", "bus": "arn:bus", "rule": "arn:rule", "queue": "url"}
    account.cloudformation.outputs["Archive"] = json.dumps(found)
    others = {"events": aws, "sqs": aws}
    monkeypatch.setattr(
        Clients, "_make", lambda _, service, **__: others.get(service) or account.fake(service)
    )
    return ArchiveReplay(Installation(Clients(REGION), "Dockwarden"), pause=lambda _: None)


MINE = '{"replay-name": "MINE", "id": "%s"}'
START, END = datetime(2026, 11, 13, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)


def test_a_replay_names_its_one_rule_so_that_no_other_rule_gets_a_copy(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    aws = Scripted([], ["COMPLETED"])
    scripted(account, monkeypatch, aws).run(START, END, tmp_path / "out", lambda _: None)
    assert aws.started["Destination"] == {"Arn": "arn:bus", "FilterArns": ["arn:rule"]}
    assert (aws.started["EventStartTime"], aws.started["EventEndTime"]) == (START, END)


def test_copies_of_another_replay_stay_in_the_queue_and_late_ones_are_waited_for(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """EventBridge says COMPLETED when it has sent everything, not when SQS shows everything."""
    batches = [[MINE % 1], [], ['{"replay-name": "another"}', "no JSON"], [], [MINE % 2], [], [MINE % 3]]
    aws = Scripted(batches, ["STARTING", "RUNNING", "COMPLETED"])
    count = scripted(account, monkeypatch, aws).run(START, END, tmp_path / "out", lambda _: None)
    assert count == 3
    kept = [json.loads(line)["id"] for line in (tmp_path / "out").read_text().splitlines()]
    assert kept == ["1", "2", "3"]
    assert aws.deleted == [MINE % 1, MINE % 2, MINE % 3]


def test_a_replay_that_eventbridge_gives_up_says_why(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    aws = Scripted([], ["RUNNING", "FAILED"])
    with pytest.raises(ReplayError, match="no such archive"):
        scripted(account, monkeypatch, aws).run(START, END, tmp_path / "out", lambda _: None)


def test_without_the_permission_to_replay_one_sentence_says_so(
    run: Run, archived: Account, tmp_path: Path
) -> None:
    archived.refused.add("events")
    ran = run("replay", "--archive", *PERIOD, "--save", "x.jsonl")
    assert ran.code == 1
    assert "starting the replay: AWS answered AccessDenied" in ran.err
