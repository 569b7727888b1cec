from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from lab.drydock.api.operation import Operation
from lab.drydock.api.registry import OPERATIONS
from lab.drydock.errors import PortTakenError
from lab.drydock.logs import LogLine
from lab.drydock.put_logs import PutLogsSink
from lab.drydock.server import Drydock

if TYPE_CHECKING:
    from collections.abc import Iterator

WORLD = {
    "clusters": [
        {
            "name": "harbour",
            "tags": {"dockwarden:mode": "enforce"},
            "instances": [{"count": 2}, {"instanceId": "i-0123456789abcdef0", "lifecycle": "on-demand"}],
            "services": [{"name": "web", "desiredCount": 3}],
            "tasks": [{"family": "report", "instanceId": "i-0123456789abcdef0"}],
        }
    ]
}


@pytest.fixture
def drydock() -> Iterator[Drydock]:
    with Drydock(port=0, speed=0) as running:
        _control(running, "world", WORLD)
        yield running


def _client(drydock: Drydock, service: Any, key: str = "AKIAIOSFODNN7EXAMPLE") -> Any:
    return boto3.client(
        service,
        endpoint_url=drydock.url,
        aws_access_key_id=key,
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def _control(drydock: Drydock, name: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{drydock.url}/_drydock/{name}", data=data, headers=headers or {})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def _refused(
    drydock: Drydock, name: str, body: Any, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        _control(drydock, name, body, headers)
    with caught.value as answer:
        return answer.code, json.load(answer)["error"]


def test_a_drain_over_http_works_as_in_process(drydock: Drydock) -> None:
    """The whole story by boto3 and the control endpoints: reclaim, find, drain, moved, gone."""
    spot = _control(drydock, "state")["clusters"][0]["instances"][0]["instanceId"]
    _control(drydock, "interrupt", {"instanceId": spot})
    ecs = _client(drydock, "ecs")
    arns = ecs.list_container_instances(cluster="harbour", filter=f"ec2InstanceId == {spot}")[
        "containerInstanceArns"
    ]
    ecs.update_container_instances_state(cluster="harbour", containerInstances=arns, status="DRAINING")
    _control(drydock, "clock", {"advance": 119})
    assert ecs.list_tasks(cluster="harbour", containerInstance=arns[0])["taskArns"] == []
    assert len(ecs.list_tasks(cluster="harbour", serviceName="web")["taskArns"]) == 3
    _control(drydock, "clock", {"advance": 60})
    found = _client(drydock, "ec2").describe_instances(InstanceIds=[spot])
    assert found["Reservations"][0]["Instances"][0]["State"]["Name"] == "terminated"
    types = {event["detail-type"] for event in _control(drydock, "events")}
    assert {"EC2 Spot Instance Interruption Warning", "ECS Task State Change"} <= types


def test_the_call_log_shows_who_called_what(drydock: Drydock) -> None:
    """Key id, parameters, answer or error, and the session name once somebody can tell it."""
    drydock.principals = {"AKIAIOSFODNN7EXAMPLE": "arn:aws:sts::1:assumed-role/act/intent-1"}.get
    ecs = _client(drydock, "ecs")
    ecs.list_clusters()
    with pytest.raises(ecs.exceptions.ClusterNotFoundException):
        ecs.list_tasks(cluster="none")
    first, second = _control(drydock, "calls")
    assert (first["operation"], first["error"], first["session"]) == ("ListClusters", None, "intent-1")
    assert first["answer"]["clusterArns"]
    assert (second["params"], second["error"]) == ({"cluster": "none"}, "ClusterNotFoundException")
    assert second["userAgent"].startswith("Boto3/")


def test_time_flows_by_itself_at_a_speed_and_stands_still_at_zero(drydock: Drydock) -> None:
    before = _control(drydock, "clock")
    assert before["speed"] == 0
    assert _control(drydock, "clock")["now"] == before["now"]
    _control(drydock, "clock", {"speed": 1000})
    while _control(drydock, "clock")["now"] == before["now"]:
        threading.Event().wait(0.02)
    assert _control(drydock, "clock", {"speed": 0})["speed"] == 0


def test_twenty_callers_at_once_are_answered_one_after_the_other(drydock: Drydock) -> None:
    """Concurrent drains of one instance are one change of its state and one event."""
    ecs = _client(drydock, "ecs")
    arn = ecs.list_container_instances(cluster="harbour")["containerInstanceArns"][0]

    def drain(_number: int) -> int:
        answer = ecs.update_container_instances_state(
            cluster="harbour", containerInstances=[arn], status="DRAINING"
        )
        return len(answer["containerInstances"])

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(drain, range(20))) == [1] * 20
    changes = [
        e for e in _control(drydock, "events") if e["detail-type"] == "ECS Container Instance State Change"
    ]
    assert len(changes) == 1
    assert drydock.endpoint.log.mutations() == {("UpdateContainerInstancesState", arn): 20}


def test_reset_begins_anew(drydock: Drydock) -> None:
    _control(drydock, "clock", {"advance": 100})
    _control(drydock, "reset", {})
    assert _control(drydock, "state")["clusters"] == []
    assert _control(drydock, "calls") == []
    assert _control(drydock, "clock")["now"] == "2026-11-20T09:00:00Z"


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("interrupt", {"instanceId": "i-none"}, "no instance"),
        ("interrupt", {"instanceId": "i-0123456789abcdef0"}, "on-demand"),
        ("interrupt", {}, "instanceId is missing"),
        ("interrupt", {"instanceId": "i-none", "action": "explode"}, "unknown action"),
        ("launch", {"cluster": "none"}, "no cluster"),
        ("world", {"clusters": [{"name": "harbour"}]}, "exists already"),
        ("world", {"clusters": [{"name": "x", "instance": []}]}, "unknown in a world description: instance"),
        (
            "world",
            {"clusters": [{"name": "y", "services": [{"name": "s"}]}]},
            "no instance of cluster 'y' has room",
        ),
        ("world", {"clusters": ["z"]}, "unknown in a world description"),
        ("world", [], "no JSON object"),
        ("clock", {"advance": -1}, "no number"),
        ("clock", {"speed": "fast"}, "no number"),
        ("fault", {"kind": "throttle"}, "operation"),
    ],
)
def test_a_control_call_that_makes_no_sense_gets_one_sentence(
    drydock: Drydock, name: str, body: Any, words: str
) -> None:
    code, error = _refused(drydock, name, body)
    assert code == 400
    assert words in error


