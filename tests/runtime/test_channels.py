"""Where people are told: the installation's channel, or one of the platform's list that a tag names."""

from dataclasses import replace

import pytest

from dockwarden.guard.modes import Mode
from dockwarden.incidents.channels import channel_of, with_channel
from dockwarden.incidents.history import History, Incident
from dockwarden.playbook import registry
from dockwarden.runtime.arrivals import Arrival
from dockwarden.runtime.engine import Engine
from dockwarden.runtime.parts import Parts
from dockwarden.verdicts import Decision, Verdict
from tests.fakes import NOON, Bench, FakeWorld, event, warning

LISTED = ("C0TEAM",)


def parts(bench: Bench) -> Parts:
    """The bench's parts with a list of further channels."""
    made = bench.parts
    return replace(made, config=replace(made.config, channels=LISTED))


@pytest.mark.parametrize(("tag", "channel"), [("C0TEAM", "C0TEAM"), ("C0EVIL", None), ("", None)])
def test_a_tag_names_one_of_the_listed_channels_and_no_other(tag: str, channel: str | None) -> None:
    """Nothing out of a tag becomes a channel that is used unless the platform lists it."""
    bench = Bench(mode=Mode.ENFORCE, world=FakeWorld(tagged={"prod": {"dockwarden:channel": tag}}))
    Engine(parts(bench), list(registry().values())).run([Arrival("m", event(warning()))])
    assert [card.channel for card in bench.outbox.cards] == [channel]


def test_an_incident_remembers_its_channel_so_that_all_of_its_news_is_in_one_place() -> None:
    opened = Incident("inc-1", "app-exit", None, NOON, NOON)
    decision = Decision(
        Verdict.TELL, "why", "web", incident="inc-1", remember=(History("prod/web", incidents=(opened,)),)
    )
    named = with_channel(decision, "C0TEAM")
    assert channel_of(named) == "C0TEAM"
    assert channel_of(with_channel(named, "C0OTHER")) == "C0TEAM"
    assert with_channel(decision, None) is decision
