"""What is no event: a line, a sentence, exit code 2, never a traceback, and the others go on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Ran, Run, sample, warning
from tests.cli.test_decide import KEYS, OUTCOME_KEYS


def without(event: dict[str, Any], *path: str) -> dict[str, Any]:
    """The event without what lies below a path."""
    inner = event
    for key in path[:-1]:
        inner = inner[key]
    inner.pop(path[-1], None)
    return event


MALFORMED = {
    "a number": 5,
    "a text": "aws.ec2",
    "null": None,
    "an array in the array": [warning()],
    "an empty object": {},
    "no source": without(warning(), "source"),
    "a source that is no string": warning(source=5),
    "no detail-type": without(warning(), "detail-type"),
    "a detail-type that is no string": warning(detail_type=["x"]),
    "no detail": without(warning(), "detail"),
    "a detail that is text": warning(detail="{}"),
    "a detail that is an array": warning(detail=[]),
    "no instance": without(without(warning(), "detail", "instance-id"), "resources"),
    "no container instance": without(
        without(sample("ecs/container-instance-active"), "detail", "containerInstanceArn"), "resources"
    ),
    "no task": without(
        without(without(sample("ecs/task-running"), "detail", "taskArn"), "detail", "containers"), "resources"
    ),
    "no image": without(without(sample("ecr/image-scan-clean"), "detail", "repository-name"), "resources"),
}


def assert_one_sentence_each(ran: Ran, count: int) -> None:
    """Standard error holds that many lines, each of them ours."""
    sentences = ran.err.splitlines()
    assert len(sentences) == count
    assert all(sentence.startswith("dockwarden: ") for sentence in sentences)
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("event", MALFORMED.values(), ids=list(MALFORMED))
def test_a_malformed_event_is_a_line_with_error_and_the_others_go_on(decide: Run, event: Any) -> None:
    """Invariant 13: one bad message does not block the rest."""
    ran = decide([warning(id="before"), event, warning(id="after")])
    assert ran.code == 2
    assert_one_sentence_each(ran, 1)
    before, bad, after = ran.lines
    assert list(bad) == [*KEYS, "error"]
    assert (bad["recognised"], bad["outcomes"]) == (False, [])
    assert [line["id"] for line in (before, after)] == ["before", "after"]
    assert before["outcomes"]
    assert after["outcomes"]


def test_what_can_be_read_of_a_malformed_event_stands_in_its_line(decide: Run) -> None:
    [line] = decide(warning(detail=5)).lines
    assert (line["id"], line["source"]) == ("a5187a14-fe0d-c6fb-cfd9-476b0fe6258c", "aws.ec2")
    assert line["detail_type"] == "EC2 Spot Instance Interruption Warning"
    assert line["error"] == "reading detail: found 5, expected a JSON object"


def test_the_error_quotes_no_document(decide: Run) -> None:
    """Invariant 71: a whole event that arrived as text may hold secrets."""
    ran = decide(json.dumps({"token": "xoxb-canary"}))
    assert ran.code == 2
    assert "canary" not in ran.out + ran.err


NO_JSON = {
    "nothing": b"",
    "blanks": b" \n\t",
    "half an object": b'{"source": ',
    "words": b"not json at all",
    "two documents": b"{} {}",
    "no UTF-8": b'{"source": "\xff\xfe"}',
    "UTF-16": "{}".encode("utf-16"),
    "nested deeply": b"[" * 200_000 + b"]" * 200_000,
    "objects nested deeply": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.parametrize("data", NO_JSON.values(), ids=list(NO_JSON))
def test_what_is_no_json_is_one_sentence_and_one_line(
    run: Run, stdin: Callable[[bytes], None], tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "event.json").write_bytes(data)
    stdin(data)
    for source in (str(tmp_path / "event.json"), "-"):
        ran = run("decide", source, "--json")
        assert ran.code == 2
        assert_one_sentence_each(ran, 1)
        [line] = ran.lines
        assert list(line) == [*KEYS, "error"]


def test_a_byte_order_mark_is_skipped(run: Run, tmp_path: Path) -> None:
    """Windows' editors and shells write one."""
    (tmp_path / "event.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(warning()).encode())
    assert run("decide", str(tmp_path / "event.json"), "--json").code == 0


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_an_unreadable_value_and_the_other_events_go_on(
    run: Run, tmp_path: Path, number: str
) -> None:
    """Some programs write it; where it stands for the subject the event is malformed, elsewhere it is no error."""
    odd = json.dumps(warning(id="odd")).replace('"detail": {', f'"detail": {{"n": {number}, ')
    bad = json.dumps(warning(id="bad")).replace('"aws.ec2"', number)
    (tmp_path / "event.json").write_text(f"[{number}, {bad}, {odd}, {json.dumps(warning(id='after'))}]")
    ran = run("decide", str(tmp_path / "event.json"), "--json")
    assert (ran.code, [line["id"] for line in ran.lines]) == (2, [None, "bad", "odd", "after"])
    assert ["error" in line for line in ran.lines] == [True, True, False, False]
    assert_one_sentence_each(ran, 2)


def test_of_a_key_that_stands_twice_the_last_value_counts(run: Run, tmp_path: Path) -> None:
    event = json.dumps(warning(id="first")).replace('"id": "first"', '"id": "first", "id": "last"')
    (tmp_path / "event.json").write_text(f"[{event}, {json.dumps(warning())}]")
    ran = run("decide", str(tmp_path / "event.json"), "--json")
    assert (ran.code, ran.lines[0]["id"], len(ran.lines)) == (0, "last", 2)


def test_a_number_of_ten_thousand_digits_in_some_field_is_no_error(run: Run, tmp_path: Path) -> None:
    event = json.dumps(warning()).replace('"detail": {', '"detail": {"n": ' + "9" * 10_000 + ", ")
    (tmp_path / "event.json").write_text(event)
    ran = run("decide", str(tmp_path / "event.json"), "--json")
    assert (ran.code, ran.lines[0]["recognised"]) == (0, True)


def test_half_a_surrogate_pair_is_text_like_any_other(run: Run, tmp_path: Path) -> None:
    """JSON can name it, UTF-8 cannot encode it."""
    event = json.dumps(warning()).replace("i-0a1b2c3d4e5f60718", "i-\\ud800")
    (tmp_path / "event.json").write_text(event)
    for words in (("--json",), ()):
        ran = run("decide", str(tmp_path / "event.json"), *words)
        assert (ran.code, ran.out.isascii()) == (0, True)


@pytest.mark.parametrize("name", ["missing.json", ".", "a\0b", "x" * 5000])
def test_a_file_that_cannot_be_read_is_one_sentence(run: Run, tmp_path: Path, name: str) -> None:
    ran = run("decide", f"{tmp_path}/{name}", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert_one_sentence_each(ran, 1)


def test_an_empty_array_is_an_array_of_no_events(decide: Run, run: Run, tmp_path: Path) -> None:
    ran = decide([])
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert run("decide", str(tmp_path / "events.json")).out == "0 events\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--mode", "enforced"),
        ("--mode", ""),
        ("--now", "tomorrow"),
        ("--now", "\x1b[31m"),
        ("--wurld", "x"),
        ("extra",),
    ],
)
def test_wrong_arguments_are_one_inert_sentence(run: Run, words: tuple[str, ...]) -> None:
    ran = run("decide", "event.json", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "\x1b" not in ran.err


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
documents = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(sorted(warning())) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=12,
)
ODD: tuple[Any, ...] = (
    None,
    0,
    -1,
    True,
    1.5,
    "",
    "\ud800",
    "\x1b[31m\n",
    "arn:",
    "arn:aws:ecs:::cluster/",
    [],
    {},
    ["x"],
    [{}],
)
SEEDS = (
    "ec2/spot-warning-terminate",
    "ecs/container-instance-active",
    "ecs/task-running",
    "ecr/image-scan-findings",
)


