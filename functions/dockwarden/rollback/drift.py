"""Whether infrastructure code brings a revision back that was taken back: told as it was read, never fought. Pure."""

import re
from dataclasses import dataclass

from dockwarden.facts.evidence import DeployCall
from dockwarden.facts.known_good import BadRevision
from dockwarden.facts.releases import Revision, ServiceReleases
from dockwarden.facts.rollouts import Rollout
from dockwarden.facts.services import STACK_TAG
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.agent_words import tool_of
from dockwarden.incidents.deployer_words import by_whom
from dockwarden.service_actions import revision_name

# The CDK deploys by CloudFormation, which is then who calls.
_BY_TEMPLATE = "CloudFormation"
_BY_CODE = re.compile(r"(?:Terraform|OpenTofu|Pulumi)(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Drift:
    """Who deployed a bad revision, as far as that was read, and the CloudFormation stack of its service, if any."""

    task_definition: str
    call: DeployCall | NotRead
    stack: str | None

    def words(self) -> str:
        """Whether the next deploy brings the revision back, where that was read; else that it was not."""
        name = revision_name(self.task_definition)
        tool = None if isinstance(self.call, NotRead) else tool_of(self.call.user_agent)
        if tool == _BY_TEMPLATE:
            stack = f"stack {self.stack}" if self.stack else "its stack"
            return f"CloudFormation deployed {name}: the next update of the service by {stack} brings it back, unless the template is reverted"
        if tool is not None and _BY_CODE.match(tool):
            return f"{tool} deployed {name}: its next apply brings it back, unless its code is reverted"
        return f"{self._not_read(name)}: if it does, its next deploy brings it back"

    def _not_read(self, name: str) -> str:
        """What is not known of the code that the service may be made by."""
        if self.stack:
            return f"it belongs to stack {self.stack}, and whether the template names {name} was not read"
        if isinstance(self.call, NotRead):
            return f"whether infrastructure code names {name} was not read ({self.call.why})"
        return f"{by_whom(self.call)} deployed {name}, and whether infrastructure code names it was not read"


def drift(releases: ServiceReleases, bad: BadRevision, call: DeployCall | NotRead) -> Drift:
    """The drift of a service from which a bad revision was taken, by the call that had deployed it."""
    return Drift(bad.task_definition, call, releases.state.tag(STACK_TAG))


def brought(releases: ServiceReleases, bad: BadRevision) -> Rollout | None:
    """The rollout that had brought a bad revision before it was taken back, None where ECS tells of none."""
    rollouts, revisions = releases.rollouts, releases.revisions
    if isinstance(rollouts, NotRead) or isinstance(revisions, NotRead):
        return None
    return next((one for one in rollouts if _is_of(one, revisions.get(one.target or ""), bad)), None)


def _is_of(rollout: Rollout, revision: Revision | None, bad: BadRevision) -> bool:
    """Whether a rollout brought a bad revision, and not once more after it was taken back."""
    if revision is None or revision.task_definition != bad.task_definition:
        return False
    return rollout.created_at is not None and rollout.created_at <= bad.at
