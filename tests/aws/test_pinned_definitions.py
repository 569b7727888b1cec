"""Pinned copies of task definitions: all that the model knows is copied, and no role but the listed ones is passed on."""

import re
from typing import Any

import pytest

from dockwarden.aws.pinned_definitions import READ_ONLY, Copied, NotCopiedError, PinnedDefinitions
from dockwarden.pinned_names import COPY_TAG, SUFFIX, pinned_family, pinned_image, read, written
from tests.aws.answering import Answering, session
from tests.cdk.models import example
from tests.fakes import ACCOUNT, REGION

HOME = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition"
ORIGINAL = f"{HOME}/web:7"
ROLE, START = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("task", "path/start"))
DIGEST, OTHER = ("sha256:" + letter * 64 for letter in "ab")
DIGESTS = (("app", DIGEST), ("proxy", OTHER))
FAMILY = pinned_family(ORIGINAL, DIGESTS)
DESCRIBE, LIST, REGISTER = "DescribeTaskDefinition", "ListTaskDefinitions", "RegisterTaskDefinition"
MODEL = session().client("ecs").meta.service_model


def definition(**changes: Any) -> dict[str, Any]:
    """A task definition as ECS describes it."""
    containers = [
        {
            "name": "app",
            "image": "shop:1",
            "command": ["serve"],
            "environment": [{"name": "A", "value": "s"}],
        },
        {"name": "proxy", "image": "localhost:5000/proxy@" + DIGEST, "cpu": 0},
    ]
    return {
        "taskDefinitionArn": ORIGINAL,
        "family": "web",
        "revision": 7,
        "status": "ACTIVE",
        "containerDefinitions": containers,
        "taskRoleArn": ROLE,
        "executionRoleArn": START,
        "volumes": [],
        **changes,
    }


class Ecs(Answering):
    """An ECS that keeps what is registered, and fills in what is left out as the real one does."""

    def __init__(self, *found: dict[str, Any], tags: list[dict[str, str]] | None = None) -> None:
        super().__init__()
        self.there = {one["taskDefinitionArn"]: one for one in found or (definition(),)}
        self.tags = tags or []
        self.on(DESCRIBE, self._describe).on(LIST, self._list).on(REGISTER, self._register)

    def _describe(self, asked: Any) -> dict[str, Any]:
        return {"taskDefinition": self.there[asked["taskDefinition"]], "tags": self.tags}

    def _list(self, asked: Any) -> dict[str, Any]:
        mine = [
            arn
            for arn, one in self.there.items()
            if (one["family"], one["status"]) == (asked["familyPrefix"], asked["status"])
        ]
        return {"taskDefinitionArns": mine[::-1]}

    def _register(self, asked: Any) -> dict[str, Any]:
        number = 1 + sum(one["family"] == asked["family"] for one in self.there.values())
        made = {
            "placementConstraints": [],
            **{name: value for name, value in asked.items() if name != "tags"},
            "containerDefinitions": [{"systemControls": [], **one} for one in asked["containerDefinitions"]],
            "taskDefinitionArn": f"{HOME}/{asked['family']}:{number}",
            "revision": number,
            "status": "ACTIVE",
        }
        self.there[made["taskDefinitionArn"]] = made
        return {"taskDefinition": made}


def copy(ecs: Ecs, roles: tuple[str, ...] = (ROLE, START), digests: Any = DIGESTS) -> Copied:
    return PinnedDefinitions(ecs.client("ecs"), roles).copy(ORIGINAL, digests)


def registered(ecs: Ecs) -> dict[str, Any]:
    """The only registration."""
    [asked] = ecs.asked(REGISTER)
    return dict(asked)


