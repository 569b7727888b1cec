"""The states of CloudWatch alarms that freezes name."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

from dockwarden.facts.unknown import NotRead
from dockwarden.permissions import Permission


class AlarmStates(Protocol):
    """What the guard asks of CloudWatch. It never raises: what cannot be read is NotRead."""

    PERMISSIONS: ClassVar[tuple[Permission, ...]] = (
        Permission(
            actions=("cloudwatch:DescribeAlarms",),
            # CloudWatch shows composite alarms only to those who may describe all alarms.
            resources=("*",),
            why="read the alarms that freezes name; CloudWatch shows composite ones only to who may read all",
            for_clusters=True,
        ),
    )

    def states(self, names: Sequence[str]) -> Mapping[str, str | NotRead]:
        """OK, ALARM or INSUFFICIENT_DATA for each name; NotRead also where there is no such alarm."""
