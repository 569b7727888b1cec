"""What an installation in an account knows of its past: receipts and proposals, and the settings of now."""

from datetime import datetime

from dockwarden.cli.installation import Installation
from dockwarden.cli.replaying.occurrences import Recorded, of_ledger
from dockwarden.cli.world import Cluster, World
from dockwarden.facts.unknown import NotRead

NOTES = (
    "opt-in, tags, run-time modes and settings are those of now; what they were then is not recorded",
    "stops, hands-off orders and demotions of then are not replayed",
)


def recorded_since(installation: Installation, since: datetime) -> Recorded:
    """What the ledger holds since a moment."""
    parts = installation.parts
    found = parts.actions.several(parts.actions.closed_since(since, parts.clock.now()))
    held = [proposal for proposal in parts.proposals.all() if proposal.created_at >= since]
    return of_ledger(found, held)


def world_of(installation: Installation) -> World:
    """The world of an installation: its settings, its clusters and their tags as they are now."""
    config, fleet = installation.config, installation.fleet
    return World(
        why="the ledger does not say",
        home=(config.account, config.region),
        clusters=tuple(
            Cluster(name, arn, opted_in=True, tags=None if isinstance(tags, NotRead) else tags)
            for name, arn in config.cluster_arns().items()
            for tags in [fleet.tags(arn)]
        ),
        playbooks=config.playbooks,
        modes=installation.parts.controls.read().modes,
        freezes=config.freezes,
        guard=config.guard,
    )
