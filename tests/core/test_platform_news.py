"""What AWS announces or finds on ECS, and what people are told of it."""

from dataclasses import replace
from typing import Any

import pytest

from dockwarden.facts.services import ServiceState
from dockwarden.notify.cards import Card
from dockwarden.verdicts import Outcome, Verdict
from tests.core.test_diagnose import service_state, texts
from tests.events import samples
from tests.fakes import Bench, FakeWorld


def news(bench: Bench, raw: dict[str, Any]) -> Outcome:
    [outcome] = [o for r in bench.run(raw) for o in r.outcomes if o.playbook == "platform_news"]
    return outcome


def card_of(sample: str, state: ServiceState | None = None) -> Card:
    bench = Bench(world=FakeWorld(state=state) if state else FakeWorld())
    assert news(bench, samples.load(sample)).verdict is Verdict.TELL
    (card,) = bench.outbox.cards
    return card


def service(desired: int, least: int | None, most: int | None) -> ServiceState:
    return replace(service_state(), desired=desired, minimum_healthy_percent=least, maximum_percent=most)


def test_a_retirement_says_what_is_replaced_and_from_when_on() -> None:
    card = card_of("health/task-retirement", service(2, 100, 200))
    assert card.headline == "tasks will be retired"
    raw = samples.load("health/task-retirement")["detail"]
    for entity in raw["affectedEntities"]:
        assert entity["entityValue"].partition("|")[2] in card.cause
    assert "UTC" in card.cause
    assert "Fits: " in texts(card)


@pytest.mark.parametrize(
    ("desired", "least", "most", "words"),
    [
        (2, 100, 200, "ECS can replace its 2 tasks within 2 to 4"),
        (4, 50, 100, "ECS can replace its 4 tasks within 2 to 4"),
        (1, 50, 100, "leave no room"),
        (2, 100, 100, "leave no room"),
        (3, None, None, "within 3 to 6"),
    ],
)
def test_whether_a_retirement_fits_the_minimum_healthy_percent(
    desired: int, least: int | None, most: int | None, words: str
) -> None:
    """ECS rounds the minimum up and the maximum down; a service without either has 100 and 200 percent."""
    assert words in texts(card_of("health/task-retirement", service(desired, least, most)))


def test_a_service_that_cannot_be_read_is_said_as_not_read() -> None:
    assert "its settings were not read (nobody knows)" in texts(card_of("health/task-retirement"))


def test_a_retirement_of_standalone_tasks_is_told_too() -> None:
    assert "tasks" in card_of("health/task-retirement-standalone").cause


def test_the_same_announcement_is_the_same_card_however_often_it_is_sent() -> None:
    bench = Bench()
    raw = samples.load("health/task-retirement")
    assert news(bench, raw).incident == news(bench, {**raw, "id": "another"}).incident
    assert len({card.id for card in bench.outbox.cards}) == 1


@pytest.mark.parametrize(
    ("sample", "words"),
    [("health/operational-issue", "no retirement"), ("guardduty/finding-instance", "nothing of ECS")],
)
def test_what_is_not_about_tasks_is_ignored(sample: str, words: str) -> None:
    bench = Bench()
    outcome = news(bench, samples.load(sample))
    assert (outcome.verdict, outcome.cause, bench.outbox.cards) == (Verdict.IGNORE, None, [])
    assert words in outcome.reason


@pytest.mark.parametrize("sample", ["guardduty/finding-ecs-task", "guardduty/finding-ecs-attack-sequence"])
def test_a_finding_on_ecs_is_told_with_its_type_and_severity(sample: str) -> None:
    card = card_of(sample)
    detail = samples.load(sample)["detail"]
    assert detail["type"] in card.cause
    assert "Severity: " in texts(card)


def test_an_archived_finding_is_ignored() -> None:
    raw = samples.load("guardduty/finding-ecs-task")
    raw["detail"]["service"]["archived"] = True
    assert news(Bench(), raw).verdict is Verdict.IGNORE


@pytest.mark.parametrize("severity", [(2, "low"), (5, "medium"), (8, "high"), (None, "not given")])
def test_a_severity_has_the_word_that_guardduty_gives_it(severity: tuple[float | None, str]) -> None:
    raw = samples.load("guardduty/finding-ecs-task")
    raw["detail"]["severity"] = severity[0]
    bench = Bench()
    news(bench, raw)
    assert severity[1] in texts(bench.outbox.cards[0])


@pytest.mark.parametrize("sample", ["ecs/daemon-task-creation-failed", "ecs/daemon-task-failed-to-run"])
def test_a_daemon_that_does_not_start_has_a_cause_and_one_card(sample: str) -> None:
    bench, raw = Bench(), samples.load(sample)
    first, second = news(bench, raw), news(bench, raw)
    assert first.verdict is Verdict.TELL
    assert first.cause is not None
    assert first.incident == second.incident
    assert bench.outbox.cards[0].subject.startswith("daemon ")
