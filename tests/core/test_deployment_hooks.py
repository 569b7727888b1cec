"""What people are told of deployments that wait at a hook, and that nothing of an event becomes a command."""

import shlex
from itertools import permutations
from typing import Any

import pytest

from dockwarden.notify.cards import Card, Tone
from dockwarden.notify.slack import render
from dockwarden.verdicts import Outcome, Verdict
from tests.core.test_diagnose import texts
from tests.events import samples
from tests.fakes import Bench

WAITING = "ecs/hook-awaiting-action"
ARN = "arn:aws:ecs:eu-central-1:111122223333:service-deployment/web-prod/web-api/7hQ2vX9LkZr4TnB0WcYdE"
HOOK = "ecs-pause-q3mT8xK1_Rn5VbJ2ZpLw7YdHcF0sGuEoAiXkNtBvQrM"


def hook(name: str = "AWAITING_ACTION", **detail: Any) -> dict[str, Any]:
    """A hook event of this name; a key that is set to None is not there."""
    raw: dict[str, Any] = samples.load(WAITING)
    merged = {**raw["detail"], "eventName": f"HOOK_{name}", **detail}
    raw["detail"] = {key: value for key, value in merged.items() if value is not None}
    return raw


def said(bench: Bench, *raw: dict[str, Any]) -> list[Outcome]:
    """The outcomes, each event in a batch of its own."""
    results = [result for one in raw for result in bench.run(one)]
    return [o for r in results for o in r.outcomes if o.playbook == "deployment_hooks"]


def card_of(*raw: dict[str, Any]) -> Card:
    bench = Bench()
    said(bench, *raw)
    return bench.outbox.cards[-1]


def lines(card: Card) -> dict[str, str]:
    return {line.label: line.text for line in card.lines}


def test_a_deployment_that_waits_is_told_with_its_stage_its_times_and_no_cause() -> None:
    (outcome,) = said(bench := Bench(), hook())
    (card,) = bench.outbox.cards
    assert (outcome.verdict, outcome.cause) == (Verdict.TELL, None)
    assert (card.subject, card.tone, card.headline) == ("web-api", Tone.TOLD, "waits for an answer")
    assert "PRE_SCALE_UP" in card.cause
    assert lines(card)["Since"] == "20 Nov 2026, 09:06 UTC"
    assert lines(card)["Until"].startswith("20 Nov 2026, 09:16 UTC; without an answer ")
    assert "ROLLBACK unless the service chose CONTINUE" in lines(card)["Until"]
    assert "one that is left out means CONTINUE" in lines(card)["Careful"]


@pytest.mark.parametrize(
    ("action", "said_as"),
    [("CONTINUE", "ECS does CONTINUE"), ("do; as I say", "what the hook's timeout says")],
)
def test_the_timeout_action_is_told_where_the_event_has_one_of_the_two(action: str, said_as: str) -> None:
    until = lines(card_of(hook(timeoutAction=action)))["Until"]
    assert said_as in until
    assert ";" not in until.partition(";")[2]


@pytest.mark.parametrize(("label", "action"), [("To continue", "CONTINUE"), ("To roll back", "ROLLBACK")])
def test_the_command_that_answers_survives_slack_and_a_shell(label: str, action: str) -> None:
    """It is copied out of the message and pasted."""
    command = lines(card_of(hook()))[label]
    assert shlex.split(command) == [
        "aws", "ecs", "continue-service-deployment", "--action", action, "--region", "eu-central-1",
        "--hook-id", HOOK, "--service-deployment-arn", ARN,
    ]  # fmt: skip
    assert command in str([b["text"]["text"] for b in render(card_of(hook())).attachments[0]["blocks"][:-1]])


