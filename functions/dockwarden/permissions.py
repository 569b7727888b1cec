"""What IAM must allow, declared beside the call or the read that needs it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

CLUSTER_ARN = "arn:{partition}:ecs:{region}:{account}:cluster/{cluster}"
CONTAINER_INSTANCES_ARN = "arn:{partition}:ecs:{region}:{account}:container-instance/{cluster}/*"
ON_LISTED_CLUSTERS: Mapping[str, Mapping[str, str]] = {"ArnEquals": {"ecs:cluster": CLUSTER_ARN}}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement is meant for: the values that fill its ARN templates."""

    partition: str
    region: str
    account: str
    clusters: tuple[str, ...]

    def fill(self, template: str) -> list[str]:
        """The ARNs of a template: one for each listed cluster where it names the cluster, else one."""
        names = self.clusters if "{cluster}" in template else ("",)
        place = {"partition": self.partition, "region": self.region, "account": self.account}
        return [template.format(cluster=name, **place) for name in names]


@dataclass(frozen=True, slots=True)
class Permission:
    """One IAM statement: actions on ARN templates under conditions, and the sentence that says why.

    `for_clusters` says that it is only about what runs in listed clusters, which its resources cannot say.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    why: str
    conditions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    for_clusters: bool = False

    def statement(self, place: Place) -> dict[str, object] | None:
        """The IAM statement for a place, or None where nothing is listed that it could be about.

        No listed cluster gives no statement, so an empty selector never becomes `*`.
        """
        if self.for_clusters and not place.clusters:
            return None
        resources = [arn for template in self.resources for arn in place.fill(template)]
        if not resources:
            return None
        statement: dict[str, object] = {
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": resources,
        }
        if self.conditions:
            statement["Condition"] = {
                operator: {key: place.fill(value) for key, value in tests.items()}
                for operator, tests in self.conditions.items()
            }
        return statement


def statements(permissions: Sequence[Permission], place: Place) -> Iterator[dict[str, object]]:
    """The statements of several permissions, each once, in the order in which they were declared."""
    seen: list[dict[str, object]] = []
    for permission in permissions:
        statement = permission.statement(place)
        if statement is not None and statement not in seen:
            seen.append(statement)
            yield statement
