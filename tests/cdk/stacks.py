"""Synthesized stacks, each made once, in this process and without the CDK's command line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_cdk import App
from aws_cdk.assertions import Template

from dockwarden_cdk import DockwardenStack, FunctionCode, Settings
from dockwarden_cdk.review import logical_id_of, statements_of
from dockwarden_cdk.samples import enforcing, strict_account
from dockwarden_cdk.samples import reviewed as everything


@dataclass(frozen=True)
class Synthesized:
    """A stack and its template."""

    stack: DockwardenStack
    template: Mapping[str, Any]

    def of_type(self, resource_type: str) -> dict[str, Any]:
        """The resources of a type by logical id."""
        return {k: r for k, r in self.template["Resources"].items() if r["Type"] == resource_type}

    def properties(self, construct: Any) -> dict[str, Any]:
        """The properties of a construct's resource."""
        found: dict[str, Any] = self.template["Resources"][self.id_of(construct)]["Properties"]
        return found

    def id_of(self, construct: Any) -> str:
        """The logical id of a construct's resource."""
        return logical_id_of(self.stack, construct)

    def statements(self, role: Any) -> list[dict[str, Any]]:
        """What a role may."""
        return statements_of(self.id_of(role), self.template)

    def all_statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every statement of every role, with the role's logical id."""
        for role in self.of_type("AWS::IAM::Role"):
            yield from ((role, statement) for statement in statements_of(role, self.template))


def synthesize(settings: Settings) -> Synthesized:
    """A stack with these settings; its code comes from parameters, so that no asset is built."""
    stack = DockwardenStack(
        App(analytics_reporting=False), "Dockwarden", settings=settings, code=FunctionCode.from_parameters
    )
    return Synthesized(stack, Template.from_stack(stack).to_json())


@cache
def shipped() -> Synthesized:
    """As it is shipped: every ceiling observe, no cluster listed."""
    return synthesize(Settings())


@cache
def observing() -> Synthesized:
    """Every ceiling observe, with clusters to read."""
    return synthesize(Settings(clusters=("alpha", "beta"), slack_channel="C0123456789"))


@cache
def acting() -> Synthesized:
    """Every playbook may act in two clusters."""
    return synthesize(enforcing("alpha", "beta"))


@cache
def reviewed() -> Synthesized:
    """What the committed snapshots are written from."""
    return synthesize(everything("CLUSTER"))


@cache
def strict() -> Synthesized:
    """With a key, a boundary, a path and a prefix."""
    return synthesize(strict_account())


EVERY = (shipped, observing, acting, strict)


def listed(value: Any) -> list[Any]:
    """A value that IAM allows to be one or many, as many."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A value of a template as one text, with its references in angle brackets."""
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(text(part) for part in parts)
    return (
        re.sub(r"\$\{([\w:]+)\}", r"<\1>", str(value["Fn::Sub"])) if isinstance(value, dict) else str(value)
    )
