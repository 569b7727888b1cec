"""Events of `aws.*` from drydock only, with the time and the id that drydock gives them."""

import hmac
import json
import os
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from lab.ministack.bridges.bridge import Bridge
from lab.ministack.private import service

HEADER = "x-drydock-emitter"
IDS_HEADER = "x-drydock-event-ids"  # comma separated, in the order of the entries
TOKEN = "DOCKWARDEN_LAB_EMITTER_TOKEN"  # noqa: S105 - the variable's name, no token

REQUEST = service("eventbridge", "handle_request", "(method, path, headers, body, query_params)")
PUT_EVENTS = service("eventbridge", "_put_events", "(data, allow_aws_source=False)")
NOW = service("eventbridge", "_now_ts", "() -> float")
NEW_ID = service("eventbridge", "new_uuid", "() -> str")

_from_emitter: ContextVar[bool] = ContextVar("from_emitter", default=False)
_ids: ContextVar[tuple[str, ...]] = ContextVar("ids", default=())
_entry_id: ContextVar[str | None] = ContextVar("entry_id", default=None)
_entry_time: ContextVar[float | None] = ContextVar("entry_time", default=None)


def is_emitter(headers: Mapping[str, str], token: str) -> bool:
    """Whether a request carries the emitter's secret; without a secret nobody is the emitter."""
    return bool(token) and hmac.compare_digest(headers.get(HEADER, ""), token)


def _install() -> None:
    token = os.environ.pop(TOKEN, "")  # out of the environment that the functions inherit
    request, put_events, now, new_id = REQUEST.get(), PUT_EVENTS.get(), NOW.get(), NEW_ID.get()

    async def handle_request(method: str, path: str, headers: Any, body: Any, query_params: Any) -> Any:
        trusted = is_emitter(headers, token)
        ids = tuple(filter(None, headers.get(IDS_HEADER, "").split(","))) if trusted else ()
        marks = _from_emitter.set(trusted), _ids.set(ids)
        try:
            return await request(method, path, headers, body, query_params)
        finally:
            _from_emitter.reset(marks[0])
            _ids.reset(marks[1])

    def put(data: dict[str, Any], allow_aws_source: bool = False) -> Any:  # noqa: FBT001, FBT002 - ministack's signature
        allowed = allow_aws_source or _from_emitter.get()
        entries = data.get("Entries") or []
        if not 1 <= len(entries) <= 10:
            return put_events(data, allowed)
        ids = _ids.get() if len(_ids.get()) == len(entries) else (None,) * len(entries)
        one_by_one = zip(entries, ids, strict=True)
        return _joined([_put_one(put_events, entry, own, allowed=allowed) for entry, own in one_by_one])

    def entry_time() -> float:
        wanted = _entry_time.get()
        return float(now()) if wanted is None else wanted

    def entry_id() -> str:
        """Drydock's id for the entry at hand, once; then ministack's own again."""
        wanted = _entry_id.get()
        _entry_id.set(None)
        return str(new_id()) if wanted is None else wanted

    REQUEST.replace(handle_request)
    PUT_EVENTS.replace(put)
    NOW.replace(entry_time)
    NEW_ID.replace(entry_id)


def _put_one(put_events: Any, entry: dict[str, Any], own_id: str | None, *, allowed: bool) -> Any:
    time = entry.get("Time")
    marks = _entry_time.set(float(time) if isinstance(time, int | float) else None), _entry_id.set(own_id)
    try:
        return put_events({"Entries": [entry]}, allowed)
    finally:
        _entry_time.reset(marks[0])
        _entry_id.reset(marks[1])


def _joined(answers: list[Any]) -> Any:
    """One PutEvents answer out of the answers for each entry."""
    status, headers, _ = answers[0]
    bodies = [json.loads(body) for _, _, body in answers]
    entries = [entry for body in bodies for entry in body["Entries"]]
    failed = sum(body["FailedEntryCount"] for body in bodies)
    return status, headers, json.dumps({"FailedEntryCount": failed, "Entries": entries}).encode()


BRIDGE = Bridge(
    name="emitter",
    aws="refuses PutEvents with a source of aws.*, lets its own services emit them, and keeps an entry's Time",
    ministack="refuses them from everybody, its ECS and EC2 emit none, and it stamps its own time on each entry",
    names=(REQUEST, PUT_EVENTS, NOW, NEW_ID),
    install=_install,
)
