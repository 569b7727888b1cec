"""What the bridge `authorization` tells IAM about a request."""

from typing import Any

import pytest

from lab.ministack.bridges.authorization import leading_keys, single

KEY = {"pk": {"S": "A"}, "sk": {"S": "1"}}
OTHER = {"pk": {"S": "B"}, "sk": {"S": "2"}}
QUERY = {
    "TableName": "t",
    "KeyConditionExpression": "#p = :p AND begins_with(sk, :s)",
    "ExpressionAttributeNames": {"#p": "pk"},
    "ExpressionAttributeValues": {":p": {"S": "A"}, ":s": {"S": "1"}},
}


@pytest.mark.parametrize(
    ("request_", "keys"),
    [
        ({"TableName": "t", "Key": KEY}, ["A"]),
        ({"TableName": "t", "Item": {**KEY, "more": {"N": "1"}}}, ["A"]),
        (QUERY, ["A"]),
        ({"RequestItems": {"t": {"Keys": [KEY, OTHER]}}}, ["A", "B"]),
        ({"RequestItems": {"t": [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": OTHER}}]}}, ["A", "B"]),
        ({"TransactItems": [{"Put": {"TableName": "t", "Item": KEY}}, {"Delete": {"TableName": "t", "Key": OTHER}}]}, ["A", "B"]),
        ({"TableName": "t"}, []),
        ("no request", []),
    ],
)  # fmt: skip
def test_the_leading_keys_of_a_request_are_all_partition_keys_that_it_names(
    request_: Any, keys: list[str]
) -> None:
    """A policy that speaks of dynamodb:LeadingKeys is then judged as AWS judges it."""
    assert leading_keys(request_, {"t": "pk"}.__getitem__) == keys


@pytest.mark.parametrize("action", ["SendMessage", "DeleteMessage", "ChangeMessageVisibility"])
def test_a_batch_of_sqs_needs_the_permission_of_the_single_call(action: str) -> None:
    assert single(f"sqs:{action}Batch") == single(f"sqs:{action}") == f"sqs:{action}"


def test_other_batches_have_their_own_permission() -> None:
    assert single("dynamodb:BatchGetItem") == "dynamodb:BatchGetItem"
    assert single("ecr:BatchDeleteImage") == "ecr:BatchDeleteImage"
