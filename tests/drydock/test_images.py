"""Images: tags that move, digests that are archived or gone, and what a deployment makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from lab.drydock.build import add_cluster, add_service, add_task, deploy, make_world
from lab.drydock.endpoint import Endpoint
from lab.drydock.errors import ScenarioError
from lab.drydock.face_inprocess import session
from lab.drydock.images import archive, delete_image, image_uri, move_tag, push, restore
from lab.drydock.model import Behaviour, Cluster, Service, TaskDefinition
from lab.drydock.world import World
from tests.drydock.deploying import FARGATE

CRASH = Behaviour("exits", after=30)


@dataclass
class Shop:
    """A service that runs `shop:stable`, whose good and bad image are known."""

    world: World
    cluster: Cluster
    service: Service
    good: str
    bad: str
    ecs: Any
    ecr: Any

    def digest(self) -> str | None:
        """The digest that the running tasks say they run."""
        tasks = self.ecs.list_tasks(cluster="demo", serviceName="shop")["taskArns"]
        described = self.ecs.describe_tasks(cluster="demo", tasks=tasks)["tasks"]
        digest: str | None = {task["containers"][0].get("imageDigest") for task in described}.pop()
        return digest


@pytest.fixture
def shop() -> Shop:
    return _shop()


def _shop(**definition: Any) -> Shop:
    world = make_world(seed=1)
    cluster = add_cluster(world, "demo")
    bad = push(world, "shop", "next", behaviour=CRASH).digest
    good = push(world, "shop", "stable").digest
    made = TaskDefinition("shop", image=image_uri(world.names, "shop", "stable"), **definition)
    service = add_service(world, cluster, made, **FARGATE)
    own = session(Endpoint(world))
    return Shop(world, cluster, service, good, bad, own.client("ecs"), own.client("ecr"))


def test_a_tag_is_resolved_when_the_deployment_begins(shop: Shop) -> None:
    """A moved tag changes nothing for what runs, scales or is replaced; a new deployment of the same revision does."""
    move_tag(shop.world, "shop", "stable", shop.bad)
    shop.ecs.update_service(cluster="demo", service="shop", desiredCount=2)
    shop.world.advance(300)
    assert shop.digest() == shop.good
    shop.ecs.update_service(cluster="demo", service="shop", taskDefinition="shop:1", forceNewDeployment=True)
    shop.world.advance(60)
    arns = [whole.target.arn for whole in shop.service.history]
    revisions = shop.ecs.describe_service_revisions(serviceRevisionArns=arns)["serviceRevisions"]
    assert [one["containerImages"][0]["imageDigest"] for one in revisions] == [shop.bad, shop.good]


def test_an_old_number_with_a_moved_tag_runs_the_bad_image(shop: Shop) -> None:
    """UpdateService resolves again; a rollback by ECS uses the old service revision and its digest."""
    deploy(shop.world, shop.cluster, shop.service, cpu=512)
    shop.world.advance(600)
    move_tag(shop.world, "shop", "stable", shop.bad)
    shop.ecs.update_service(cluster="demo", service="shop", taskDefinition="shop:1")
    shop.world.advance(120)
    assert shop.service.definition.revision == 1
    assert any(task.exit_code == 1 for task in shop.cluster.tasks.values())
    shop.ecs.stop_service_deployment(serviceDeploymentArn=shop.service.history[0].arn)
    shop.world.advance(300)
    assert (shop.service.definition.revision, shop.digest()) == (2, shop.good)


def test_without_version_consistency_each_task_resolves_its_tag() -> None:
    """A replacement of a task runs what the tag means by then, without any deployment."""
    shop = _shop(version_consistency="disabled")
    assert shop.digest() == shop.good
    move_tag(shop.world, "shop", "stable", shop.bad)
    shop.ecs.update_service(cluster="demo", service="shop", desiredCount=2)
    shop.world.advance(45)
    digests = {task.digest for task in shop.cluster.tasks_of(shop.service)}
    assert digests == {shop.good, shop.bad}
    arn = shop.service.history[0].target.arn
    (shown,) = shop.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"]
    assert "imageDigest" not in shown["containerImages"][0]


@pytest.mark.parametrize("lose", [archive, delete_image])
def test_a_task_whose_image_is_gone_can_not_be_pulled(shop: Shop, lose: Any) -> None:
    """What runs goes on; its replacement fails with the reference and the digest that ECS resolved."""
    lose(shop.world, "shop", shop.good)
    shop.ecs.update_service(cluster="demo", service="shop", desiredCount=2)
    shop.world.advance(240)
    stopped = [task for task in shop.cluster.tasks.values() if task.last_status == "STOPPED"]
    assert {task.stop_code for task in stopped} == {"TaskFailedToStart"}
    reason = stopped[0].stopped_reason or ""
    assert reason.startswith("CannotPullContainerError: pull image manifest has been retried")
    assert f"shop:stable@{shop.good}: not found" in reason
    assert sum(task.last_status == "RUNNING" for task in shop.cluster.tasks.values()) == 1


def test_a_restored_image_can_be_pulled_again(shop: Shop) -> None:
    archive(shop.world, "shop", shop.good)
    restore(shop.world, "shop", shop.good)
    shop.ecs.update_service(cluster="demo", service="shop", desiredCount=2)
    shop.world.advance(120)
    assert sum(task.last_status == "RUNNING" for task in shop.cluster.tasks.values()) == 2
    (shown,) = shop.ecr.describe_images(repositoryName="shop", imageIds=[{"imageDigest": shop.good}])[
        "imageDetails"
    ]
    assert {"imageStatus", "lastArchivedAt", "lastActivatedAt"} <= set(shown)


def test_an_image_is_described_by_digest_and_by_tag(shop: Shop) -> None:
    """An archived one too when it is named; in a list only when it is asked for."""
    archive(shop.world, "shop", shop.bad)
    by = [{"imageDigest": shop.bad}, {"imageTag": "stable"}, {"imageTag": "next", "imageDigest": shop.bad}]
    shown = shop.ecr.describe_images(repositoryName="shop", imageIds=by)["imageDetails"]
    assert [(one["imageDigest"], one["imageTags"], one["imageStatus"]) for one in shown] == [
        (shop.bad, ["next"], "ARCHIVED"),
        (shop.good, ["stable"], "ACTIVE"),
    ]
    listed = shop.ecr.describe_images(repositoryName="shop")["imageDetails"]
    assert [one["imageDigest"] for one in listed] == [shop.good]
    for status, expected in (("ARCHIVED", [shop.bad]), ("ANY", [shop.bad, shop.good])):
        some = shop.ecr.describe_images(repositoryName="shop", filter={"imageStatus": status})["imageDetails"]
        assert [one["imageDigest"] for one in some] == expected


def test_a_moved_tag_leaves_an_untagged_image(shop: Shop) -> None:
    move_tag(shop.world, "shop", "stable", shop.bad)
    by = [{"imageDigest": shop.good}, {"imageTag": "stable"}]
    good, bad = shop.ecr.describe_images(repositoryName="shop", imageIds=by)["imageDetails"]
    assert "imageTags" not in good
    assert (bad["imageDigest"], bad["imageTags"]) == (shop.bad, ["next", "stable"])


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"repositoryName": "none"}, "RepositoryNotFoundException"),
        ({"repositoryName": "shop", "registryId": "111122223333"}, "RepositoryNotFoundException"),
        ({"imageIds": [{"imageTag": "gone"}]}, "ImageNotFoundException"),
        ({"imageIds": [{"imageTag": "stable", "imageDigest": "sha256:0"}]}, "ImageNotFoundException"),
        ({"imageIds": [{"imageTag": str(n)} for n in range(101)]}, "InvalidParameterException"),
    ],
)
def test_what_is_not_there_is_refused(shop: Shop, asked: Any, code: str) -> None:
    with pytest.raises(shop.ecr.exceptions.ClientError) as raised:
        shop.ecr.describe_images(**{"repositoryName": "shop", **asked})
    assert raised.value.response["Error"]["Code"] == code


def test_manifests_of_what_can_be_pulled(shop: Shop) -> None:
    """An archived image is a failure, as a missing one."""
    archive(shop.world, "shop", shop.bad)
    by = [{"imageTag": "stable"}, {"imageDigest": shop.bad}, {"imageTag": "gone"}]
    answer = shop.ecr.batch_get_image(repositoryName="shop", imageIds=by)
    assert answer["images"][0]["imageId"] == {"imageTag": "stable", "imageDigest": shop.good}
    assert [one["failureCode"] for one in answer["failures"]] == ["ImageNotFound"] * 2


def test_a_definition_pinned_to_a_digest_runs_it_whatever_the_tag_says(shop: Shop) -> None:
    """And a standalone task resolves its image too."""
    move_tag(shop.world, "shop", "stable", shop.bad)
    deploy(shop.world, shop.cluster, shop.service, image=image_uri(shop.world.names, "shop", shop.good))
    shop.world.advance(600)
    assert shop.digest() == shop.good
    image = image_uri(shop.world.names, "shop", "stable")
    shop.service.launch_type = "FARGATE"
    with pytest.raises(ScenarioError):
        add_task(shop.world, shop.cluster, TaskDefinition("report", image=image))
    with pytest.raises(ScenarioError):
        move_tag(shop.world, "shop", "stable", "sha256:0")