def test_a_copy_differs_in_its_family_its_images_and_its_tags_alone() -> None:
    ecs = Ecs(tags=[{"key": "team", "value": "shop"}, {"key": "aws:cloudformation:stack-name", "value": "x"}])
    assert copy(ecs) == Copied(f"{HOME}/{FAMILY}:1", registered=True)
    first, second = definition()["containerDefinitions"]
    assert registered(ecs) == {
        "family": FAMILY,
        "containerDefinitions": [
            {**first, "image": f"shop@{DIGEST}"},
            {**second, "image": f"localhost:5000/proxy@{OTHER}"},
        ],
        "taskRoleArn": ROLE,
        "executionRoleArn": START,
        "volumes": [],
        "tags": [{"key": "team", "value": "shop"}, {"key": COPY_TAG, "value": "web:7"}],
    }


def test_every_member_that_the_model_knows_is_copied() -> None:
    """Also one that AWS adds tomorrow: nobody has to write it down here."""
    members = MODEL.operation_model(REGISTER).input_shape.members
    answered = MODEL.operation_model(DESCRIBE).output_shape.members["taskDefinition"]
    whole = example(answered)
    whole |= definition(containerDefinitions=whole["containerDefinitions"])
    whole["containerDefinitions"] = [{**whole["containerDefinitions"][0], "name": "app"}]
    ecs = Ecs(whole)
    copy(ecs)
    assert set(registered(ecs)) == set(members)
    changed = {"family", "containerDefinitions", "tags"}
    assert {name: registered(ecs)[name] for name in members if name not in changed} == {
        name: whole[name] for name in members if name not in changed
    }
    [container] = registered(ecs)["containerDefinitions"]
    assert container == {**whole["containerDefinitions"][0], "image": container["image"]}


def test_what_ecs_says_and_does_not_take_is_what_is_written_down() -> None:
    """A new member that is answered only fails here, and is refused until somebody has looked at it."""
    members = MODEL.operation_model(REGISTER).input_shape.members
    answered = MODEL.operation_model(DESCRIBE).output_shape.members["taskDefinition"].members
    assert set(answered) - set(members) == READ_ONLY
    assert set(members) - set(answered) == {"tags"}


def test_a_copy_that_is_there_is_taken_and_none_is_registered_again() -> None:
    """Although ECS has filled in what was empty."""
    ecs = Ecs()
    copy(ecs)
    assert copy(ecs) == Copied(f"{HOME}/{FAMILY}:1", registered=False)
    assert len(ecs.asked(REGISTER)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"taskRoleArn": START},
        {"containerDefinitions": [{"name": "app", "image": f"shop@{DIGEST}"}]},
        {"networkMode": "host"},
        {"status": "INACTIVE"},
    ],
)
def test_one_that_somebody_else_put_into_the_family_is_not_taken_for_the_copy(change: dict[str, Any]) -> None:
    ecs = Ecs()
    copy(ecs)
    ecs.there[f"{HOME}/{FAMILY}:1"] |= change
    assert copy(ecs) == Copied(f"{HOME}/{FAMILY}:2", registered=True)


def test_the_words_of_a_command_are_not_the_same_in_another_order() -> None:
    there = definition()
    there["containerDefinitions"][0]["command"] = ["rm", "-r"]
    ecs = Ecs(there)
    copy(ecs)
    ecs.there[f"{HOME}/{FAMILY}:1"]["containerDefinitions"][0]["command"] = ["-r", "rm"]
    assert copy(ecs).registered


@pytest.mark.parametrize("role", [ROLE, START])
def test_invariant_72_a_role_that_is_not_listed_is_refused_by_its_name(role: str) -> None:
    ecs = Ecs()
    others = tuple(one for one in (ROLE, START) if one != role)
    with pytest.raises(
        NotCopiedError, match=f"the role '{re.escape(role)}' is not listed in pinned_copies.roles"
    ):
        copy(ecs, others)
    assert ecs.asked(REGISTER) == []


