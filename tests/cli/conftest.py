"""The command line as people use it: arguments in, exit code and text out."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from dockwarden.aws.clients import Clients
from dockwarden.cli.main import main
from tests.cli.account import Account, client, installed

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "events"
WORLD = ROOT / "docs" / "examples" / "world.json"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the command came to."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def outcome(self) -> dict[str, Any]:
        """The only outcome of the last event."""
        [outcome] = self.lines[-1]["outcomes"]
        assert isinstance(outcome, dict)
        return outcome

    @property
    def verdicts(self) -> list[str]:
        """The verdict of each event that has an outcome, in their order."""
        return [outcome["verdict"] for line in self.lines for outcome in line["outcomes"]]


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process."""

    def ran(*words: str) -> Ran:
        try:
            code = main(words)
        except SystemExit as ended:  # argparse ends the program itself
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return ran


@pytest.fixture
def decide(run: Run, tmp_path: Path) -> Run:
    """Decide about events that are given as values, with `--json`."""

    def decided(events: Any, *words: str, world: Any = None) -> Ran:
        (tmp_path / "events.json").write_text(json.dumps(events), encoding="utf-8")
        if world is not None:
            (tmp_path / "world.json").write_text(json.dumps(world), encoding="utf-8")
            words = (*words, "--world", str(tmp_path / "world.json"))
        return run("decide", str(tmp_path / "events.json"), "--json", *words)

    return decided


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Put bytes on standard input."""

    def put(data: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    return put


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account in which everything is as it should be."""
    with mock_aws():
        found = installed()
        monkeypatch.setattr(Clients, "_make", lambda _, service, **__: found.fake(service) or client(service))
        yield found


def sample(name: str, **changes: Any) -> dict[str, Any]:
    """One of our sample events, with keys of its envelope changed; None takes a key away."""
    event: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    event |= {key.replace("_", "-"): value for key, value in changes.items()}
    return {key: value for key, value in event.items() if value is not None}


def warning(**changes: Any) -> dict[str, Any]:
    """The Spot warning about the instance of the example world."""
    return sample("ec2/spot-warning-terminate", **changes)


def instance_event(status: str, version: int, **changes: Any) -> dict[str, Any]:
    """A state change of the container instance of the example world."""
    event = sample("ecs/container-instance-active", **changes)
    event["detail"] |= {"status": status, "version": version}
    return event


def world(**changes: Any) -> dict[str, Any]:
    """The example world, with keys of its top changed."""
    document: dict[str, Any] = json.loads(WORLD.read_text(encoding="utf-8"))
    return document | changes


def opted(*, opted_in: bool | None, **cluster: Any) -> dict[str, Any]:
    """The example world, with another opt-in of the first cluster."""
    document = world()
    document["clusters"][0] |= {"opted_in": opted_in, **cluster}
    return document


def all_samples() -> Sequence[Path]:
    """Every sample event."""
    return sorted(SAMPLES.glob("*/*.json"))
