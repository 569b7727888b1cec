"""Places as people type them: a service, a cluster or a host, by name or ARN; what is none is refused, never "all"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dockwarden.cli.account_tasks import AccountTasks
from dockwarden.cli.installation import Installation
from dockwarden.cli.screen import inert
from dockwarden.errors import DockwardenError, SettingsError, describe
from dockwarden.events.arn import Arn, in_cluster
from dockwarden.facts.services import ServiceRef
from dockwarden.guard.orders import Scope

_EC2_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}", re.ASCII)
_ALL = ("service", "cluster", "target")


class UnknownPlaceError(DockwardenError):
    """A place was named that the installation does not know, so that an order about it would mean nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its scope and name; `arn` is what was typed, None where it was no ARN."""

    scope: Scope
    name: str
    arn: Arn | None = None

    @property
    def cluster(self) -> str:
        """The name of its cluster, empty for a host that was named by its EC2 instance."""
        if self.scope == "target":
            found = in_cluster(self.name, "container-instance")
            return found.cluster or "" if found else ""
        return self.name.partition("/")[0]


def read_place(text: str, only: Sequence[str] = _ALL) -> Place:
    """The place that a text means. Raises SettingsError for what is none, for nothing, and for another scope."""
    found = _of_arn(text.strip()) if text.strip().startswith("arn:") else _of_name(text.strip())
    if found is None or found.scope not in only:
        raise SettingsError("place", text, _expected(only))
    return found


def _expected(only: Sequence[str]) -> str:
    forms = {
        "service": "CLUSTER/SERVICE or a service's ARN with its cluster",
        "cluster": "a cluster's name or ARN",
        "target": "a container instance's ARN or an EC2 instance's id",
    }
    return ", or ".join(forms[scope] for scope in only)


def _of_arn(text: str) -> Place | None:
    arn, service = Arn.read(text), in_cluster(text, "service")
    if service is not None and service.cluster:
        return Place("service", f"{service.cluster}/{service.name}", arn)
    if arn is not None and arn.names("ecs", "cluster") and "/" not in arn.path:
        return Place("cluster", arn.path, arn)
    if in_cluster(text, "container-instance") is not None:
        return Place("target", text, arn)
    return None


def _of_name(text: str) -> Place | None:
    parts = text.split("/")
    if not all(parts):
        return None
    if len(parts) == 1:
        return Place("target" if _EC2_INSTANCE.fullmatch(text) else "cluster", text)
    return Place("service", text) if len(parts) == 2 else None  # noqa: PLR2004 - cluster and service


def known(place: Place, installation: Installation, *, anyway: bool = False) -> Place:
    """The place as the guard names it. Raises UnknownPlaceError where the installation does not know it.

    A host that is named by its EC2 instance is looked up in the index; also `anyway` cannot do without that.
    """
    if place.scope == "target" and place.arn is None:
        place = _indexed(place.name, installation)
    if not anyway:
        _must_be_here(place, installation)
        _must_be_listed(place, installation)
    return place


def _indexed(ec2_instance_id: str, installation: Installation) -> Place:
    found = installation.parts.index.find([ec2_instance_id]).get(ec2_instance_id)
    if found is None:
        raise UnknownPlaceError(
            f"the index does not know {describe(ec2_instance_id)}; give the ARN of its container instance"
        )
    return Place("target", found.arn, Arn.read(found.arn))


def _must_be_here(place: Place, installation: Installation) -> None:
    config = installation.config
    if place.arn is not None and (place.arn.account, place.arn.region) != (config.account, config.region):
        where = f"{config.account} in {config.region}"
        raise UnknownPlaceError(f"{describe(place.name)} is not of account {where} (--anyway goes on)")


def _must_be_listed(place: Place, installation: Installation) -> None:
    clusters = installation.config.clusters
    if place.cluster and place.cluster not in clusters:
        listed = inert(", ".join(clusters) or "none")
        fault = f"no cluster {describe(place.cluster)} is in this installation; there are: {listed}"
        raise UnknownPlaceError(f"{fault} (--anyway goes on)")
    if place.scope == "service":
        service = ServiceRef(*place.name.split("/"))
        found = AccountTasks(installation.clients).service(service)
        if found is None or found.status == "INACTIVE":
            fault = f"cluster {place.cluster} has no service {describe(service.name)}"
            raise UnknownPlaceError(f"{fault} (--anyway goes on)")
