"""What answers the facts protocols: everything that playbooks ask, and each imported only when it is asked for."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any, Protocol, cast

import pytest

from benchmarks import scene
from dockwarden.aws import asking
from dockwarden.aws.answers import AwsAnswers
from dockwarden.aws.clients import Clients
from dockwarden.aws.fleet import EcsFleet
from dockwarden.facts.evidence import EvidenceAtOnce, Logs
from dockwarden.facts.histories import Histories
from dockwarden.late import Late
from dockwarden.ledger.index import InstanceIndex
from dockwarden.ledger.memory import MemoryStore
from dockwarden.playbook import Playbook, registry


class Strange(Protocol):
    """What nobody answers."""


def answers() -> AwsAnswers:
    store, clients = MemoryStore(), Clients("eu-central-1")
    return AwsAnswers(clients, store, EcsFleet(lambda: None, InstanceIndex(store), {}), {})


@pytest.mark.parametrize("playbook", registry().values(), ids=lambda playbook: playbook.name)
def test_whatever_a_playbook_reads_is_answered(playbook: Playbook) -> None:
    """The histories of a batch are the engine's own; for all else there is an object with the protocol's methods."""
    made = answers()
    for protocol in set(playbook.reads.values()) - {Histories}:
        methods = {name for name in vars(protocol) if name.islower() and not name.startswith("_")}
        assert [name for name in methods if not hasattr(made[protocol], name)] == []


def test_what_nobody_answers_is_in_no_mapping() -> None:
    made = answers()
    assert Strange not in made
    with pytest.raises(KeyError):
        made[Strange]
    assert len(made) == len(set(made)) > 10


def test_one_object_answers_all_questions_about_evidence_and_stays() -> None:
    """Its cache of task definitions lasts as long as the function."""
    made = answers()
    assert made[Logs] is made[EvidenceAtOnce] is made[Logs]


def test_evidence_that_is_first_asked_for_late_in_a_batch_has_what_is_left_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That it was made only then gives it no more time."""
    now = [0.0]

    class Timed(asking.Deadline):
        def __init__(self, seconds: float) -> None:
            super().__init__(seconds, lambda: now[0])

    batch = asking.Batch(Timed)
    assert batch.until(8.0).left() == 8.0
    batch.begin()
    now[0] = 20.0
    assert batch.until(8.0).left() == 5.0
    made = answers()
    monkeypatch.setattr(made, "_batch", batch)
    assert cast("Any", made[EvidenceAtOnce])._until().left() == 5.0


def test_a_late_value_is_made_once_and_only_when_it_is_asked_for() -> None:
    made: list[str] = []

    def maker(name: str) -> Callable[[], str]:
        def make() -> str:
            made.append(name)
            return name.upper()

        return make

    late = Late({name: maker(name) for name in "ab"})
    assert ("a" in late, list(late), len(late), made) == (True, ["a", "b"], 2, [])
    assert (late["a"], late["a"], made) == ("A", "A", ["a"])
    with pytest.raises(KeyError):
        late["c"]


WIRED = """
import sys
from dockwarden.runtime.work import Work
Work.wired()._parts.facts.answers()
print(" ".join(sys.modules))
"""
OF_SERVICES = (
    *("boto3", "s3transfer", "dockwarden.service_actions", "dockwarden.rollback", "dockwarden.ledger.trust"),
    *("dockwarden.facts.evidence", "dockwarden.facts.releases", "dockwarden.facts.roster"),
    *("dockwarden.guard.calendars", "dockwarden.runtime.service_aftermath"),
)


def test_a_lane_that_drains_hosts_imports_nothing_about_services() -> None:
    """Half of a cold start is imports: what the lane of Spot warnings does not need, it does not pay for."""
    environment = scene.environment(9) | {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    ran = subprocess.run(
        [sys.executable, "-c", WIRED], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(ran.stdout.split())
    assert "dockwarden.runtime.engine" in loaded
    assert loaded & set(OF_SERVICES) == set()
