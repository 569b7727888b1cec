import pytest

from dockwarden.errors import MalformedEventError, describe
from dockwarden.events.parse import parse


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "nothing"),
        (True, "True"),
        (7, "7"),
        pytest.param(10**5000, "a large number", id="5001 digits"),
        (float("nan"), "nan"),
        ("i-1", "'i-1'"),
        ({"secret": "hunter2"}, "an object"),
        (["hunter2"], "an array"),
        (("hunter2",), "an array"),
        (object(), "something that is no JSON"),
    ],
)
def test_a_value_is_described_by_what_it_is(value: object, shown: str) -> None:
    """Scalars are quoted, and what may contain secrets is named by its kind only."""
    assert describe(value) == shown


def test_hostile_text_becomes_one_short_ascii_line() -> None:
    """Line breaks, escape sequences, right-to-left marks and length cannot forge or flood a log."""
    hostile = "\n\x1b[31m\u202e\U0001f4a9\x00" * 1000
    error = MalformedEventError("detail.x", hostile, "a name")
    assert len(error.value) <= 80
    assert str(error).isascii()
    assert str(error).isprintable()


@pytest.mark.parametrize("raw", ["hunter2", {"source": "s", "detail-type": "d", "detail": "hunter2"}])
def test_a_document_that_arrived_as_text_is_not_quoted(raw: object) -> None:
    """A whole detail in a string may carry environment values, so an error about it shows none of it."""
    with pytest.raises(MalformedEventError) as caught:
        parse(raw)
    assert "hunter2" not in str(caught.value)
    assert "found a string" in str(caught.value)


def test_the_sentence_says_where_what_and_what_is_expected() -> None:
    """One sentence tells a person what to mend."""
    error = MalformedEventError("detail.instance-id", 7, "the id of an EC2 instance as a string")
    assert str(error) == "reading detail.instance-id: found 7, expected the id of an EC2 instance as a string"
    assert (error.path, error.value) == ("detail.instance-id", "7")
