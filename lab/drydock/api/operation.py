"""What one operation of the API is, and what many of them need."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.drydock.errors import AwsError

if TYPE_CHECKING:
    from lab.drydock.model import Cluster
    from lab.drydock.world import World

Params = Mapping[str, Any]
Answer = dict[str, Any]


def no_targets(_params: Params) -> list[str]:
    """The targets of a call that changes nothing."""
    return []


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: what it does, and for a mutating one, what it is aimed at."""

    run: Callable[[World, Params], Answer]
    mutating: bool = False
    targets: Callable[[Params], list[str]] = no_targets


def invalid(message: str) -> AwsError:
    """ECS's `InvalidParameterException`; AWS's own wording is not documented, so messages are assumptions."""
    return AwsError("InvalidParameterException", message)


def find_cluster(world: World, params: Params) -> Cluster:
    """The cluster that `cluster` names by name or ARN; none means `default`."""
    name = str(params.get("cluster") or "default")
    for cluster in world.clusters.values():
        if name in (cluster.name, cluster.arn):
            return cluster
    raise AwsError("ClusterNotFoundException", "Cluster not found.")


def at_most(params: Params, member: str, limit: int) -> list[str]:
    """A list parameter that must not be empty nor longer than its documented limit."""
    values = list(params.get(member) or [])
    if not values:
        raise invalid(f"{member} can not be empty.")
    if len(values) > limit:
        raise invalid(f"{member} can have at most {limit} items.")
    return values


def page(params: Params, items: list[str], member: str, *, default: int, limit: int = 100) -> Answer:
    """One page of a sorted list, with `nextToken` when there is more."""
    size = int(params.get("maxResults") or default)
    if not 1 <= size <= limit:
        raise invalid(f"maxResults must be between 1 and {limit}.")
    begin = _read_token(params.get("nextToken"))
    answer: Answer = {member: items[begin : begin + size]}
    if begin + size < len(items):
        answer["nextToken"] = _write_token(begin + size)
    return answer


def _write_token(begin: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"begin": begin}).encode()).decode()


def _read_token(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(json.loads(base64.urlsafe_b64decode(token))["begin"])
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise invalid("Invalid token.") from error


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as ECS writes them."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def wants_tags(params: Params) -> bool:
    """Whether `include` asks for tags."""
    return "TAGS" in (params.get("include") or [])


def missing(arn: str) -> dict[str, str]:
    """An entry of `failures` for something that is not there."""
    return {"arn": arn, "reason": "MISSING"}


def full_arn(world: World, kind: str, cluster: Cluster, name: str) -> str:
    """The ARN for a name or id of a cluster's resource; an ARN stays as it is."""
    return name if name.startswith("arn:") else world.names.ecs(f"{kind}/{cluster.name}/{name}")