def test_other_web_pages_cannot_control_it(drydock: Drydock) -> None:
    """A page that the developer happens to visit may not reclaim instances."""
    code, error = _refused(drydock, "reset", {}, {"Origin": "https://example.org"})
    assert (code, "refused" in error) == (403, True)
    assert _control(drydock, "reset", {}, {"Origin": drydock.url}) == {}


def test_unknown_control_endpoints_name_the_known_ones(drydock: Drydock) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        _control(drydock, "nothing")
    with caught.value as answer:
        assert "GET /_drydock/health" in json.load(answer)["known"]


def test_a_lost_answer_closes_the_connection(drydock: Drydock) -> None:
    """Over HTTP the caller of a lost call sees a broken connection."""
    _control(drydock, "fault", {"operation": "ListClusters", "kind": "lost_after"})
    with pytest.raises((ConnectionClosedError, ReadTimeoutError)):
        _client(drydock, "ecs").list_clusters()
    assert _client(drydock, "ecs").list_clusters()["clusterArns"]


def test_a_wrong_answer_is_an_internal_failure_and_shown_in_health(
    drydock: Drydock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OPERATIONS["ecs"], "ListClusters", Operation(lambda _w, _p: {"clusters": []}))
    ecs = _client(drydock, "ecs")
    with pytest.raises(ecs.exceptions.ClientError, match="InternalFailure"):
        ecs.list_clusters()
    assert "ListClusters" in _control(drydock, "health")["violations"][0]


