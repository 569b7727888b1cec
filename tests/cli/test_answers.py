"""What waits for a person, how it is answered, what was done, and how it is taken back: in an account."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dockwarden.actions import DrainContainerInstance
from dockwarden.cli import answering
from dockwarden.cli.installation import Installation
from dockwarden.guard.rulings import Rule
from dockwarden.ledger.claims import Terms
from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.ledger import ActionLedger
from dockwarden.ledger.proposals import HeldAction, ProposalLedger, Standing
from dockwarden.ledger.records import Intent, Receipt
from dockwarden.ledger.store import Put
from dockwarden.performing import State
from tests.cli.account import ACCOUNT, REGION, Account, client
from tests.cli.conftest import Run
from tests.ledger.conftest import TABLE

ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
DRAIN = DrainContainerInstance(f"{ARN}:cluster/web-prod", f"{ARN}:container-instance/web-prod/1", "i-0aa")


def store() -> DynamoStore:
    return DynamoStore(lambda: client("dynamodb"), TABLE)


def held(**changes: Any) -> HeldAction:
    """Keep a drain that waits for a person."""
    now = datetime.now(UTC)
    one = HeldAction(
        **{
            "id": "spot_drain-1",
            "playbook": "spot_drain",
            "kind": DRAIN.KIND,
            "target": DRAIN.target,
            "action": DRAIN.fields(),
            "subject": "i-0aa",
            "sentence": DRAIN.sentence(),
            "rule": Rule.MODE,
            "why": "it waits for a person's approval",
            "reason": "EC2 takes it back",
            "until": now + timedelta(hours=1),
            "created_at": now,
            "owner": "team-web",
            **changes,
        }
    )
    assert ProposalLedger(store()).keep(one)
    return one


def done(name: str = "spot_drain-9", state: State = State.DONE, undoes: str | None = None) -> None:
    """An action with its receipt."""
    now = datetime.now(UTC)
    intent = Intent(
        id=name,
        playbook="spot_drain",
        kind=DRAIN.KIND,
        target=DRAIN.target,
        subject="i-0aa",
        action=DRAIN.fields(),
        mode="enforce",
        why="the default says enforce",
        reason="EC2 takes it back",
        occurred_at=now,
        created_at=now,
        retried_until=now,
        transcript={},
        before="ACTIVE",
        undoes=undoes,
    )
    ledger = ActionLedger(store())
    claim = ledger.claim(intent, now, Terms(20, timedelta(seconds=150)))
    ledger.close(
        intent, Receipt(name, state, "set to DRAINING", now, claim.fence, inverse="set it to ACTIVE")
    )


def requests(account: Account) -> list[dict[str, Any]]:
    """What was put on the lane of spot_drain."""
    found = client("sqs").receive_message(QueueUrl=account.queues["spot"], MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def test_what_waits_is_listed_with_its_reason_owner_and_deadline(run: Run, account: Account) -> None:
    assert run("pending").out == "nothing waits for a person\n"
    held()
    out = run("pending").out
    for word in (
        "spot_drain-1",
        "i-0aa",
        "drain i-0aa in cluster web-prod",
        "team-web",
        "approval",
        "59 min",
    ):
        assert word in out
    [line] = run("pending", "--json").lines
    assert (line["id"], line["standing"]) == ("spot_drain-1", "waiting")


def test_what_only_its_playbook_holds_is_shown_with_what_it_has_against_it(
    run: Run, account: Account
) -> None:
    """There the guard has no sentence of its own; where nobody has one, that is what is said."""
    gates = ("its tag dockwarden:rollback says nothing, which means ask", "its alarms could not be read")
    held(id="rollback-1", rule=Rule.PLAYBOOK, why="", objections=gates)
    held(id="spot_drain-2", rule=Rule.FACTS, why="")
    lines = run("pending").out.splitlines()
    assert [line for line in lines if line.startswith("  held ")] == [
        f"  held    {'; '.join(gates)}",
        "  held    something about it is not known",
    ]
    assert [line["why"] for line in run("pending", "--json").lines] == [
        "; ".join(gates),
        "something about it is not known",
    ]


@pytest.mark.parametrize("command", ["pending", "readiness"])
def test_a_damaged_record_keeps_nobody_from_the_others_and_is_named(
    run: Run, account: Account, command: str
) -> None:
    held(standing=Standing.REJECTED if command == "readiness" else Standing.WAITING)
    store().write([Put({"pk": "PROPOSALS", "sk": "broken-7", "v": 1, "standing": "?"})])
    if command == "readiness":
        done("spot_drain-8")
        store().write([Put({"pk": "INTENT#spot_drain-8", "sk": "INTENT", "v": 1})])
    ran = run(command)
    assert ("spot_drain-1" if command == "pending" else "web-prod") in ran.out
    assert "broken-7" in ran.err
    assert ("spot_drain-8" in ran.err) == (command == "readiness")
    assert ran.code == 0


def test_an_approval_is_recorded_under_the_callers_identity_and_the_lane_is_told(
    run: Run, account: Account
) -> None:
    held()
    assert run("approve", "spot_drain-1", "--no-wait").code == 4
    kept = ProposalLedger(store()).get("spot_drain-1")
    assert kept is not None
    assert (kept.standing, kept.by) == (Standing.APPROVED, client("sts").get_caller_identity()["Arn"])
    [request] = requests(account)
    assert request["detail"] == {"proposal": "spot_drain-1"}
    assert request["source"] == "dockwarden"
    assert run("approve", "spot_drain-1", "--no-wait").code == 4
    assert [again["detail"] for again in requests(account)] == [{"proposal": "spot_drain-1"}]


def test_what_is_approved_and_not_settled_is_listed_as_under_way(run: Run, account: Account) -> None:
    """Whoever looks sees that somebody has answered, and that nothing came of it yet."""
    one = held(rule=Rule.FREEZE, why="frozen by the sale", shown=((Rule.MODE, "it waits for an approval"),))
    ProposalLedger(store()).answer(one, Standing.APPROVED, "alice", datetime.now(UTC))
    out = run("pending").out
    assert "under way: approved by alice" in out
    assert "it waits for an approval, in spite of which it was approved" in out
    [line] = run("pending", "--json").lines
    assert line["standing"] == "approved"
    assert requests(account) == []


def test_invariant_54_whoever_answers_second_sees_who_was_first(run: Run, account: Account) -> None:
    held()
    assert run("reject", "spot_drain-1").code == 0
    ran = run("approve", "spot_drain-1")
    assert ran.code == 1
    assert "was rejected by arn:aws:sts" in ran.err
    assert requests(account) == []


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_what_has_lapsed_or_is_not_there_cannot_be_answered(run: Run, account: Account, verb: str) -> None:
    now = datetime.now(UTC)
    held(until=now - timedelta(seconds=5), created_at=now - timedelta(minutes=5))
    assert "lapsed" in run(verb, "spot_drain-1").err
    assert "there is no proposal" in run(verb, "nothing").err
    assert requests(account) == []


def test_a_command_waits_for_what_comes_of_it_and_says_so(account: Account, capsys: Any) -> None:
    """The function settles it between two looks."""
    one = held()
    proposals = ProposalLedger(store())
    answered = proposals.answer(one, Standing.APPROVED, "me", datetime.now(UTC))
    installation: Any = Installation.__new__(Installation)
    installation.__dict__["parts"] = type("Parts", (), {"proposals": proposals})()
    found = answering.outcome(
        installation, answered, pause=lambda _: proposals.settle(answered, "done: set to DRAINING", "x-1")
    )
    assert answering.report(found, as_json=False) == 0
    out = capsys.readouterr().out
    assert "done" in out
    assert "x-1" in out


def test_the_ledger_lists_what_was_done_with_its_inverse(run: Run, account: Account) -> None:
    assert run("ledger").out == "nothing was done in that time\n"
    done()
    [line] = run("ledger", "--json").lines
    assert (line["before"], line["after"], line["inverse"]) == (
        "ACTIVE",
        "set to DRAINING",
        "set it to ACTIVE",
    )
    assert "set to DRAINING" in run("ledger", "--since", "1h").out
    assert run("ledger", "--playbook", "other").out == "nothing was done in that time\n"
    assert "intent" in json.dumps(run("ledger", "spot_drain-9", "--json").lines)
    assert run("ledger", "--since", "soon").code == 2


def test_an_undo_is_asked_for_barred_and_costs_trust(run: Run, account: Account) -> None:
    done()
    assert run("undo", "spot_drain-9", "--no-wait", "--why", "by hand").code == 4
    [request] = requests(account)
    kept = ProposalLedger(store()).get(request["detail"]["proposal"])
    assert kept is not None
    assert (kept.undoes, kept.standing) == ("spot_drain-9", Standing.APPROVED)
    assert kept.kind == "UpdateContainerInstancesState:ACTIVE"
    [mode] = run("mode", "spot_drain", "--json").lines
    assert mode["playbook"] == "spot_drain"
    changed = [change["what"] for change in run("changes", "--json").lines]
    assert any(what.startswith("barred: UpdateContainerInstancesState on") for what in changed)
    assert "demoted: spot_drain web-prod" in changed


@pytest.mark.parametrize("state", [State.OBSERVED, State.GONE, State.FAILED])
def test_what_changed_nothing_cannot_be_undone(run: Run, account: Account, state: State) -> None:
    done(state=state)
    ran = run("undo", "spot_drain-9")
    assert ran.code == 1
    assert "changed nothing that could be undone" in ran.err
    assert requests(account) == []
    assert "no receipt" in run("undo", "nothing").err


def test_a_reason_that_is_too_long_for_the_ledger_is_refused_before_anything_is_written(
    run: Run, account: Account
) -> None:
    done()
    ran = run("undo", "spot_drain-9", "--why", "w" * 501)
    assert ran.code == 2
    assert "500 is the most" in ran.err
    assert requests(account) == []
    assert run("changes", "--json").lines == []
    assert run("undo", "spot_drain-9", "--no-wait", "--why", "w" * 500).code == 4


def test_an_undo_cannot_be_undone(run: Run, account: Account) -> None:
    done(undoes="spot_drain-8")
    ran = run("undo", "spot_drain-9")
    assert ran.code == 1
    assert "is an undo itself, of spot_drain-8" in ran.err
    assert run("changes", "--json").lines == []
