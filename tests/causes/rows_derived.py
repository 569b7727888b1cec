"""The texts again: cut off, at the other place, with companions, in other case and spacing."""

from collections.abc import Iterator

from tests.causes.rows_file import app, at_container, at_task
from tests.causes.shapes import Container, Row, words
from tests.causes.texts import CONTAINER, INITIALIZATION, PULLING, Text

FARGATE_CUT = 128
_MORE = Container("log_router", essential=False)


def cut(text: Text, length: int) -> Text:
    """Return the text cut off after so many characters, with what a careful reader may then still say."""
    short = text.text[:length]
    whole = text.key in short
    accepted = text.accepted if whole else text.accepted | text.broader | words("unknown")
    because = text.because if whole else f"cut off before what decides ({text.because})"
    return Text(text.id, short, text.key, accepted, because, text.broader)


def _cuts(text: Text) -> Iterator[tuple[str, Text]]:
    begin = text.text.index(text.key)
    if len(text.text) > FARGATE_CUT:
        yield "cut128", cut(text, FARGATE_CUT)
    if begin + len(text.key) + 3 < len(text.text):
        yield "cut-after-key", cut(text, begin + len(text.key) + 2)
    if text not in CONTAINER:
        yield "cut-in-key", cut(text, begin + len(text.key) // 2)


def _loud(text: Text) -> Text:
    return Text(text.id, text.text.upper(), text.key, text.accepted | words("unknown"), text.because)


def _tailed(text: Text) -> Text:
    tail = "\n\tstatus code: 400, request id: 11111111-2222-4333-8444-555555555555\n"
    return Text(text.id, text.text + tail, text.key, text.accepted, text.because)


def _companions(text: Text) -> Iterator[Row]:
    box = app(None, text.text)
    for name, boxes in (("sidecar-first", (_MORE, box)), ("sidecar-last", (box, _MORE))):
        id_ = f"derived-{text.id}-{name}"
        yield Row(
            id_, text.accepted, text.because, "task", "TaskFailedToStart", "Task failed to start", boxes
        )


def _rows() -> Iterator[Row]:
    for text in (*INITIALIZATION, *PULLING):
        yield at_container(text, f"derived-{text.id}-at-container")
        yield at_container(_tailed(text), f"derived-{text.id}-tail")
    for text in CONTAINER:
        yield at_task(text, f"derived-{text.id}-at-task")
    for text in (*INITIALIZATION, *PULLING, *CONTAINER):
        yield at_task(_loud(text), f"derived-{text.id}-upper")
        yield from (at_task(short, f"derived-{text.id}-{name}") for name, short in _cuts(text))
        yield from _companions(text)


ROWS = tuple(_rows())
