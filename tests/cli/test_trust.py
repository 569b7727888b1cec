"""Hands off, marks, readiness and promotion, in an account."""

from datetime import UTC, datetime, timedelta

import pytest

from dockwarden.guard.orders import Demotion, HandsOff
from dockwarden.guard.whereabouts import Whereabouts
from dockwarden.ledger.claims import Terms
from dockwarden.ledger.controls import ControlLedger, Controls
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.proposals import HeldAction, ProposalLedger, Standing
from dockwarden.ledger.records import Intent, Receipt
from dockwarden.performing import State
from tests.cli.account import ACCOUNT, REGION, Account, client
from tests.cli.conftest import Ran, Run
from tests.fakes import container_instance
from tests.ledger.conftest import TABLE

ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
HOST = f"{ECS}:container-instance/web-prod/0a"
EC2 = "i-0123456789abcdef0"
ACTION = {"cluster": f"{ECS}:cluster/web-prod", "container_instance": HOST, "ec2_instance_id": EC2}


def store() -> DynamoStore:
    return DynamoStore(lambda: client("dynamodb"), TABLE)


def controls() -> Controls:
    return ControlLedger(store()).read()


def now() -> datetime:
    return datetime.now(UTC)


def observed(count: int = 6, days: float = 20, state: State = State.OBSERVED) -> list[str]:
    """Drains that would have been done in web-prod, one a day, the first some days ago."""
    ledger, ids = ActionLedger(store()), []
    for number in range(count):
        at = now() - timedelta(days=days - number)
        intent = Intent(
            id=f"spot_drain-{number}",
            playbook="spot_drain",
            kind="UpdateContainerInstancesState",
            target=f"{HOST}{number}",
            subject=EC2,
            action={**ACTION, "container_instance": f"{HOST}{number}"},
            mode="observe",
            why="test",
            reason="test",
            occurred_at=at,
            created_at=at,
            retried_until=at,
            transcript={},
        )
        claim = ledger.claim(intent, at, Terms(20, timedelta(seconds=150)))
        ledger.close(intent, Receipt(intent.id, state, "observed", at, claim.fence))
        ids.append(intent.id)
    return ids


def proposed() -> HeldAction:
    """A drain that waits for a person."""
    at = now()
    held = HeldAction(
        id="p-1",
        playbook="spot_drain",
        kind="UpdateContainerInstancesState",
        target=HOST,
        action=ACTION,
        subject=EC2,
        sentence="drain it",
        rule="mode",
        why="asks",
        reason="risk",
        until=at + timedelta(hours=1),
        created_at=at,
    )
    ProposalLedger(store()).keep(held)
    return held


def service(name: str = "web-api") -> None:
    """A service of the cluster, so that its name is known."""
    ecs = client("ecs")
    ecs.register_task_definition(
        family="f", containerDefinitions=[{"name": "a", "image": "i", "memory": 64, "cpu": 1}]
    )
    ecs.create_service(cluster="web-prod", serviceName=name, taskDefinition="f", desiredCount=0)


def hands_off() -> list[tuple[str, str]]:
    return [(order.scope, order.name) for order in controls().hands_off]


def refused(ran: Ran, code: int, sentence: str) -> None:
    """One sentence, and nothing was changed."""
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert sentence in ran.err


