"""What is taken for granted of DescribeImages: whichever way ECR does it, no image is taken for one that can be pulled.

docs/assumptions.md says how to see which way it is.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dockwarden.aws.images import Images, Wanted
from dockwarden.facts.releases import ImageState
from tests.aws.answering import Answer, Answering, refusal
from tests.fakes import ACCOUNT, REGION

HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
RAN, OTHER, ARCHIVED = (f"sha256:{letter * 64}" for letter in "abc")
Kept = Mapping[str, tuple[str, str]]
KEPT: Kept = {RAN: ("1", "ACTIVE"), OTHER: ("2", "ACTIVE"), ARCHIVED: ("3", "ARCHIVED")}
"""The images of a repository by their digests: the tag and the status of each."""


def _found(wanted: Mapping[str, str], kept: Kept) -> list[dict[str, Any]]:
    return [
        {"imageDigest": digest, "imageTags": [tag], "imageStatus": status}
        for digest, (tag, status) in kept.items()
        if wanted.get("imageDigest") == digest or wanted.get("imageTag") == tag
    ]


def refuses(params: Mapping[str, Any], kept: Kept = KEPT) -> Answer:
    """One that is missing fails the whole call, as Dockwarden takes it to be."""
    found = [_found(one, kept) for one in params["imageIds"]]
    if not all(found):
        return refusal("ImageNotFoundException", "DescribeImages")
    return {"imageDetails": [detail for details in found for detail in details]}


def leaves_out(params: Mapping[str, Any]) -> Answer:
    """What is missing is left out of the answer."""
    return {"imageDetails": [detail for one in params["imageIds"] for detail in _found(one, KEPT)]}


def ignores_the_filter(params: Mapping[str, Any]) -> Answer:
    """Images that are named are those that are ACTIVE, whatever the filter says."""
    active = {digest: one for digest, one in KEPT.items() if one[1] == "ACTIVE"}
    return refuses(params, active)


def states(
    answer: Callable[[Mapping[str, Any]], Answer] | Answer, *images: tuple[str, str]
) -> list[ImageState]:
    clients = Answering().on("DescribeImages", answer)
    wanted = [Wanted(f"c{n}", f"{HOST}/{image}", digest) for n, (image, digest) in enumerate(images)]
    return [one.state for one in Images(clients.client("ecr"), ACCOUNT, REGION).now(wanted)]


ALL = (
    ("web:1", RAN),
    ("web:2", RAN),
    ("web:3", ARCHIVED),
    ("web:9", f"sha256:{'d' * 64}"),
    (f"web@{OTHER}", OTHER),
)


@pytest.mark.parametrize("answer", [refuses, leaves_out])
def test_one_missing_of_several_says_nothing_about_the_others(
    answer: Callable[[Mapping[str, Any]], Answer],
) -> None:
    """Whether the call fails for all or leaves it out; a tag and a digest are asked for side by side."""
    assert states(answer, *ALL) == [
        ImageState.SAME,
        ImageState.MOVED,
        ImageState.ARCHIVED,
        ImageState.GONE,
        ImageState.SAME,
    ]


def test_where_the_filter_were_ignored_an_archived_image_is_gone() -> None:
    """Which is passed over just as one that is archived."""
    assert states(ignores_the_filter, *ALL)[2] is ImageState.GONE
    assert states(ignores_the_filter, *ALL)[0] is ImageState.SAME


@pytest.mark.parametrize("code", ["InvalidParameterException", "ServerException", "AccessDeniedException"])
def test_where_the_filter_were_refused_beside_image_ids_nothing_is_known(code: str) -> None:
    """Which holds for a person: neither SAME, nor GONE."""
    assert set(states(refusal(code, "DescribeImages"), *ALL)) == {ImageState.UNKNOWN}


def test_an_image_without_a_status_is_taken_for_active() -> None:
    """As answers were before there was an archive."""
    detail = {"imageDigest": RAN, "imageTags": ["1"]}
    assert states({"imageDetails": [detail]}, ALL[0]) == [ImageState.SAME]


def test_a_status_that_nobody_knows_is_not_taken_for_active() -> None:
    """Invariant 14: a new value of AWS is unknown."""
    detail = {"imageDigest": RAN, "imageTags": ["1"], "imageStatus": "QUARANTINED"}
    assert states({"imageDetails": [detail]}, ALL[0]) != [ImageState.SAME]
