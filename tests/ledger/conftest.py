"""The two stores, behind one fixture: what holds for one must hold for the other."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from dockwarden.ledger.dynamodb import DynamoStore
from dockwarden.ledger.memory import MemoryStore
from dockwarden.ledger.store import Store

TABLE = "ledger"


def make_table(client: Any) -> None:
    """A table of the ledger's keys."""
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture
def dynamo_store() -> Iterator[DynamoStore]:
    """The ledger's table in moto's DynamoDB."""
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        make_table(client)
        yield DynamoStore(lambda: client, TABLE)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each store in turn."""
    if request.param == "memory":
        return MemoryStore()
    found: Store = request.getfixturevalue("dynamo_store")
    return found
