"""Asks the classifier about each row and compares its answer with what was accepted beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass

from dockwarden.causes.services import diagnose_deployment, diagnose_service_action
from dockwarden.causes.tasks import diagnose_task
from dockwarden.causes.vocabulary import Cause
from dockwarden.events.ecs_deployment_state_change import DeploymentStateChange
from dockwarden.events.ecs_service_action import ServiceAction
from dockwarden.events.ecs_task_state_change import TaskStateChange
from dockwarden.events.parse import parse
from tests.causes.shapes import Row


@dataclass(frozen=True, slots=True)
class Judged:
    """One row with the classifier's answer, None for null."""

    row: Row
    got: str | None

    @property
    def right(self) -> bool:
        """Whether the answer is one of those accepted beforehand."""
        return self.got in self.row.accepted

    @property
    def wrong(self) -> bool:
        """Whether the answer misleads: not accepted, and not an honest ``unknown``."""
        return not self.right and self.got != "unknown"


def judged(rows: Iterable[Row]) -> list[Judged]:
    """Return every row with its answer, in order."""
    return [Judged(row, _answer(row)) for row in rows]


def _answer(row: Row) -> str | None:
    event = parse(row.event())
    failed_deployment = (row.event_name or "").startswith("SERVICE_DEPLOYMENT")
    match event:
        case TaskStateChange():
            found = diagnose_task(event)
        case ServiceAction() if not failed_deployment:
            found = diagnose_service_action(event)
        case ServiceAction() | DeploymentStateChange():
            found = diagnose_deployment(event, {Cause(word): count for word, count in row.so_far.items()})
        case _:
            raise AssertionError(f"{row.id}: no event that the classifier takes")
    return None if found is None else str(found.cause)
