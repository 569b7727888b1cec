"""How texts of events get into evidence: without secrets, cut afterwards, and only where somebody will read them."""

import subprocess
import sys

import pytest

from dockwarden.causes.diagnosis import quoted
from dockwarden.causes.tasks import diagnose_task
from dockwarden.events.ecs_task_state_change import TaskStateChange
from tests import fakes
from tests.canaries import SHAPES
from tests.causes.rows_file import ROWS
from tests.events import samples


@pytest.mark.parametrize("before", [0, 150, 185, 195, 4070, 4090])
@pytest.mark.parametrize(("shape", "secret"), SHAPES)
def test_a_secret_is_taken_out_before_a_text_is_cut(before: int, shape: str, secret: str) -> None:
    """Half a token would not be known as one, neither where a quotation ends nor where reading does."""
    assert secret[:6] not in quoted("x" * before + " " + shape)


def test_an_endless_word_is_quoted_to_its_beginning() -> None:
    """A text without a space is not lost, and one that is cut says so."""
    said = quoted("안" * 100_000)
    assert said.startswith('"안안')
    assert said.endswith('안…"')
    assert len(said) == 202


TEXTS = {
    text for row in ROWS for text in (row.stopped_reason, *(one.reason for one in row.containers)) if text
}
# The id of Docker's endpoint is nobody's secret, but looks like one.
STRANGE = "driver failed programming external connectivity"


@pytest.mark.parametrize("text", sorted(text for text in TEXTS if STRANGE not in text))
def test_what_ecs_says_stays_as_it_says_it(text: str) -> None:
    """ARNs of secrets, actions of Secrets Manager and ids of tasks are no secrets, and people need them."""
    assert "[redacted]" not in quoted(text)


def test_a_diagnosis_shows_no_secret_of_its_texts_in_its_own_representation() -> None:
    """It may stand in a traceback or in a failed test."""
    raw = samples.load("ecs/task-stopped-essential-container-exit-1")
    raw["detail"]["stoppedReason"] = "token=canary2abcdef123"
    task = fakes.event(raw)
    assert isinstance(task, TaskStateChange)
    found = diagnose_task(task)
    assert found is not None
    assert "[redacted]" in found.evidence[1]
    assert "canary2" not in repr(found)


def test_a_diagnosis_that_nobody_reads_loads_no_redaction() -> None:
    """The cold start of an event that tells nothing does not pay for it."""
    program = (
        "import json, sys\n"
        "from dockwarden.causes.quiet import quiet_task\n"
        "from dockwarden.events.parse import parse\n"
        f"raw = json.load(open({str(samples.ROOT / 'ecs' / 'task-stopped-by-user.json')!r}))\n"
        "assert quiet_task(parse(raw)) is not None\n"
        "print([m for m in sys.modules if 'redaction' in m])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
