"""What AWS announces or finds on ECS, and what people are told of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.notify.cards import Card, Tone
from dockwarden.verdicts import Outcome, Verdict
from tests.core.test_diagnose import service_state, texts
from tests.events import samples
from tests.fakes import Bench, FakeServices, FakeWorld


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
    assert "AWS replaces a task, from " in card_of("health/task-retirement-standalone").cause


def test_the_same_announcement_is_the_same_card_however_often_it_is_sent() -> None:
    bench = Bench()
    raw = samples.load("health/task-retirement")
    assert news(bench, raw).incident is not None
    again = news(bench, {**raw, "id": "another"})
    assert (again.verdict, again.reason) == (Verdict.IGNORE, "told already")
    assert len(bench.outbox.cards) == 1


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


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The services of each read, one list a read."""
    reads: list[list[str]] = []
    answer = FakeServices.all_now

    def all_now(
        self: FakeServices, services: Iterable[ServiceRef]
    ) -> Mapping[ServiceRef, ServiceState | NotRead]:
        reads.append([service.name for service in services])
        return answer(self, services)

    def now(_: FakeServices, service: ServiceRef) -> NotRead:
        raise AssertionError(f"{service.name} was read alone")

    monkeypatch.setattr(FakeServices, "all_now", all_now)
    monkeypatch.setattr(FakeServices, "now", now)
    return reads


def page(number: int, *services: str, **changes: Any) -> dict[str, Any]:
    """One page of a retirement that AWS Health announces in three."""
    raw = samples.load("health/task-retirement")
    raw["id"] = f"{raw['id']}-{number}"
    raw["resources"] = []
    raw["detail"] |= {
        "affectedEntities": [{"entityValue": f"prod|{name}"} for name in services],
        "communicationId": f"5c21e8239237d43b-{number}",
        "page": str(number),
        "totalPages": "3",
        **changes,
    }
    return cast("dict[str, Any]", raw)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_the_pages_of_an_announcement_are_one_card_with_all_their_services(order: tuple[int, ...]) -> None:
    """AWS splits what is longer than 256 KB, and its pages come in any order: none of them hides another's services."""
    pages = [page(1, "a", "b"), page(2, "c"), page(3, "d")]
    bench = Bench(world=FakeWorld(state=service(2, 100, 200)))
    for n in order:
        news(bench, pages[n])
    assert len({card.id for card in bench.outbox.cards}) == 1
    card = bench.outbox.cards[-1]
    assert all(f"prod/{name}" in card.cause for name in "abcd")
    assert all(f"{name}: ECS can replace" in texts(card) for name in "abcd")


def test_pages_with_standalone_tasks_are_counted_together() -> None:
    bench = Bench()
    raw = samples.load("health/task-retirement-standalone")
    one = len(raw["detail"]["affectedEntities"])
    for number in ("1", "2", "2"):
        raw["detail"]["page"] = number
        news(bench, raw)
    assert f"AWS replaces {2 * one} tasks" in bench.outbox.cards[-1].cause


def test_a_copy_of_an_announcement_reads_nothing_and_tells_nothing(asked: list[list[str]]) -> None:
    """The backup Region sends each page again; so may EventBridge. Only what is new is asked of AWS, in one step."""
    bench = Bench()
    copies = [page(1, "a", "b"), {**page(1, "a", "b"), "region": "us-west-2", "id": "copy"}, page(2, "c")]
    verdicts = [news(bench, one).verdict for one in (*copies, *copies)]
    assert verdicts == [Verdict.TELL, Verdict.IGNORE, Verdict.TELL, *([Verdict.IGNORE] * 3)]
    assert asked == [["a", "b"], ["a", "b", "c"]]
    assert len(bench.outbox.cards) == 2


def test_copies_in_one_batch_are_read_once(asked: list[list[str]]) -> None:
    """What the first event of a batch says is known to the others before anything is written."""
    Bench().run(*[page(1, "a", "b")] * 4)
    assert asked == [["a", "b"]]


def test_a_closed_announcement_settles_its_card(asked: list[list[str]]) -> None:
    """It is over: the card turns green, and is no retirement that is told again as open."""
    bench = Bench()
    opened = news(bench, page(1, "a", statusCode="upcoming"))
    closed = news(bench, page(1, "a", statusCode="closed"))
    assert (closed.verdict, closed.incident) == (Verdict.IGNORE, opened.incident)
    first, last = bench.outbox.cards
    assert (first.tone, last.tone) == (Tone.TOLD, Tone.DONE)
    assert last.id == first.id
    assert "prod/a" in last.cause
    assert asked == [["a"]]


@pytest.mark.parametrize(
    ("late", "cards"),
    [
        (page(1, "a", statusCode="open"), 2),
        (page(2, "b", statusCode="open"), 2),
        (page(1, "a", statusCode="closed"), 2),
        (page(1, "a", statusCode="open", lastUpdatedTime="Sat, 21 Nov 2026 08:00:00 GMT"), 3),
    ],
    ids=["a copy", "a late page", "closed again", "opened anew"],
)
def test_what_comes_after_the_end_opens_an_announcement_only_if_it_is_newer(
    late: dict[str, Any], cards: int
) -> None:
    bench = Bench()
    for raw in (page(1, "a"), page(1, "a", statusCode="closed"), late):
        news(bench, raw)
    assert len(bench.outbox.cards) == cards


def test_an_announcement_of_which_only_the_end_was_heard_is_not_told() -> None:
    """Nor is what comes late, from before its end."""
    bench = Bench()
    verdicts = [news(bench, raw).verdict for raw in (page(1, "a", statusCode="closed"), page(1, "a"))]
    assert (verdicts, bench.outbox.cards) == ([Verdict.IGNORE, Verdict.IGNORE], [])


@pytest.mark.parametrize("turned", [False, True])
def test_a_retirement_that_is_put_off_is_told_with_its_new_date(*, turned: bool) -> None:
    """Whichever of the two events comes first, the date of the newer one stands on the card."""
    bench = Bench()
    later = page(
        1, "a", startTime="Sat, 05 Dec 2026 07:00:00 GMT", lastUpdatedTime="Sat, 21 Nov 2026 08:00:00 GMT"
    )
    for raw in (later, page(1, "a")) if turned else (page(1, "a"), later):
        news(bench, raw)
    assert "05 Dec 2026" in bench.outbox.cards[-1].cause
    assert len(bench.outbox.cards) == (1 if turned else 2)


def test_an_announcement_of_very_many_services_stays_bounded(asked: list[list[str]]) -> None:
    """Ten are named and read; that there are others is said, and a copy is still known as one."""
    bench = Bench()
    many = page(1, *(f"s{n}" for n in range(500)))
    assert [news(bench, many).verdict for _ in range(2)] == [Verdict.TELL, Verdict.IGNORE]
    assert asked == [[f"s{n}" for n in range(10)]]
    assert "prod/s9 and others" in bench.outbox.cards[0].cause


def test_the_same_announcement_to_another_account_is_another_one() -> None:
    """The ARN of an event of AWS Health is that of all accounts that it concerns."""
    bench = Bench()
    one, other = (news(bench, page(1, "a", affectedAccount=account)) for account in ("1" * 12, "2" * 12))
    assert one.incident != other.incident


def test_a_service_without_tasks_has_none_to_replace() -> None:
    """Its room does not matter: nothing of it runs."""
    said = texts(card_of("health/task-retirement", service(0, 100, 100)))
    assert "nothing runs that would be replaced" in said
    assert "no room" not in said
