"""What is read about a service that fails, or that was rolled back lately; the rules behind it are pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dockwarden.causes.vocabulary import Cause
from dockwarden.facts.alarms import ServiceAlarms
from dockwarden.facts.code_deploy import CodeDeployments
from dockwarden.facts.deployers import Deployers
from dockwarden.facts.evidence import Alarms, DeployCall
from dockwarden.facts.fleet import Fleet
from dockwarden.facts.known_good import Known, KnownGood
from dockwarden.facts.releases import Releases, ServiceReleases
from dockwarden.facts.services import ServiceRef, ServiceState
from dockwarden.facts.unknown import NotRead
from dockwarden.incidents.history import History, Incident
from dockwarden.rollback.beside import beside
from dockwarden.rollback.case import Ask, Case, Gates
from dockwarden.rollback.code_deploy import judge_code_deploy
from dockwarden.rollback.code_deploy_following import followed
from dockwarden.rollback.drift import brought
from dockwarden.rollback.following import Following, last_rollback
from dockwarden.rollback.judging import Judgement, judge
from dockwarden.rollback.share import share


@dataclass(frozen=True, slots=True)
class Asking:
    """What is read about a service that fails, or that was rolled back lately, and not before."""

    fleet: Fleet
    releases: Releases
    known_good: KnownGood
    alarms: Alarms
    code_deploy: CodeDeployments
    deployers: Deployers
    gates: Gates
    now: datetime

    def known(self, services: list[ServiceRef]) -> Mapping[ServiceRef, Known]:
        """What is known of services; nothing is read where there are none."""
        return self.known_good.known(services) if services else {}

    def case(
        self, service: ServiceRef, found: ServiceReleases, known: Known, history: History, incident: Incident
    ) -> Case:
        """Everything about a service that fails."""
        current = found.state.task_definition_arn or ""
        return Case(
            cause=Cause(incident.cause),
            releases=found,
            known=known,
            current=self.releases.definition(current),
            beside=beside(history, incident, known, found.state, self.now),
            share=share(history, found.state, self.releases.running(service)),
            alarms=self._alarms(service, found.state),
            now=self.now,
        )

    def ours(self, known: Known | None, found: ServiceReleases) -> Following | None:
        """The rollback of ours that the newest deployment of a service is, however old; None where it is none."""
        last = last_rollback(known)
        if last is None:
            return None
        ask = self.code_deploy.deployment
        following = followed(last, found, self.now, failing=False, ask=ask)
        return following if following.is_ours else None

    def deployer(self, service: ServiceRef, following: Following) -> DeployCall | NotRead:
        """Who had deployed what a rollback took back."""
        rollout = brought(following.releases, following.bad)
        if rollout is None:
            return NotRead("ECS tells of no deployment that brought it")
        return self.deployers.deployer(service, rollout.created_at, None)

    def judged(self, case: Case) -> Judgement:
        """What a service that fails asks for, by whoever deploys it."""
        if case.releases.not_ours is not None:
            return judge_code_deploy(case, self.gates, self.code_deploy.deployment)
        return judge(case, self.gates, Ask(self.releases.candidate, self.releases.definition))

    def _alarms(self, service: ServiceRef, state: ServiceState) -> ServiceAlarms | NotRead | None:
        """What its alarms say, None for a service without any."""
        found = self.alarms.alarms(service)
        if isinstance(found, NotRead) or not found.alarms:
            return None if not isinstance(found, NotRead) else found
        primary = state.deployment()
        return replace(found, began=found.began or (primary.created_at if primary is not None else None))
