"""The platform's settings: each fault is one clear sentence at synth, and none ever widens anything."""

import json
import re
import tomllib
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from dockwarden.errors import SettingsError
from dockwarden.guard.freeze_settings import read_freezes
from dockwarden.guard.freezes import frozen
from dockwarden.guard.modes import Mode
from dockwarden.guard.settings import GuardSettings
from dockwarden.guard.whereabouts import Whereabouts
from dockwarden.playbook import registry
from dockwarden.runtime.config import read_config
from dockwarden_cdk import (
    DockwardenStack,
    FunctionCode,
    PlaybookSettings,
    Settings,
    in_one_sentence,
    read_settings,
    settings_of_app,
)
from dockwarden_cdk.config import check_length
from dockwarden_cdk.lane_function import read_permissions
from dockwarden_cdk.samples import enforcing
from dockwarden_cdk.settings_file import from_document
from tests.cdk.stacks import synthesize

ROOT = Path(__file__).resolve().parents[2]

WEEKEND = {"name": "weekend", "zone": "Europe/Berlin", "weekly": "Fri 17:00..Mon 08:00"}

FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"clusters": ["*"]}, "clusters", "'*'"),
    ({"clusters": [""]}, "clusters", "never empty"),
    ({"clusters": ["prod-*"]}, "clusters", "'prod-*'"),
    ({"clusters": "prod"}, "clusters", "a list"),
    ({"clusters": ["a", "a"]}, "clusters", "each cluster once"),
    ({"clusters": [7]}, "clusters", "found 7"),
    ({"playbooks": {"": {}}}, "playbooks", "spot_drain"),
    ({"playbooks": {"spot_drian": {}}}, "playbooks", "'spot_drian'"),
    (
        {"playbooks": {"spot_drain": {"ceiling": "enforced"}}},
        "playbooks.spot_drain.ceiling",
        "one of off, observe",
    ),
    ({"playbooks": {"spot_drain": {"ceiling": True}}}, "playbooks.spot_drain.ceiling", "found True"),
    (
        {"playbooks": {"spot_drain": {"default": "enforce"}}},
        "playbooks.spot_drain.default",
        "at most the ceiling",
    ),
    ({"playbooks": {"spot_drain": {"default": ""}}}, "playbooks.spot_drain.default", "one of off"),
    ({"playbooks": {"spot_drain": {"max_age": 0}}}, "playbooks.spot_drain.max_age", "from 1 to 120"),
    ({"playbooks": {"spot_drain": {"max_age": 121}}}, "playbooks.spot_drain.max_age", "from 1 to 120"),
    ({"playbooks": {"spot_drain": {"max_age": True}}}, "playbooks.spot_drain.max_age", "seconds"),
    ({"playbooks": {"spot_drain": {"celling": "off"}}}, "playbooks.spot_drain.celling", "no such setting"),
    (
        {"playbooks": {"spot_drain": {"settings": {"drain": []}}}},
        "playbooks.spot_drain.settings",
        "drain_for",
    ),
    (
        {"playbooks": {"spot_drain": {"settings": {"drain_for": "terminate"}}}},
        "playbooks.spot_drain.settings.drain_for",
        "like the default",
    ),
    *(
        (
            {"playbooks": {"rollback": {"settings": {name: value}}}},
            f"playbooks.rollback.settings.{name}",
            f"found {value}, expected 1 to ",
        )
        for name, value in (("failing_percent", 0), ("failing_percent", 1000), ("oldest_days", -1))
    ),
    (
        {"playbooks": {"instance_index": {"settings": {"x": 1}}}},
        "playbooks.instance_index.settings",
        "no settings",
    ),
    ({"playbooks": ["spot_drain"]}, "playbooks", "a table"),
    ({"playbooks": {"spot_drain": "enforce"}}, "playbooks.spot_drain", "a table"),
    ({"cluster": ["prod"]}, "cluster", "no such setting"),
    ({"slack_channel": "#platform"}, "slack_channel", "a channel's id"),
    ({"slack_secret": ""}, "slack_secret", "name or the ARN"),
    (
        {"slack_secret": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/slack"},
        "slack_secret",
        "the whole ARN of a secret, which ends in - and six characters",
    ),
    ({"alarm_email": "nobody"}, "alarm_email", "an e-mail address"),
    ({"alarm_topic_arn": "oncall"}, "alarm_topic_arn", "the ARN of an SNS topic"),
    (
        {"alarm_email": "a@example.com", "alarm_topic_arn": "arn:aws:sns:eu-west-1:111122223333:t"},
        "alarm_email",
        "subscribe it to that topic",
    ),
    ({"customer_managed_key": "alias/mine"}, "customer_managed_key", "the ARN of a KMS key"),
    ({"permissions_boundary": "a policy"}, "permissions_boundary", "managed policy"),
    ({"role_path": "platform"}, "role_path", "begins and ends with /"),
    ({"name_prefix": "a" * 21}, "name_prefix", "at most 20"),
    ({"tags": {"aws:x": "y"}}, "tags", "aws:"),
    ({"tags": {"team": 7}}, "tags.team", "a text"),
    ({"bootstrap_qualifier": "much-too-long"}, "bootstrap_qualifier", "at most 10"),
    ({"architecture": "arm"}, "architecture", "arm64, x86_64"),
    ({"log_retention_days": 31}, "log_retention_days", "found 31"),
    ({"freeze": {"name": "x"}}, "freeze", "a list of freezes"),
    ({"freeze": [{**WEEKEND, "zone": "Berlin"}]}, "freeze 'weekend', zone", "found 'Berlin'"),
    ({"freeze": [{**WEEKEND, "weekly": "weekend"}]}, "freeze 'weekend', weekly", "Fri 17:00..Mon 08:00"),
    ({"freeze": [{**WEEKEND, "clusters": []}]}, "freeze 'weekend', clusters", "never empty"),
    (
        {"freeze": [{**WEEKEND, "clusters": ["prod"]}]},
        "freeze 'weekend', clusters",
        "these settings: none yet",
    ),
    (
        {"clusters": ["prod"], "freeze": [{**WEEKEND, "services": ["prdo/web"]}]},
        "freeze 'weekend', services",
        "found 'prdo', expected one of the clusters in these settings: prod",
    ),
    ({"freeze": [{**WEEKEND, "playbooks": ["spot"]}]}, "freeze 'weekend', playbooks", "spot_drain"),
    ({"guard": 7}, "guard", "a table"),
    ({"guard": {"cooldown": 1}}, "guard.cooldown", "no such setting; there are: cooldown_minutes"),
    ({"guard": {"cooldown_minutes": 0}}, "guard.cooldown_minutes", "from 1 to"),
    ({"guard": {"cooldown_minutes": True}}, "guard.cooldown_minutes", "found True"),
    ({"guard": {"actions_window_hours": 10**9}}, "guard.actions_window_hours", "from 1 to"),
    ({"guard": {"cooldown_minutes": "30"}}, "guard.cooldown_minutes", "a whole number"),
    ({"guard": {"budget_service": "many"}}, "guard.budget_service", "a percent such as 25%"),
    ({"guard": {"budget_cluster": "101%"}}, "guard.budget_cluster", "a percent such as 25%"),
    ({"guard": {"budget_account": "10%"}}, "guard.budget_account", "no percent"),
]


