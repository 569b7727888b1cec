"""Events on the default bus, by the model of EventBridge's own API."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from dockwarden.aws.bus import BusRefusedError, EventBus
from dockwarden.errors import TryAgainError

EVENT = {"source": "dockwarden", "detail-type": "Dockwarden Action Outcome", "detail": {"version": 1}}
ENTRY = {"Source": "dockwarden", "DetailType": "Dockwarden Action Outcome", "Detail": '{"version": 1}'}


@pytest.fixture
def events() -> Any:
    return boto3.client("events", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")


def test_an_event_is_put_as_it_is(events: Any) -> None:
    with Stubber(events) as stub:
        stub.add_response("put_events", {"FailedEntryCount": 0, "Entries": []}, {"Entries": [ENTRY]})
        EventBus(lambda: events).put(EVENT)
        stub.assert_no_pending_responses()


def test_an_entry_that_eventbridge_did_not_take_is_tried_again(events: Any) -> None:
    """PutEvents answers 200 also where it took nothing."""
    with Stubber(events) as stub:
        answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}
        stub.add_response("put_events", answer, {"Entries": [ENTRY]})
        with pytest.raises(TryAgainError, match="ThrottlingException"):
            EventBus(lambda: events).put(EVENT)


def test_an_error_of_the_call_is_tried_again(events: Any) -> None:
    with Stubber(events) as stub:
        stub.add_client_error("put_events", "InternalException")
        with pytest.raises(TryAgainError, match="InternalException"):
            EventBus(lambda: events).put(EVENT)


@pytest.mark.parametrize("code", ["InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException"])
def test_an_entry_that_eventbridge_will_never_take_is_refused_for_good(events: Any, code: str) -> None:
    """Tried again, it would hold up every event behind it."""
    with Stubber(events) as stub:
        answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": code}]}
        stub.add_response("put_events", answer, {"Entries": [ENTRY]})
        with pytest.raises(BusRefusedError, match=code):
            EventBus(lambda: events).put(EVENT)


def test_a_call_that_eventbridge_will_never_take_is_refused_for_good(events: Any) -> None:
    with Stubber(events) as stub:
        stub.add_client_error("put_events", "ValidationException")
        with pytest.raises(BusRefusedError, match="ValidationException"):
            EventBus(lambda: events).put(EVENT)


def test_what_is_no_event_is_refused_before_any_call(events: Any) -> None:
    with pytest.raises(BusRefusedError, match="no detail-type"):
        EventBus(lambda: events).put({"source": "dockwarden", "detail": {}})


def test_a_role_that_may_not_put_waits_for_a_person(events: Any) -> None:
    with Stubber(events) as stub:
        stub.add_client_error("put_events", "AccessDeniedException")
        with pytest.raises(TryAgainError, match="AccessDenied"):
            EventBus(lambda: events).put(EVENT)
