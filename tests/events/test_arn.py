import pytest

from dockwarden.events import arn
from dockwarden.events.arn import Arn, InCluster, Repository

PARTITIONS = ["aws", "aws-cn", "aws-us-gov", "aws-iso-b"]
LONG = "n" * 255
DIGEST = "sha256:" + "1f" * 32


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize("kind", ["task", "service", "container-instance"])
def test_invariant_78_long_and_short_ecs_arns_of_every_partition_are_read(partition: str, kind: str) -> None:
    """The old form says no cluster, and ``default`` is not assumed."""
    head = f"arn:{partition}:ecs:cn-north-1:111122223333:{kind}"
    assert arn.in_cluster(f"{head}/web/api", kind) == InCluster("web", "api")
    assert arn.in_cluster(f"{head}/api", kind) == InCluster(None, "api")


@pytest.mark.parametrize(
    "name", ["api", "API", "a_b-c", LONG, "\u00fcn\u00efc\u00f6d\u00e9", "a:b", "${name}"]
)
def test_invariant_79_names_arrive_as_they_are(name: str) -> None:
    """Case, length and letters of a name are kept, since ECS compares them exactly."""
    assert arn.in_cluster(f"arn:aws:ecs:eu-central-1:1:service/web/{name}", "service") == InCluster(
        "web", name
    )


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            7,
            [],
            "",
            "api",
            "arn:",
            "arn:aws:ecs",
            "arn:aws:ecs:r:1:service",
            "arn:aws:ecs:r:1:service/",
        ),
        *("arn:aws:ecs:r:1:service/a/", "arn:aws:ecs:r:1:service/a/b/c", "arn:aws:ecs:r:1:task/a/b"),
        *("arn:aws:ec2:r:1:service/a/b", "ARN:aws:ecs:r:1:service/a/b", "arn:aws:ecs:r:1:service-x/a/b"),
    ],
)
def test_what_is_no_service_arn_names_no_service(value: object) -> None:
    """A name is never guessed out of something else."""
    assert arn.in_cluster(value, "service") is None


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("arn:aws-us-gov:ecs:us-gov-west-1:1:cluster/web", "web"),
        ("web", "web"),
        ("", None),
        (None, None),
        ({}, None),
        ("arn:aws:ecs:r:1:service/web/api", None),
        ("arn:broken", None),
    ],
)
def test_a_cluster_is_named_by_arn_or_name(value: object, name: str | None) -> None:
    """The ARN of something else is no cluster's name."""
    assert arn.cluster_name(value) == name


@pytest.mark.parametrize(
    ("value", "registry"),
    [
        ("team/sub/app", None),
        ("arn:aws:ecr:eu-central-1:111122223333:repository/team/sub/app", "111122223333"),
        ("arn:aws-cn:ecr:eu-central-1:444455556666:repository/team/sub/app", "444455556666"),
        (f"arn:aws:ecr:eu-central-1:111122223333:repository/team/sub/app/{DIGEST}", "111122223333"),
        ("arn:aws:ecr:eu-central-1::repository/team/sub/app", None),
    ],
)
def test_invariant_37_every_form_of_a_repository_is_the_same_name(value: str, registry: str | None) -> None:
    """ECR writes a plain name and Inspector an ARN; nested names and other accounts' registries are kept."""
    region = "eu-central-1" if value.startswith("arn:") else None
    assert arn.repository(value) == Repository("team/sub/app", registry, region)


@pytest.mark.parametrize(
    "value", [None, 7, "", "arn:aws:ecr:r:1:repository/", "arn:aws:s3:::repository/a", "arn:x"]
)
def test_what_is_no_repository_has_no_name(value: object) -> None:
    """An ARN of something else is not taken for a plain name."""
    assert arn.repository(value) is None


def test_an_image_arn_carries_its_digest() -> None:
    """Inspector names an image by its repository's ARN with the digest behind it."""
    head = "arn:aws:ecr:eu-central-1:111122223333:repository/team/app"
    assert arn.image_digest(f"{head}/{DIGEST}") == DIGEST
    assert arn.image_digest(head) is None
    assert arn.image_digest(f"{head}/sha256:") is None


@pytest.mark.parametrize("zone", ["eu-central-1", "eu-central-1b"])
@pytest.mark.parametrize("account", ["", "111122223333:", ":"])
def test_an_instance_arn_may_lack_its_account(zone: str, account: str) -> None:
    """EC2's Spot warning is documented with a zone for the Region and without an account."""
    assert arn.instance_id(f"arn:aws:ec2:{zone}:{account}instance/i-0a1b") == "i-0a1b"


def test_an_arn_may_have_colons_in_its_resource() -> None:
    """An Auto Scaling group's name stands behind two more colons."""
    group = Arn.read("arn:aws:autoscaling:r:1:autoScalingGroup:uuid:autoScalingGroupName/web")
    assert group == Arn("aws", "autoscaling", "r", "1", "autoScalingGroup:uuid:autoScalingGroupName", "web")
