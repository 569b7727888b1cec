"""How a story ended: everything that a scenario has to say about its service, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass

from lab.drydock.model import Service
from tests.rollback.story import Story, runs

FAILS = ("a task failed", "keeps crashing")
HELD = (*FAILS, "held, a decision is needed")
AGAIN = "deployed again after a rollback"
NEEDS_A_LOOK = (*FAILS, "needs a look")
ROLLED_BACK = (*FAILS, "rolled back", "rolled back, healthy again", "healthy again")
STOPPED = (*FAILS, "stopped", "rolled back, healthy again", "healthy again")


@dataclass(frozen=True)
class End:
    """What a service runs, how its newest service deployment stands, and what was changed and said about it.

    `tasks` are the revisions of the tasks that there are; `changes` counts Dockwarden's changes by operation; `cards`
    are the headlines of all cards in their order; `waiting` counts proposals; `bad` is remembered as bad.
    """

    runs: str
    deployment: str
    changes: Mapping[str, int]
    cards: tuple[str, ...]
    waiting: int = 0
    bad: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


def end(tale: Story, service: Service, name: str = "web") -> End:
    """How it stands now; cards are those about `name`."""
    tasks = {f"{t.definition.family}:{t.definition.revision}" for t in tale.cluster.tasks_of(service)}
    return End(
        runs=runs(service),
        deployment=service.history[0].status,
        changes=dict(tale.ours()),
        cards=tuple(card["headline"] for card in tale.told if card["subject"] == name),
        waiting=sum(held.standing == "waiting" for held in tale.proposals()),
        bad=tuple(bad.task_definition.rpartition("/")[2] for bad in tale.known(service).bad),
        tasks=tuple(sorted(tasks)),
    )


def on(
    revision: str, cards: tuple[str, ...], changes: Mapping[str, int] | None = None, **others: object
) -> End:
    """The end of a service whose deployment is over and whose tasks are all of one revision; nothing was changed."""
    settings = {"deployment": "SUCCESSFUL", "tasks": (revision,), **others}
    return End(runs=revision, cards=cards, changes=changes or {}, **settings)  # type: ignore[arg-type]


def put_back(bad: str = "web:2", good: str = "web:1") -> End:
    """One UpdateService, and all is well."""
    return on(good, ROLLED_BACK, {"UpdateService": 1}, bad=(bad,))


def stopped(bad: str = "web:2", good: str = "web:1") -> End:
    """One StopServiceDeployment, and all is well."""
    return on(good, STOPPED, {"StopServiceDeployment": 1}, deployment="ROLLBACK_SUCCESSFUL", bad=(bad,))


def proposed(revision: str = "web:2") -> End:
    """No change, and one proposal that waits."""
    return on(revision, HELD, waiting=1)
