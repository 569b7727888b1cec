"""Single invariants on the machine's installation, each in its plainest story."""

from typing import Any

import pytest

from dockwarden.aws.clients import Clients
from dockwarden.performing import State
from lab.drydock.build import deploy
from lab.drydock.ec2_instances import interrupt, recommend_rebalance
from lab.drydock.model import Behaviour
from tests.fuzz.direct import DirectClients
from tests.fuzz.installation import ACTING, GUARD, Installation
from tests.fuzz.interruption import Interruption
from tests.fuzz.machine import SafetyMachine, in_one_thread
from tests.fuzz.witness import Witness
from tests.runtime.harness import SWEEP


def sweep(installation: Installation) -> None:
    """The sweep looks at everything."""
    installation.bus.put("records", SWEEP, installation.town.world.now())
    installation.run("records", installation.receive("records", 100, backwards=True))


def warned() -> Installation:
    """An installation whose first host is about to be reclaimed."""
    installation = Installation()
    interrupt(installation.town.world, installation.town.hosts[0][1].instance_id)
    return installation


def killed_before_the_call(installation: Installation) -> str:
    """Let a function die between its intent and its call; the id of the intent."""
    calls = Interruption()
    probe = warned()
    probe.run("spot", probe.receive("spot"), calls)
    at = 1 + next(n for n, call in enumerate(calls.made) if call.endswith("UpdateContainerInstancesState"))
    installation.run("spot", installation.receive("spot"), Interruption(at))
    [intent] = installation.people.actions.open_intents()
    return intent


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with in_one_thread():
        yield


def test_invariant_6_killed_between_record_and_call_the_next_try_acts() -> None:
    """The action still happens, once, and only then does a receipt say so."""
    installation = warned()
    intent = killed_before_the_call(installation)
    assert installation.people.actions.receipt(intent) is None
    assert not installation.endpoint.log.mutations()
    installation.town.world.advance(25)
    installation.run("spot", installation.receive("spot"))
    receipt = installation.people.actions.receipt(intent)
    assert receipt is not None
    assert receipt.state is State.DONE
    assert list(installation.endpoint.log.mutations().values()) == [1]


def test_invariant_6_what_was_never_called_is_never_reported_done() -> None:
    """No try came after the dead one: the sweep reads that nothing happened, and says so."""
    installation = warned()
    installation.bus.queues["spot"].messages[:] = installation.receive("spot")
    intent = killed_before_the_call(installation)
    installation.bus.queues["spot"].messages.clear()
    installation.town.world.advance(110)
    sweep(installation)
    receipt = installation.people.actions.receipt(intent)
    assert receipt is not None
    assert receipt.state in (State.FAILED, State.UNKNOWN)
    assert not installation.endpoint.log.mutations()


def test_invariant_17_what_lost_events_did_not_say_the_sweep_finds() -> None:
    """Every event about hosts is lost; after one sweep the index knows all hosts of the listed clusters."""
    installation = warned()
    installation.bus.queues["records"].messages.clear()
    names = [h.instance_id for c, h in installation.town.hosts if c.name in installation.orders.listed]
    assert not installation.people.index.find(names)
    sweep(installation)
    assert sorted(installation.people.index.find(names)) == sorted(names)


def test_invariant_19_a_pipeline_that_deploys_the_bad_revision_for_ever_is_answered_a_few_times() -> None:
    """Each failure is an occurrence of its own, hours apart; the cap ends what would be ping-pong."""
    installation = Installation()
    witness = Witness(installation)
    town = installation.town
    cluster, service = next(one for one in town.services if one[1].launch_type == "FARGATE")
    for _ in range(8):
        deploy(town.world, cluster, service, behaviour=Behaviour("fails-to-start", reason="no such image"))
        town.world.advance(360)
        installation.run("voluntary", installation.receive("voluntary", 100))
        deploy(town.world, cluster, service, behaviour=Behaviour())
        town.world.advance(7200 - 360)
        sweep(installation)
    assert witness.problems == []
    assert len(witness.deeds.ours(service.arn)) == GUARD.actions_per_target
    assert "cap" in {held.rule for held in installation.people.proposals.all()}


def test_invariant_70_only_roles_of_the_configuration_are_assumed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that names a role anywhere does not make anybody assume it."""
    assumed: list[str] = []
    assume = DirectClients.assume

    def noted(self: DirectClients, role_arn: str, session_name: str) -> Clients:
        assumed.append(role_arn)
        return assume(self, role_arn, session_name)

    monkeypatch.setattr(DirectClients, "assume", noted)
    installation = warned()
    stranger = "arn:aws:iam::999999999999:role/admin"
    for message in installation.receive("spot"):
        message.body["resources"] = [stranger]
        message.body["detail"] |= {"role": stranger, "roleArn": stranger}
    installation.run("spot", installation.receive("spot"))
    recommend_rebalance(installation.town.world, installation.town.hosts[5][1].instance_id)
    installation.run("voluntary", installation.receive("voluntary"))
    configured = {entry.act_role for entry in installation.config().playbooks.values()}
    assert assumed
    assert set(assumed) <= configured
    assert len(configured) == len(ACTING)


def test_invariant_50_a_host_that_a_person_had_drained_is_not_reopened_by_an_undo() -> None:
    """The index has not heard yet that a person was faster, and ECS answers both alike: its receipt offers no undo."""
    machine = SafetyMachine()
    machine.sweep()
    cluster, host = machine.host(0)
    machine.set_host(cluster, host, "DRAINING")
    machine.spot_warning(0, now=True)
    machine.undo(0, again=False)
    assert machine.witness.problems == []
