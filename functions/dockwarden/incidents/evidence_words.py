"""What was read about an incident, as lines of a card; what could not be read is said as not read. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

from dockwarden.facts.evidence import Deployer, Evidence, LogTail, TargetGroup
from dockwarden.facts.revisions import Change, RevisionDifference
from dockwarden.facts.unknown import NotRead

_MOST_CHANGES = 8
_MOST_LOG_LINES = 3

Lines = tuple[tuple[str, str], ...]


def lines_of(evidence: Evidence | NotRead) -> Lines:
    """The lines of a card about what was read, in the order in which people ask."""
    if isinstance(evidence, NotRead):
        return (("Not read", evidence.why),)
    return tuple(_all(evidence))


def _all(evidence: Evidence) -> Iterator[tuple[str, str]]:
    parts: list[tuple[str, object, Callable[[Any], Iterator[tuple[str, str]]]]] = [
        ("what changed", evidence.difference, _changed),
        ("the log", evidence.log, _logged),
        ("who deployed", evidence.deployer, _deployed),
        ("target health", evidence.targets, _targets),
    ]
    for _, found, words in parts:
        if found is not None and not isinstance(found, NotRead):
            yield from words(found)
    unread = [f"{name} ({found.why})" for name, found, _ in parts if isinstance(found, NotRead)]
    if unread:
        yield "Not read", ", ".join(unread)


def _changed(difference: RevisionDifference) -> Iterator[tuple[str, str]]:
    bad = difference.bad_task_definition_arn.rpartition(":")[2]
    said = [_change(change) for change in difference.changes[:_MOST_CHANGES]]
    left = len(difference.changes) - len(said)
    more = [f"and {left} more"] if left > 0 else []
    yield f"Changed in {bad}", ", ".join([*said, *more]) or "nothing that can be seen"


def _change(change: Change) -> str:
    what = f"{change.aspect} {change.name}" if change.name else str(change.aspect)
    if change.before is not None and change.after is not None:
        return f"{what} {change.before} → {change.after}"
    return f"{what} {change.how}"


def _logged(log: LogTail) -> Iterator[tuple[str, str]]:
    last = [line.text for line in log.lines[-_MOST_LOG_LINES:]]
    yield f"Log of {log.container}", " ⏎ ".join(last) if last else "it wrote nothing"


def _deployed(deployer: Deployer) -> Iterator[tuple[str, str]]:
    stack = f", stack {deployer.stack}" if deployer.stack else ""
    if isinstance(deployer.call, NotRead):
        yield "Deployed", f"by whom was not read ({deployer.call.why}){stack}"
    else:
        at = f" at {deployer.call.at:%H:%M} UTC" if deployer.call.at else ""
        by = deployer.call.principal or "somebody whose name was not read"
        yield "Deployed", f"{by}{at}{stack}"


def _targets(groups: tuple[TargetGroup, ...]) -> Iterator[tuple[str, str]]:
    for group in groups:
        if isinstance(group.targets, NotRead):
            yield "Targets", f"not read ({group.targets.why})"
            continue
        ill = [t for t in group.targets if t.state != "healthy"]
        reasons = ", ".join(sorted({t.reason for t in ill if t.reason}))
        because = f" ({reasons})" if reasons else ""
        yield "Targets", f"{len(group.targets) - len(ill)} of {len(group.targets)} healthy{because}"