@pytest.mark.parametrize(
    ("typed", "scope", "name"),
    [
        ("web-prod", "cluster", "web-prod"),
        (f"{ECS}:cluster/web-prod", "cluster", "web-prod"),
        ("web-prod/web-api", "service", "web-prod/web-api"),
        (f"{ECS}:service/web-prod/web-api", "service", "web-prod/web-api"),
        (HOST, "target", HOST),
        ("i-00000000000000aa", "target", container_instance("i-00000000000000aa", cluster="web-prod").arn),
    ],
)
def test_hands_off_is_ordered_by_whatever_names_the_place(
    run: Run, account: Account, typed: str, scope: str, name: str
) -> None:
    service()
    seen = container_instance("i-00000000000000aa", cluster="web-prod")
    InstanceIndex(store()).remember([seen], now())
    if typed.startswith("i-"):
        account.configure(account="111122223333", region="eu-central-1")
    [line] = run("hands-off", typed, "--for", "2h", "--why", "debugging", "--json").lines
    assert (line["scope"], line["name"], line["why"], line["noticed"]) == (scope, name, "debugging", False)
    [order] = controls().hands_off
    assert order.by == client("sts").get_caller_identity()["Arn"]
    assert timedelta(minutes=119) < order.until - now() <= timedelta(hours=2)
    assert run("changes", "--json").lines[0]["what"].startswith(f"hands off {scope} {name} until")
    assert run("hands-off", typed, "--end").code == 0
    assert hands_off() == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("web-prdo", "there are: web-prod"),
        ("web-next/web-api", "there are: web-prod"),
        ("web-prod/web-ipa", "has no service 'web-ipa'"),
        ("arn:aws:ecs:eu-west-1:123456789012:cluster/web-prod", "is not of account"),
        ("arn:aws:ecs:us-east-1:999999999999:service/web-prod/web-api", "is not of account"),
        ("i-0123456789abcdef0", "the index does not know"),
    ],
)
def test_a_place_that_is_not_known_is_refused(run: Run, account: Account, typed: str, sentence: str) -> None:
    """Else it would say that hands are off, and hold nothing."""
    service()
    refused(run("hands-off", typed, "--for", "2h"), 1, sentence)
    assert run("changes", "--json").lines == []


def test_a_service_of_tomorrow_is_left_alone_anyway(run: Run, account: Account) -> None:
    assert run("hands-off", "web-prod/new", "--for", "1d", "--anyway").code == 0
    assert hands_off() == [("service", "web-prod/new")]


@pytest.mark.parametrize(
    "words",
    [
        ("--for", "2h"),
        ("--end",),
        ("", "--for", "2h"),
        (" ", "--for", "2h"),
        ("/", "--for", "2h"),
        ("web-prod/", "--for", "2h"),
        ("a/b/c", "--for", "2h"),
        ("web-prod",),
        ("web-prod", "--for", "0h"),
        ("web-prod", "--for", "2h", "--end"),
        (f"{ECS}:service/web-api", "--for", "2h"),
        ("arn:aws:s3:::web-prod", "--for", "2h"),
    ],
)
def test_invariant_65_no_place_is_never_everywhere(
    run: Run, account: Account, words: tuple[str, ...]
) -> None:
    ran = run("hands-off", *words)
    assert (ran.code, ran.out) == (2, "")
    assert run("changes", "--json").lines == []


def test_what_is_in_force_is_listed_with_what_was_noticed_and_not_what_is_over(
    run: Run, account: Account
) -> None:
    ledger, later = ControlLedger(store()), now() + timedelta(minutes=20)
    assert run("hands-off").out == "nobody wants hands off anything\n"
    ledger.leave_alone(HandsOff("cluster", "web-prod", later, "arn:jane", "x\x1b[2J"), now())
    ledger.leave_alone(HandsOff("cluster", "old", now() - timedelta(minutes=1), "arn:jane"), now())
    ledger.notice(HandsOff("service", "web-prod/web-api", later, "arn:bob", "UpdateService"), now())
    found = [(line["name"], line["by"], line["noticed"]) for line in run("hands-off", "--json").lines]
    assert found == [("web-prod", "arn:jane", False), ("web-prod/web-api", "arn:bob", True)]
    assert "\x1b" not in run("hands-off").out
    assert run("hands-off", "web-prod/web-api", "--end").code == 0
    assert ledger.noticed() == ()
    assert any("hands off web-prod" in line["sentence"] for line in run("check", "--json").lines)


