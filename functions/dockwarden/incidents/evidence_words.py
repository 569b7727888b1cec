"""What was read about an incident, as lines of a card; what could not be read is said as not read. Pure."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from dockwarden.facts.evidence import Deployer, Evidence, LogTail, RestartPolicy, TargetGroup
from dockwarden.facts.revisions import Aspect, Change, RevisionDifference
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.alarm_words import alarm_lines
from dockwarden.incidents.deployer_words import deployed

_MOST_CHANGES = 8
_MOST_LOG_LINES = 3
_DIGEST = 19  # `sha256:` and twelve digits, as docker shows an image

Lines = tuple[tuple[str, str], ...]


def lines_of(evidence: Evidence | NotRead, now: datetime | None = None) -> Lines:
    """The lines of a card about what was read, in the order in which people ask; times of another day have a date."""
    if isinstance(evidence, NotRead):
        return (("Not read", evidence.why),)
    return tuple(_all(evidence, now))


def _all(evidence: Evidence, now: datetime | None) -> Iterator[tuple[str, str]]:
    parts: list[tuple[str, object, Callable[[Any], Iterator[tuple[str, str]]]]] = [
        ("what changed", evidence.difference, _changed),
        ("the log", evidence.log, _logged),
        ("who deployed", evidence.deployer, partial(_deployed, now)),
        ("target health", evidence.targets, _targets),
        ("alarms", evidence.alarms, alarm_lines),
        ("the restart policy", evidence.restarts, _restarts),
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
    found = ", ".join([*said, *more]) or "nothing that can be seen"
    yield f"Changed in {bad}", f"{found}{_not_compared(difference)}"


def _not_compared(difference: RevisionDifference) -> str:
    """What may have changed without being seen."""
    parts = [] if difference.images_resolved else ["image digests"]
    parts += [] if difference.placing_compared else ["network", "capacity"]
    return f" (not compared: {', '.join(parts)})" if parts else ""


def _change(change: Change) -> str:
    what = f"{change.aspect} {change.name}" if change.name else str(change.aspect)
    if change.container is not None and change.aspect is not Aspect.CONTAINER:
        what = f"{what} of {change.container}"
    if change.before is not None and change.after is not None:
        shown = _DIGEST if change.aspect is Aspect.IMAGE_DIGEST else None
        return f"{what} {change.before[:shown]} → {change.after[:shown]}"
    return f"{what} {change.how}"


def _logged(log: LogTail) -> Iterator[tuple[str, str]]:
    last = [line.text for line in log.lines[-_MOST_LOG_LINES:]]
    yield f"Log of {log.container}", " ⏎ ".join(last) if last else "it wrote nothing"


def _restarts(policy: RestartPolicy) -> Iterator[tuple[str, str]]:
    """That the task may have crashed before, which its events do not tell."""
    after = f"once it has run for {policy.period} s"
    yield (
        "Restart policy",
        f"{policy.container} is restarted inside its task {after}: earlier crashes sent no event",
    )


def _deployed(now: datetime | None, deployer: Deployer) -> Iterator[tuple[str, str]]:
    stack = f", stack {deployer.stack}" if deployer.stack else ""
    yield "Deployed", f"{deployed(deployer.call, now)}{stack}"


def _targets(groups: tuple[TargetGroup, ...]) -> Iterator[tuple[str, str]]:
    for group in groups:
        if isinstance(group.targets, NotRead):
            yield "Targets", f"not read ({group.targets.why})"
            continue
        ill = [t for t in group.targets if t.state != "healthy"]
        reasons = ", ".join(sorted({t.reason for t in ill if t.reason}))
        because = f" ({reasons})" if reasons else ""
        yield "Targets", f"{len(group.targets) - len(ill)} of {len(group.targets)} healthy{because}"
