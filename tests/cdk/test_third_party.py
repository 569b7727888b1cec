"""A playbook that somebody adds is one file: rule, lane, roles, configuration and review follow."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dockwarden.playbooks
from dockwarden_cdk import PlaybookSettings, Settings
from dockwarden_cdk.review import permissions_text
from tests.cdk.stacks import synthesize, text

FILE = '''
from dockwarden.actions import DrainContainerInstance
from dockwarden.events.ec2_instance_rebalance_recommendation import InstanceRebalanceRecommendation
from dockwarden.facts.fleet import Fleet
from dockwarden.lanes import SPOT
from dockwarden.playbook import playbook
from dockwarden.verdicts import Decision, Verdict


@playbook(lane=SPOT, may=[DrainContainerInstance])
def early_drain(event: InstanceRebalanceRecommendation, fleet: Fleet) -> Decision:
    """Drain before the warning comes."""
    return Decision(Verdict.IGNORE, "a sample", event.instance_id)
'''


@pytest.fixture
def early_drain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A playbook file beside the shipped ones, for one test."""
    (tmp_path / "early_drain.py").write_text(FILE)
    monkeypatch.setattr(dockwarden.playbooks, "__path__", [*dockwarden.playbooks.__path__, str(tmp_path)])
    yield
    sys.modules.pop("dockwarden.playbooks.early_drain", None)
    vars(dockwarden.playbooks).pop("early_drain", None)


def test_a_new_file_needs_no_other_change(early_drain: None) -> None:
    """Rule, lane, act role, configuration and review of a third-party playbook are derived from its file."""
    settings = Settings(clusters=("alpha",), playbooks={"early_drain": PlaybookSettings(ceiling="enforce")})
    found = synthesize(settings)
    rules = {r["Properties"]["Name"]: r["Properties"] for r in found.of_type("AWS::Events::Rule").values()}
    rule = rules["Dockwarden-early-drain"]
    assert rule["EventPattern"]["detail-type"] == ["EC2 Instance Rebalance Recommendation"]
    spot = next(lane for lane in found.stack.lanes if lane.declaration.name == "spot")
    assert rule["Targets"][0]["Arn"] == {"Fn::GetAtt": [found.id_of(spot.queue), "Arn"]}
    assert set(spot.act_roles) == {"early_drain"}
    environment = found.properties(spot.function.function)["Environment"]["Variables"]
    assert environment["DOCKWARDEN_PLAYBOOKS"] == "early_drain,spot_drain"
    assert '"early_drain":{"ceiling":"enforce"' in text(environment["DOCKWARDEN_CONFIG"])
    assert "playbook early_drain: Drain before the warning comes." in permissions_text(
        found.stack, found.template
    )