def test_a_stop_of_one_service_stops_that_one(run: Run, account: Account) -> None:
    assert run("stop", "--service", f"{ECS}:service/web-prod/web-api", "--why", "x").code == 0
    assert controls().stopped("any", Whereabouts("web-prod", "web-api", "t"))
    assert not controls().stopped("any", Whereabouts("web-prod", "other", "t"))
    refused(run("stop", "--service", "web-next/web-api"), 1, "there are: web-prod")
    for words in (("--service", ""), ("--service", "web-api"), ("--service", "a/b/c")):
        assert run("stop", *words).code == 2
    assert run("resume", "--service", "web-prod/web-api").out.endswith("no stop stands\n")


def test_a_stop_of_a_service_waits_for_nobody(run: Run, account: Account) -> None:
    """Whether there is such a service is not asked: ECS may be what is broken."""
    account.refused.add("ecs")
    assert run("stop", "--service", "web-prod/web-api").code == 0


def test_a_mark_is_recorded_and_the_last_word_counts(run: Run, account: Account) -> None:
    [intent, *_] = observed()
    [line] = run("mark", intent, "wrong", "--why", "the last GPU", "--json").lines
    assert (line["place"], line["said"], line["by"]) == (
        "web-prod",
        "wrong",
        client("sts").get_caller_identity()["Arn"],
    )
    assert "moved down to approve in web-prod" in line["demotions"][0]
    [found] = run("readiness", "--json").lines
    assert (found["wrong"], found["ready_for"]) == (1, "observe")
    run("mark", intent, "right")
    [found] = run("readiness", "--json").lines
    assert (found["right"], found["wrong"], found["ready_for"]) == (1, 0, "approve")


def test_a_proposal_can_be_marked_too(run: Run, account: Account) -> None:
    held = proposed()
    assert run("mark", held.id, "wrong").code == 0
    [demotion] = controls().demotions
    assert (demotion.playbook, demotion.place) == ("spot_drain", "web-prod")


@pytest.mark.parametrize("words", [("nothing", "right"), ("", "wrong")])
def test_what_the_ledger_does_not_hold_cannot_be_marked(
    run: Run, account: Account, words: tuple[str, str]
) -> None:
    refused(run("mark", *words), 1, "no receipt and no proposal")
    assert run("mark", "x", "maybe").code == 2


def test_readiness_counts_what_would_have_been_done_and_what_people_rejected(
    run: Run, account: Account
) -> None:
    assert run("readiness").out.startswith("nothing was decided")
    observed()
    held = proposed()
    ProposalLedger(store()).answer(held, Standing.REJECTED, "jane", now())
    [found] = run("readiness", "--json").lines
    assert (found["place"], found["playbook"], found["mode"]) == ("web-prod", "spot_drain", "observe")
    assert (found["observed"], found["rejected"], found["days"]) == (6, 1, 20)
    assert "6 would have been done" in run("readiness").out
    assert run("readiness", "--since", "1h", "--json").lines[0]["observed"] == 0


def test_a_place_is_moved_up_one_mode_at_a_time_as_it_earns_it(run: Run, account: Account) -> None:
    ids = observed()
    refused(run("promote", "spot_drain", "--to", "enforce", "web-prod"), 2, "one step up from observe")
    [line] = run("promote", "spot_drain", "--to", "approve", "web-prod", "--json").lines
    assert line == {"playbook": "spot_drain", "place": "web-prod", "mode": "approve"}
    refused(
        run("promote", "spot_drain", "--to", "enforce", "web-prod"), 1, "3 that people confirm are wanted"
    )
    for intent in ids[:3]:
        run("mark", intent, "right")
    assert (
        run("promote", "spot_drain", "--to", "enforce", "web-prod").out == "spot_drain in web-prod: enforce\n"
    )
    assert controls().mode("spot_drain", Whereabouts("web-prod", None, "t")) == "enforce"
    assert controls().mode("spot_drain", Whereabouts("web-next", None, "t")) is None
    [shown] = run("mode", "spot_drain", "--json").lines
    assert (shown["mode"], shown["places"]) == ("observe", {"web-prod": "enforce"})
    assert "  in web-prod: enforce\n" in run("mode", "spot_drain").out


