"""What is remembered once something was done to a service: a revision that was rolled back is not good any more."""

from collections.abc import Callable
from typing import cast

from dockwarden.actions import Action
from dockwarden.code_deploy_actions import StopCodeDeployment
from dockwarden.errors import TryAgainError
from dockwarden.facts.known_good import BadRevision, Digests, Known, service_key
from dockwarden.facts.releases import Releases
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from dockwarden.ledger.known_good import LedgerKnownGood
from dockwarden.ledger.records import Intent
from dockwarden.performing import Effect
from dockwarden.rollback.soaking import forgiven, rolled_back
from dockwarden.runtime.parts import Parts
from dockwarden.service_actions import RollBackService, RollForwardService, StopServiceDeployment

_TRIES = 5
_TakesBack = RollBackService | StopServiceDeployment | StopCodeDeployment


def remember_of_service(parts: Parts, intent: Intent, action: Action, effect: Effect) -> None:
    """Remember what an action that was done means for what is known of its service.

    Raises what `_keep` raises, and then the intent has to stay open.
    """
    match action:
        case RollBackService() | StopServiceDeployment() | StopCodeDeployment():
            bad = BadRevision(
                service=service_key(_ref(action.cluster, action.service)),
                task_definition=action.bad_task_definition,
                digests=_digests(parts, action),
                at=intent.created_at,  # and not of now: who deploys after the call may be faster than who remembers it
                intent=intent.id,
                deployment=effect.made,
                incident=intent.incident,
            )
            _keep(parts, _ref(action.cluster, action.service), lambda known: rolled_back(known, bad))
        case RollForwardService():
            wanted = action.task_definition
            _keep(parts, _ref(action.cluster, action.service), lambda known: forgiven(known, wanted))


def _digests(parts: Parts, action: _TakesBack) -> Digests:
    """The digests that a revision ran with, so that its image is recognised under another number."""
    releases = cast("Releases | None", parts.facts.answers().get(Releases))
    found = releases.of(_ref(action.cluster, action.service)) if releases is not None else None
    if found is None or isinstance(found, NotRead) or isinstance(found.revisions, NotRead):
        return ()
    # The deployment that was taken back, else the newest: an older one may have run another image under the number.
    rollouts = () if isinstance(found.rollouts, NotRead) else found.rollouts
    named = [one for one in rollouts if one.arn == action.deployment]
    brought = (found.revisions.get(one.target or "") for one in (*named, *rollouts))
    known = (*filter(None, brought), *found.revisions.values())
    return next((one.digests for one in known if one.task_definition == action.bad_task_definition), ())


def _keep(parts: Parts, service: ServiceRef, change: Callable[[Known], Known]) -> None:
    """Change what is known of a service; of two writers the later one reads again.

    A damaged record gives way to what has to be remembered. Raises TryAgainError where others were faster each time,
    and UnreadableRecordError for a record of another version: what was done must not be closed before this is kept.
    """
    ledger, now = LedgerKnownGood(parts.store), parts.clock.now()
    for _ in range(_TRIES):
        known, damaged = ledger.fresh(service)
        if damaged:
            # Imported late: `decide` has no log, and no use for what makes one.
            from dockwarden.runtime.telemetry import logger  # noqa: PLC0415

            extra = {"service": service_key(service), "lost": "what was known to have worked"}
            logger.error("damaged record replaced", extra=extra)
        if (ledger.overwrite if damaged else ledger.keep)(change(known), now):
            return
    raise TryAgainError(f"keeping what is known of {service_key(service)}: others write it each time")


def _ref(cluster_arn: str, service_arn: str) -> ServiceRef:
    return ServiceRef(cluster_arn.rpartition("/")[2], service_arn.rpartition("/")[2])
