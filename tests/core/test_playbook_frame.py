"""The frame: what is derived from a playbook's one file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from dockwarden.actions import DrainContainerInstance
from dockwarden.errors import PlaybookDeclarationError, SettingsError, UnknownPlaybookError
from dockwarden.events.dockwarden_sweep import Sweep
from dockwarden.events.ec2_spot_instance_interruption_warning import SpotInstanceInterruptionWarning
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.events.parse import parse
from dockwarden.facts.fleet import Fleet
from dockwarden.hashing import short_hash
from dockwarden.lanes import LANES, RECORDS, SPOT
from dockwarden.permissions import Permission, Place, statements
from dockwarden.playbook import (
    LONGEST_NAME,
    Playbook,
    hushes,
    load,
    names,
    playbook,
    registry,
    settings_of,
)
from dockwarden.playbooks.spot_drain import SpotDrainSettings
from dockwarden.quiet import Quiet
from dockwarden.verdicts import Decision, Verdict
from tests.events import samples
from tests.fakes import Bench, FakeWorld

TWO_CLUSTERS = Place("aws", "eu-central-1", "111122223333", ("prod", "stage"))


def test_every_file_of_the_package_is_a_playbook_of_its_name() -> None:
    assert names() == [
        "daemons",
        "deployment_hooks",
        "diagnose",
        "hands_off",
        "instance_index",
        "known_good",
        "platform_news",
        "rebalance_drain",
        "rollback",
        "spot_drain",
    ]
    assert [found.name for found in registry().values()] == names()


@pytest.mark.parametrize("name", names())
def test_every_playbook_says_what_it_is_for_and_what_a_stop_means(name: str) -> None:
    found = load(name)
    assert found.summary.endswith(".")
    assert found.when_stopped
    assert found.patterns() or found.triggers == (Sweep,)


def test_the_sweep_has_no_pattern_for_it_is_no_event_of_aws() -> None:
    """What looks at the world as it is has a rule for nothing but the beginnings of deployments."""
    assert Sweep in load("known_good").triggers
    assert [one["detail"] for one in load("known_good").patterns()] == [
        {"eventName": ["SERVICE_DEPLOYMENT_IN_PROGRESS"]}
    ] * 2


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(
        UnknownPlaybookError,
        match="'spotdrain'; there are: daemons, deployment_hooks, diagnose, hands_off, instance_index, ",
    ):
        load("spotdrain")


def test_the_pattern_follows_from_the_event_and_leaves_out_what_no_aws_service_sends() -> None:
    assert load("instance_index").patterns() == [
        {"source": ["aws.ecs"], "detail-type": ["ECS Container Instance State Change"]}
    ]
    assert Sweep in load("instance_index").triggers


def test_a_rule_is_narrowed_by_what_the_playbook_says_of_the_detail() -> None:
    tasks = load("diagnose").patterns()[0]
    assert tasks["detail-type"] == ["ECS Task State Change"]
    assert tasks["detail"] == {"desiredStatus": ["STOPPED"]}
    assert all("detail" not in pattern for pattern in load("spot_drain").patterns())


@pytest.mark.parametrize("sample", samples.NAMES)
@pytest.mark.parametrize("name", names())
def test_what_a_rule_lets_through_is_heard(name: str, sample: str) -> None:
    """The rule and the local routing are two readings of one declaration: what arrives has a playbook."""
    found, raw = load(name), samples.load(sample)
    if any(_matches(pattern, raw) for pattern in found.patterns()):
        assert found.hears(parse(raw))


@pytest.mark.parametrize("sample", samples.NAMES)
def test_what_a_rule_leaves_out_would_have_been_ignored_without_a_cause(sample: str) -> None:
    """A narrow rule saves starts of the function, and never a word to people."""
    raw = samples.load(sample)
    for name in names():
        found = load(name)
        if found.where and not any(_matches(pattern, raw) for pattern in found.patterns()):
            bench = Bench(world=FakeWorld())
            outcomes = [o for result in bench.run(raw) for o in result.outcomes if o.playbook == name]
            assert [(o.verdict, o.cause) for o in outcomes if found.hears(parse(raw))] in (
                [],
                [(Verdict.IGNORE, None)],
            )


def _matches(pattern: Mapping[str, object], raw: Mapping[str, Any]) -> bool:
    """What EventBridge does with the few kinds of pattern that playbooks declare."""
    return all(
        _matches(wanted, raw.get(key, {})) if isinstance(wanted, dict) else raw.get(key) in wanted  # type: ignore[operator]
        for key, wanted in pattern.items()
    )


def test_a_rule_for_an_event_that_the_playbook_does_not_hear_is_refused() -> None:
    with pytest.raises(PlaybookDeclarationError, match="names Sweep, which it does not hear"):

        @playbook(lane=SPOT, where={Sweep: {"a": ("b",)}})
        def muddled(event: SpotInstanceInterruptionWarning) -> Decision:
            """Narrow what is never heard."""
            raise AssertionError


def nothing_follows(event: object) -> Quiet | None:
    return Quiet(type(event).__name__, None)


def test_a_quiet_event_that_the_playbook_does_not_hear_is_refused() -> None:
    with pytest.raises(PlaybookDeclarationError, match="`quiet` names Sweep, which it does not hear"):

        @playbook(lane=SPOT, quiet={Sweep: nothing_follows})
        def muddled(event: SpotInstanceInterruptionWarning) -> Decision:
            """Hush what is never heard."""
            raise AssertionError


def test_a_quiet_that_no_lane_could_find_by_its_name_is_refused() -> None:
    with pytest.raises(PlaybookDeclarationError, match="functions of a module"):

        @playbook(lane=SPOT, quiet={SpotInstanceInterruptionWarning: lambda _: None})
        def muddled(event: SpotInstanceInterruptionWarning) -> Decision:
            """Hush by a function without a name."""
            raise AssertionError


def test_a_class_of_events_can_be_quiet_only_where_all_who_hear_it_say_when() -> None:
    """A playbook that is added to a lane gets its events, whatever the others say of them."""

    @playbook(lane=RECORDS)
    def curious(event: TaskStateChange) -> Decision:
        """Want to see every task."""
        raise AssertionError

    @playbook(lane=RECORDS, quiet={TaskStateChange: nothing_follows})
    def calm(event: TaskStateChange | Sweep) -> Decision:
        """Want to see none."""
        raise AssertionError

    everyone = list(registry().values())
    mine = "dockwarden.causes.quiet:quiet_task"
    assert hushes(everyone) == {"TaskStateChange": {"diagnose": mine, "rollback": mine}}
    assert hushes([*everyone, curious]) == {}
    all_of_them = {"diagnose": mine, "rollback": mine, "calm": f"{__name__}:nothing_follows"}
    assert hushes([*everyone, calm]) == {"TaskStateChange": all_of_them}


def test_the_statements_are_as_narrow_as_the_listed_clusters() -> None:
    (statement,) = statements(load("spot_drain").act_permissions(), TWO_CLUSTERS)
    assert statement["Action"] == ["ecs:UpdateContainerInstancesState"]
    assert statement["Resource"] == [
        "arn:aws:ecs:eu-central-1:111122223333:container-instance/prod/*",
        "arn:aws:ecs:eu-central-1:111122223333:container-instance/stage/*",
    ]
    assert statement["Condition"] == {
        "ArnEquals": {
            "ecs:cluster": [
                "arn:aws:ecs:eu-central-1:111122223333:cluster/prod",
                "arn:aws:ecs:eu-central-1:111122223333:cluster/stage",
            ]
        }
    }


@pytest.mark.parametrize("name", names())
def test_invariant_65_no_listed_cluster_gives_no_statement_and_never_all(name: str) -> None:
    nowhere = Place("aws", "eu-central-1", "111122223333", ())
    found = load(name)
    assert list(statements((*found.read_permissions(), *found.act_permissions()), nowhere)) == []


def test_a_permission_that_names_no_cluster_gives_one_statement() -> None:
    permission = Permission(("s3:GetObject",), ("arn:{partition}:s3:::bucket/*",), "a reason")
    (statement,) = statements([permission, permission], Place("aws-cn", "cn-north-1", "1", ()))
    assert statement == {
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws-cn:s3:::bucket/*"],
    }


def test_a_decision_function_without_an_event_is_refused() -> None:
    with pytest.raises(PlaybookDeclarationError, match="no class of events"):

        @playbook(lane=SPOT)
        def nothing() -> Decision:
            """Hear nothing."""
            raise AssertionError


def test_a_parameter_without_permissions_is_refused() -> None:
    with pytest.raises(PlaybookDeclarationError, match="'clock' is no facts protocol"):

        @playbook(lane=SPOT)
        def guessing(event: SpotInstanceInterruptionWarning, clock: int) -> Decision:
            """Read something undeclared."""
            raise AssertionError


def test_settings_without_a_default_are_refused() -> None:
    @dataclass(frozen=True)
    class Needy:
        number: int

    with pytest.raises(PlaybookDeclarationError, match="needs a default"):

        @playbook(lane=SPOT)
        def needy(event: SpotInstanceInterruptionWarning, settings: Needy) -> Decision:
            """Ask for a setting without a default."""
            raise AssertionError


def test_a_name_that_makes_no_name_of_a_role_session_is_refused() -> None:
    """STS takes 64 characters, and the session's name is that of an intent: playbook, dash, hash."""

    def decide(event: SpotInstanceInterruptionWarning) -> Decision:
        """Do nothing."""
        raise AssertionError

    decide.__name__ = "p" * LONGEST_NAME
    assert len(f"{playbook(lane=SPOT)(decide).name}-{short_hash('x')}") == 64
    decide.__name__ += "p"
    with pytest.raises(PlaybookDeclarationError, match="48 characters, and 47 fit"):
        playbook(lane=SPOT)(decide)


