"""RegisterTaskDefinition: a copy of a task definition that differs in its family and its images alone."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dockwarden.errors import DockwardenError, describe
from dockwarden.facts.known_good import Digests
from dockwarden.pinned_names import COPY_TAG, pinned_family, pinned_image

READ_ONLY = frozenset(
    {
        "compatibilities",
        "deleteRequestedAt",
        "deregisteredAt",
        "registeredAt",
        "registeredBy",
        "requiresAttributes",
        "revision",
        "status",
        "taskDefinitionArn",
    }
)
"""What ECS answers of a task definition and does not take; a test holds it against botocore's model."""

_COPIED = ("ACTIVE", "INACTIVE")
_ROLES = ("taskRoleArn", "executionRoleArn")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MOST_TAGS = 50  # Tag, API reference
_LONGEST_TAG = 256
_LOOKED_AT = 10  # of a family that has one, unless somebody else registers there, too


class NotCopiedError(DockwardenError):
    """A task definition is not copied, and why: no value of it is in the sentence but names of containers and roles."""


@dataclass(frozen=True, slots=True)
class Copied:
    """The ARN of a copy; `registered` says that it was not there before."""

    arn: str
    registered: bool


class PinnedDefinitions:
    """Registers pinned copies with a client of ECS; `roles` are the ARNs of those that a copy may have."""

    def __init__(self, ecs: Any, roles: Collection[str]) -> None:
        self._ecs = ecs
        self._roles = roles

    def copy(self, task_definition: str, digests: Digests) -> Copied:
        """The copy with these digests: the one that is there, or a new one.

        Raises NotCopiedError, and what boto3 raises.
        """
        described = self._described(task_definition)
        wanted = request(described, digests, self._members())
        refuse_roles(wanted, self._roles)
        there = self._there(wanted)
        if there is not None:
            return Copied(there, registered=False)
        made = self._ecs.register_task_definition(**wanted)
        return Copied(str(made["taskDefinition"]["taskDefinitionArn"]), registered=True)

    def _members(self) -> Collection[str]:
        """What the call takes, by the model: a member that AWS adds is copied without anybody writing it down here."""
        operation = self._ecs.meta.service_model.operation_model("RegisterTaskDefinition")
        members: Collection[str] = operation.input_shape.members
        return members

    def _described(self, task_definition: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._ecs.describe_task_definition(
            taskDefinition=task_definition, include=["TAGS"]
        )
        return answer

    def _there(self, wanted: Mapping[str, Any]) -> str | None:
        """An ACTIVE copy that is the same in all that counts; tags do not."""
        answer = self._ecs.list_task_definitions(
            familyPrefix=wanted["family"], status="ACTIVE", sort="DESC", maxResults=_LOOKED_AT
        )
        for arn in answer.get("taskDefinitionArns", []):
            found = self._described(arn)["taskDefinition"]
            if _content(found) == _content(wanted):
                return str(arn)
        return None


def request(described: Mapping[str, Any], digests: Digests, members: Collection[str]) -> dict[str, Any]:
    """The call that registers a copy of what DescribeTaskDefinition has answered. Raises NotCopiedError."""
    found = described["taskDefinition"]
    if found.get("status") not in _COPIED:
        raise NotCopiedError(f"the task definition is {describe(found.get('status'))}")
    if strange := sorted(set(found) - set(members) - READ_ONLY):
        raise NotCopiedError(f"this version cannot copy what it says of {', '.join(strange)}")
    copied = {name: value for name, value in found.items() if name in members and value not in ("", None)}
    return {
        **copied,
        "family": pinned_family(found["taskDefinitionArn"], digests),
        "containerDefinitions": [_pinned(one, dict(digests)) for one in found["containerDefinitions"]],
        "tags": _tags(described.get("tags", ()), found["taskDefinitionArn"]),
    }


def refuse_roles(wanted: Mapping[str, Any], listed: Collection[str]) -> None:
    """Raise NotCopiedError where a copy would have a role that is not listed."""
    names = {name for one in listed if "/" not in (name := one.rpartition(":role/")[2])}
    for role in (wanted[member] for member in _ROLES if member in wanted):
        # Registered by its short name, a role is one without a path.
        if role not in listed and (role.startswith("arn:") or role not in names):
            raise NotCopiedError(f"the role {describe(role)} is not listed in pinned_copies.roles")


def _pinned(container: Mapping[str, Any], digests: Mapping[str, str]) -> dict[str, Any]:
    name = container.get("name", "")
    digest = digests.get(name, "")
    if not _DIGEST.fullmatch(digest):
        raise NotCopiedError(f"no digest of the container {describe(name)} is known")
    return {**container, "image": pinned_image(str(container.get("image")), digest)}


def _tags(tags: Collection[Mapping[str, str]], original: str) -> list[dict[str, str]]:
    """The tags of the original but AWS's own, which nobody may set, and ours if there is room for it."""
    kept = [dict(tag) for tag in tags if not tag.get("key", "").lower().startswith("aws:")]
    kept = [tag for tag in kept if tag["key"] != COPY_TAG]
    ours = {"key": COPY_TAG, "value": original.rpartition("/")[2][:_LONGEST_TAG]}
    return [*kept, ours] if len(kept) < _MOST_TAGS else kept


def _content(found: Mapping[str, Any]) -> object:
    """What a task definition says but its tags, the same however ECS orders it and whether it fills in what is empty."""
    return _plain({name: value for name, value in found.items() if name not in READ_ONLY | {"tags"}})


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        plain = {name: _plain(part) for name, part in value.items()}
        return {name: part for name, part in plain.items() if part not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        parts = [_plain(part) for part in value]
        # The order of the words of a command counts, that of objects does not.
        return sorted(parts, key=_text) if any(isinstance(part, dict) for part in parts) else parts
    return value


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