def test_a_role_by_its_short_name_is_the_listed_one_without_a_path() -> None:
    assert copy(Ecs(definition(taskRoleArn="task"))).registered
    for name in ("start", "path/start", "tas"):
        with pytest.raises(NotCopiedError):
            copy(Ecs(definition(taskRoleArn=name)))


def test_what_has_no_role_needs_none() -> None:
    ecs = Ecs(definition(taskRoleArn="", executionRoleArn=""))
    copy(ecs, ())
    assert not {"taskRoleArn", "executionRoleArn"} & set(registered(ecs))


@pytest.mark.parametrize("digests", [(("app", DIGEST),), (("app", DIGEST), ("proxy", "latest")), ()])
def test_a_container_without_a_digest_is_refused(digests: Any) -> None:
    ecs = Ecs()
    with pytest.raises(NotCopiedError, match=r"no digest of the container '(proxy|app)' is known"):
        copy(ecs, digests=digests)
    assert ecs.asked(REGISTER) == []


def test_digests_of_containers_that_ecs_adds_by_itself_are_no_obstacle() -> None:
    """As the proxy of Service Connect, which is in the service revision and not in the task definition."""
    assert copy(Ecs(), digests=(*DIGESTS, ("ecs-service-connect-x", DIGEST))).registered


def test_invariant_24_one_that_is_inactive_can_be_registered_anew_and_one_that_is_deleted_cannot() -> None:
    assert copy(Ecs(definition(status="INACTIVE"))).registered
    for status in ("DELETE_IN_PROGRESS", "SOMETHING_NEW"):
        with pytest.raises(NotCopiedError, match=f"the task definition is '{status}'"):
            copy(Ecs(definition(status=status)))


def test_tags_that_leave_no_room_keep_the_place_of_ours() -> None:
    """Fifty are the most."""
    ecs = Ecs(tags=[{"key": f"k{n}", "value": ""} for n in range(50)])
    copy(ecs)
    assert [tag["key"] for tag in registered(ecs)["tags"]] == [f"k{n}" for n in range(50)]


# Names


def test_the_family_says_of_what_and_with_which_digests() -> None:
    assert re.fullmatch(rf"web-7-[0-9a-f]{{8}}{SUFFIX}", FAMILY)
    others = {
        pinned_family(f"{HOME}/web:8", DIGESTS),
        pinned_family(f"{HOME}/shop:7", DIGESTS),
        pinned_family(ORIGINAL, DIGESTS[:1]),
        pinned_family(ORIGINAL, (("app", OTHER), ("proxy", DIGEST))),
    }
    assert len(others | {FAMILY}) == 5
    assert pinned_family(ORIGINAL, DIGESTS[::-1]) == FAMILY


@pytest.mark.parametrize("length", [1, 220, 225, 254, 255])
def test_invariant_79_the_longest_family_still_has_a_name_that_is_its_own(length: int) -> None:
    names = [pinned_family(f"{HOME}/{'f' * length}:{revision}", DIGESTS) for revision in (1, 12, 123456)]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name) and name.endswith(SUFFIX) for name in names)
    assert len(set(names)) == 3


@pytest.mark.parametrize(
    ("image", "pinned"),
    [
        ("nginx", "nginx"),
        ("nginx:1.25", "nginx"),
        ("localhost:5000/a/b", "localhost:5000/a/b"),
        ("localhost:5000/a/b:latest", "localhost:5000/a/b"),
        (f"1.dkr.ecr.eu-central-1.amazonaws.com/a/b@{OTHER}", "1.dkr.ecr.eu-central-1.amazonaws.com/a/b"),
        (f"repo/a:1@{OTHER}", "repo/a"),
    ],
)
def test_an_image_is_pinned_whatever_it_named_before(image: str, pinned: str) -> None:
    assert pinned_image(image, DIGEST) == f"{pinned}@{DIGEST}"


def test_digests_are_read_as_they_are_written() -> None:
    assert read(written(DIGESTS)) == DIGESTS
    assert read(written(())) == ()