def test_a_taken_port_is_one_clear_sentence(drydock: Drydock) -> None:
    """Both as an error and on the command line, with exit code 1."""
    port = int(drydock.url.rsplit(":", 1)[1])
    with pytest.raises(PortTakenError, match=f"port {port} on 127.0.0.1 is taken"):
        Drydock(port=port)
    done = subprocess.run(
        [sys.executable, "-m", "lab.drydock", "--port", str(port)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"port {port}" in done.stderr


def test_the_port_is_free_again_after_close() -> None:
    with Drydock(port=0, speed=0) as first:
        port = int(first.url.rsplit(":", 1)[1])
    with Drydock(port=port, speed=0) as second:
        assert _control(second, "health")["status"] == "ok"


class _Bus(BaseHTTPRequestHandler):
    """Takes PutEvents and keeps what it was sent; a stand-in for the local AWS."""

    taken: list[tuple[dict[str, str], list[dict[str, Any]]]]

    def do_POST(self) -> None:
        entries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["Entries"]
        self.taken.append((dict(self.headers), entries))
        body = json.dumps({"FailedEntryCount": 0, "Entries": [{"EventId": "x"} for _ in entries]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Be silent."""


@pytest.fixture
def bus() -> Iterator[tuple[str, list[tuple[dict[str, str], list[dict[str, Any]]]]]]:
    handler = type("Bus", (_Bus,), {"taken": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", handler.taken  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def test_every_event_reaches_the_bus_in_order_with_token_and_virtual_time(bus: Any) -> None:
    """PutEvents in batches of at most ten, the emitter's token in the header, ids beside the entries."""
    url, taken = bus
    with Drydock(port=0, speed=0, events_endpoint=url, token="canary") as drydock:
        _control(drydock, "world", WORLD)
        spot = _control(drydock, "state")["clusters"][0]["instances"][0]["instanceId"]
        _control(drydock, "interrupt", {"instanceId": spot})
        _control(drydock, "clock", {"advance": 300})
        events = _control(drydock, "events")
    assert len(events) > 10
    assert max(len(entries) for _headers, entries in taken) <= 10
    assert {headers["X-Drydock-Emitter"] for headers, _entries in taken} == {"canary"}
    ids = [name for headers, _entries in taken for name in headers["X-Drydock-Event-Ids"].split(",")]
    assert ids == [event["id"] for event in events]
    entries = [entry for _headers, batch in taken for entry in batch]
    assert [json.loads(entry["Detail"]) for entry in entries] == [event["detail"] for event in events]
    assert entries[0]["Time"] == 1795165200  # 2026-11-20T09:00:00Z, the virtual begin


def test_an_absent_bus_is_counted_and_does_not_stop_the_model() -> None:
    """The model goes on, `health` says how many events were lost and why."""
    with Drydock(port=0, speed=0, events_endpoint="http://127.0.0.1:9") as drydock:
        _control(drydock, "world", WORLD)
        spot = _control(drydock, "state")["clusters"][0]["instances"][0]["instanceId"]
        _control(drydock, "interrupt", {"instanceId": spot})
        while not (health := _control(drydock, "health"))["bus"]["lost"]:
            threading.Event().wait(0.05)
    assert "127.0.0.1:9" in health["bus"]["lastError"]


def test_the_page_sets_text_and_never_markup() -> None:
    """Names and reasons are anybody's text."""
    page = (Path(__file__).parents[2] / "lab/drydock/page.html").read_text(encoding="utf-8")
    assert "textContent" in page
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", page)


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium here")
def test_the_page_draws_the_fleet(drydock: Drydock, tmp_path: Path) -> None:
    """A real browser shows instances, states and hostile names as plain text."""
    hostile = {"clusters": [{"name": "<img src=x onerror=alert(1)>", "instances": [{"count": 1}]}]}
    _control(drydock, "world", hostile)
    done = subprocess.run(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path}",
            "--virtual-time-budget=2000",
            "--dump-dom",
            drydock.url,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "i-0123456789abcdef0" in done.stdout
    assert "3 of 3 running" in done.stdout
    assert "Cluster &lt;img src=x onerror=alert(1)&gt;" in done.stdout


def test_a_deployment_over_http_goes_through_the_service_apis(drydock: Drydock) -> None:
    """The control endpoint registers the next revision and deploys it; a wrong description is refused."""
    body = {"cluster": "harbour", "service": "web", "behaviour": {"kind": "exits", "exitCode": 3}}
    made = _control(drydock, "deploy", body)["deploymentId"]
    _control(drydock, "clock", {"advance": 120})
    ecs = _client(drydock, "ecs")
    (service,) = ecs.describe_services(cluster="harbour", services=["web"])["services"]
    assert service["deployments"][0]["id"] == made
    assert ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]["revision"] == 2
    codes = {
        event["detail"]["containers"][0].get("exitCode")
        for event in _control(drydock, "events")
        if event["detail-type"] == "ECS Task State Change"
    }
    assert 3 in codes
    for wrong in (
        {**body, "revision": 4},
        {**body, "service": "none"},
        {**body, "behaviour": {"kindness": 1}},
    ):
        assert _refused(drydock, "deploy", wrong)[0] == 400


class _Logs:
    """A stand-in for the client of CloudWatch Logs that knows one group already."""

    class exceptions:  # noqa: N801 - boto3's name
        ResourceAlreadyExistsException = KeyError

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failing = False

    def create_log_group(self, **names: Any) -> None:
        raise self.exceptions.ResourceAlreadyExistsException

    def create_log_stream(self, **names: Any) -> None:
        self.calls.append(("stream", names))

    def put_log_events(self, **names: Any) -> None:
        if self.failing:
            raise ConnectionClosedError(endpoint_url="http://logs")
        self.calls.append(("put", names))

    def close(self) -> None:
        self.calls.append(("close", {}))


def test_lines_of_containers_go_to_cloudwatch_logs_in_order() -> None:
    """One stream a task, made once; what could not be sent is counted with its reason."""
    sink = PutLogsSink(endpoint="http://127.0.0.1:1", region="us-east-1", account="000000000000")
    client = _Logs()
    sink._client = client
    at = datetime(2026, 11, 20, tzinfo=UTC)
    for text in ("one", "two"):
        sink(LogLine("/web", "web/app/1", at, text))
    sink.close()
    assert [name for name, _names in client.calls] == ["stream", "put", "put", "close"]
    assert [names["logEvents"][0]["message"] for name, names in client.calls if name == "put"] == [
        "one",
        "two",
    ]
    client.failing = True
    with pytest.raises(ConnectionClosedError):
        sink._send(LogLine("/web", "web/app/1", at, "three"))
