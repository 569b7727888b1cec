"""What a rollback must know: releases of a service, and whether an earlier one can still be deployed and pulled."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from dockwarden.aws.images import reference
from dockwarden.aws.releases import AwsReleases
from dockwarden.facts.releases import Candidate, Definition, ImageNow, ImageState, Revision, RevisionImage
from dockwarden.facts.services import ServiceRef
from dockwarden.facts.unknown import NotRead
from tests.aws.answering import Answer, Answering, refusal
from tests.aws.changing import GOOD, HOME, WHOLE, service, services
from tests.fakes import ACCOUNT, NOON, REGION

WEB = ServiceRef("prod", "web")
DESCRIBE, LIST, STATUS = "DescribeServices", "ListServiceDeployments", "DescribeServiceDeployments"
REVISIONS, DEFINITION, IMAGES = "DescribeServiceRevisions", "DescribeTaskDefinition", "DescribeImages"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
RAN, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
REVISION = f"{HOME}:service-revision/prod/web/41"


def releases(clients: Answering) -> AwsReleases:
    return AwsReleases(clients)  # type: ignore[arg-type]


def ecs() -> Answering:
    """A service with one rollout."""
    rollout = {
        "serviceDeploymentArn": WHOLE,
        "status": "SUCCESSFUL",
        "createdAt": NOON,
        "finishedAt": NOON + timedelta(minutes=3),
        "targetServiceRevision": {"arn": REVISION},
    }
    image = {"containerName": "app", "image": f"{REGISTRY}/web:1", "imageDigest": RAN}
    revision = {"serviceRevisionArn": REVISION, "taskDefinition": GOOD, "containerImages": [image]}
    more: dict[str, Any] = {
        "deploymentConfiguration": {"strategy": "ROLLING"},
        "resourceManagementType": "CUSTOMER",
    }
    return (
        Answering()
        .on(DESCRIBE, services(service(**more)))
        .on(LIST, {"serviceDeployments": [{"serviceDeploymentArn": WHOLE}]})
        .on(STATUS, {"serviceDeployments": [rollout]})
        .on(REVISIONS, {"serviceRevisions": [revision]})
    )


def test_rollouts_of_which_ecs_describes_not_all_are_unread() -> None:
    """What is left out may be a barrier: a history with a gap is none."""
    other = f"{WHOLE}-other"
    listed = {"serviceDeployments": [{"serviceDeploymentArn": arn} for arn in (other, WHOLE)]}
    clients = ecs().on(LIST, listed)
    found = releases(clients).of(WEB)
    assert not isinstance(found, NotRead)
    why = "DescribeServiceDeployments: not all of them are described"
    assert found.rollouts == found.revisions == NotRead(why)
    described = {"serviceDeployments": [], "failures": [{"arn": other, "reason": "ACCESS_DENIED"}]}
    found = releases(clients.on(STATUS, described)).of(WEB)
    assert not isinstance(found, NotRead)
    assert found.rollouts == NotRead("DescribeServiceDeployments: ACCESS_DENIED")


def test_a_service_is_read_with_its_rollouts_and_the_digests_of_their_revisions() -> None:
    found = releases(ecs()).of(WEB)
    assert not isinstance(found, NotRead)
    assert not isinstance(found.rollouts, NotRead)
    assert (found.strategy, found.managed_by, found.not_ours) == ("ROLLING", "CUSTOMER", None)
    assert [(one.arn, one.finished_at) for one in found.rollouts] == [(WHOLE, NOON + timedelta(minutes=3))]
    image = RevisionImage("app", f"{REGISTRY}/web:1", RAN)
    assert found.revisions == {REVISION: Revision(REVISION, GOOD, (image,))}
    assert Revision(REVISION, GOOD, (image,)).digests == (("app", RAN),)


@pytest.mark.parametrize(
    ("more", "early", "alarms"),
    [
        ({}, False, None),
        ({"alarms": {"status": "DISABLED", "alarmNames": []}}, False, None),
        ({"alarms": {"status": "MONITORING_COMPLETE", "alarmNames": ["5xx"]}}, False, "MONITORING_COMPLETE"),
        ({"alarms": {"status": "DISABLED", "alarmNames": ["5xx"]}}, False, "DISABLED"),
        ({"deploymentConfiguration": {"earlySuccessCriteria": {"enable": True}}}, True, None),
        ({"deploymentConfiguration": {"earlySuccessCriteria": {"enable": False}}}, False, None),
    ],
)
def test_how_much_a_successful_rollout_says_is_read(
    more: dict[str, Any],
    alarms: str | None,
    *,
    early: bool,
) -> None:
    """ECS says DISABLED where there is no alarm, too."""
    rollout = {"serviceDeploymentArn": WHOLE, "status": "SUCCESSFUL", "createdAt": NOON, **more}
    found = releases(ecs().on(STATUS, {"serviceDeployments": [rollout]})).of(WEB)
    assert not isinstance(found, NotRead)
    assert not isinstance(found.rollouts, NotRead)
    assert [(one.early, one.alarms) for one in found.rollouts] == [(early, alarms)]


def test_what_of_it_cannot_be_read_is_said_and_the_rest_is_read() -> None:
    found = releases(ecs().on(REVISIONS, refusal("AccessDeniedException", REVISIONS))).of(WEB)
    assert not isinstance(found, NotRead)
    assert found.revisions == NotRead("DescribeServiceRevisions: AccessDeniedException")
    assert not isinstance(found.rollouts, NotRead)
    without = releases(ecs().on(LIST, refusal("UnsupportedFeatureException", LIST))).of(WEB)
    assert not isinstance(without, NotRead)
    assert isinstance(without.rollouts, NotRead)
    assert without.revisions == without.rollouts
    assert releases(ecs().on(DESCRIBE, services())).of(WEB) == NotRead("DescribeServices: MISSING")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"deploymentController": {"type": "CODE_DEPLOY"}}, "CodeDeploy deploys it"),
        ({"deploymentController": {"type": "EXTERNAL"}}, "an external deployment controller deploys it"),
        ({"schedulingStrategy": "DAEMON"}, "its scheduling strategy is DAEMON"),
        ({"resourceManagementType": "ECS"}, "ECS manages it, as an Express service"),
        ({"deploymentController": {"type": "NEW"}}, "its deployment controller is NEW"),
        ({"deploymentController": {"type": "ECS"}, "schedulingStrategy": "REPLICA"}, None),
    ],
)
def test_invariant_29_what_others_deploy_is_told_apart(more: dict[str, Any], why: str | None) -> None:
    found = releases(ecs().on(DESCRIBE, services(service(**more)))).of(WEB)
    assert not isinstance(found, NotRead)
    assert found.not_ours == why


def detail(digest: str, *tags: str, status: str = "ACTIVE", kind: str = "image.manifest") -> dict[str, Any]:
    media = f"application/vnd.oci.{kind}.v1+json"
    more = {"imageTags": list(tags)} if tags else {}
    return {"imageDigest": digest, "imageStatus": status, "imageManifestMediaType": media, **more}


def registry(*details: dict[str, Any]) -> Any:
    """DescribeImages as ECR answers it: one missing image fails the call for all."""

    def answer(params: Mapping[str, Any]) -> Answer:
        found = []
        for wanted in params["imageIds"]:
            mine = [d for d in details if _is(d, wanted)]
            if not mine:
                return refusal("ImageNotFoundException", IMAGES)
            found += mine
        return {"imageDetails": list({d["imageDigest"]: d for d in found}.values())}

    return answer


def _is(found: dict[str, Any], wanted: Mapping[str, str]) -> bool:
    named_by_digest = wanted.get("imageDigest") == found["imageDigest"]
    return named_by_digest or wanted.get("imageTag") in found.get("imageTags", ())


def definition(*images: str, status: str = "ACTIVE", tags: Mapping[str, str] | None = None) -> Answer:
    containers = [{"name": f"c{n}", "image": image} for n, image in enumerate(images)]
    return {
        "taskDefinition": {"taskDefinitionArn": GOOD, "status": status, "containerDefinitions": containers},
        "tags": [{"key": key, "value": value} for key, value in (tags or {}).items()],
    }


def candidate(clients: Answering, **digests: str) -> Candidate:
    found = releases(clients).candidate(GOOD, digests)
    assert not isinstance(found, NotRead)
    return found


@pytest.mark.parametrize(
    ("details", "state", "resolves_to"),
    [
        ([detail(RAN, "1")], ImageState.SAME, RAN),
        ([detail(RAN), detail(OTHER, "1")], ImageState.MOVED, OTHER),
        ([detail(RAN)], ImageState.MOVED, None),
        ([detail(OTHER, "1")], ImageState.GONE, OTHER),
        ([], ImageState.GONE, None),
        ([detail(RAN, "1", status="ARCHIVED")], ImageState.ARCHIVED, RAN),
        ([detail(RAN, "1", status="ACTIVATING")], ImageState.ACTIVATING, RAN),
        ([detail(RAN), detail(OTHER, "1", kind="image.index")], ImageState.UNKNOWN, OTHER),
        ([detail(RAN, "1", kind="image.index")], ImageState.SAME, RAN),
    ],
)
def test_invariant_25_an_image_is_held_against_the_digest_that_ran(
    details: list[dict[str, Any]], state: ImageState, resolves_to: str | None
) -> None:
    """A tag that stands for another image now would bring that one, under an old number."""
    clients = Answering().on(DEFINITION, definition(f"{REGISTRY}/team/web:1")).on(IMAGES, registry(*details))
    found = candidate(clients, c0=RAN)
    assert [(one.state, one.resolves_to, one.wanted) for one in found.images] == [(state, resolves_to, RAN)]
    assert found.pullable == (state is ImageState.SAME)


def test_an_image_by_digest_is_what_it_names_and_needs_no_tag() -> None:
    clients = (
        Answering().on(DEFINITION, definition(f"{REGISTRY}/web@{RAN}")).on(IMAGES, registry(detail(RAN)))
    )
    assert candidate(clients).pullable
    assert [call["imageIds"] for call in clients.asked(IMAGES)] == [[{"imageDigest": RAN}]]


@pytest.mark.parametrize(
    "image",
    [
        "docker.io/library/nginx:1",
        "nginx",
        f"999988887777.dkr.ecr.{REGION}.amazonaws.com/web:1",
        f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web:1",
        f"public.ecr.aws/{REGISTRY}/web:1",
    ],
)
def test_an_image_of_another_registry_is_unknown_and_not_asked_for(image: str) -> None:
    clients = Answering().on(DEFINITION, definition(image))
    found = candidate(clients, c0=RAN)
    assert found.images == (ImageNow("c0", image, RAN, ImageState.UNKNOWN, why="it is in another registry"),)
    assert not found.pullable
    assert clients.asked(IMAGES) == []


def test_an_image_whose_digest_nobody_knows_is_unknown() -> None:
    clients = (
        Answering().on(DEFINITION, definition(f"{REGISTRY}/web:1")).on(IMAGES, registry(detail(RAN, "1")))
    )
    assert [one.state for one in candidate(clients).images] == [ImageState.UNKNOWN]


def test_a_repository_is_asked_once_for_all_its_images_and_one_by_one_where_one_is_missing() -> None:
    images = (f"{REGISTRY}/web:1", f"{REGISTRY}/web:2", f"{REGISTRY}/side/car:3")
    clients = Answering().on(DEFINITION, definition(*images))
    clients.on(IMAGES, registry(detail(RAN, "1"), detail(OTHER, "3")))
    found = candidate(clients, c0=RAN, c1=RAN, c2=OTHER)
    assert [one.state for one in found.images] == [ImageState.SAME, ImageState.MOVED, ImageState.SAME]
    calls = [(call["repositoryName"], len(call["imageIds"])) for call in clients.asked(IMAGES)]
    assert calls == [("web", 3), ("web", 1), ("web", 1), ("web", 1), ("side/car", 2)]
    assert {call["registryId"] for call in clients.asked(IMAGES)} == {ACCOUNT}
    assert all(call["filter"] == {"imageStatus": "ANY"} for call in clients.asked(IMAGES))


@pytest.mark.parametrize(
    ("code", "state", "why"),
    [
        ("RepositoryNotFoundException", ImageState.GONE, None),
        ("AccessDeniedException", ImageState.UNKNOWN, "DescribeImages: AccessDeniedException"),
    ],
)
def test_a_repository_that_cannot_be_read_is_not_taken_for_one_that_is_gone(
    code: str, state: ImageState, why: str | None
) -> None:
    clients = Answering().on(DEFINITION, definition(f"{REGISTRY}/web:1")).on(IMAGES, refusal(code, IMAGES))
    (image,) = candidate(clients, c0=RAN).images
    assert (image.state, image.why) == (state, why)


@pytest.mark.parametrize(
    ("status", "active"), [("ACTIVE", True), ("INACTIVE", False), ("DELETE_IN_PROGRESS", False)]
)
def test_invariant_24_only_an_active_task_definition_can_be_deployed(status: str, *, active: bool) -> None:
    clients = Answering().on(DEFINITION, definition(status=status))
    assert candidate(clients).definition.active is active
    assert clients.asked(DEFINITION) == [{"taskDefinition": GOOD, "include": ["TAGS"]}]


@pytest.mark.parametrize(
    ("tags", "barrier"),
    [
        ({"dockwarden:barrier": "true"}, True),
        ({"dockwarden:barrier": " True "}, True),
        ({"dockwarden:barrier": "false"}, False),
        ({"barrier": "true"}, False),
        ({}, False),
    ],
)
def test_a_barrier_is_a_tag_of_the_task_definition(tags: dict[str, str], *, barrier: bool) -> None:
    assert candidate(Answering().on(DEFINITION, definition(tags=tags))).definition.barrier is barrier
    assert Definition(GOOD, "ACTIVE").barrier is False


def test_a_task_definition_that_cannot_be_read_is_not_read() -> None:
    clients = Answering().on(DEFINITION, refusal("ClientException", DEFINITION))
    assert releases(clients).candidate(GOOD, {}) == NotRead("DescribeTaskDefinition: ClientException")


@pytest.mark.parametrize(
    ("image", "repository", "tag", "digest"),
    [
        (f"{REGISTRY}/a/b/c", "a/b/c", "latest", None),
        (f"{REGISTRY}/web:v1.2", "web", "v1.2", None),
        (f"{REGISTRY}/web:v1@{RAN}", "web", None, RAN),
        (f"{ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com/web:1", "web", "1", None),
        (f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1", "web", "1", None),
        (f"{ACCOUNT}.dkr-ecr.{REGION}.on.aws/web:1", "web", "1", None),
    ],
)
def test_references_of_private_registries_in_every_form(
    image: str, repository: str, tag: str | None, digest: str | None
) -> None:
    found = reference(image)
    assert found is not None
    assert (found.repository, found.tag, found.digest) == (repository, tag, digest)


@pytest.mark.parametrize("image", ["", "web:1", f"{REGISTRY}/", f"{REGISTRY}.evil.example/web:1"])
def test_anything_else_is_no_reference_of_a_private_registry(image: str) -> None:
    assert reference(image) is None
