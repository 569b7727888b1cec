"""The stop and the modes that people set at run time."""

from datetime import timedelta

import pytest

from dockwarden.actions import DrainContainerInstance
from dockwarden.errors import SettingsError, UnreadableRecordError
from dockwarden.guard.modes import Mode
from dockwarden.guard.orders import Bar
from dockwarden.guard.whereabouts import Whereabouts
from dockwarden.ledger.controls import ControlLedger, Controls, Stop
from dockwarden.ledger.store import Put, Store
from tests.fakes import NOON


def test_nothing_set_is_no_stop_and_no_mode(store: Store) -> None:
    assert ControlLedger(store).read() == Controls()


def test_a_mode_is_set_below_the_ceiling_and_recorded(store: Store) -> None:
    ledger = ControlLedger(store)
    ledger.set_mode("spot_drain", "Approve", Mode.ENFORCE, by="arn:me", now=NOON, why="trial")
    assert ledger.read().modes == {"spot_drain": "approve"}
    (change,) = ledger.changes()
    assert (change["what"], change["by"], change["why"]) == ("mode of spot_drain: approve", "arn:me", "trial")


@pytest.mark.parametrize("mode", ["enforce", "on", ""])
def test_a_mode_above_the_ceiling_or_none_at_all_is_refused(store: Store, mode: str) -> None:
    ledger = ControlLedger(store)
    with pytest.raises(SettingsError):
        ledger.set_mode("spot_drain", mode, Mode.APPROVE, by="arn:me", now=NOON)
    assert ledger.changes() == []


@pytest.mark.parametrize(
    ("scope", "name", "playbook", "cluster", "stopped"),
    [
        ("everything", "", "spot_drain", "prod", True),
        ("playbook", "spot_drain", "spot_drain", "prod", True),
        ("playbook", "rollback", "spot_drain", "prod", False),
        ("cluster", "prod", "spot_drain", "prod", True),
        ("cluster", "stage", "spot_drain", "prod", False),
        ("cluster", "stage", "spot_drain", None, True),
        ("something newer", "x", "spot_drain", "prod", True),
    ],
)
def test_invariant_62_a_stop_applies_to_its_scope_and_in_doubt_to_everything(
    scope: str, name: str, playbook: str, cluster: str | None, *, stopped: bool
) -> None:
    controls = Controls(stops=(Stop(scope, name, "arn:me", "12:00", "drill"),))
    assert (controls.stopped(playbook, Whereabouts(cluster, None, "host")) is not None) is stopped


def test_a_stop_is_lifted_again_and_both_are_recorded(store: Store) -> None:
    ledger = ControlLedger(store)
    ledger.stop("everything", "", by="arn:aws:sts::1:assumed-role/Admin/me", now=NOON, why="drill")
    sentence = ledger.read().stopped("spot_drain", Whereabouts("prod", None, "host"))
    assert sentence is not None
    assert "everything" in sentence
    assert "by assumed-role/Admin/me (drill)" in sentence
    ledger.resume("everything", "", by="arn:me", now=NOON)
    assert ledger.read().stops == ()
    assert [change["what"] for change in ledger.changes()] == ["resume: everything", "stop: everything"]


DRAIN = DrainContainerInstance("arn:aws:ecs:eu-central-1:1:cluster/prod", "host", "i-0aa")


def test_invariant_10_a_bar_past_its_end_is_over_although_the_item_is_still_there(store: Store) -> None:
    ledger = ControlLedger(store)
    ledger.bar(Bar("host", DRAIN.KIND, "rebalance_drain-1", "alice", playbook="rebalance_drain"), NOON)
    controls = ledger.read()
    assert controls.barred(DRAIN, NOON + timedelta(days=399)) is not None
    assert controls.barred(DRAIN, NOON + timedelta(days=400)) is None


def test_what_happens_anyway_is_barred_by_the_undo_of_its_own_playbook_alone(store: Store) -> None:
    ledger = ControlLedger(store)
    ledger.bar(Bar("host", DRAIN.KIND, "rebalance_drain-1", "alice", playbook="rebalance_drain"), NOON)
    controls = ledger.read()
    assert controls.barred(DRAIN, NOON, "spot_drain") is None
    assert controls.barred(DRAIN, NOON, "rebalance_drain") is not None


@pytest.mark.parametrize(
    ("sk", "fields"),
    [
        ("MODE#spot_drain", {"mode": "off"}),
        ("MODE#spot_drain", {"name": "spot_drain"}),
        ("DEMOTION#spot_drain#", {"place": "prod"}),
    ],
)
def test_a_damaged_order_is_refused_by_name(store: Store, sk: str, fields: dict[str, str]) -> None:
    """It may have said anything: nothing may be done, and no bare error escapes."""
    store.write([Put({"pk": "CONTROL", "sk": sk, "v": 1, **fields})])
    with pytest.raises(UnreadableRecordError, match=f"CONTROL {sk}"):
        ControlLedger(store).read()