@pytest.mark.parametrize(
    ("document", "setting", "words"), FAULTS, ids=[f"{s}-{n}" for n, (_, s, _) in enumerate(FAULTS)]
)
def test_invariant_64_a_bad_setting_is_one_sentence_that_names_it(
    document: dict[str, Any], setting: str, words: str
) -> None:
    """Nothing is synthesized from a setting that cannot be meant."""
    with pytest.raises(SettingsError) as caught:
        from_document(document)
    assert caught.value.setting == setting
    assert words in str(caught.value)


NAMES = {"RoleName", "QueueName", "LogGroupName", "TableName", "TopicName", "AlarmName"}


@pytest.mark.parametrize("secret", ["xoxb-1-canary", "https://hooks.example.com/services/canary"])
def test_invariant_71_a_token_in_the_settings_is_refused_and_not_repeated(secret: str) -> None:
    """A settings file is committed; what stands in it ends up in a template."""
    with pytest.raises(SettingsError) as caught:
        Settings(slack_secret=secret)
    assert "canary" not in str(caught.value)


def test_what_is_shipped_observes_lists_no_cluster_and_is_the_default() -> None:
    """The committed file says what no file would say, but for the tag."""
    shipped = read_settings(ROOT / "dockwarden.toml")
    assert shipped.clusters == ()
    assert all(playbook.highest is Mode.OBSERVE for playbook in shipped.playbooks.values())
    assert not any(playbook.may_act for playbook in shipped.playbooks.values())
    defaults = Settings(playbooks=shipped.playbooks, tags=shipped.tags)
    assert shipped == defaults