@st.composite
def damaged_events(draw: st.DrawFn) -> Any:
    """A sample event of which a few nodes were taken away or replaced."""
    event = sample(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 3))):
        inner: Any = event
        while True:
            key = draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
            if isinstance(inner[key], dict | list) and inner[key] and draw(st.booleans()):
                inner = inner[key]
                continue
            break
        if draw(st.booleans()) or not isinstance(inner, dict):
            inner[key] = json.loads(json.dumps(draw(st.sampled_from(ODD))))
        elif len(inner) > 1:
            del inner[key]
    return event


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(events=st.lists(documents | damaged_events(), min_size=1, max_size=4), one=st.booleans())
def test_any_json_is_decided_or_refused_in_the_documented_form(
    decide: Run, events: list[Any], *, one: bool
) -> None:
    """Invariants 13 and 15: exit 0 or 2, one line for each event, exactly the keys, no traceback."""
    document = events[0] if one else events
    ran = decide(document)
    assert ran.code in (0, 2)
    count = len(document) if isinstance(document, list) else 1
    errors = [line for line in ran.lines if "error" in line]
    assert len(ran.lines) == count
    assert_one_sentence_each(ran, len(errors))
    assert (ran.code == 2) == bool(errors)
    for line in ran.lines:
        assert [key for key in line if key != "error"] == KEYS
        assert all(set(outcome) == OUTCOME_KEYS for outcome in line["outcomes"])
