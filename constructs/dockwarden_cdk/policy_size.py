"""Whether IAM takes the policies of the roles, said at synth: each listed cluster adds its ARNs to them."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from dockwarden.errors import SettingsError, Unquoted
from dockwarden_cdk.settings import Settings
from dockwarden_cdk.statements import POLICY

LIMIT = 10_240
"""The characters of all inline policies of a role, without white space. Source: IAM User Guide, quotas."""

# The longest that a deploy can put in: the template does not know where it is deployed.
_PSEUDO = {
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-1",
    "AWS::AccountId": "1" * 12,
    "AWS::URLSuffix": "amazonaws.com.cn",
}
_OWN_ARN = 140  # of something that the stack makes, without the path of a role


def check_sizes(stack: Stack, roles: Sequence[iam.Role], settings: Settings) -> None:
    """Refuse more clusters than the fullest role's policy has room for. Raises SettingsError: how many fit."""
    policies = [cast("iam.Policy", role.node.find_child(POLICY)) for role in roles]
    own = _OWN_ARN + len(settings.role_path)
    fitting = min(_fitting(_filled(stack.resolve(p.document), own), settings.clusters) for p in policies)
    if fitting < len(settings.clusters):
        raise SettingsError(
            "clusters",
            Unquoted(f"{len(settings.clusters)} names"),
            f"at most {fitting} of these, because IAM takes {LIMIT} characters of policies for a role; list the "
            "others in a second installation, as docs/deploy-policy.md says",
        )


def _fitting(document: Any, clusters: Sequence[str]) -> int:
    """How many of the clusters a policy has room for."""
    size = size_of(document)
    if size <= LIMIT:
        return len(clusters)
    texts = list(_texts(document))
    added = [sum(len(text) + 3 for text in texts if _is_about(text, name)) for name in clusters]
    fixed, fitting = size - sum(added), 0
    while fitting < len(clusters) and fixed + sum(added[: fitting + 1]) <= LIMIT:
        fitting += 1
    return fitting


def size_of(document: Any) -> int:
    """The characters that IAM counts of a policy."""
    return len(json.dumps(document, separators=(",", ":")))


def _is_about(text: str, cluster: str) -> bool:
    return re.search(rf"/{re.escape(cluster)}(/\*)?$", text) is not None


def _filled(value: Any, own: int) -> Any:
    """A policy with the longest values that CloudFormation can put in for its references."""
    match value:
        case {"Ref": name}:
            return _PSEUDO.get(name, "x" * own)
        case {"Fn::GetAtt": _}:
            return "x" * own
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_filled(part, own) for part in parts)
        case dict():
            return {name: _filled(part, own) for name, part in value.items()}
        case list():
            return [_filled(part, own) for part in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