def test_a_third_party_playbook_needs_nothing_but_its_declaration() -> None:
    @playbook(lane=RECORDS, may=[DrainContainerInstance], max_age=60)
    def theirs(event: SpotInstanceInterruptionWarning | Sweep, fleet: Fleet) -> Decision:
        """Do what a third party wants."""
        return Decision(Verdict.TELL, "because", "subject")

    assert isinstance(theirs, Playbook)
    assert theirs.reads == {"fleet": Fleet}
    assert [p.actions[0] for p in theirs.read_permissions()] == [
        "ecs:ListContainerInstances",
        "ecs:DescribeContainerInstances",
    ]


def test_a_setting_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(SettingsError, match="found 'drain', expected one of drain_for"):
        settings_of(load("spot_drain"), {"drain": True})


@pytest.mark.parametrize("value", ["terminate", 5, None, [1], True, {}])
def test_a_setting_of_another_type_is_refused(value: object) -> None:
    """A text where an array belongs would otherwise match by its parts."""
    with pytest.raises(SettingsError, match=r"spot_drain\.drain_for"):
        settings_of(load("spot_drain"), {"drain_for": value})


def test_an_array_of_json_is_taken_for_a_tuple() -> None:
    assert settings_of(load("spot_drain"), {"drain_for": ["stop"]}) == SpotDrainSettings(("stop",))


@pytest.mark.parametrize("lane", LANES.values(), ids=lambda lane: lane.name)
def test_a_lane_brings_a_message_back_after_its_function_is_cut_off(lane: object) -> None:
    """SQS asks for a visibility timeout of at least the function's; the lease lies between the two."""
    assert lane.visibility_timeout > lane.function_timeout  # type: ignore[attr-defined]


def test_the_spot_lane_allows_a_second_and_a_third_try_within_its_two_minutes() -> None:
    tries_within_120_s = 1 + (120 - SPOT.function_timeout) // SPOT.visibility_timeout
    assert tries_within_120_s >= 3
    assert SPOT.max_receives >= 3
