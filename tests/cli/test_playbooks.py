"""The registry, as `dockwarden playbooks` shows it."""

from pathlib import Path

from dockwarden.playbook import registry
from tests.cli.conftest import Run


def test_every_playbook_is_listed_with_what_it_may_do(run: Run) -> None:
    lines = {line["name"]: line for line in run("playbooks", "--json").lines}
    assert sorted(lines) == sorted(registry())
    spot = lines["spot_drain"]
    assert (spot["ceiling"], spot["mode"], spot["lane"], spot["max_age"]) == (
        "observe",
        "observe",
        "spot",
        120,
    )
    assert spot["triggers"] == [
        {"source": "aws.ec2", "detail_types": ["EC2 Spot Instance Interruption Warning"]}
    ]
    assert spot["may"] == [
        {"kind": "UpdateContainerInstancesState", "iam": ["ecs:UpdateContainerInstancesState"]}
    ]
    assert spot["settings"] == {"drain_for": ["terminate", "stop", "hibernate"]}


def test_the_readable_list_says_what_a_stop_means(run: Run) -> None:
    ran = run("playbooks")
    assert ran.code == 0
    for playbook in registry().values():
        assert playbook.summary in ran.out
        assert playbook.when_stopped in ran.out


def test_a_settings_file_shows_what_a_deploy_of_it_would_mean(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "dockwarden.toml"
    file.write_text(
        'clusters = ["web"]\n[playbooks.spot_drain]\nceiling = "enforce"\ndefault = "approve"\nmax_age = 90\n'
    )
    lines = {line["name"]: line for line in run("playbooks", "--settings", str(file), "--json").lines}
    spot = lines["spot_drain"]
    assert (spot["ceiling"], spot["mode"], spot["max_age"]) == ("enforce", "approve", 90)
    assert lines["instance_index"]["ceiling"] == "observe"


def test_a_settings_file_with_a_typo_is_one_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "dockwarden.toml"
    for text in (
        '[playbooks.spot_drain]\nceilng = "enforce"',
        "[playbooks.spot]",
        "playbooks = 5",
        "a = ",
        "\0",
    ):
        file.write_text(text)
        ran = run("playbooks", "--settings", str(file))
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), text
        assert str(file) in ran.err


def test_people_read_what_a_kind_of_action_is_and_programs_its_name(run: Run) -> None:
    assert "UpdateService, UpdateService (pinned copy), " in run("playbooks").out
    assert ":PINNED" not in run("playbooks").out
    [rollback] = [line for line in run("playbooks", "--json").lines if line["name"] == "rollback"]
    assert "UpdateService:PINNED" in [action["kind"] for action in rollback["may"]]


def test_the_commands_that_answer_show_how_for_a_rollback(run: Run) -> None:
    for command in ("approve", "reject", "undo"):
        assert f"dockwarden {command} rollback-0123456789abcdef" in run(command, "--help").out
    assert "rolled back is rolled forward" in run("undo", "--help").out
