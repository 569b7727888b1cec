"""What stands around a failure on its card: the service's alarms, and what else failed at that time."""

from dataclasses import replace

from dockwarden.facts.alarms import Alarm, ServiceAlarms
from dockwarden.notify.cards import Card
from dockwarden.playbooks.diagnose import DiagnoseSettings
from dockwarden.runtime.config import PlaybookConfig
from dockwarden.runtime.parts import Parts
from tests.fakes import Bench, FakeWorld, no_evidence
from tests.rollouts import Raw, action, crashed, moment


def text_of(card: Card, label: str) -> str | None:
    """The text of the line with a label."""
    return next((line.text for line in card.lines if line.label == label), None)


def run(bench: Bench, *events: Raw) -> list[Card]:
    """The cards after each event came in a batch of its own."""
    for one in events:
        bench.run(one)
    return bench.outbox.cards


def others(name: str, seconds: float) -> list[Raw]:
    """A task of another service that crashes."""
    return crashed(f"task-of-{name}", seconds, group=f"service:{name}", deployment=None)


def test_alarms_that_were_read_are_on_the_card() -> None:
    alarms = ServiceAlarms((Alarm("web-5xx", "ALARM", moment(40)),), moment(0))
    bench = Bench(world=FakeWorld(evidence=replace(no_evidence(), alarms=alarms)))
    [card] = run(bench, *crashed("t", 50))
    assert text_of(card, "Alarms") == f"web-5xx in ALARM since {moment(40):%H:%M} UTC"


def test_other_services_that_began_to_fail_at_that_time_are_on_the_card() -> None:
    """From the ledger, with their causes; the first one to fail has nobody beside it yet."""
    first, second, third = run(Bench(), *others("api", 10), *others("cart", 300), *crashed("t", 400))
    assert text_of(first, "At the same time") is None
    assert text_of(second, "At the same time") == "1 other service fails: api (app-exit)"
    assert text_of(third, "At the same time") == "2 other services fail: cart (app-exit), api (app-exit)"


def test_services_that_fail_in_one_batch_see_each_other() -> None:
    """Else an outage that stops everything at once would look like many stories."""
    bench = Bench()
    bench.run(*others("api", 10), *crashed("t", 12))
    assert [text_of(card, "At the same time") for card in bench.outbox.cards] == [
        None,
        "1 other service fails: api (app-exit)",
    ]


def test_a_failure_of_another_time_is_not_on_the_card() -> None:
    """Ten minutes are the default."""
    assert DiagnoseSettings().same_time_minutes == 10
    *_, near = run(Bench(), *others("api", 10), *crashed("t", 10 + 600))
    assert text_of(near, "At the same time") is not None
    *_, far = run(Bench(), *others("api", 10), *crashed("t", 10 + 601))
    assert text_of(far, "At the same time") is None


def test_how_near_is_a_setting() -> None:
    class Patient(Bench):
        """A bench whose installation has set it to twenty minutes."""

        @property
        def parts(self) -> Parts:
            made = super().parts
            own = PlaybookConfig(settings={"same_time_minutes": 20})
            return replace(made, config=replace(made.config, playbooks={"diagnose": own}))

    *_, card = run(Patient(), *others("api", 10), *crashed("t", 10 + 1200))
    assert text_of(card, "At the same time") == "1 other service fails: api (app-exit)"


def test_the_ledger_is_asked_only_when_there_is_news() -> None:
    """A duplicate, and a service that is steady, cost no query."""
    bench, asked = Bench(), list[str]()
    query = bench.store.query

    def counted(pk: str) -> object:
        asked.append(pk)
        return query(pk)

    bench.store.query = counted  # type: ignore[assignment,method-assign]
    run(bench, *crashed("t", 50))
    assert asked.count("TROUBLED") == 1
    run(bench, *crashed("t", 50), *crashed("u", 90), action("SERVICE_STEADY_STATE", 100))
    assert asked.count("TROUBLED") == 1