@pytest.mark.parametrize(
    "detail",
    [
        {"hookId": "x; curl evil"},
        {"hookId": "$(id)"},
        {"hookId": "--no-verify-ssl"},
        {"hookId": "a\nb"},
        {"hookId": "ends_"},
        {"hookId": "a-_b"},
        {"hookId": None},
        {"hookId": "a" * 300},
        {"serviceDeploymentArn": ARN + ";id"},
        {"serviceDeploymentArn": ARN.replace("eu-central-1", "us-east-1")},
        {"serviceDeploymentArn": ARN.replace("111122223333", "999900001111")},
        {"serviceDeploymentArn": ARN.replace("web-api", "other")},
        {"serviceDeploymentArn": ARN.replace("arn:aws:", "arn:a$(id):")},
        {"serviceDeploymentArn": ARN.replace("service-deployment", "service")},
        {"serviceDeploymentArn": "x"},
    ],
)
def test_a_part_that_is_not_what_it_should_be_makes_no_command(detail: dict[str, Any]) -> None:
    """Text of an event is hostile; the card then says where to look."""
    shown = lines(card_of(hook(**detail)))
    assert not {"To continue", "To roll back"} & set(shown)
    assert "describe-service-deployments" in shown["Next"]


def test_a_stage_that_is_no_name_of_ecs_is_not_repeated() -> None:
    assert card_of(hook(lifecycleStage="<!channel>")).cause == "The deployment waits at its PAUSE hook."


def test_waiting_is_told_once_however_often_it_arrives() -> None:
    bench = Bench()
    first, second = said(bench, hook(), hook())
    assert (first.verdict, second.verdict) == (Verdict.TELL, Verdict.IGNORE)
    assert len(bench.outbox.cards) == 1


@pytest.mark.parametrize(("name", "answer"), [("SUCCEEDED", "with CONTINUE"), ("FAILED", "with ROLLBACK")])
def test_an_answer_settles_the_card(name: str, answer: str) -> None:
    bench = Bench()
    outcomes = said(bench, hook(), hook(name), hook(name))
    assert [o.verdict for o in outcomes] == [Verdict.TELL, Verdict.IGNORE, Verdict.IGNORE]
    told, settled = bench.outbox.cards
    assert (settled.id, settled.tone) == (told.id, Tone.DONE)
    assert settled.cause.endswith(f"{answer}.")


def test_a_hook_that_nobody_answered_is_told_on_the_same_card() -> None:
    bench = Bench()
    outcomes = said(bench, hook(), samples.load("ecs/hook-timed-out"))
    assert [(o.verdict, o.cause) for o in outcomes] == [(Verdict.TELL, None)] * 2
    first, last = bench.outbox.cards
    assert (last.id, last.tone, last.headline) == (first.id, Tone.TOLD, "got no answer in time")


@pytest.mark.parametrize("order", list(permutations([hook(), hook(), hook("SUCCEEDED")])))
def test_whatever_the_order_a_card_that_was_shown_ends_settled(order: tuple[dict[str, Any], ...]) -> None:
    bench = Bench()
    said(bench, *order)
    assert [card.tone for card in bench.outbox.cards] in ([], [Tone.TOLD, Tone.DONE])


@pytest.mark.parametrize("name", ["IN_PROGRESS", "SUCCEEDED"])
def test_a_function_that_does_its_work_as_a_hook_is_no_news(name: str) -> None:
    bench = Bench()
    (outcome,) = said(bench, hook(name, hookType="AWS_LAMBDA"))
    assert (outcome.verdict, bench.outbox.cards) == (Verdict.IGNORE, [])


@pytest.mark.parametrize(
    ("name", "words"), [("FAILED", "ECS rolls the deployment back"), ("TIMED_OUT", "did not end in time")]
)
def test_a_function_that_fails_as_a_hook_is_told_once(name: str, words: str) -> None:
    bench = Bench()
    raw = hook(name, hookType="AWS_LAMBDA")
    assert [o.verdict for o in said(bench, raw, raw)] == [Verdict.TELL, Verdict.IGNORE]
    (card,) = bench.outbox.cards
    assert words in card.cause
    assert "Next: " in texts(card)


def test_two_steps_of_a_deployment_have_each_their_own_card() -> None:
    """A canary waits at each step, with another hook id."""
    bench = Bench()
    said(bench, hook(), hook("SUCCEEDED"), hook(hookId="ecs-pause-second"))
    assert len({card.id for card in bench.outbox.cards}) == 2


def test_invariant_15_an_event_without_any_of_its_fields_is_still_decided() -> None:
    for key in samples.load(WAITING)["detail"]:
        raw = hook()
        del raw["detail"][key]
        (outcome,) = said(Bench(), raw)
        assert outcome.verdict in {Verdict.TELL, Verdict.IGNORE}
        assert not outcome.failed