def test_every_setting_stands_in_the_committed_file() -> None:
    """Whoever reads the file knows what can be set."""
    text = (ROOT / "dockwarden.toml").read_text()
    missing = [name for name in Settings.__dataclass_fields__ if f"\n{name} = " not in text]
    assert missing == ["playbooks", "tags", "freeze", "guard", "pinned_copies"]
    assert "# [[freeze]]" in text
    assert tomllib.loads(text)["guard"] == asdict(GuardSettings())
    assert "[playbooks.spot_drain]" in text
    assert "[tags]" in text


def test_a_ceiling_does_not_arm_by_itself() -> None:
    """Raising the ceiling lets tags and run-time settings ask for more; the default stays observe."""
    assert PlaybookSettings(ceiling="enforce").usual is Mode.OBSERVE
    assert PlaybookSettings(ceiling="off").usual is Mode.OFF
    assert PlaybookSettings(ceiling="enforce", default="approve").usual is Mode.APPROVE


def test_the_context_names_another_file(tmp_path: Path) -> None:
    """`cdk deploy -c settings=…` reads that file."""
    other = tmp_path / "other.toml"
    other.write_text('clusters = ["alpha"]\n')
    assert settings_of_app(App(context={"settings": str(other)})).clusters == ("alpha",)


def test_a_synthesis_with_a_bad_file_ends_in_one_sentence(tmp_path: Path) -> None:
    """Who runs `cdk deploy` reads what is wrong, in which file, and no traceback."""
    bad = tmp_path / "bad.toml"
    bad.write_text('clusters = ["*"]\n')
    with pytest.raises(SystemExit) as caught:
        settings_of_app(App(context={"settings": str(bad)}))
    assert str(caught.value).startswith(f"{bad}: setting clusters: found '*', expected ")


