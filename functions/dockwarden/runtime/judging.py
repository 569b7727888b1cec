"""What the guard looks at for one proposed action, and the mode that holds there, gathered for a batch."""

from dataclasses import replace
from functools import cached_property

from dockwarden.actions import Action
from dockwarden.facts.histories import Histories
from dockwarden.facts.scopes import MODE_TAG
from dockwarden.facts.unknown import NotRead
from dockwarden.guard.mass_failure import MassFailure
from dockwarden.guard.modes import Mode, ModeRuling, ModeSetting, effective_mode
from dockwarden.guard.rulings import Circumstances
from dockwarden.guard.whereabouts import whereabouts
from dockwarden.ledger.controls import NOWHERE, Controls
from dockwarden.playbook import Playbook
from dockwarden.runtime.arrivals import Proposal, origin_of
from dockwarden.runtime.deciding import Deciding
from dockwarden.runtime.parts import Parts
from dockwarden.runtime.restraining import Restraints


class Judging:
    """Circumstances and modes for one batch."""

    def __init__(self, parts: Parts, deciding: Deciding, histories: Histories) -> None:
        self._parts = parts
        self._deciding = deciding
        self._histories = histories

    @cached_property
    def _controls(self) -> Controls:
        return self._parts.controls.read()

    @cached_property
    def _restraints(self) -> Restraints:
        return Restraints(self._parts, self._controls, self._histories)

    def mass_failure(self, playbook: Playbook) -> MassFailure | None:
        """The services that fail for one shared cause, as it seems."""
        return self._restraints.mass_failure(playbook)

    def unread_modes(self, proposal: Proposal) -> list[NotRead]:
        """The tags of its place that would set the mode of an armed playbook and were not read."""
        if self._parts.config.of(proposal.playbook.name).ceiling.rank <= Mode.OBSERVE.rank:
            return []
        found = (tag.value for tag in self._tags(proposal.action))
        return [value for value in found if isinstance(value, NotRead)]

    def circumstances(self, proposal: Proposal) -> Circumstances:
        """Everything that the guard looks at for an action."""
        parts, playbook, action = self._parts, proposal.playbook, proposal.action
        where, restraints = whereabouts(action), self._restraints
        approval = proposal.asked.approval if proposal.asked is not None else None
        together = restraints.mass_failure(playbook)
        return Circumstances(
            origin=replace(origin_of(proposal.event.envelope), time=proposal.occurred_at, sent=proposal.sent),
            now=parts.clock.now(),
            max_age=self._deciding.max_age(playbook),
            mode=self.mode(playbook, action),
            opted_in=parts.scopes.opted_in(action.cluster_arn),
            place=f"cluster {where.cluster}" if where.cluster else "its cluster",
            stopped=self._controls.stopped(playbook.name, where),
            home=parts.home if proposal.event.SOURCE.startswith("aws.") else None,
            undone=self._controls.barred(
                action, parts.clock.now(), playbook.name if playbook.involuntary else None
            ),
            hands_off=restraints.hands_off(action, approval),
            stack=restraints.stack(playbook, action),
            mass_failure=together.sentence() if together is not None else None,
            frozen=restraints.frozen(playbook, action, approval),
            involuntary=playbook.involuntary,
            approval=approval,
            objections=proposal.decision.unsettled,
        )

    def mode(self, playbook: Playbook, action: Action | None) -> ModeRuling:
        """The mode for a playbook in a place, from the most specific setting to the least."""
        config = self._parts.config.of(playbook.name)
        where = whereabouts(action) if action else NOWHERE
        unreadable = self._deciding.unreadable.get(playbook.name)
        return effective_mode(
            config.ceiling,
            (
                ModeSetting("the playbook's settings", unreadable),
                *self._tags(action),
                ModeSetting("the run-time setting", self._controls.mode(playbook.name, where)),
                ModeSetting("the platform's default", config.default),
            ),
            self._controls.demoted(playbook.name, where),
        )

    def _tags(self, action: Action | None) -> list[ModeSetting]:
        """What the tags of a place say, the service's first."""
        scopes = self._parts.scopes
        service, cluster = (action.service_arn, action.cluster_arn) if action else (None, None)
        of_service = [ModeSetting("the service's tag dockwarden:mode", self._tag(service))] if service else []
        return [*of_service, ModeSetting("the cluster's tag dockwarden:mode", scopes.mode_tag(cluster))]

    def _tag(self, arn: str) -> str | NotRead | None:
        tags = self._parts.scopes.tags(arn)
        return tags if isinstance(tags, NotRead) else tags.get(MODE_TAG)
