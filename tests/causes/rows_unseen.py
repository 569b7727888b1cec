"""What somebody wrote who had not seen the classifier: wordings of other years and of public issues, and cuts of them.

``unseen.jsonl`` has one event on each line, shortened to what differs, with the causes accepted beforehand. Rows
named ``again-`` (neighbours of what was missed) and ``issue-`` (texts of public issues) came after the first mends.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.causes.shapes import Container, Row, words

_LINES = Path(__file__).with_name("unseen.jsonl")
_BECAUSE = "by the boundaries of the issue, before the classifier's answer was seen"


def _container(raw: dict[str, Any]) -> Container:
    return Container(raw["name"], raw.get("reason"), raw.get("exitCode"), raw.get("lastStatus", "STOPPED"))


def _task(raw: dict[str, Any]) -> Row:
    return Row(
        f"unseen-{raw['id']}",
        words(*raw["accepted"]),
        _BECAUSE,
        stop_code=raw.get("stopCode"),
        stopped_reason=raw.get("stoppedReason"),
        containers=tuple(map(_container, raw["containers"])),
        last_status=raw.get("lastStatus", "STOPPED"),
        desired_status=raw.get("desiredStatus", "STOPPED"),
        group=raw.get("group", "service:shop"),
    )


def _event(raw: dict[str, Any]) -> Row:
    return Row(
        f"unseen-{raw['id']}",
        words(*raw["accepted"]),
        _BECAUSE,
        raw["kind"],
        stopped_reason=raw.get("reason"),
        event_name=raw["eventName"],
        event_type=raw["eventType"],
        so_far=raw.get("soFar", {}),
    )


def _rows() -> Iterator[Row]:
    for line in _LINES.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        yield _event(raw) if "kind" in raw else _task(raw)


ROWS = tuple(_rows())