@pytest.mark.parametrize("content", [None, b"clusters = [", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match="setting file: found"):
        read_settings(path)


def test_more_clusters_than_the_environment_holds_is_said_at_synth() -> None:
    """Lambda's 4 KB would else fail the deploy half way."""
    config = synthesize(Settings()).stack.lanes[0].function.config
    names = [f"cluster-with-a-rather-long-name-{n}" for n in range(120)]
    with pytest.raises(SettingsError, match=r"found 120 names, expected at most \d+ of these") as caught:
        check_length({**config, "clusters": names})
    fitting = int(re.findall(r"at most (\d+)", str(caught.value))[0])
    assert fitting > 50
    check_length({**config, "clusters": names[:fitting]})


def test_more_freezes_than_the_environment_holds_is_said_at_synth_with_or_without_clusters() -> None:
    """Freezes take room from clusters; alone they can be too much as well."""
    config = synthesize(Settings(freeze=[WEEKEND])).stack.lanes[0].function.config
    check_length(config)
    many = [{**WEEKEND, "name": f"weekend {n}"} for n in range(60)]
    with pytest.raises(SettingsError, match=r"setting freeze: found 60 freezes of \d+ characters"):
        check_length({**config, "freezes": many})


def test_the_functions_read_the_freezes_and_the_guard_as_they_were_set(tmp_path: Path) -> None:
    """TOML's dates, a budget without quotes and what was not set arrive as they were meant."""
    path = tmp_path / "dockwarden.toml"
    path.write_text(
        "[guard]\ncooldown_minutes = 20\nbudget_account = 7\n"
        "[[freeze]]\nname = 'sale'\nzone = 'Europe/Berlin'\n"
        "from = 2026-11-26T18:00:00\nuntil = 2026-11-30\n"
        "[[freeze]]\nname = 'burning'\nalarm = 'prod-5xx'\n"
    )
    settings = read_settings(path)
    config = synthesize(settings).stack.lanes[0].function.config
    read = read_config(json.dumps({**config, "account": "111122223333", "region": "eu-central-1"}))
    assert read.guard == GuardSettings(cooldown_minutes=20, budget_account="7")
    assert read.freezes == read_freezes(settings.freeze)
    assert settings.zones == ("Europe/Berlin",)
    assert settings.alarms == ("prod-5xx",)


def test_only_where_a_freeze_names_an_alarm_may_the_guard_read_alarms() -> None:
    """A permission that nobody needs is not there; one that the guard needs does not fail the first hold."""
    voluntary = [playbook for playbook in registry().values() if playbook.may and not playbook.involuntary]
    assert voluntary
    without = read_permissions(voluntary, alarms=False)
    added = [p for p in read_permissions(voluntary, alarms=True) if p not in without]
    assert [permission.actions for permission in added] == [("cloudwatch:DescribeAlarms",)]


@pytest.mark.parametrize("freezes", [None, {}, "x", [{}], [{**WEEKEND, "zone": "Nowhere/Land"}]])
def test_invariant_64_freezes_that_a_function_cannot_read_freeze_everything(freezes: object) -> None:
    """A half-written deploy holds what it may not lose."""
    read = read_config(json.dumps({"account": "1", "region": "r", "freezes": freezes}))
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert frozen(read.freezes, Whereabouts("prod", "web", "x"), "spot_drain", now, {}) is not None
    assert read_config('{"account": "1", "region": "r"}').freezes == ()


@pytest.mark.parametrize("length", [1, 15, 60])
def test_more_clusters_than_a_role_may_name_is_said_at_synth_with_how_many_fit(length: int) -> None:
    """IAM would else refuse the role's policy half way through the deploy; what is said to fit does."""
    names = tuple(f"{n:x<{length}}"[:length] + f"{n:03d}" for n in range(150 if length < 60 else 40))
    with pytest.raises(SettingsError, match=r"found (150|40) names, expected at most \d+ of these") as caught:
        synthesize(enforcing(*names))
    assert "a second installation, as docs/deploy-policy.md says" in str(caught.value)
    fitting = int(re.findall(r"at most (\d+)", str(caught.value))[0])
    assert fitting > 10
    synthesize(enforcing(*names[:fitting]))
    with pytest.raises(SettingsError, match=f"at most {fitting} of these"):
        synthesize(enforcing(*names[: fitting + 1]))


def test_other_clusters_can_have_an_installation_of_their_own_in_the_same_region() -> None:
    """What the refusal above tells people to do: two stacks of one app, with no name that collides."""
    app = App(analytics_reporting=False)
    stacks = [
        DockwardenStack(app, name, settings=enforcing(cluster), code=FunctionCode.from_parameters)
        for name, cluster in (("Dockwarden", "alpha"), ("Dockwarden-two", "beta"))
    ]
    rules = [
        name for stack in stacks for lane in stack.lanes for r in lane.rules.values() for name in r.rule_names
    ]
    assert len(rules) == len(set(rules)) > 1
    templates = [Template.from_stack(stack).to_json()["Resources"].values() for stack in stacks]
    named = [p for t in templates for r in t for p in r.get("Properties", {}) if p in NAMES]
    assert named == []


def test_an_app_with_too_many_clusters_ends_in_one_sentence() -> None:
    """Also what only the stack can find out is no traceback."""
    with pytest.raises(SystemExit, match=r"^setting clusters: found 150 names"), in_one_sentence():
        synthesize(enforcing(*(f"cluster-{n}" for n in range(150))))


def test_a_stack_name_that_is_too_long_for_rules_is_said_at_synth() -> None:
    with pytest.raises(SettingsError, match="name_prefix"):
        DockwardenStack(App(), "Dockwarden" * 6, code=FunctionCode.from_parameters)


def test_a_cap_above_what_a_lease_remembers_is_refused() -> None:
    """It would be none at all, silently."""
    with pytest.raises(SettingsError, match=r"guard.actions_per_target: found 21, expected .* from 1 to 20"):
        from_document({"guard": {"actions_per_target": 21}})
    assert from_document({"guard": {"actions_per_target": 20}}).guard.actions_per_target == 20
