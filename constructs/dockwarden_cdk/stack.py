"""The stack: everything of an installation in one region of one account."""

from collections.abc import Callable, Mapping
from typing import Any

from aws_cdk import Annotations, Aws, DefaultStackSynthesizer, Stack, Tags
from aws_cdk import aws_iam as iam
from constructs import Construct

from dockwarden.events.dockwarden_sweep import Sweep as SweepEvent
from dockwarden.lanes import LANES, RECORDS
from dockwarden.permissions import Place
from dockwarden.playbook import Playbook, load, registry
from dockwarden_cdk.alarms import Alarms
from dockwarden_cdk.archive import Archive
from dockwarden_cdk.code import FunctionCode
from dockwarden_cdk.config import check_length
from dockwarden_cdk.encryption import Encryption
from dockwarden_cdk.index_fill import IndexFill
from dockwarden_cdk.lane import Lane
from dockwarden_cdk.ledger import Ledger
from dockwarden_cdk.names import Names, pascal
from dockwarden_cdk.outbox import Outbox
from dockwarden_cdk.outputs import add_outputs
from dockwarden_cdk.pinned_copies import PinnedCopyFunction, wanted
from dockwarden_cdk.platform import Platform
from dockwarden_cdk.policy_size import check_sizes
from dockwarden_cdk.settings import Settings
from dockwarden_cdk.surroundings import Surroundings
from dockwarden_cdk.sweep import Sweep

_OLD_CARD_SECONDS = 900


