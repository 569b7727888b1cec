"""Reads the service deployments of a world's service, and the service revisions that they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dockwarden.cli.nodes import Node
from dockwarden.cli.world_arns import Place
from dockwarden.facts.known_good import Digests
from dockwarden.facts.releases import ENDED, ROLLING_BACK, UNDER_WAY, Revision, RevisionImage
from dockwarden.facts.rollouts import Rollout
from dockwarden.service_actions import revision_name

_KEYS = frozenset(
    {
        *("arn", "status", "created_at", "finished_at"),
        *("task_definition", "from", "rolled_back_to", "digests"),
    }
)
_STATUSES = tuple(sorted({*UNDER_WAY, *ROLLING_BACK, *ENDED, "STOP_REQUESTED"}))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A service deployment before it is known which service revisions it is about."""

    node: Node
    created_at: datetime
    revision: Revision


def read_rollouts(listed: Node, base: str, place: Place) -> tuple[tuple[Rollout, ...], dict[str, Revision]]:
    """The service deployments, the newest first, and the service revisions by ARN. Raises NodeError.

    A file names task definitions, and not the service revisions of them: those are made up, one for each service
    deployment, with ARNs that begin with `base`.
    """
    dated = [(node.only(_KEYS).need("created_at").time(), node) for node in listed.items()]
    dated.sort(key=lambda pair: pair[0])
    drafts = [
        _Draft(node, at, _revision(node, f"{base}/{number}", place))
        for number, (at, node) in enumerate(dated, 1)
    ][::-1]
    named = [_Named(base, drafts[number:], place) for number in range(1, len(drafts) + 1)]
    rollouts = tuple(_rollout(draft, names) for draft, names in zip(drafts, named, strict=True))
    made = (revision for names in named for revision in names.made)
    return rollouts, {one.arn: one for one in (*made, *(draft.revision for draft in drafts))}


class _Named:
    """The service revisions that a service deployment names by their task definitions; `made` are those made up."""

    def __init__(self, base: str, earlier: Sequence[_Draft], place: Place) -> None:
        self._base = base
        self._earlier = earlier
        self._place = place
        self.made: list[Revision] = []

    def arn(self, node: Node) -> str:
        """The service revision of the newest earlier deployment of a task definition, or one of which no more is known."""
        wanted = self._place.task_definition(node)
        for draft in self._earlier:
            if draft.revision.task_definition == wanted:
                return draft.revision.arn
        self.made.append(Revision(f"{self._base}/{revision_name(wanted)}", wanted, ()))
        return self.made[-1].arn


def _rollout(draft: _Draft, named: _Named) -> Rollout:
    node, made_up = draft.node, draft.revision.arn.replace(":service-revision/", ":service-deployment/")
    node.need("from")  # null for the first deployment of a service: to leave it out would not say that
    arn, finished, source, back = map(node.known, ("arn", "finished_at", "from", "rolled_back_to"))
    return Rollout(
        arn=arn.text() if arn else made_up,
        status=node.need("status").one_of(_STATUSES),
        created_at=draft.created_at,
        target=draft.revision.arn,
        sources=(named.arn(source),) if source else (),
        rolled_back_to=named.arn(back) if back else None,
        finished_at=finished.time() if finished else None,
    )


def _revision(node: Node, arn: str, place: Place) -> Revision:
    images = (RevisionImage(container, digest, digest) for container, digest in read_digests(node))
    return Revision(arn, place.task_definition(node.need("task_definition")), tuple(images))


def read_digests(node: Node) -> Digests:
    """The digest of each container under the key `digests`; none where none is known. Raises NodeError."""
    found = node.known("digests")
    names = found.keys() if found else ()
    return tuple(sorted((name, found.need(name).text()) for name in names)) if found else ()
