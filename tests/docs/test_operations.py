"""What docs/operations.md and docs/architecture.md say of the stack is what the template has."""

import re
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from dockwarden.lanes import LANES
from dockwarden.playbook import registry
from dockwarden_cdk import DockwardenStack, FunctionCode, Settings
from tests.docs.markdown import ROOT, rows, sections, text_of

PAGE = sections(text_of("docs/operations.md"))


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    """The resources of the stack, with names that can be read."""
    settings = Settings(name_prefix="x")
    stack = DockwardenStack(App(), "Dockwarden", settings=settings, code=FunctionCode.from_parameters)
    found: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return found


def of_type(resources: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    return [found.get("Properties", {}) for found in resources.values() if found["Type"] == type_]


def test_the_page_names_every_alarm_and_its_threshold(resources: dict[str, Any]) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    thresholds = {alarm["AlarmName"].removeprefix("x-"): alarm["Threshold"] for alarm in alarms}
    shown = {row[0]: row[1] for row in rows(PAGE["Alarms"])}
    assert shown.keys() == thresholds.keys()
    ages = {name: int(re.findall(r"for (\d+) s", shown[name])[0]) for name in shown if name.endswith("-age")}
    assert ages == {name: value for name, value in thresholds.items() if name.endswith("-age")}
    assert {value for name, value in thresholds.items() if name not in ages} == {1}


def test_the_arithmetic_of_the_cost_holds(resources: dict[str, Any]) -> None:
    """Alarms and polled queues are those of the stack, and the figures add up."""
    *parts, total = rows(PAGE["What it costs in idle"])
    cost = {row[0].partition(" (")[0]: float(row[2]) for row in parts}
    assert round(sum(cost.values()), 2) == float(total[-1].strip("*"))
    alarms, polled = (
        len(of_type(resources, type_))
        for type_ in ("AWS::CloudWatch::Alarm", "AWS::Lambda::EventSourceMapping")
    )
    month = 30 * 24 * 60
    assert cost["alarms"] == round(alarms * 0.10, 2)
    assert polled == len(LANES) + 1
    assert cost["Lambda's polling of three lanes"] == round(len(LANES) * 5 * 3 * month * 0.40e-6, 2)
    assert cost["Lambda's polling of the outbox"] == round(5 * 3 * month * 0.50e-6, 2)
    assert cost["sweeps: reads of the index"] == round(month / 5 * 100 * 0.125e-6, 2)


def test_the_page_names_every_metric() -> None:
    """Those that the code adds by a name; the verdicts' own are one name each."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "functions").rglob("*.py")]
    added = {name for source in sources for name in re.findall(r'add_metric\(\s*"(\w+)"', source)}
    assert added
    assert sorted(name for name in added if f"`{name}`" not in PAGE["Alarms"]) == []


def test_the_readme_rounds_the_same_sum() -> None:
    *_, total = rows(PAGE["What it costs in idle"])
    (said,) = re.findall(r"About \*\*\$([\d.]+) a month\*\*", text_of("README.md"))
    assert float(said) == round(float(total[-1].strip("*")), 1)


def test_the_architecture_names_the_lanes_and_their_times() -> None:
    shown = {row[0]: row[1:] for row in rows(sections(text_of("docs/architecture.md"))["The three lanes"])}
    assert shown == {
        name: [
            ", ".join(p.name for p in registry().values() if p.lane is lane),
            f"{lane.function_timeout} s",
            f"{lane.visibility_timeout} s",
            str(lane.max_receives),
            f"up to {lane.batch_size}, waits {lane.batch_window} s",
        ]
        for name, lane in LANES.items()
    }