class DockwardenStack(Stack):
    """Dockwarden, derived from the playbooks there are and the settings of the platform.

    `settings` are by default those of an installation that observes and lists no cluster. `code` makes the
    functions' code in the stack's scope; by default it is built here. Further keywords are those of a Stack.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings | None = None,
        code: Callable[[Construct], FunctionCode] | None = None,
        **stack: Any,
    ) -> None:
        self.settings = settings or Settings()
        super().__init__(scope, id_, **self._stack_options(stack))
        self._say_what_is_missing()
        encryption = Encryption(self, "Encryption", customer_managed_key=self.settings.customer_managed_key)
        self.platform = Platform(
            settings=self.settings,
            names=Names(self.settings.name_prefix, self.stack_name),
            code=code(self) if code else FunctionCode.built(self, zones=self.settings.zones),
            encryption=encryption,
        )
        self.ledger = Ledger(self, "Ledger", names=self.platform.names, encryption=encryption)
        self.outbox = Outbox(
            self, "Outbox", platform=self.platform, ledger=self.ledger, secret=self.settings.slack_secret
        )
        place = Place(Aws.PARTITION, Aws.REGION, Aws.ACCOUNT_ID, self.settings.clusters)
        self.pinned = self._pinned_copies()
        self._within = Surroundings(self.platform, place, self.ledger, self.outbox, self.pinned)
        self.lanes = [self._lane(name, playbooks) for name, playbooks in by_lane(registry()).items()]
        self._add_clockwork()
        self.archive = self._archive()
        check_sizes(self, self._roles(), self.settings)
        for lane in self.lanes:
            check_length(lane.function.config)
        self.alarms = self._alarms()
        self._add_outputs()
        for name, value in self.settings.tags.items():
            Tags.of(self).add(name, value)

    def _stack_options(self, given: dict[str, Any]) -> dict[str, Any]:
        """The keywords of the Stack, with the bootstrap that the settings name."""
        qualifier = self.settings.bootstrap_qualifier
        if qualifier and "synthesizer" not in given:
            given["synthesizer"] = DefaultStackSynthesizer(qualifier=qualifier)
        return {"description": "Dockwarden: reacts to what AWS says about Amazon ECS services", **given}

    def _say_what_is_missing(self) -> None:
        armed = [name for name, playbook in self.settings.playbooks.items() if playbook.may_act]
        if armed and not self.settings.clusters:
            Annotations.of(self).add_warning_v2(
                "dockwarden:no-clusters",
                f"{', '.join(armed)} may act, but no cluster is listed in the settings, so nothing can be changed.",
            )

    def _pinned_copies(self) -> PinnedCopyFunction | None:
        """The function that may pass roles on; there is none where nobody asks for it or may call it."""
        asked = self.settings.pinned_copies
        if asked is None:
            return None
        if not wanted(self.settings, list(registry().values())):
            Annotations.of(self).add_warning_v2(
                "dockwarden:no-pinned-copies",
                "pinned_copies is set, but no playbook that would use it may act in a listed cluster: no function is made.",
            )
            return None
        return PinnedCopyFunction(self, "PinnedCopies", platform=self.platform, roles=asked.roles)

    def _lane(self, name: str, playbooks: list[Playbook]) -> Lane:
        return Lane(
            self,
            f"{pascal(name)}Lane",
            within=self._within,
            lane=LANES[name],
            playbooks=playbooks,
        )

    def _add_clockwork(self) -> None:
        """What works without an event: the schedule, and the fill at deploy."""
        sweeping = [lane for lane in self.lanes if any(SweepEvent in p.triggers for p in lane.playbooks)]
        queues = {lane.declaration.name: lane.queue for lane in sweeping}
        self.sweep = Sweep(self, "Sweep", platform=self.platform, queues=queues)
        self.fill = IndexFill(
            self,
            "IndexFill",
            within=self._within,
            lane=RECORDS,
            playbooks=[load("instance_index")],
            after=list(self.lanes),
        )

    def _archive(self) -> Archive | None:
        """Where events are kept for replays, None where that is not wanted."""
        days = self.settings.archive_days
        heard = [playbook for lane in self.lanes for playbook in lane.playbooks]
        return Archive(self, "Events", platform=self.platform, playbooks=heard, days=days) if days else None

    def _roles(self) -> list[iam.Role]:
        """Every role of the installation."""
        act_roles = [role for lane in self.lanes for role in lane.act_roles.values()]
        return [
            *(lane.function.role for lane in self.lanes),
            *act_roles,
            self.fill.worker.role,
            self.outbox.role,
        ]

    def _alarms(self) -> Alarms:
        alarms = Alarms(
            self,
            "Alarms",
            platform=self.platform,
            topic_arn=self.settings.alarm_topic_arn,
            email=self.settings.alarm_email,
        )
        alarms.watch_dead_letters(
            "outbox-dead-letters", self.outbox.dead_letters, what="People were not told"
        )
        alarms.watch_age(
            "outbox-age", self.outbox.queue, seconds=_OLD_CARD_SECONDS, what="People wait for news"
        )
        alarms.watch_dead_letters(
            "sweep-undelivered", self.sweep.dead_letters, what="The sweep does not reach its lane"
        )
        if self.archive is not None:
            alarms.watch_dead_letters(
                "replays-undelivered", self.archive.dead_letters, what="A replay is not complete"
            )
        for lane in self.lanes:
            _watch(alarms, lane)
        return alarms

    def _add_outputs(self) -> None:
        add_outputs(
            self,
            settings=self.settings,
            ledger=self.ledger,
            outbox=self.outbox,
            alarms=self.alarms,
            lanes=self.lanes,
            sweep=self.sweep,
            fill=self.fill,
            archive=self.archive,
            pinned=self.pinned,
        )


def by_lane(playbooks: Mapping[str, Playbook]) -> dict[str, list[Playbook]]:
    """The playbooks of each lane that has any, in the order of the lanes."""
    lanes = {name: [p for p in playbooks.values() if p.lane.name == name] for name in LANES}
    return {name: found for name, found in lanes.items() if found}


def _watch(alarms: Alarms, lane: Lane) -> None:
    """The alarms of one lane; a message may be as old as all its tries take."""
    name, declared = lane.declaration.name, lane.declaration
    alarms.watch_dead_letters(f"{name}-dead-letters", lane.dead_letters, what=f"Events of lane {name} failed")
    patience = declared.visibility_timeout * declared.max_receives
    alarms.watch_age(f"{name}-age", lane.queue, seconds=patience, what=f"Events wait in lane {name}")
    for playbook, rule in lane.rules.items():
        what = f"EventBridge could not deliver events of {playbook}"
        alarms.watch_dead_letters(f"{playbook.replace('_', '-')}-undelivered", rule.dead_letters, what=what)
