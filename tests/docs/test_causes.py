"""docs/causes.md has the vocabulary of the code, with its sentences and next steps."""

import re

from dockwarden.causes.sentences import NEXT_STEPS, sentence
from dockwarden.causes.vocabulary import NO_FAILURE, Cause
from tests.docs.markdown import rows, sections, text_of

PAGE = text_of("docs/causes.md")


def test_the_page_has_each_cause_with_its_sentence_and_next_step() -> None:
    assert rows(PAGE) == [[cause.value, sentence(cause), NEXT_STEPS[cause]] for cause in Cause]


def test_the_page_names_the_causes_that_are_no_failure() -> None:
    named = re.findall(r"`([\w-]+)`", sections(PAGE)["No failure"])
    assert sorted(named) == sorted(cause.value for cause in NO_FAILURE)


def test_every_cause_that_the_page_speaks_of_is_one() -> None:
    """Words in code marks below "How a cause is found" are causes, beginnings of some, or AWS's own names."""
    named = set(re.findall(r"`([\w-]+…?)`", sections(PAGE)["How a cause is found"])) - {"stopCode"}
    assert named
    assert [word for word in named if not any(c.value.startswith(word.rstrip("…")) for c in Cause)] == []
