import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dockwarden.errors import DockwardenError, MalformedEventError
from dockwarden.events.parse import UnknownEvent, event_class, known, parse
from tests.events import samples

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"

# What names the subject of each kind of event: without all of these it is malformed.
SUBJECTS = {
    "ec2/spot-warning-terminate": ["detail.instance-id", "resources"],
    "ec2/rebalance-recommendation": ["detail.instance-id", "resources"],
    "ec2/instance-running": ["detail.instance-id", "resources"],
    "autoscaling/terminate-lifecycle-action": ["detail.EC2InstanceId"],
    "ecs/container-instance-active": ["detail.containerInstanceArn", "resources"],
    "ecs/task-running": ["detail.taskArn", "resources", "detail.containers"],
    "ecs/service-steady-state": ["resources"],
    "ecs/deployment-failed": ["resources"],
    "ecs/daemon-task-creation-failed": ["detail.daemonArn", "detail.daemonRevisionArn"],
    "ecs/daemon-deployment-in-progress": [
        "detail.daemonArn",
        "detail.daemonDeploymentArn",
        "detail.targetDaemonRevisionArn",
        "resources",
    ],
    "ecs/hook-awaiting-action": ["detail.serviceArn", "detail.serviceDeploymentArn", "resources"],
    "ecr/image-scan-findings": ["detail.repository-name", "resources"],
    "ecr/image-action-push": ["detail.repository-name"],
    "inspector2/scan-findings": ["detail.image-digest", "detail.image-tags"],
    "inspector2/scan-machine-image": ["detail.machine-image-id", "resources"],
    "inspector2/finding-image-active": ["detail.resources", "resources"],
}


def strip(name: str, paths: list[str]) -> Any:
    """Return a sample without the nodes at these paths."""
    raw = samples.load(name)
    for path in paths:
        raw = samples.without(raw, tuple(path.split(".", 1)))
    return raw


@pytest.mark.parametrize("name", SUBJECTS)
def test_an_event_without_a_subject_is_malformed(name: str) -> None:
    """What is about nothing that has a name is refused, with the place and what is expected there."""
    with pytest.raises(MalformedEventError) as caught:
        parse(strip(name, SUBJECTS[name]))
    assert caught.value.path in SUBJECTS[name] or caught.value.path == "detail.image-digest"
    assert caught.value.expected in str(caught.value)


@pytest.mark.parametrize(
    ("name", "spare"), [(name, path) for name, paths in SUBJECTS.items() for path in paths]
)
def test_one_of_several_names_is_enough(name: str, spare: str) -> None:
    """As long as one of the places names the subject, the event is read."""
    others = [path for path in SUBJECTS[name] if path != spare]
    assert not isinstance(parse(strip(name, others)), UnknownEvent)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (None, "the event"),
        ([], "the event"),
        ("{}", "the event"),
        (7, "the event"),
        ({}, "source"),
        ({"source": None, "detail-type": "x", "detail": {}}, "source"),
        ({"source": ["aws.ecs"], "detail-type": "x", "detail": {}}, "source"),
        ({"source": "aws.ecs", "detail": {}}, "detail-type"),
        ({"source": "aws.ecs", "detail-type": 3, "detail": {}}, "detail-type"),
        ({"source": "aws.ecs", "detail-type": "x"}, "detail"),
        ({"source": "aws.ecs", "detail-type": "x", "detail": []}, "detail"),
        ({"source": "aws.ecs", "detail-type": "x", "detail": "{}"}, "detail"),
    ],
)
def test_what_is_no_envelope_is_malformed(raw: object, path: str) -> None:
    """An event is an object with source, detail-type and detail, whatever else it lacks."""
    with pytest.raises(MalformedEventError) as caught:
        parse(raw)
    assert caught.value.path == path
    assert isinstance(caught.value, DockwardenError)


@pytest.mark.parametrize(
    ("source", "detail_type"),
    [("aws.ecs", "ECS Something Of 2031"), ("aws.ecr", "ECS Task State Change"), ("aws.s3", "x"), ("", "")],
)
def test_invariant_14_an_unknown_event_is_a_value(source: str, detail_type: str) -> None:
    """What no parser knows is no error, even where the detail-type is known from another source."""
    event = parse({"source": source, "detail-type": detail_type, "detail": {"anything": [1]}})
    assert isinstance(event, UnknownEvent)
    assert event.envelope.detail_type == detail_type
    assert event_class(source, detail_type) is None


@pytest.mark.parametrize(
    ("name", "key", "attribute"),
    [
        ("ecs/task-stopped-by-user", "stopCode", "stop_code"),
        ("ecs/task-running", "lastStatus", "last_status"),
        ("ecs/container-instance-active", "status", "status"),
        ("ecs/service-steady-state", "eventName", "event_name"),
        ("ecr/image-scan-failed", "scan-status", "scan_status"),
        ("inspector2/finding-image-active", "severity", "severity"),
        ("ecs/hook-timed-out", "eventName", "event_name"),
        ("ecs/daemon-task-failed-to-run", "failureType", "failure_type"),
        ("ecs/api-update-service", "eventName", "event_name"),
        ("guardduty/finding-ecs-task", "type", "type"),
        ("ec2/spot-warning-stop", "instance-action", "instance_action"),
    ],
)
def test_invariant_14_an_unknown_enum_value_is_a_value(name: str, key: str, attribute: str) -> None:
    """A word that AWS adds tomorrow arrives as it is."""
    raw = samples.load(name)
    raw["detail"][key] = "SOMETHING_OF_2031"
    assert getattr(parse(raw), attribute) == "SOMETHING_OF_2031"


def test_parsing_a_spot_warning_imports_no_other_event_and_no_library() -> None:
    """A Spot function's cold start does not pay for the other parsers, nor for anything but the standard library."""
    code = (
        "import json, sys; from dockwarden.events.parse import parse; before = set(sys.modules);"
        f"parse(json.loads({json.dumps(json.dumps(samples.load('ec2/spot-warning-terminate')))}));"
        "print(json.dumps(sorted(name for name in sys.modules if 'dockwarden.events.ec' in name)));"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-Sc", code], cwd=FUNCTIONS, capture_output=True, check=True, text=True
    )
    events, libraries = map(json.loads, done.stdout.splitlines())
    assert events == [
        "dockwarden.events.ec2_instance",
        "dockwarden.events.ec2_spot_instance_interruption_warning",
    ]
    assert set(libraries) == {"__main__", "dockwarden"}


def test_the_table_names_classes_that_exist() -> None:
    """Every entry of the lazy table can be imported and says the same source and detail-type about itself."""
    for source, detail_type in known():
        found = event_class(source, detail_type)
        assert found is not None
        assert source == found.SOURCE
        assert detail_type in found.DETAIL_TYPES


def test_every_class_is_reachable_by_each_of_its_detail_types() -> None:
    """A detail-type that a class claims is in the table."""
    classes = [cls for key in known() if (cls := event_class(*key)) is not None]
    assert {(cls.SOURCE, detail_type) for cls in classes for detail_type in cls.DETAIL_TYPES} == set(known())