def test_what_is_not_ready_is_promoted_only_with_a_reason(run: Run, account: Account) -> None:
    words = ("promote", "spot_drain", "--to", "approve", "web-prod")
    refused(run(*words), 1, "nothing was decided there")
    refused(run(*words, "--anyway"), 2, "--why")
    assert run(*words, "--anyway", "--why", "it is a test cluster").code == 0
    [change] = run("changes", "--json").lines
    assert (change["what"], change["why"]) == ("mode of spot_drain@web-prod: approve", "it is a test cluster")


def test_one_place_that_is_not_ready_leaves_all_as_they_are(run: Run, account: Account) -> None:
    account.configure(clusters=["web-prod", "web-next"])
    observed()
    refused(run("promote", "spot_drain", "--to", "approve", "web-prod", "web-next"), 1, "web-next: nothing")
    assert controls() == Controls()


@pytest.mark.parametrize(
    "words",
    [
        ("spot_drain", "--to", "approve"),
        ("spot_drain", "--to", "approve", ""),
        ("spot_drain", "--down"),
        ("spot_drain", "web-prod"),
        ("spot_drain", "--to", "approve", "--down", "web-prod"),
        ("spot_drain", "--to", "observe", "web-prod"),
        ("spot_drain", "--to", "approve", HOST),
        ("spot_drain", "--lift-everywhere", "--why", "x", "web-prod"),
        ("spot_drain", "--lift-everywhere"),
        ("spot", "--to", "approve", "web-prod"),
    ],
)
def test_invariant_65_a_promotion_names_its_places(
    run: Run, account: Account, words: tuple[str, ...]
) -> None:
    observed()
    ran = run("promote", *words)
    assert (ran.code, ran.out) == (2, "")
    assert run("changes", "--json").lines == []


def test_a_promotion_stays_below_the_ceiling(run: Run, account: Account) -> None:
    account.configure(playbooks={"spot_drain": {"ceiling": "approve", "default": "approve"}})
    words = ("promote", "spot_drain", "--to", "enforce", "web-prod", "--anyway", "--why", "x")
    refused(run(*words), 2, "at most approve, the platform's ceiling")


def test_a_promotion_gives_back_what_a_wrong_has_taken(run: Run, account: Account) -> None:
    account.configure(playbooks={"spot_drain": {"ceiling": "enforce", "default": "enforce"}})
    ControlLedger(store()).demote(Demotion("spot_drain", "web-prod", now(), "undone"), "jane")
    assert "moved down to approve in web-prod" in run("mode", "spot_drain").out
    assert any("moved down" in line["sentence"] for line in run("check", "--json").lines)
    words = ("promote", "spot_drain", "--to", "enforce", "web-prod", "--anyway", "--why", "mended")
    assert run(*words).code == 0
    assert controls().demotions == ()


def test_what_was_moved_down_everywhere_is_given_back_by_name(run: Run, account: Account) -> None:
    account.configure(playbooks={"spot_drain": {"ceiling": "enforce", "default": "enforce"}})
    ControlLedger(store()).demote(Demotion("spot_drain", None, now(), "two wrongs"), "jane")
    words = ("promote", "spot_drain", "--to", "enforce", "web-prod", "--anyway", "--why", "mended")
    refused(run(*words), 2, "--lift-everywhere first")
    assert run("promote", "spot_drain", "--lift-everywhere", "--why", "mended").code == 0
    assert controls().demotions == ()


def test_down_needs_no_readiness_and_stops_at_off(run: Run, account: Account) -> None:
    words = ("promote", "spot_drain", "--down", "web-prod", "--json")
    assert run(*words).lines[0]["mode"] == "off"
    refused(run(*words), 2, "not off already")


def test_a_ledger_that_cannot_be_read_is_one_sentence(run: Run, account: Account) -> None:
    account.refused.add("dynamodb")
    for words in (("hands-off",), ("readiness",), ("mark", "x", "right")):
        ran = run(*words)
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
